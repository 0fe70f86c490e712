"""The beat of a canvas on which something runs: clocks tick, and a pulse runs along the wires."""

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QObject, QRectF, QTimer

from designer.canvas.drawing import Drawing
from designer.canvas.scene import Ints
from designer.canvas.tints import RUNNING

_BEAT = 66
_TICK = 500
_PERIOD = 1.6
"""Seconds that a pulse takes along a wire."""
_MOST_PULSES = 60
"""With more wires than this at work, only the clocks tick."""


class Pulse(QObject):
    """Asks for the repainting of what moves, and only while something does."""

    def __init__(
        self, drawing: Drawing, repaint: Callable[[QRectF], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._drawing = drawing
        self._repaint = repaint
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._beat)

    @property
    def active(self) -> bool:
        return self._clock.isActive()

    def follow(self, *, shown: bool, moving: bool) -> None:
        """Starts or stops with what runs; without ``moving`` only the clocks tick."""
        if not shown or not self._drawing.ticking:
            self._clock.stop()
            return
        self._clock.start(_BEAT if moving and 0 < len(self.wires()) <= _MOST_PULSES else _TICK)

    def wires(self) -> Ints:
        """Wires along which data flows into a running step."""
        flowing: Ints = (self._drawing.tints.wires == RUNNING).nonzero()[0]
        return flowing

    def _beat(self) -> None:
        scene = self._drawing.scene
        running = [key for key, state in self._drawing.states.items() if state.ticking]
        for i in scene.indices(running).tolist():
            x, y, w, h = scene.rects[i].tolist()
            self._repaint(QRectF(x, y, w, h))
        for left, top, right, bottom in scene.wire_boxes[self.wires()[:_MOST_PULSES]].tolist():
            self._repaint(QRectF(left, top, right - left, bottom - top))


def phase() -> float:
    """How far along its wire a pulse is now, 0 to 1."""
    return (monotonic() % _PERIOD) / _PERIOD
