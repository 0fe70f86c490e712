"""Renaming in place: a field over a node's title."""

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from designer.canvas.gestures.base import Surface
from designer.document import trigger_name


class RenameField(QLineEdit):
    """``named`` tells the new name; Escape, or leaving without a change, tells nothing."""

    named = Signal(str)

    def __init__(self, name: str, rect: QRect, parent: QWidget) -> None:
        super().__init__(name, parent)
        self._name = name
        self._done = False
        self.setAccessibleName("Name")
        self.setGeometry(rect)
        self.selectAll()
        self.returnPressed.connect(self._finish)
        self.show()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._finish()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # while a name is typed, its keys are not the window's
            return True
        return super().event(event)

    def _finish(self) -> None:
        text = " ".join(self.text().split())
        if not self._done and text and text != self._name:
            self._close()
            self.named.emit(text)
        else:
            self._close()

    def _close(self) -> None:
        if not self._done:
            self._done = True
            owner: QObject | None = self.parent()
            if isinstance(owner, QWidget):
                owner.setFocus()  # first: a hidden field would hand its focus to the next step
            self.hide()
            self.deleteLater()


def rename_node(surface: Surface, key: str, name: str) -> None:
    """Gives a node another name; a step keeps its id."""
    document = surface.document
    if trigger_name(key) is not None:
        surface.attempt(lambda: document.rename_trigger(key, name))
        return
    path = document.places.path(key)
    if path is not None:
        surface.attempt(lambda: document.set_value((*path, "name"), name, name=f"Rename to {name}"))
