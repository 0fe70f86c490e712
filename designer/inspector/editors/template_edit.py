"""A text field in which templates stand out; on one line, or growing with its text."""

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from designer.document.diff import minimal_splice
from designer.theme import Theme
from designer.theme.highlight import Highlighter

MIN_LINES, MAX_LINES = 3, 12
"""Of a field that grows."""


class TemplateEdit(QPlainTextEdit):
    """``edited`` when the user changed the text, ``left`` when the keyboard went elsewhere.

    Undo is not the field's own: the keys for it go to the document.
    """

    edited = Signal()
    left = Signal()
    entered = Signal()

    def __init__(
        self,
        theme: Theme,
        placeholder: str = "",
        *,
        one_line: bool = True,
        language: str = "text",
        templates: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._one_line = one_line
        self._setting = False
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self._placeholder = placeholder
        self.setPlaceholderText(placeholder)
        self.setFont(theme.font("mono" if language == "expression" else "body"))
        self.highlighter = Highlighter(theme, self.document(), language, templates)
        self.textChanged.connect(self._changed)
        if one_line:
            self.setProperty("role", "field")
            self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._centre_line()
        else:
            self.document().documentLayout().documentSizeChanged.connect(self._fit)
            self._fit()

    def text(self) -> str:
        return self.document().toRawText().replace("\u2029", "\n")

    def set_text(self, text: str) -> None:
        """Shows a text by the smallest change, so that the cursor stays where it is."""
        splice = minimal_splice(self.text(), text)
        if splice is None:
            return
        self._setting = True
        cursor = QTextCursor(self.document())
        cursor.setPosition(_units(self.text(), splice.start))
        end = _units(self.text(), splice.end)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(splice.text)
        self._setting = False
        if not self.hasFocus():
            self.moveCursor(QTextCursor.MoveOperation.Start)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._one_line:
            self._elide_placeholder()

    def sizeHint(self) -> QSize:
        if self._one_line:
            return QSize(120, self._theme.tokens.size["control"])
        return super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self._theme.tokens.size["control"])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        undo = event.matches(QKeySequence.StandardKey.Undo)
        if undo or event.matches(QKeySequence.StandardKey.Redo):
            event.ignore()
        elif self._one_line and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
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
        by_key = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if self._one_line and event.reason() in by_key:
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            cursor = self.textCursor()
            cursor.clearSelection()
            self.setTextCursor(cursor)
            self.left.emit()

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text()
        if self._one_line:
            text = " ".join(text.splitlines())
        self.insertPlainText(text)

    def _changed(self) -> None:
        if not self._setting:
            self.edited.emit()

    def _elide_placeholder(self) -> None:
        """Shortens the placeholder to the line, as it would go on below where nobody sees it."""
        room = self.viewport().width() - 2 * round(self.document().documentMargin())
        elided = QFontMetrics(self.font()).elidedText(
            self._placeholder, Qt.TextElideMode.ElideRight, room
        )
        if elided != self.placeholderText():
            self.setPlaceholderText(elided)

    def _centre_line(self) -> None:
        height = self._theme.tokens.size["control"]
        self.setFixedHeight(height)
        line = QFontMetrics(self.font()).height()
        self.document().setDocumentMargin(max(0, (height - 2 - line) // 2))

    def _fit(self) -> None:
        shown = round(self.document().size().height())  # lines; one that wraps counts as several
        lines = min(MAX_LINES, max(MIN_LINES, shown))
        # A bar that comes while the field grows would take width, wrap more lines, and so stay.
        bar = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            bar.ScrollBarAsNeeded if shown > MAX_LINES else bar.ScrollBarAlwaysOff
        )
        self.setFixedHeight(lines * QFontMetrics(self.font()).lineSpacing() + 24)


def _units(text: str, offset: int) -> int:
    """Qt's position of a character, in UTF-16 units."""
    head = text[:offset]
    return offset if head.isascii() else len(head.encode("utf-16-le")) // 2
