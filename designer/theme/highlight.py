"""Colours for code, YAML and templates: a few rules for each language, made from the theme's
roles."""

import re
from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

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
TEMPLATE = re.compile(r"\{\{.*?\}\}")


class Rule(Struct, frozen=True):
    """What matches is a token of this kind; a group named ``token`` narrows it."""

    kind: str
    pattern: re.Pattern[str]


class Language(Struct, frozen=True):
    """Rules in order, earlier ones win; ``fences`` open and close texts over several lines."""

    rules: tuple[Rule, ...] = ()
    fences: tuple[str, ...] = ()
    block_scalars: bool = False


def _words(kind: str, words: str) -> Rule:
    return Rule(kind, re.compile(rf"\b(?:{'|'.join(words.split())})\b"))


def _rule(kind: str, pattern: str) -> Rule:
    return Rule(kind, re.compile(pattern))


_TEXTS = _rule("string", r'"(?:\\.|[^"\\])*"?' + r"|'(?:\\.|[^'\\])*'?")
_NUMBERS = _rule("number", r"(?<![\w.])-?(?:0[xX][\da-fA-F]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)\b")
_HASH = _rule("comment", r"(?:(?<=\s)|^)#.*")

LANGUAGES: dict[str, Language] = {
    "python": Language(
        (
            _TEXTS,
            _HASH,
            _words(
                "keyword",
                "and as assert async await break class continue def del elif else except finally for "
                "from global if import in is lambda nonlocal not or pass raise return try while with "
                "yield True False None match case",
            ),
            _NUMBERS,
        ),
        fences=('"""', "'''"),
    ),
    "javascript": Language(
        (
            _rule("string", r'"(?:\\.|[^"\\])*"?' + r"|'(?:\\.|[^'\\])*'?" +
            r"|`(?:\\.|[^`\\])*`?"), _rule("comment", r"//.*|/\*.*?\*/"), _words( "keyword", "async
            await break case catch class const continue default delete do else export " "extends
            false finally for from function if import in instanceof let new null of " "return static
            super switch this throw true try typeof undefined var void while yield", ), _NUMBERS,
        )
    ),
    "bash": Language(
        (
            _TEXTS,
            _HASH,
            _rule("key", r"\$\{[^}]*\}?|\$\w+|\$[@*#?$!]"),
            _words(
                "keyword",
                "if then elif else fi for in do done while until case esac function return exit
                local " "export set unset shift readonly trap source",
            ),
            _NUMBERS,
        )
    ),
    "sql": Language(
        (
            _TEXTS,
            _rule("comment", r"--.*"),
            _rule("key", r"(?<!:):\w+"),
            Rule(
                "keyword",
                re.compile(
                    r"\b(?:select|from|where|and|or|not|in|is|null|insert|into|values|update|set|delete|"
                    r"join|left|right|inner|outer|on|group|by|order|having|limit|offset|as|distinct|case|"
                    r"when|then|else|end|with|union|all|returning|create|table|desc|asc|like|between)\b",
                    re.IGNORECASE,
                ),
            ),
            _NUMBERS,
        )
    ),
    "json": Language(
        (
            _rule("key", r'(?P<token>"(?:\\.|[^"\\])*")\s*:'),
            _rule("string", r'"(?:\\.|[^"\\])*"?'),
            _words("keyword", "true false null"),
            _NUMBERS,
        )
    ),
    "yaml": Language(
        (
            _HASH,
            _rule("key",
            r"^\s*(?:-\s+)*(?P<token>(?:\"[^\"]*\"|'[^']*'|[^\s#'\"\[{&*!|>%@][^#:]*?))\s*:(?=\s|$)"),
            _rule("key", r"(?<=[{,])\s*(?P<token>[\w.-]+)\s*:(?=\s)"), _TEXTS, _rule("keyword",
            r"(?<=[:\-\[,]\s)(?:true|false|null|~)(?=\s*(?:$|[,\]}#]))"), _rule("keyword",
            r"(?:(?<=\s)|^)[&*][\w-]+|^(?:---|\.\.\.)\s*$|<<(?=\s*:)"), _rule("number",
            r"(?<=[:\-\[,]\s)-?\d[\d_]*(?:\.\d+)?(?=\s*(?:$|[,\]}#]))"),
        ),
        block_scalars=True,
    ),
    "expression": Language(
        (_TEXTS, _words("keyword", "and or not in is if else true false null none"), _NUMBERS)
    ),
    "text": Language(),
}

_SCALAR = re.compile(r"^(?P<indent>\s*(?:-\s+)*).*(?::|-)\s+(?:&\S+\s+)?[|>][+\-\d]*\s*(?:#.*)?$")


class Highlighter(QSyntaxHighlighter):
    """Colours one document; templates stand out in every language."""

    def __init__(
        self,
        theme: Theme,
        document: QTextDocument,
        language: str = "text",
        templates: bool = True,
    ) -> None:
        super().__init__(document)
        self._theme = theme
        self._language = LANGUAGES[language]
        self._templates = templates
        self._formats: dict[str, QTextCharFormat] = {}
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
        template = self._formats["template"]
        template.setBackground(self._theme.color("accent_soft"))
        template.setFontFamilies([self._theme.tokens.type.mono_family])
        template.setFontWeight(QFont.Weight.Normal)

    def highlightBlock(self, text: str) -> None:
        self.setCurrentBlockState(-1)
        if not self._in_scalar(text):
            start = self._in_fence(text)
            if start >= 0:
                self._apply_rules(text, start)
        if self._templates:
            for found in TEMPLATE.finditer(text):
                self.setFormat(*_units(text, *found.span()), self._formats["template"])

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


def language_of(runtime: str) -> str:
    """The rules for a script's runtime."""
    return {"node": "javascript", "bash": "bash", "sh": "bash"}.get(runtime, "python")


__all__ = ["LANGUAGES", "TEMPLATE", "Highlighter", "language_of"]
