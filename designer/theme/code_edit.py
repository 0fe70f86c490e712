"""A field for code: monospace, line numbers, the current line, colours; for forms and the YAML
view."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import (
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from designer.theme.highlight import Highlighter
from designer.theme.theme import Theme

INDENT = 4
"""Spaces that Tab stands for, but in YAML, where it is 2."""


class CodeEdit(QPlainTextEdit):
    """``Tab`` indents and ``Shift+Tab`` takes it back; Escape gives the keyboard to the next
    field."""

    def __init__(self, theme: Theme, language: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._indent = 2 if language in ("yaml", "json") else INDENT
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(theme.font("mono"))
        self.setTabStopDistance(QFontMetrics(self.font()).horizontalAdvance(" ") * self._indent)
        self._gutter = _Gutter(self)
        self.highlighter = Highlighter(theme, self.document(), language)
        self.blockCountChanged.connect(self._fit_gutter)
        self.updateRequest.connect(self._scroll_gutter)
        self.cursorPositionChanged.connect(self.refresh_marks)
        theme.changed.connect(self._recolour)
        self._fit_gutter()
        self.refresh_marks()

    def extra_marks(self) -> list[QTextEdit.ExtraSelection]:
        """What a subclass marks besides the current line."""
        return []

    def refresh_marks(self) -> None:
        """Marks the current line and what the subclass adds."""
        line = QTextEdit.ExtraSelection()
        marks = self.extra_marks()
        if not self.isReadOnly() and self.hasFocus():
            line.format.setBackground(self.theme.color("hover"))
            line.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            cursor = self.textCursor()
            cursor.clearSelection()
            line.cursor = cursor
            marks = [line, *marks]
        self.setExtraSelections(marks)

    def gutter_width(self) -> int:
        digits = max(2, len(str(max(1, self.blockCount()))))
        return QFontMetrics(self.font()).horizontalAdvance("9") * digits + 20

    def paint_gutter(self, event: QPaintEvent) -> None:
        """Numbers the lines that show."""
        painter = QPainter(self._gutter)
        painter.setFont(self.font())
        current = self.textCursor().blockNumber()
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        height = QFontMetrics(self.font()).height()
        while block.isValid() and top <= event.rect().bottom():
            bottom = top + self.blockBoundingRect(block).height()
            if block.isVisible() and bottom >= event.rect().top():
                here = block.blockNumber() == current and self.hasFocus()
                painter.setPen(
                    self.theme.color("muted" if here else "faint", 1.0 if here else 0.75)
                )
                room = QRect(0, round(top), self._gutter.width() - 10, height)
                painter.drawText(room, Qt.AlignmentFlag.AlignRight, str(block.blockNumber() + 1))
            block, top = block.next(), bottom

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, bare = event.key(), event.modifiers() == Qt.KeyboardModifier.NoModifier
        if key == Qt.Key.Key_Escape and bare:
            self.focusNextChild()
        elif key == Qt.Key.Key_Tab and bare and not self.isReadOnly():
            self._shift_lines(self._indent)
        elif key == Qt.Key.Key_Backtab and not self.isReadOnly():
            self._shift_lines(-self._indent)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and bare and not self.isReadOnly():
            self._break_line()
        else:
            super().keyPressEvent(event)

    def _break_line(self) -> None:
        """A new line that begins as far in as this one."""
        text = self.textCursor().block().text()[: self.textCursor().positionInBlock()]
        self.textCursor().insertText("\n" + text[: len(text) - len(text.lstrip(" "))])

    def _shift_lines(self, by: int) -> None:
        cursor = self.textCursor()
        if by > 0 and not cursor.hasSelection():
            cursor.insertText(" " * (by - cursor.positionInBlock() % by))
            return
        end = QTextCursor(cursor)
        end.setPosition(cursor.selectionEnd())
        last = end.blockNumber() - (end.positionInBlock() == 0 and cursor.hasSelection())
        edit = QTextCursor(cursor)
        edit.setPosition(cursor.selectionStart())
        edit.beginEditBlock()
        edit.movePosition(QTextCursor.MoveOperation.StartOfBlock)
        while edit.blockNumber() <= last:
            if by > 0:
                edit.insertText(" " * by)
            else:
                text = edit.block().text()
                for _ in range(min(-by, len(text) - len(text.lstrip(" ")))):
                    edit.deleteChar()
            if not edit.movePosition(QTextCursor.MoveOperation.NextBlock):
                break
        edit.endEditBlock()

    def _fit_gutter(self) -> None:
        self.setViewportMargins(self.gutter_width(), 0, 0, 0)

    def _scroll_gutter(self, rect: QRect, dy: int) -> None:
        if dy:
            self._gutter.scroll(0, dy)
        else:
            self._gutter.update(0, rect.y(), self._gutter.width(), rect.height())

    def _recolour(self) -> None:
        self.setFont(self.theme.font("mono"))
        self._fit_gutter()
        self._place_gutter()
        self._gutter.update()
        self.refresh_marks()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_gutter()

    def _place_gutter(self) -> None:
        inside = self.contentsRect()
        self._gutter.setGeometry(inside.left(), inside.top(), self.gutter_width(), inside.height())


class _Gutter(QWidget):
    """The strip of line numbers beside a CodeEdit."""

    def __init__(self, edit: CodeEdit) -> None:
        super().__init__(edit)
        self._edit = edit

    def sizeHint(self) -> QSize:
        return QSize(self._edit.gutter_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._edit.paint_gutter(event)
