"""Parts of the drawing painted once into pixmaps, at the zoom and device ratio at hand, and then
copied."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPixmap

from designer.canvas.paint.frame import Frame

_MOST = 500


@dataclass(frozen=True, slots=True)
class Sprite:
    """``dx`` and ``dy`` are logical pixels from what it belongs to to its top left corner."""

    pixmap: QPixmap
    dx: float
    dy: float

    def draw(self, painter: QPainter, x: float, y: float) -> None:
        painter.drawPixmap(QPointF(x + self.dx, y + self.dy), self.pixmap)

    @property
    def centre(self) -> tuple[float, float]:
        """From what it belongs to to its middle, for batches of copies."""
        ratio = self.pixmap.devicePixelRatio()
        return self.dx + self.pixmap.width() / ratio / 2, self.dy + self.pixmap.height() / ratio / 2


class Sprites:
    """A bounded store of sprites; all are let go when a zoom has left too many behind."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: dict[tuple[Hashable, float, float], Sprite] = {}

    def get(
        self,
        key: Hashable,
        frame: Frame,
        size: tuple[float, float],
        margin: float,
        paint: Callable[[QPainter], None],
    ) -> Sprite:
        """What ``paint`` draws in scene units from (0, 0) to ``size``, with ``margin`` units
        around it."""
        place = (key, frame.zoom, frame.ratio)
        found = self._kept.get(place)
        if found is None:
            if len(self._kept) >= self._most:
                self._kept.clear()
            found = self._kept[place] = _render(frame, size, margin, paint)
        return found

    def clear(self) -> None:
        self._kept.clear()


def _render(
    frame: Frame, size: tuple[float, float], margin: float, paint: Callable[[QPainter], None]
) -> Sprite:
    scale = frame.zoom * frame.ratio
    edge = ceil(margin * scale)
    width, height = ceil(size[0] * scale) + 2 * edge, ceil(size[1] * scale) + 2 * edge
    pixmap = QPixmap(max(width, 1), max(height, 1))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    painter.translate(edge, edge)
    painter.scale(scale, scale)
    paint(painter)
    painter.end()
    pixmap.setDevicePixelRatio(frame.ratio)
    return Sprite(pixmap, -edge / frame.ratio, -edge / frame.ratio)
