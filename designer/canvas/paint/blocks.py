"""Nodes from afar: blocks in state colours, then plain rectangles, each colour in one batch."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from designer.canvas.geometry import CORNER
from designer.canvas.paint.arrays import Floats, draw_copies, draw_rects
from designer.canvas.paint.frame import BLOCK_ZOOM, Frame
from designer.canvas.paint.kit import Kit
from designer.canvas.paint.specks import paint_specks
from designer.canvas.paint.sprites import Sprite
from designer.canvas.tints import PLAIN, Tints

_PLAIN_ROLE = "strong_line"
_RING = 4.0
_FADED = 0.4
_MANY = 1500
"""From this many blocks on they are set as pixels, not drawn one by one."""


def paint_blocks(painter: QPainter, frame: Frame, kit: Kit, tints: Tints) -> None:
    found = frame.scene.nodes_in(frame.seen, 8.0)
    rects = _view_rects(frame, found)
    codes = tints.nodes[found]
    faded = tints.off[found] | np.isin(found, list(frame.refused))
    if len(found) >= _MANY and frame.zoom < BLOCK_ZOOM:
        paint_specks(painter, frame, rects, _colours(frame, tints, codes, faded))
        _rings(painter, frame, found, rects)
        return
    for code in np.unique(codes):
        role = tints.roles[code] if code != PLAIN else _PLAIN_ROLE
        for dim in (False, True):
            chosen = rects[(codes == code) & (faded == dim)]
            painter.setOpacity(_FADED if dim else 1.0)
            if frame.zoom >= BLOCK_ZOOM:
                _rounded(painter, frame, kit, role, chosen)
            else:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(frame.style.color(role))
                draw_rects(painter, chosen)
    painter.setOpacity(1.0)
    _rings(painter, frame, found, rects)


def _colours(
    frame: Frame,
    tints: Tints,
    codes: NDArray[np.int8],
    faded: NDArray[np.bool_],
) -> NDArray[np.uint32]:
    """The colour of each block, as pixels have it."""
    found = np.zeros(len(codes), dtype=np.uint32)
    for code in np.unique(codes):
        role = tints.roles[code] if code != PLAIN else _PLAIN_ROLE
        for dim in (False, True):
            alpha = _FADED if dim else 1.0
            found[(codes == code) & (faded == dim)] = _pixel(frame.style.color(role), alpha)
    return found


def _pixel(colour: QColor, alpha: float) -> int:
    """A colour as a premultiplied pixel."""
    whole = colour.alphaF() * alpha
    parts = (round(part * whole) for part in (colour.red(), colour.green(), colour.blue()))
    red, green, blue = parts
    return round(255 * whole) << 24 | red << 16 | green << 8 | blue


def _view_rects(frame: Frame, found: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Floats:
    rects = frame.scene.rects[found] * frame.zoom
    rects[:, 0] -= frame.viewport.x * frame.zoom
    rects[:, 1] -= frame.viewport.y * frame.zoom
    rects[:, 2:] = np.maximum(rects[:, 2:], 1.0)
    snapped: Floats = np.round(rects * frame.ratio) / frame.ratio
    return snapped


def _rounded(painter: QPainter, frame: Frame, kit: Kit, role: str, rects: Floats) -> None:
    for height in np.unique(rects[:, 3]):
        same = rects[rects[:, 3] == height]
        sprite = _block(frame, kit, role, float(same[0, 2]), float(height))
        draw_copies(painter, sprite.pixmap, same[:, :2] + np.array(sprite.centre))


def _block(frame: Frame, kit: Kit, role: str, width: float, height: float) -> Sprite:
    size = (width / frame.zoom, height / frame.zoom)

    def paint(painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(frame.style.color(role))
        painter.drawRoundedRect(QRectF(0, 0, *size), CORNER, CORNER)

    return kit.sprites.get(("block", role, height), frame, size, 0.0, paint)


def _rings(
    painter: QPainter,
    frame: Frame,
    found: np.ndarray[tuple[int], np.dtype[np.intp]],
    rects: Floats,
) -> None:
    """Selection, hover and target, as outlines around blocks."""
    marked = frame.scene.indices(frame.selected)
    special = np.isin(found, [*marked.tolist(), frame.target])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(frame.style.color("accent"), 2.0))
    gap = max(_RING * frame.zoom, 1.5)
    grown = rects[special] + np.array([-gap, -gap, 2 * gap, 2 * gap])
    draw_rects(painter, grown)
