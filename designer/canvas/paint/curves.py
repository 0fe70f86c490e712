"""Wires: smooth curves with arrow heads close up, flattened lines in one batch from afar."""

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from designer.canvas import wires
from designer.canvas.paint.arrays import Floats, draw_copies, draw_lines
from designer.canvas.paint.frame import CARD_ZOOM, Frame
from designer.canvas.paint.kit import Kit
from designer.canvas.tints import PLAIN, Tints

_WIDTH = 2.0
_DASH = [3.0, 2.4]
_MOST_CURVES = 700
"""With more wires than this in view they are drawn as batches of lines, whatever the zoom."""


def paint_wires(painter: QPainter, frame: Frame, kit: Kit, tints: Tints) -> None:
    found = frame.scene.wires_in(frame.seen, 8.0)
    if not len(found):
        return
    curves = to_view(frame, frame.scene.curves[found])
    if frame.zoom >= CARD_ZOOM and len(found) <= _MOST_CURVES:
        _paint_curves(painter, frame, kit, tints, found, curves)
    else:
        _paint_lines(painter, frame, tints, found, curves)


def to_view(frame: Frame, points: Floats) -> Floats:
    """Scene points in logical pixels."""
    moved: Floats = (points - np.array([frame.viewport.x, frame.viewport.y])) * frame.zoom
    return moved


def _paint_curves(
    painter: QPainter,
    frame: Frame,
    kit: Kit,
    tints: Tints,
    found: np.ndarray[tuple[int], np.dtype[np.intp]],
    curves: Floats,
) -> None:
    """Plain wires first, then those that are lit or selected, so that these lie on top."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    heads: dict[str, list[tuple[float, float]]] = {}
    ranked = sorted(range(len(found)), key=lambda n: _loudness(frame, int(found[n])))
    for n in ranked:
        edge = int(found[n])
        if edge == frame.hidden_wire:
            continue
        role = wire_role(frame, tints, edge)
        dashed = frame.scene.edges[edge].port == "failure"
        faint = not frame.scene.edges[edge].stored and role == "wire"
        painter.setPen(wire_pen(frame, role, dashed=dashed))
        painter.setOpacity(0.75 if faint else 1.0)
        painter.drawPath(curve_path(curves[n]))
        heads.setdefault(role, []).append((curves[n, 3, 0], curves[n, 3, 1]))
    painter.setOpacity(1.0)
    for role, ends in heads.items():
        sprite = kit.arrow(frame, role)
        draw_copies(painter, sprite.pixmap, np.array(ends) + np.array(sprite.centre))


def _loudness(frame: Frame, edge: int) -> int:
    if frame.scene.edges[edge].key in frame.selected_wires:
        return 2
    return 1 if edge in frame.lit_wires else 0


def wire_role(frame: Frame, tints: Tints, edge: int) -> str:
    """The colour role of a wire: accent when it is selected or lit, else its state's."""
    wire = frame.scene.edges[edge]
    if wire.key in frame.selected_wires or edge in frame.lit_wires:
        return "failed" if wire.port == "failure" and edge in frame.lit_wires else "accent"
    return tints.roles[tints.wires[edge]] or "wire"


def wire_pen(frame: Frame, role: str, *, dashed: bool = False, wide: bool = False) -> QPen:
    width = max(_WIDTH * frame.zoom, 1.0) * (1.3 if wide else 1.0)
    pen = QPen(frame.style.color(role), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if dashed:
        pen.setDashPattern(_DASH)
    return pen


def curve_path(points: Floats) -> QPainterPath:
    """One cubic curve (4, 2)."""
    a, b, c, d = points.tolist()
    path = QPainterPath(QPointF(*a))
    path.cubicTo(QPointF(*b), QPointF(*c), QPointF(*d))
    return path


def _paint_lines(
    painter: QPainter,
    frame: Frame,
    tints: Tints,
    found: np.ndarray[tuple[int], np.dtype[np.intp]],
    curves: Floats,
) -> None:
    parts = _parts(len(found))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    codes = tints.wires[found].astype(np.int16)
    loud = (
        [n for n, edge in enumerate(found.tolist()) if edge in frame.lit_wires]
        if frame.lit_wires
        else []
    )
    loud += [
        int(place)
        for key in frame.selected_wires
        if (edge := frame.scene.edge_index.get(key)) is not None
        for place in np.flatnonzero(found == edge)
    ]
    codes[loud] = -1
    width = max(_WIDTH * frame.zoom, 1.0)
    for code in np.unique(codes)[::-1]:
        role = "accent" if code < 0 else tints.roles[code] if code != PLAIN else "wire"
        pen = QPen(frame.style.color(role), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        draw_lines(painter, wires.segments(wires.flatten(curves[codes == code], parts)))


def _parts(count: int) -> int:
    """Lines for each curve: fewer when there are many, since they are small then."""
    if count <= 1500:
        return 14
    return 6 if count <= 5000 else 3
