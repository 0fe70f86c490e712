"""Typing into a frame's title and into a note, where they stand."""

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from designer.canvas.areas import title_height
from designer.canvas.gestures.base import Surface
from designer.canvas.paint.note import NOTE_PADDING
from designer.canvas.rename import RenameField
from designer.document import framing
from designer.theme.theme import Theme

_LEAST_HEIGHT = 64


class NoteField(QPlainTextEdit):
    """A note's Markdown under edit. ``written`` tells the text when it is left, by Escape,
    Ctrl+Enter or a click elsewhere."""

    written = Signal(str)

    def __init__(self, text: str, rect: QRect, font: QFont, parent: QWidget) -> None:
        super().__init__(text, parent)
        self._done = False
        self.setAccessibleName("Note")
        self.setPlaceholderText("Write Markdown")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(font)
        self.setGeometry(rect)
        self.moveCursor(self.textCursor().MoveOperation.End)
        self.show()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape or (enter and control):
            self._finish()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._finish()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # while a note is written, its keys are not the window's
            return True
        return super().event(event)

    def _finish(self) -> None:
        if self._done:
            return
        self._done = True
        owner = self.parentWidget()
        if owner is not None:
            owner.setFocus()
        self.hide()
        self.deleteLater()
        self.written.emit(self.toPlainText())


def edit_shape(surface: Surface, key: str, theme: Theme, parent: QWidget) -> QWidget | None:
    """Opens the field for a frame's title or a note's text."""
    area = surface.areas.items.get(key)
    if area is None or not surface.editable:
        return None
    document, zoom = surface.document, surface.viewport.zoom
    left, top, width, height = _rect(surface, key)
    if area.kind == "note":
        inset = round(NOTE_PADDING * min(zoom, 1.0) / 2)
        rect = QRect(left, top, max(width, 160), max(height, _LEAST_HEIGHT))
        rect.adjust(inset, inset, -inset, -inset)
        note = NoteField(area.text, rect, theme.font("body", max(zoom, 0.75)), parent)
        note.written.connect(
            lambda text: (
                text == area.text or surface.attempt(lambda: framing.set_text(document, key, text))
            )
        )
        return note
    strip = round(title_height(zoom) * zoom) if not area.folded else 32
    rect = QRect(left + 22, top, min(max(width - 30, 120), 320), max(strip, 30))
    field = RenameField(area.text, rect, parent)
    field.named.connect(
        lambda title: surface.attempt(lambda: framing.set_title(document, key, title))
    )
    return field


def _rect(surface: Surface, key: str) -> tuple[int, int, int, int]:
    x, y, width, height = surface.areas.drawn(key)
    left, top = surface.viewport.to_view(x, y)
    zoom = surface.viewport.zoom
    return round(left), round(top), round(width * zoom), round(height * zoom)
