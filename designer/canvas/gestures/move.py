"""Drag of the selected nodes: only the canvas moves until the end, which is one edit."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from designer.canvas.geometry import GRID, snap
from designer.canvas.gestures.base import Gesture, Modifiers, Surface
from designer.canvas.paint.frame import Frame
from designer.canvas.paint.overlay import paint_guides
from designer.canvas.viewport import Point

_PULL = 6.0
"""Pixels within which a card is drawn to the line of another."""
_NEAR = 1200.0
"""Scene units within which others count as neighbours."""


class Move(Gesture):
    """The card under the pointer snaps to the lines of its neighbours, else to the grid; Alt lets
    it go free. The others keep their distance to it."""

    cursor = Qt.CursorShape.ClosedHandCursor
    edge_pan = True

    def __init__(self, surface: Surface, at: QPointF, key: str) -> None:
        self._surface = surface
        self._start = surface.scene_point(at)
        self._key = key
        scene = surface.scene
        keys = [k for k in surface.document.selection.ids if k in scene.index]
        self._before = {k: scene.position(k) for k in keys}
        self._now = dict(self._before)
        moved = scene.indices(keys)
        others = np.ones(len(scene.nodes), dtype=bool)
        others[moved] = False
        self._others: NDArray[np.float64] = scene.rects[others]
        self._guides: tuple[list[float], list[float]] = ([], [])

    def move(self, at: QPointF, modifiers: Modifiers) -> None:
        x, y = self._surface.scene_point(at)
        x0, y0 = self._before[self._key]
        wanted = (x0 + x - self._start[0], y0 + y - self._start[1])
        free = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        settled = wanted if free else self._snapped(wanted)
        if free:
            self._guides = ([], [])
        dx, dy = settled[0] - x0, settled[1] - y0
        self._now = {key: (a + dx, b + dy) for key, (a, b) in self._before.items()}
        self._surface.scene.place(self._now)
        self._surface.redraw()

    def finish(self, at: QPointF, modifiers: Modifiers) -> None:
        self.move(at, modifiers)
        if self._now == self._before:
            return
        places = dict(self._now)
        if not self._surface.attempt(lambda: self._surface.document.move(places)):
            self.cancel()

    def cancel(self) -> None:
        self._surface.scene.place(self._before)
        self._surface.redraw()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        paint_guides(painter, frame, *self._guides)

    def _snapped(self, at: Point) -> Point:
        """The nearest line of a neighbour (top, middle or left edges level), else the grid."""
        scene = self._surface.scene
        height = scene.rects[scene.index[self._key], 3]
        near = self._near(at)
        pull = min(_PULL / self._surface.viewport.zoom, GRID)
        x = _drawn(at[0], near[:, 0], pull)
        middle = _drawn(at[1] + height / 2, near[:, 1] + near[:, 3] / 2, pull)
        self._guides = (
            [middle] if middle is not None else [],
            [x] if x is not None else [],
        )
        return (
            snap(at[0]) if x is None else x,
            snap(at[1]) if middle is None else middle - height / 2,
        )

    def _near(self, at: Point) -> NDArray[np.float64]:
        gaps = np.abs(self._others[:, :2] - np.array(at))
        near: NDArray[np.float64] = self._others[(gaps < _NEAR).all(axis=1)]
        return near


def _drawn(value: float, lines: NDArray[np.float64], pull: float) -> float | None:
    if not len(lines):
        return None
    best = lines[np.abs(lines - value).argmin()]
    return float(best) if abs(best - value) <= pull else None
