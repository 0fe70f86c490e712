"""Colours for code, YAML and templates, made from the theme's roles."""

import re
from collections.abc import Callable, Sequence

from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from designer.theme.languages import LANGUAGES, TEMPLATE
from designer.theme.theme import Theme

ROLES = {
    "keyword": "paused_text",
    "string": "completed_text",
    "number": "warning_text",
    "comment": "faint",
    "key": "accent_text",
    "template": "accent_text",
}
"""Kind of token -> colour role."""
_SCALAR = re.compile(r"^(?P<indent>\s*(?:-\s+)*).*(?::|-)\s+(?:&\S+\s+)?[|>][+\-\d]*\s*(?:#.*)?$")


LEFT_OUT = -2
"""State of a line that was not coloured yet."""


class Highlighter(QSyntaxHighlighter):
    """Colours one document; templates stand out in every language. With ``chips`` the field itself
    paints the ground behind them."""

    def __init__(
        self,
        theme: Theme,
        document: QTextDocument,
        language: str = "text",
        templates: bool = True,
        *,
        chips: bool = False,
    ) -> None:
        super().__init__(document)
        self._theme = theme
        self._chips = chips
        self._language = LANGUAGES[language]
        self._templates = templates
        self._formats: dict[str, QTextCharFormat] = {}
        self._lines: Callable[[], tuple[int, int]] | None = None
        theme.changed.connect(self._recolour)
        self._make_formats()

    def set_language(self, language: str) -> None:
        """Chooses other rules; an unknown language is plain text."""
        wanted = LANGUAGES.get(language, LANGUAGES["text"])
        if wanted is not self._language:
            self._language = wanted
            self.rehighlight()

    def _recolour(self) -> None:
        self._make_formats()
        self.rehighlight()

    def _make_formats(self) -> None:
        for kind, role in ROLES.items():
            look = QTextCharFormat()
            look.setForeground(self._theme.color(role))
            look.setFontItalic(kind == "comment")
            self._formats[kind] = look
        braces = self._formats["braces"] = QTextCharFormat()
        braces.setForeground(self._theme.color("accent_text", 0.45))
        braces.setFontFamilies([self._theme.tokens.type.mono_family])
        template = self._formats["template"]
        if not self._chips:
            template.setBackground(self._theme.color("accent_soft"))
        template.setFontFamilies([self._theme.tokens.type.mono_family])
        template.setFontWeight(QFont.Weight.Normal)

    def colour_lazily(self, lines: Callable[[], tuple[int, int]]) -> None:
        """Colours only the lines that ``lines`` gives (first, last): those that show, in long
        texts. ``colour_lines`` colours more when they come to be shown."""
        self._lines = lines

    def colour_lines(self, first: int, last: int) -> None:
        """Colours those of the lines that were left out."""
        block = self.document().findBlockByNumber(first)
        while block.isValid() and block.blockNumber() <= last:
            if block.userState() == LEFT_OUT:
                self.rehighlightBlock(block)
            block = block.next()

    def highlightBlock(self, text: str) -> None:
        if self._lines is not None:
            first, last = self._lines()
            if not first <= self.currentBlock().blockNumber() <= last:
                self.setCurrentBlockState(LEFT_OUT)
                return
        self.setCurrentBlockState(-1)
        if not self._in_scalar(text):
            start = self._in_fence(text)
            if start >= 0:
                self._apply_rules(text, start)
        if self._templates:
            for found in TEMPLATE.finditer(text):
                start, end = found.span()
                self.setFormat(*_units(text, start, end), self._formats["template"])
                if self._chips:
                    for at in (start, end - 2):
                        self.setFormat(*_units(text, at, at + 2), self._formats["braces"])

    def _apply_rules(self, text: str, start: int) -> None:
        taken: list[tuple[int, int]] = []
        for rule in self._language.rules:
            for found in rule.pattern.finditer(text, start):
                span = found.span("token" if "token" in rule.pattern.groupindex else 0)
                if not _overlaps(span, taken):
                    taken.append(span)
                    self.setFormat(*_units(text, *span), self._formats[rule.kind])

    def _in_fence(self, text: str) -> int:
        """Colours what belongs to a text over several lines; gives where other rules start, -1 for
        nowhere."""
        fences = self._language.fences
        state, start = self.previousBlockState(), 0
        if fences and 0 <= state < len(fences):
            end = text.find(fences[state])
            if end < 0:
                self.setFormat(0, _length(text), self._formats["string"])
                self.setCurrentBlockState(state)
                return -1
            start = end + len(fences[state])
            self.setFormat(0, _length(text[:start]), self._formats["string"])
        for index, fence in enumerate(fences):
            opened = text.find(fence, start)
            if opened >= 0 and text.find(fence, opened + len(fence)) < 0:
                self._apply_rules(text[:opened], start)
                self.setFormat(*_units(text, opened, len(text)), self._formats["string"])
                self.setCurrentBlockState(index)
                return -1
        return start

    def _in_scalar(self, text: str) -> bool:
        """Colours the lines of a YAML block scalar; the state is the indent of its key plus 1."""
        if not self._language.block_scalars:
            return False
        state = self.previousBlockState()
        if state > 0:
            indent = len(text) - len(text.lstrip())
            if not text.strip() or indent >= state:
                self.setFormat(0, _length(text), self._formats["string"])
                self.setCurrentBlockState(state)
                return True
        if (found := _SCALAR.match(text)) is not None:
            self.setCurrentBlockState(len(found["indent"]) + 1)
        return False


def _overlaps(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)


def _length(text: str) -> int:
    """Length in UTF-16 units, in which Qt counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _units(text: str, start: int, end: int) -> tuple[int, int]:
    """Start and length of a span in UTF-16 units."""
    if text.isascii():
        return start, end - start
    first = _length(text[:start])
    return first, _length(text[start:end])
