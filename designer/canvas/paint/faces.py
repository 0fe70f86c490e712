"""Whole cards kept as pictures while the zoom stands still, so that panning only copies them."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from math import ceil

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap

from designer.canvas.paint.frame import Frame
from designer.canvas.paint.sprites import Sprite

_MOST_BYTES = 32 * 1024 * 1024
_NEW_A_FRAME = 14
"""Faces made in one painting; the rest are painted directly and get theirs in the next ones."""

Margins = tuple[float, float, float, float]
"""Scene units left, above, right and below the card that its parts may take."""


class Faces:
    """A bounded store, by what a card shows. Empty again as soon as the zoom changes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Sprite] = OrderedDict()
        self._bytes = 0
        self._scale = (0.0, 0.0)
        self._left = 0

    def begin(self, frame: Frame) -> None:
        """A painting starts; the first one at another zoom makes no faces, for zooming goes on."""
        scale = (frame.zoom, frame.ratio)
        steady = scale == self._scale
        if not steady:
            self.clear()
            self._scale = scale
        self._left = _NEW_A_FRAME if steady else 0

    def get(
        self,
        key: Hashable,
        frame: Frame,
        size: tuple[float, float],
        margins: Margins,
        paint: Callable[[QPainter, float, float], None],
    ) -> Sprite | None:
        """The face for ``key``; None when it should be painted directly this time."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        if self._left <= 0:
            return None
        self._left -= 1
        made = _picture(frame, size, margins, paint)
        self._kept[key] = made
        self._bytes += _weight(made)
        while self._bytes > _MOST_BYTES and len(self._kept) > 1:
            self._bytes -= _weight(self._kept.popitem(last=False)[1])
        return made

    def clear(self) -> None:
        self._kept.clear()
        self._bytes = 0


def _picture(
    frame: Frame,
    size: tuple[float, float],
    margins: Margins,
    paint: Callable[[QPainter, float, float], None],
) -> Sprite:
    scale, ratio = frame.zoom * frame.ratio, frame.ratio
    left, top = ceil(margins[0] * scale), ceil(margins[1] * scale)
    width = left + ceil((size[0] + margins[2]) * scale)
    height = top + ceil((size[1] + margins[3]) * scale)
    pixmap = QPixmap(width, height)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint(painter, left / ratio, top / ratio)
    painter.end()
    return Sprite(pixmap, -left / ratio, -top / ratio)


def _weight(sprite: Sprite) -> int:
    return sprite.pixmap.width() * sprite.pixmap.height() * 4
