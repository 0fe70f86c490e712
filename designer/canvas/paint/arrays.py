"""Hands numpy arrays to QPainter's batch calls without a Python object for each item."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter, QPixmap
from shiboken6 import Shiboken

Floats = NDArray[np.float64]

_FRAGMENT_FIELDS = 10


def draw_lines(painter: QPainter, lines: Floats) -> None:
    """Draws lines (n, 4: x1, y1, x2, y2) with the painter's pen."""
    if len(lines):
        data = np.ascontiguousarray(lines, dtype=np.float64)
        painter.drawLines(_first(data, QLineF), len(data))


def draw_rects(painter: QPainter, rects: Floats) -> None:
    """Draws rectangles (n, 4: x, y, width, height) with the painter's pen and brush."""
    if len(rects):
        data = np.ascontiguousarray(rects, dtype=np.float64)
        painter.drawRects(_first(data, QRectF), len(data))


def draw_copies(painter: QPainter, pixmap: QPixmap, centres: Floats) -> None:
    """Draws the pixmap around each centre (n, 2), in logical pixels."""
    if not len(centres):
        return
    ratio = pixmap.devicePixelRatio()
    data = np.zeros((len(centres), _FRAGMENT_FIELDS))
    data[:, :2] = centres
    data[:, 4], data[:, 5] = pixmap.width(), pixmap.height()
    data[:, 6] = data[:, 7] = 1.0 / ratio
    data[:, 9] = 1.0
    painter.drawPixmapFragments(_first(data, QPainter.PixmapFragment), len(data), pixmap)


def _first(data: Floats, kind: type[Any]) -> Any:
    """The array's memory seen as the first of many C++ values; ``data`` must outlive the call."""
    return Shiboken.wrapInstance(data.ctypes.data, kind)
