"""Wires: flattened into short lines that are in view, a batch for each colour, with arrow heads."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from designer.canvas import wires
from designer.canvas.geometry import PORT
from designer.canvas.paint.arrays import Floats, draw_copies, draw_lines
from designer.canvas.paint.frame import CARD_ZOOM, Frame
from designer.canvas.paint.kit import Kit
from designer.canvas.tints import FAILED, PLAIN, RUNNING, Tints

Ints = NDArray[np.intp]

_WIDTH = 2.0
_DASH = (7.0, 5.0)
"""Scene units drawn and left out."""
_LEAST_WIDTH = 1.0
_LINE = 7.0
"""Pixels of a curve that one straight line stands for."""
_MOST_LINES = 14_000
"""With more than this many lines to draw, each curve gets fewer."""
_MOST_DASHED = 400
_SHORT = 16.0
"""Pixels up to which a wire among very many is one line."""
_MOST_SMOOTH = 5_000
"""With more pieces of wires than this in view, none is a line that one could see the steps of."""
_SELECTED, _LIT = -1, -2


def paint_wires(painter: QPainter, frame: Frame, kit: Kit, tints: Tints) -> None:
    """Plain wires first, then those of states, then those lit or selected, which lie on top."""
    found = frame.scene.wires_in(frame.seen, 8.0)
    if frame.hidden_wires:
        found = found[~np.isin(found, list(frame.hidden_wires))]
    if not len(found):
        return
    ends = to_view(frame, frame.scene.curves[found, 3])
    pieces, owners = frame.scene.pieces(found)
    curves = to_view(frame, pieces)
    if frame.zoom < CARD_ZOOM:
        last = np.append(owners[1:] != owners[:-1], True)
        curves[last, 3, 0] += (wires.ARROW + PORT) * frame.zoom
    all_codes = _codes(frame, tints, found)
    codes = all_codes[owners]
    dashed = _dashed(frame, tints, found)[owners]
    smooth = len(pieces) < _MOST_SMOOTH
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
    for code in sorted(set(codes.tolist()), key=lambda c: (c < 0, c)):
        role = _role(tints, code)
        chosen = codes == code
        painter.setPen(wire_pen(frame, role) if smooth else frame.style.color(role))
        draw_lines(painter, _in_view(frame, _lines(curves[chosen & ~dashed])))
        draw_lines(painter, _in_view(frame, _dashes(curves[chosen & dashed], frame.zoom)))
        if code == RUNNING and frame.pulse is not None and frame.zoom >= CARD_ZOOM:
            _paint_pulses(painter, frame, kit, found[all_codes == code])
        if frame.zoom >= CARD_ZOOM:
            arrow = kit.arrow(frame, role)
            draw_copies(painter, arrow.pixmap, ends[all_codes == code] + np.array(arrow.centre))


def to_view(frame: Frame, points: Floats) -> Floats:
    """Scene points in logical pixels."""
    moved: Floats = (points - np.array([frame.viewport.x, frame.viewport.y])) * frame.zoom
    return moved


def wire_pen(frame: Frame, role: str, *, wide: bool = False) -> QPen:
    width = max(_WIDTH * frame.zoom, _LEAST_WIDTH) * (1.2 if wide else 1.0)
    pen = QPen(frame.style.color(role), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def curve_path(points: Floats) -> QPainterPath:
    """One cubic curve (4, 2)."""
    a, b, c, d = points.tolist()
    path = QPainterPath(QPointF(*a))
    path.cubicTo(QPointF(*b), QPointF(*c), QPointF(*d))
    return path


def _paint_pulses(painter: QPainter, frame: Frame, kit: Kit, found: Ints) -> None:
    """A soft light on each wire, as far along as the beat says."""
    at = frame.pulse or 0.0
    ways = (frame.scene.pieces(found[i : i + 1])[0] for i in range(len(found)))
    points = np.array([along(way, at) for way in ways])
    glow = kit.glow(frame, "running")
    painter.setOpacity(min(1.0, 4 * at, 4 * (1 - at)))
    draw_copies(painter, glow.pixmap, to_view(frame, points) + glow.centre)
    painter.setOpacity(1.0)


def along(pieces: Floats, at: float) -> Floats:
    """The point of a wire (k, 4, 2) at a part of its length, 0 to 1."""
    spans = np.hypot(*(pieces[:, 3] - pieces[:, 0]).T) + 1e-9
    ends = np.cumsum(spans)
    nth = min(int(np.searchsorted(ends, at * ends[-1])), len(pieces) - 1)
    t = (at * ends[-1] - (ends[nth] - spans[nth])) / spans[nth]
    weights = np.array([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3])
    point: Floats = weights @ pieces[nth]
    return point


def _codes(frame: Frame, tints: Tints, found: Ints) -> NDArray[np.int16]:
    """The state of each wire, unless it is lit or selected."""
    codes = tints.wires[found].astype(np.int16)
    if frame.lit_wires:
        codes[np.isin(found, list(frame.lit_wires))] = _LIT
    chosen = [frame.scene.edge_index.get(key, -1) for key in frame.selected_wires]
    if chosen:
        codes[np.isin(found, chosen)] = _SELECTED
    return codes


def _role(tints: Tints, code: int) -> str:
    if code < 0:
        return "accent"
    return tints.roles[code] if code != PLAIN else "wire"


def _dashed(frame: Frame, tints: Tints, found: Ints) -> NDArray[np.bool_]:
    """Failure wires, as long as they are large and few enough for dashes to be seen."""
    failing = tints.wires[found] == FAILED
    if frame.zoom < CARD_ZOOM or failing.sum() > _MOST_DASHED:
        failing[:] = False
    return np.asarray(failing, dtype=bool)


def _lines(curves: Floats) -> Floats:
    """The curves as lines (k, 4): the longer a curve on the screen, the more."""
    if len(curves) > _MOST_SMOOTH:
        spans = np.abs(curves[:, 3] - curves[:, 0])
        short = spans[:, 0] + spans[:, 1] < _SHORT
        straight = np.concatenate([curves[short, 0], curves[short, 3]], axis=1)
        return np.concatenate([straight, _bent_lines(curves[~short])])
    return _bent_lines(curves)


def _bent_lines(curves: Floats) -> Floats:
    if not len(curves):
        return np.empty((0, 4))
    legs = np.hypot(*np.moveaxis(np.diff(curves, axis=1), 2, 0)).sum(axis=1)
    level = (np.ptp(curves[:, :, 1], axis=1) < 0.5) | (legs < _LINE)
    parts = np.where(level, 1.0, np.clip(legs / _LINE, 2.0, 64.0))
    parts *= min(1.0, _MOST_LINES / parts.sum())
    steps = np.exp2(np.ceil(np.log2(np.maximum(parts, 1.0)))).astype(np.intp)
    batches = [
        wires.segments(wires.flatten(curves[steps == count], int(count)))
        for count in np.unique(steps)
    ]
    return np.concatenate(batches)


def _dashes(curves: Floats, zoom: float) -> Floats:
    """The curves as dashes (k, 4) of even length."""
    pieces = [np.empty((0, 4))]
    drawn, skipped = _DASH[0] * zoom, _DASH[1] * zoom
    for points in wires.flatten(curves, 48):
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
        begins = np.arange(0.0, along[-1], drawn + skipped)
        ends = np.minimum(begins + drawn, along[-1])
        sides = [np.interp(at, along, points[:, n]) for at in (begins, ends) for n in (0, 1)]
        pieces.append(np.stack(sides, axis=1))
    return np.concatenate(pieces)


def _in_view(frame: Frame, lines: Floats) -> Floats:
    """Those of the lines that touch what is painted."""
    area = frame.area
    x1, y1, x2, y2 = lines.T
    seen = (np.maximum(x1, x2) >= area.left() - 4) & (np.minimum(x1, x2) <= area.right() + 4)
    seen &= (np.maximum(y1, y2) >= area.top() - 4) & (np.minimum(y1, y2) <= area.bottom() + 4)
    shown: Floats = lines[seen]
    return shown
