"""The ground of the canvas: its colour, and dots that fade out as it is zoomed out."""

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPixmap

from designer.canvas.geometry import GRID
from designer.canvas.paint.arrays import draw_copies
from designer.canvas.paint.frame import Frame

_PITCH = GRID * 3
_GONE, _FULL = 0.4, 0.7
"""Zooms between which the dots fade."""


def paint_background(painter: QPainter, frame: Frame) -> None:
    painter.fillRect(frame.area, frame.style.color("canvas"))
    strength = min(max((frame.zoom - _GONE) / (_FULL - _GONE), 0.0), 1.0)
    if strength <= 0.0 or not frame.grid:
        return
    painter.setOpacity(strength)
    draw_copies(painter, _dot(frame), _centres(frame))
    painter.setOpacity(1.0)


def _dot(frame: Frame) -> QPixmap:
    radius = 1.1 * min(max(frame.zoom, 0.8), 1.6)
    side = int(np.ceil((2 * radius + 1) * frame.ratio))
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    pixmap.setDevicePixelRatio(frame.ratio)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(frame.style.color("dots"))
    middle = side / frame.ratio / 2
    painter.drawEllipse(QPointF(middle, middle), radius, radius)
    painter.end()
    return pixmap


def _centres(frame: Frame) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    x, y, w, h = frame.seen
    columns = np.arange(np.floor(x / _PITCH), np.ceil((x + w) / _PITCH) + 1) * _PITCH
    rows = np.arange(np.floor(y / _PITCH), np.ceil((y + h) / _PITCH) + 1) * _PITCH
    scale = frame.zoom * frame.ratio
    across = np.round((columns - frame.viewport.x) * scale) / frame.ratio
    down = np.round((rows - frame.viewport.y) * scale) / frame.ratio
    grid = np.meshgrid(across, down)
    return np.stack([grid[0].ravel(), grid[1].ravel()], axis=1)
