"""Editors for code and for JSON, with line numbers and colours."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QKeySequence, QTextCursor
from PySide6.QtWidgets import QVBoxLayout

from designer.document.diff import minimal_splice
from designer.inspector.editors.base import Editor
from designer.inspector.editors.template_edit import _units
from designer.inspector.fields import Field
from designer.inspector.values import EMPTY, read_json_field, shown_json
from designer.theme import Theme
from designer.theme.code_edit import CodeEdit
from designer.theme.drag import dropped_expression
from designer.theme.offer_list import Completer
from designer.theme.offers import Offers
from designer.theme.widgets import lay_out, set_style_property
from engine import to_yaml

MIN_LINES, MAX_LINES = 6, 18
"""Of a code field, which grows with its text."""


class CodeField(CodeEdit):
    """A code field of a form: undo goes to the document."""

    def __init__(self, theme: Theme, language: str, lines: int) -> None:
        super().__init__(theme, language)
        self._lines = lines
        self._editor: CodeEditor | None = None
        self._dropped: Callable[[str], str] | None = None
        self.setting = False
        self.setUndoRedoEnabled(False)
        self.textChanged.connect(self.fit)
        self.horizontalScrollBar().rangeChanged.connect(self.fit)
        theme.changed.connect(self.fit)
        self.fit()

    def belong_to(self, editor: "CodeEditor") -> None:
        self._editor = editor

    def take_drops(self, dropped: Callable[[str], str]) -> None:
        """Has a value that is dropped here written as ``dropped`` says."""
        self._dropped = dropped

    def insertFromMimeData(self, source: QMimeData) -> None:
        expression = dropped_expression(source)
        if expression and self._dropped is not None:
            self.insertPlainText(self._dropped(expression))
        else:
            super().insertFromMimeData(source)

    def text(self) -> str:
        return self.document().toRawText().replace("\u2029", "\n")

    def set_text(self, text: str) -> None:
        """Shows a text by the smallest change, so that the cursor stays where it is."""
        splice = minimal_splice(self.text(), text)
        if splice is None:
            return
        self.setting = True
        old = self.text()
        cursor = QTextCursor(self.document())
        cursor.setPosition(_units(old, splice.start))
        cursor.setPosition(_units(old, splice.end), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(splice.text)
        self.setting = False

    def fit(self) -> None:
        lines = min(MAX_LINES, max(self._lines, self.blockCount()))
        bar = self.horizontalScrollBar()
        room = bar.sizeHint().height() if bar.maximum() > 0 else 0
        self.setFixedHeight(lines * QFontMetrics(self.font()).lineSpacing() + 20 + room)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        undo = event.matches(QKeySequence.StandardKey.Undo)
        if undo or event.matches(QKeySequence.StandardKey.Redo):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
            if any(event.matches(key) for key in keys):
                event.ignore()
                return False
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.refresh_marks()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.refresh_marks()
        if self._editor is not None and event.reason() != Qt.FocusReason.PopupFocusReason:
            self._editor.left.emit()


class CodeEditor(Editor):
    """Code as text. The line end of its last line does not show, and is kept; code of several
    lines gets one, so that it is written as a block of its own."""

    def __init__(self, theme: Theme, field: Field, lines: int = MIN_LINES) -> None:
        super().__init__(theme)
        language = "json" if field.kind == "json" else field.language
        self._end = ""
        self._ends_bare = False
        self.edit = CodeField(theme, language, lines)
        self.edit.belong_to(self)
        self.edit.setAccessibleName(field.title)
        self.edit.setPlaceholderText(field.placeholder)
        self.edit.textChanged.connect(self._changed)
        self.setFocusProxy(self.edit)
        column = QVBoxLayout(self)
        lay_out(column)
        column.addWidget(self.edit)

    def set_language(self, language: str) -> None:
        self.edit.highlighter.set_language(language)

    def fits(self, value: Any) -> bool:
        return value is EMPTY or isinstance(value, str)

    def set_value(self, value: Any) -> None:
        if value == self.value():
            return
        text = "" if value is EMPTY else str(value)
        self._end = "\n" if text.endswith("\n") else ""
        self._ends_bare = "\n" in text and not self._end
        self.edit.set_text(text.removesuffix("\n"))

    def value(self) -> Any:
        code = self.edit.text().rstrip()
        if not code:
            return EMPTY
        block = not self._ends_bare and ("\n" in code or _needs_quotes(code))
        return code + ("\n" if block else self._end)

    def set_invalid(self, invalid: bool) -> None:
        set_style_property(self.edit, "invalid", invalid)

    def complete_with(self, offers: Offers) -> None:
        Completer(self.theme, self.edit, offers, code=True)

    def _changed(self) -> None:
        if not self.edit.setting:
            self.edited.emit()


class JsonEditor(CodeEditor):
    """Any value: JSON, or a plain text."""

    def __init__(self, theme: Theme, field: Field) -> None:
        super().__init__(theme, field, lines=3)

    def fits(self, value: Any) -> bool:
        return True

    def set_value(self, value: Any) -> None:
        try:
            same = value == self.value() and type(value) is type(self.value())
        except ValueError:
            same = False
        if not same:
            self.edit.set_text(shown_json(value))

    def value(self) -> Any:
        return read_json_field(self.edit.text())


def _needs_quotes(line: str) -> bool:
    """Whether one line of code could stand in YAML only in quotes."""
    return to_yaml({"code": line}).startswith('code: "')
