"""Where a dragged card settles: level with a neighbour, with its wires straight, or on the grid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from designer.canvas.geometry import GRID, snap
from designer.canvas.scene import Ints, Scene
from designer.canvas.viewport import Point

_PULL = 6.0
"""Pixels within which a card is drawn to a line."""
_NEAR = 1200.0
"""Scene units within which others count as neighbours."""

Floats = NDArray[np.float64]
Line = tuple[float, float, float, float]
"""x1, y1, x2, y2 in scene units."""


@dataclass(frozen=True, slots=True)
class Level:
    """One line that a card may be drawn to: where its corner comes to, and the rect of the card
    that it is level with."""

    corner: float
    line: float
    other: int


class Snapping:
    """Made when a drag begins: the lines of the nodes that stay."""

    def __init__(self, scene: Scene, key: str, moved: Ints) -> None:
        self._scene = scene
        self._card = scene.index[key]
        others = np.ones(len(scene.nodes), dtype=bool)
        others[moved] = False
        self._others = np.flatnonzero(others)
        self._rects: Floats = scene.rects[others]
        self._wired = self._wired_levels(others)

    def settle(self, at: Point, zoom: float, grid: bool) -> tuple[Point, tuple[Line, ...]]:
        """The place that a corner at ``at`` is drawn to, and the lines that say why."""
        pull = min(_PULL / zoom, GRID)
        near = np.flatnonzero((np.abs(self._rects[:, :2] - np.array(at)) < _NEAR).all(axis=1))
        x, y = self._column(at, near, pull), self._row(at, near, pull)
        place = (
            x.corner if x else snap(at[0]) if grid else at[0],
            y.corner if y else snap(at[1]) if grid else at[1],
        )
        return place, self._lines(place, x, y)

    def _column(self, at: Point, near: Ints, pull: float) -> Level | None:
        """Level at the left, and so at the right: all cards are of one width."""
        return self._best(at[0], self._rects[near, 0], near, 0.0, pull)

    def _row(self, at: Point, near: Ints, pull: float) -> Level | None:
        """A straight wire first, then level in the middle, at the top or at the bottom."""
        y, height = at[1], float(self._scene.rects[self._card, 3])
        wired = [level for level in self._wired if abs(level.corner - y) <= pull]
        if wired:
            return min(wired, key=lambda level: abs(level.corner - y))
        tops, heights = self._rects[near, 1], self._rects[near, 3]
        for lines, offset in (
            (tops + heights / 2, height / 2),
            (tops, 0.0),
            (tops + heights, height),
        ):
            found = self._best(y + offset, lines, near, offset, pull)
            if found is not None:
                return found
        return None

    def _best(
        self, value: float, lines: Floats, near: Ints, offset: float, pull: float
    ) -> Level | None:
        if not len(lines):
            return None
        line = float(lines[np.abs(lines - value).argmin()])
        if abs(line - value) > pull:
            return None
        same = near[np.flatnonzero(np.abs(lines - line) < 0.5)]
        away = np.abs(self._rects[same, :2] - self._scene.rects[self._card, :2]).sum(axis=1)
        return Level(line - offset, line, int(self._others[same[away.argmin()]]))

    def _wired_levels(self, others: NDArray[np.bool_]) -> list[Level]:
        """Where the card would have to be for each of its wires to run straight."""
        scene, card = self._scene, self._card
        height = float(scene.rects[card, 3])
        found = []
        for i in scene.edges_at(np.array([card], dtype=np.intp)).tolist():
            edge, src, dst = scene.edges[i], int(scene.sources[i]), int(scene.targets[i])
            other = src if dst == card else dst
            if not others[other]:
                continue
            if dst == card:
                line = scene.output_of(src, edge.port)[1]
                found.append(Level(line - height / 2, line, other))
            else:
                line = scene.input_of(dst)[1]
                found.append(Level(line - scene.plans[card].spot(edge.port).y, line, other))
        return found

    def _lines(self, at: Point, x: Level | None, y: Level | None) -> tuple[Line, ...]:
        """From the card to the one that it is level with, and a little beyond both."""
        _, _, width, height = self._scene.rects[self._card].tolist()
        lines = []
        if x is not None:
            _, top, _, tall = self._scene.rects[x.other].tolist()
            ends = min(at[1], top) - GRID, max(at[1] + height, top + tall) + GRID
            lines.append((x.line, ends[0], x.line, ends[1]))
        if y is not None:
            left, _, wide, _ = self._scene.rects[y.other].tolist()
            ends = min(at[0], left) - GRID, max(at[0] + width, left + wide) + GRID
            lines.append((ends[0], y.line, ends[1], y.line))
        return tuple(lines)
