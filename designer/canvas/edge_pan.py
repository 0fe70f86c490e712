"""While something is dragged near the edge of the canvas, the view moves on."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, QTimer
from PySide6.QtWidgets import QWidget

_EDGE = 28.0
_SPEED = 0.45
_TICK = 16


class EdgePan(QObject):
    """Calls ``pan`` with pixels for the drawing to move by, as long as the pointer stays at the
    edge."""

    def __init__(self, widget: QWidget, pan: Callable[[float, float], None]) -> None:
        super().__init__(widget)
        self._widget = widget
        self._pan = pan
        self._at = QPointF()
        self._clock = QTimer(self)
        self._clock.setInterval(_TICK)
        self._clock.timeout.connect(self._tick)

    def follow(self, at: QPointF) -> None:
        """The pointer is here now."""
        self._at = at
        if any(self._pull()):
            if not self._clock.isActive():
                self._clock.start()
        else:
            self._clock.stop()

    def stop(self) -> None:
        self._clock.stop()

    def _pull(self) -> tuple[float, float]:
        return (
            _beyond(self._at.x(), self._widget.width()),
            _beyond(self._at.y(), self._widget.height()),
        )

    def _tick(self) -> None:
        dx, dy = self._pull()
        self._pan(-dx * _SPEED, -dy * _SPEED)


def _beyond(value: float, size: float) -> float:
    """How far into the edge: negative at the left or top, positive at the right or bottom, else
    0."""
    if value < _EDGE:
        return max(value - _EDGE, -2 * _EDGE)
    return min(max(value - (size - _EDGE), 0.0), 2 * _EDGE)
