"""Wires that go around cards: worked out a few at a time as they come into view, then kept."""

from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from designer.canvas import wires
from designer.canvas.around import REACH, around, pierced

if TYPE_CHECKING:
    from designer.canvas.scene import Scene

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_AT_ONCE = 32
_NEAREST = 60
"""Cards around a wire that its way is looked for between."""


class Detours:
    """The ways of one scene's wires. One that was worked out before cards moved stays until its
    turn comes again, so that nothing flickers; one whose end moved is straight at once."""

    def __init__(self, count: int) -> None:
        self._bent = np.zeros(count, dtype=bool)
        self._checked = np.zeros(count, dtype=np.int64)
        self._round = 1
        self._ways: dict[int, Floats] = {}

    def forget(self, found: Ints) -> None:
        """The ends of these wires moved."""
        for wire in found[self._bent[found]].tolist():
            del self._ways[wire]
        self._bent[found] = False
        self._checked[found] = 0

    def settle(self) -> None:
        """Cards came to other places: every wire is to be looked at again."""
        self._round += 1

    def pieces(self, curves: Floats, found: Ints) -> tuple[Floats, Ints]:
        """Cubic curves (n, 4, 2) of these wires, and the place of each one's wire in ``found``;
        pieces of one wire follow each other."""
        bent = self._bent[found]
        if not bent.any():
            return curves[found], np.arange(len(found))
        ways = [self._ways[wire] for wire in found[bent].tolist()]
        counts = np.ones(len(found), dtype=np.intp)
        counts[bent] = [len(way) for way in ways]
        owners = np.repeat(np.arange(len(found)), counts)
        made = curves[found[owners]]
        made[bent[owners]] = np.concatenate(ways)
        return made, owners

    def work_out(self, scene: "Scene", found: Ints, seconds: float) -> bool:
        """Looks at those of the wires whose turn it is, for about so long; True when some are
        left."""
        due = found[self._checked[found] != self._round]
        until = perf_counter() + seconds
        for at in range(0, len(due), _AT_ONCE):
            if not self._look_at(scene, due[at : at + _AT_ONCE], until):
                return True
        return False

    def _look_at(self, scene: "Scene", some: Ints, until: float) -> bool:
        """Bends those of the wires that run under a card; False when the time is over before all
        are, but never before one is."""
        boxes = wires.bounds(scene.curves[some])
        left, top = boxes[:, 0].min(), boxes[:, 1].min()
        width, height = boxes[:, 2].max() - left, boxes[:, 3].max() - top
        near = np.sort(scene.nodes_in((left, top, width, height)))
        cards = scene.rects[near]
        meets = (cards[:, 0] < boxes[:, 2, None]) & (cards[:, 0] + cards[:, 2] > boxes[:, 0, None])
        meets &= (cards[:, 1] < boxes[:, 3, None]) & (cards[:, 1] + cards[:, 3] > boxes[:, 1, None])
        wire, card = np.nonzero(meets)
        under = wire[pierced(scene.curves[some[wire]], cards[card])]
        crossing = set(some[under].tolist())
        for one in some.tolist():
            self._take(scene, one, _way(scene, one) if one in crossing else None)
            self._checked[one] = self._round
            if perf_counter() > until:
                return False
        return True

    def _take(self, scene: "Scene", wire: int, way: Floats | None) -> None:
        if way is None:
            if self._bent[wire]:
                self._bent[wire] = False
                del self._ways[wire]
                scene.wire_boxes[wire] = wires.bounds(scene.curves[wire : wire + 1])[0]
            return
        self._bent[wire] = True
        self._ways[wire] = way
        both = np.concatenate([way.reshape(-1, 2), scene.curves[wire]])
        scene.wire_boxes[wire] = *both.min(axis=0), *both.max(axis=0)


def _way(scene: "Scene", wire: int) -> Floats | None:
    start, end = scene.curves[wire, 0], scene.curves[wire, 3]
    low, high = np.minimum(start, end), np.maximum(start, end)
    (x, y), (w, h) = low.tolist(), (high - low).tolist()
    near = scene.nodes_in((x, y, w, h), REACH)
    middles = scene.rects[near, :2] + scene.rects[near, 2:] / 2
    away = np.maximum(np.maximum(low - middles, middles - high), 0.0).sum(axis=1)
    kept = near[np.argsort(away, kind="stable")[:_NEAREST]]
    return around(start, end, scene.rects[kept], int(scene.sources[wire]))
