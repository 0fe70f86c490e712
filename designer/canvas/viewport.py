"""Where the canvas looks: scene units to widget pixels and back."""

from dataclasses import dataclass, replace

MIN_ZOOM = 0.02
MAX_ZOOM = 4.0
LEAST_READABLE = 0.65
"""Below this zoom, the texts of a card are too small to be read."""
READABLE = 0.8
STOPS = (0.02, 0.05, 0.1, 0.17, 0.25, 0.35, 0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0)
"""Where the + and - buttons stop."""

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""x, y, width, height."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """``x`` and ``y`` are the scene point at the widget's top left; ``zoom`` is pixels per unit."""

    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def to_view(self, x: float, y: float) -> Point:
        return (x - self.x) * self.zoom, (y - self.y) * self.zoom

    def to_scene(self, x: float, y: float) -> Point:
        return x / self.zoom + self.x, y / self.zoom + self.y

    def seen(self, width: float, height: float) -> Box:
        """The part of the scene that a widget of this size shows."""
        return self.x, self.y, width / self.zoom, height / self.zoom

    def panned(self, dx: float, dy: float) -> "Viewport":
        """Moved so that the drawing goes ``dx``, ``dy`` pixels right and down."""
        return replace(self, x=self.x - dx / self.zoom, y=self.y - dy / self.zoom)

    def zoomed(self, zoom: float, at: Point) -> "Viewport":
        """At another zoom, with the scene point under the pixel ``at`` where it was."""
        zoom = min(max(zoom, MIN_ZOOM), MAX_ZOOM)
        x, y = self.to_scene(*at)
        return Viewport(zoom, x - at[0] / zoom, y - at[1] / zoom)

    def centred(self, at: Point, width: float, height: float) -> "Viewport":
        """Moved so that the scene point ``at`` is in the middle of the widget."""
        return replace(self, x=at[0] - width / self.zoom / 2, y=at[1] - height / self.zoom / 2)


def framing(box: Box, width: float, height: float, margin: float, max_zoom: float) -> Viewport:
    """The view that shows the whole ``box`` in a widget of this size, ``margin`` pixels around
    it."""
    x, y, w, h = box
    room_w, room_h = max(width - 2 * margin, 1.0), max(height - 2 * margin, 1.0)
    zoom = min(room_w / max(w, 1e-9), room_h / max(h, 1e-9), max_zoom)
    zoom = min(max(zoom, MIN_ZOOM), MAX_ZOOM)
    return Viewport(zoom).centred((x + w / 2, y + h / 2), width, height)


def opening(box: Box, head: Box, width: float, height: float, margin: float) -> Viewport:
    """The first view of a drawing in ``box``: all of it, or, where that would be too small to
    read, its ``head`` on the left in the middle."""
    whole = framing(box, width, height, margin, 1.0)
    if whole.zoom >= LEAST_READABLE:
        return whole
    x, y, w, h = box
    seen_w, seen_h, edge = width / READABLE, height / READABLE, margin / READABLE
    left = _start(x, w, head[0] + seen_w / 2 - edge, seen_w, edge)
    top = _start(y, h, head[1] + head[3] / 2, seen_h, edge)
    return Viewport(READABLE, left, top)


def _start(start: float, length: float, middle: float, seen: float, edge: float) -> float:
    """Where to begin to see ``seen`` of a length around ``middle``, with no more than an ``edge``
    beyond its ends; all of it in the middle where there is room."""
    if length + 2 * edge <= seen:
        return start + (length - seen) / 2
    return min(max(middle - seen / 2, start - edge), start + length + edge - seen)


def revealing(viewport: Viewport, box: Box, width: float, height: float, edge: float) -> Viewport:
    """Panned just so far that ``box`` is in view, ``edge`` pixels from the rim; its start is, where
    it is too large."""
    left, top = viewport.to_view(box[0], box[1])
    right, bottom = viewport.to_view(box[0] + box[2], box[1] + box[3])
    dx = max(edge - left, min(0.0, width - edge - right))
    dy = max(edge - top, min(0.0, height - edge - bottom))
    return viewport.panned(dx, dy)


def next_stop(zoom: float, direction: int) -> float:
    """The next round zoom above (``direction`` 1) or below (-1) this one."""
    if direction > 0:
        return next((stop for stop in STOPS if stop > zoom * 1.001), MAX_ZOOM)
    return next((stop for stop in reversed(STOPS) if stop < zoom * 0.999), MIN_ZOOM)
