"""Pan: the drawing follows the pointer."""

from PySide6.QtCore import QPointF, Qt

from designer.canvas.gestures.base import Gesture, Modifiers, Surface


class Pan(Gesture):
    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, surface: Surface, at: QPointF) -> None:
        self._surface = surface
        self._start = at
        self._before = surface.viewport

    def move(self, at: QPointF, modifiers: Modifiers) -> None:
        gone = at - self._start
        self._surface.look(self._before.panned(gone.x(), gone.y()))

    def finish(self, at: QPointF, modifiers: Modifiers) -> None:
        self.move(at, modifiers)

    def cancel(self) -> None:
        self._surface.look(self._before)
