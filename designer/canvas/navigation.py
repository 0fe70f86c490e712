"""Moving about: zoom, pan, fit, and what part of the drawing is in view."""

from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QWidget

from designer.canvas.glide import Glide
from designer.canvas.viewport import Box, Point, Viewport, framing, next_stop, opening, revealing
from designer.theme.theme import Theme

_MARGIN = 48.0
_REVEAL_EDGE = 24.0
_WHEEL = 1.0016
"""Zoom by one unit of a wheel, which gives 120 of them a notch."""


class Navigation(QObject):
    """The viewport of a widget. ``changed`` follows every change of it."""

    changed = Signal()

    def __init__(self, widget: QWidget, theme: Theme) -> None:
        super().__init__(widget)
        self._widget = widget
        self._theme = theme
        self.viewport = Viewport()
        self._glide = Glide(self._show, self)

    def look(self, viewport: Viewport) -> None:
        """Shows another part at once."""
        self._glide.stop()
        self._show(viewport)

    def fit(self, box: Box | None, *, smoothly: bool = True, max_zoom: float = 1.0) -> None:
        """Shows a whole box, no larger than ``max_zoom``; the origin when there is none."""
        width, height = self._size()
        if box is None:
            target = Viewport().centred((0.0, 0.0), width, height)
        else:
            target = framing(box, width, height, self._margin(), max_zoom)
        self._go(target, smoothly)

    def open(self, box: Box | None, head: Box | None) -> None:
        """The first view of a drawing: large enough to be read, from its head on."""
        width, height = self._size()
        if box is None or head is None:
            self.fit(box, smoothly=False)
        else:
            self.look(opening(box, head, width, height, self._margin()))

    def centre(self, at: Point, *, smoothly: bool = True) -> None:
        self._go(self.viewport.centred(at, *self._size()), smoothly)

    def reveal(self, box: Box) -> None:
        """Moves just so far that a box is in view; not at all when it is."""
        self._go(revealing(self.viewport, box, *self._size(), _REVEAL_EDGE), smoothly=True)

    def zoom_to(self, zoom: float, at: QPointF | None = None, *, smoothly: bool = True) -> None:
        """Another zoom, with the scene point under ``at`` (else the middle) where it is."""
        width, height = self._size()
        anchor = (at.x(), at.y()) if at is not None else (width / 2, height / 2)
        self._go(self.viewport.zoomed(zoom, anchor), smoothly)

    def step(self, direction: int) -> None:
        """The next round zoom up (1) or down (-1)."""
        zoom = self._glide.target.zoom if self._glide.running else self.viewport.zoom
        self.zoom_to(next_stop(zoom, direction))

    def wheel(self, event: QWheelEvent) -> None:
        """A mouse's wheel zooms at the pointer; a touch pad pans, and zooms with Ctrl; Shift goes
        sideways."""
        modifiers = event.modifiers()
        pixels, angle = event.pixelDelta(), event.angleDelta()
        control = bool(modifiers & modifiers.ControlModifier)
        if not pixels.isNull() and not control:
            self.look(self.viewport.panned(pixels.x(), pixels.y()))
        elif modifiers & modifiers.ShiftModifier and not control:
            turn = angle.y() or angle.x()
            self.look(self.viewport.panned(turn / 2, 0.0))
        else:
            at = event.position()
            turned = angle.y() or pixels.y() * 2
            zoom = self.viewport.zoom * _WHEEL**turned
            self.look(self.viewport.zoomed(zoom, (at.x(), at.y())))

    def pinch(self, value: float, at: QPointF) -> None:
        """A pinch on a touch pad; ``value`` is what to add to a factor of 1."""
        self.look(self.viewport.zoomed(self.viewport.zoom * (1.0 + value), (at.x(), at.y())))

    def _go(self, target: Viewport, smoothly: bool) -> None:
        shown = smoothly and self._widget.isVisible()
        milliseconds = self._theme.motion("layout") if shown else 0
        self._glide.start(self.viewport, target, self._size(), milliseconds)

    def _show(self, viewport: Viewport) -> None:
        if viewport != self.viewport:
            self.viewport = viewport
            self.changed.emit()

    def _margin(self) -> float:
        width, height = self._size()
        return min(_MARGIN, width / 8, height / 8)

    def _size(self) -> tuple[float, float]:
        return float(self._widget.width()), float(self._widget.height())
