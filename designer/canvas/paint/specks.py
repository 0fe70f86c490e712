"""Very many small rectangles at once, set as pixels of one picture."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from designer.canvas.paint.arrays import Floats
from designer.canvas.paint.frame import Frame

Ints = NDArray[np.intp]
_MOST_HIGH = 1 << 20


def paint_specks(
    painter: QPainter, frame: Frame, rects: Floats, colours: NDArray[np.uint32]
) -> None:
    """Fills rectangles (n, 4) in logical pixels, each with its premultiplied colour. The later one
    shows where two overlap."""
    ratio = frame.ratio
    width, height = round(frame.width * ratio), round(frame.height * ratio)
    pixels = np.zeros((height, width), dtype=np.uint32)
    device = np.round(rects * ratio).astype(np.intp)
    sizes = device[:, 2] * _MOST_HIGH + device[:, 3]
    for size in np.unique(sizes).tolist():
        chosen = sizes == size
        _fill(pixels, device[chosen, :2], divmod(size, _MOST_HIGH), colours[chosen])
    image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    painter.drawImage(QPointF(0.0, 0.0), image)


def _fill(
    pixels: NDArray[np.uint32], corners: Ints, size: tuple[int, int], colours: NDArray[np.uint32]
) -> None:
    """Fills rectangles of one size: inside the picture at once, across its edge one by one."""
    height, width = pixels.shape
    wide, high = size
    left, top = corners[:, 0], corners[:, 1]
    inside = (left >= 0) & (top >= 0) & (left + wide <= width) & (top + high <= height)
    places = top[inside] * width + left[inside]
    block = (np.arange(high)[:, None] * width + np.arange(wide)).ravel()
    pixels.reshape(-1)[places[:, None] + block] = colours[inside, None]
    for (x, y), colour in zip(corners[~inside].tolist(), colours[~inside], strict=True):
        pixels[max(y, 0) : max(y + high, 0), max(x, 0) : max(x + wide, 0)] = colour
