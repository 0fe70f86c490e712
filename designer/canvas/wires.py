"""Curves of wires, many at once: arrays of cubic control points, flattened, measured and hit."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

REACH = 26.0
"""How far a wire runs level before it may turn."""
ARROW = 7.0
"""Length of the arrow head, which ends where the input port begins."""


def controls(starts: Floats, ends: Floats) -> Floats:
    """Control points (m, 4, 2) of curves that leave ``starts`` to the right and arrive at ``ends``
    level."""
    dx = ends[:, 0] - starts[:, 0]
    dy = np.abs(ends[:, 1] - starts[:, 1])
    forward = np.minimum(REACH + dy * 0.6 + dx * 0.12, np.maximum(dx * 0.6, REACH))
    backward = REACH + np.minimum(-dx * 0.45 + dy * 0.2, 180.0)
    reach = np.where(dx >= 0, forward, np.maximum(backward, REACH))
    points = np.empty((len(starts), 4, 2))
    points[:, 0], points[:, 3] = starts, ends
    points[:, 1, 0], points[:, 1, 1] = starts[:, 0] + reach, starts[:, 1]
    points[:, 2, 0], points[:, 2, 1] = ends[:, 0] - reach, ends[:, 1]
    return points


def flatten(curves: Floats, parts: int) -> Floats:
    """Points (m, parts + 1, 2) along the curves, at even steps of their parameter."""
    t = np.linspace(0.0, 1.0, parts + 1)
    weights = np.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3], axis=1)
    points: Floats = np.einsum("kc,mcd->mkd", weights, curves)
    return points


def segments(points: Floats) -> Floats:
    """The lines (m * parts, 4: x1, y1, x2, y2) that join flattened points."""
    lines = np.concatenate([points[:, :-1], points[:, 1:]], axis=2)
    return np.ascontiguousarray(lines.reshape(-1, 4))


def bounds(curves: Floats) -> Floats:
    """Boxes (m, 4: left, top, right, bottom) that hold the curves."""
    if not len(curves):
        return np.empty((0, 4))
    return np.concatenate([curves.min(axis=1), curves.max(axis=1)], axis=1)


def distances(points: Floats, x: float, y: float) -> Floats:
    """How far each flattened curve (m, k, 2) passes from a point."""
    if not len(points):
        return np.empty(0)
    a, b = points[:, :-1], points[:, 1:]
    ab, ap = b - a, np.array([x, y]) - a
    length = np.maximum((ab * ab).sum(axis=2), 1e-12)
    t = np.clip((ap * ab).sum(axis=2) / length, 0.0, 1.0)
    gap = ap - ab * t[..., None]
    nearest: Floats = np.sqrt((gap * gap).sum(axis=2)).min(axis=1)
    return nearest


def boxes_meet(
    boxes: Floats, left: float, top: float, right: float, bottom: float
) -> NDArray[np.intp]:
    """Indices of the boxes (n, 4: left, top, right, bottom) that touch a rectangle."""
    seen = (boxes[:, 0] <= right) & (boxes[:, 2] >= left)
    seen &= (boxes[:, 1] <= bottom) & (boxes[:, 3] >= top)
    return np.flatnonzero(seen)
