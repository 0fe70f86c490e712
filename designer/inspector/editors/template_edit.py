"""A text field in which templates stand out; on one line, or growing with its text."""

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragLeaveEvent,
    QDropEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextLine,
)
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QTextEdit, QWidget

from designer.document.diff import minimal_splice
from designer.theme import Theme
from designer.theme.drag import dropped_expression
from designer.theme.highlight import Highlighter
from designer.theme.languages import TEMPLATE

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
        bare: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._one_line = one_line
        self._bare = bare
        self._wrong: tuple[int, int] | None = None
        self._setting = False
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self._placeholder = placeholder
        self.setPlaceholderText(placeholder)
        self.setFont(theme.font("mono" if language == "expression" else "body"))
        self.highlighter = Highlighter(theme, self.document(), language, templates, chips=True)
        self.textChanged.connect(self._changed)
        if one_line:
            self.setProperty("role", "field")
            self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            theme.changed.connect(self._centre_line)
            self._centre_line()
        else:
            self.document().documentLayout().documentSizeChanged.connect(self._fit)
            theme.changed.connect(self._fit)
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

    def insert_expression(self, expression: str) -> None:
        """Puts an expression at the cursor, in braces unless it stands in some; for what the field
        holds by itself where that is selected or nothing."""
        text, at = self.text(), _characters(self.text(), self.textCursor().position())
        inside = text.rfind("{{", 0, at) > text.rfind("}}", 0, at)
        self.insertPlainText(expression if self._bare or inside else f"{{{{ {expression} }}}}")

    def place_in_braces(self) -> None:
        """Puts the cursor to where an expression is typed: into empty braces, else to the end."""
        at = self.text().find("{{  }}")
        cursor = self.textCursor()
        cursor.setPosition(_units(self.text(), at + 3 if at >= 0 else len(self.text())))
        self.setTextCursor(cursor)

    def mark_wrong(self, span: tuple[int, int] | None) -> None:
        """Underlines the characters that are wrong; None for none."""
        if span == self._wrong:
            return
        self._wrong = span
        marks: list[QTextEdit.ExtraSelection] = []
        if span is not None and span[0] < len(self.text()):
            mark = QTextEdit.ExtraSelection()
            mark.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            mark.format.setUnderlineColor(self._theme.color("failed"))
            mark.cursor = QTextCursor(self.document())
            mark.cursor.setPosition(_units(self.text(), span[0]))
            mark.cursor.setPosition(_units(self.text(), span[1]), QTextCursor.MoveMode.KeepAnchor)
            marks.append(mark)
        self.setExtraSelections(marks)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints a chip behind each expression, then the text."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("accent_soft"))
        radius = self._theme.tokens.radius["control"] - 2
        block, bottom = self.firstVisibleBlock(), event.rect().bottom()
        while block.isValid():
            top = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if top.top() > bottom:
                break
            for chip in _chips(block):
                painter.drawRoundedRect(chip.translated(top.topLeft()), radius, radius)
            block = block.next()
        painter.end()
        super().paintEvent(event)

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
        elif event.text() in ("{", "}") and self._brace(event.text()):
            event.accept()
        else:
            super().keyPressEvent(event)

    def _brace(self, typed: str) -> bool:
        """A second brace brings those that close it, which are typed over later."""
        cursor, text = self.textCursor(), self.text()
        at = _characters(text, cursor.position())
        if cursor.hasSelection() or self._bare:
            return False
        if typed == "{" and text[at - 1 : at] == "{" and text[at - 2 : at - 1] != "{":
            if text[at : at + 1] == "}":
                return False
            cursor.insertText("{}}")
            cursor.movePosition(QTextCursor.MoveOperation.Left, n=2)
        elif typed == "}" and text[at : at + 1] == "}" and text.rfind("{{", 0, at) >= 0:
            cursor.movePosition(QTextCursor.MoveOperation.Right)
        else:
            return False
        self.setTextCursor(cursor)
        return True

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

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return bool(dropped_expression(source)) or source.hasText()

    def dropEvent(self, event: QDropEvent) -> None:
        """A value that is dropped becomes an expression where it falls, and can be undone."""
        expression = dropped_expression(event.mimeData())
        if not expression or self.isReadOnly():
            super().dropEvent(event)
            return
        self.setTextCursor(self.cursorForPosition(event.position().toPoint()))
        self.insert_expression(expression)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._end_drag()
        self.setFocus()
        self.left.emit()

    def _end_drag(self) -> None:
        """Takes the drop cursor away, which the base class would do in its own drop."""
        leave = QDragLeaveEvent()
        super().dragLeaveEvent(leave)

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


def _chips(block: QTextBlock) -> Iterator[QRectF]:
    """The grounds of the expressions in a line of text, one for each line it wraps to."""
    text, layout = block.text(), block.layout()
    for found in TEMPLATE.finditer(text):
        start, end = _units(text, found.start()), _units(text, found.end())
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            first = max(start, line.textStart())
            last = min(end, line.textStart() + line.textLength())
            if first < last:
                left, right = _x(line, first), _x(line, last)
                yield QRectF(left - 2, line.y() - 1, right - left + 4, line.height() + 2)


def _x(line: QTextLine, position: int) -> float:
    found: Any = line.cursorToX(position)
    return float(found[0] if isinstance(found, tuple) else found)


def _characters(text: str, position: int) -> int:
    """The character at Qt's position."""
    if text.isascii():
        return position
    return len(text.encode("utf-16-le")[: position * 2].decode("utf-16-le", "ignore"))


def _units(text: str, offset: int) -> int:
    """Qt's position of a character, in UTF-16 units."""
    head = text[:offset]
    return offset if head.isascii() else len(head.encode("utf-16-le")) // 2
