"""A short, smooth change of the view, from one viewport to another."""

from collections.abc import Callable
from math import exp, log

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation

from designer.canvas.viewport import Viewport


class Glide(QObject):
    """Shows viewports on the way; ``target`` is where it ends. Zero milliseconds jump there."""

    def __init__(self, show: Callable[[Viewport], None], parent: QObject) -> None:
        super().__init__(parent)
        self._show = show
        self._from = self.target = Viewport()
        self._size = (1.0, 1.0)
        self._clock = QVariantAnimation(self)
        self._clock.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._clock.setStartValue(0.0)
        self._clock.setEndValue(1.0)
        self._clock.valueChanged.connect(self._step)

    @property
    def running(self) -> bool:
        return self._clock.state() == QVariantAnimation.State.Running

    def start(
        self, here: Viewport, target: Viewport, size: tuple[float, float], milliseconds: int
    ) -> None:
        self._clock.stop()
        self._from, self.target, self._size = here, target, size
        if milliseconds <= 0 or here == target:
            self._show(target)
            return
        self._clock.setDuration(milliseconds)
        self._clock.start()

    def stop(self) -> None:
        self._clock.stop()

    def _step(self, part: float) -> None:
        self._show(
            self.target if part >= 1.0 else between(self._from, self.target, part, self._size)
        )


def between(a: Viewport, b: Viewport, part: float, size: tuple[float, float]) -> Viewport:
    """A viewport on the way from ``a`` to ``b``: the zoom grows evenly by ratio, the middle
    moves."""
    zoom = exp(log(a.zoom) + (log(b.zoom) - log(a.zoom)) * part)
    ax, ay = a.to_scene(size[0] / 2, size[1] / 2)
    bx, by = b.to_scene(size[0] / 2, size[1] / 2)
    return Viewport(zoom).centred((ax + (bx - ax) * part, ay + (by - ay) * part), *size)
