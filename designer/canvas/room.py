"""Room for a card that is put into a wire: between the two cards there, which give way."""

import numpy as np
from numpy.typing import NDArray

from designer.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, COLUMN, GRID, snap
from designer.canvas.placement import free_spot
from designer.canvas.scene import Floats, Ints, Scene
from designer.canvas.viewport import Point

_GAP = COLUMN - CARD_WIDTH
_LEAST_GAP = GRID * 5
"""What is kept between the new card and those beside it where they stay."""
_CELL = np.array([CARD_WIDTH / 2, CARD_HEIGHT / 2])
_ROW = 1 << 31


def place_between(scene: Scene, wire: int, at: Point, height: float = CARD_HEIGHT) -> Point:
    """The top left corner of a card put into a wire at a scene point: at the point where there is
    room for it, else right behind the card that the wire comes from."""
    left, _, width, _ = scene.rects[scene.sources[wire]].tolist()
    x, y, _, h = scene.rects[scene.targets[wire]].tolist()
    first, last = left + width + _LEAST_GAP, x - _LEAST_GAP - CARD_WIDTH
    wanted = at[0] - CARD_WIDTH / 2
    if x > left and last < first:
        return snap(left + width + _GAP), snap(y + h / 2 - height / 2)
    clamped = min(max(wanted, first), last) if x > left else wanted
    return free_spot((snap(clamped), snap(at[1] - height / 2)), height, scene.rects)


def give_way(scene: Scene, wire: int, place: Point, stay: Ints | None = None) -> dict[str, Point]:
    """Where the card that the wire leads to, and those that follow it, go for a card at ``place``;
    empty where nothing must, and never those of ``stay``. Where one that does not follow would be
    covered, all that stand further right move along."""
    target = int(scene.targets[wire])
    edge = float(scene.rects[target, 0])
    shift = place[0] + COLUMN - edge
    if edge <= scene.rects[scene.sources[wire], 0] or shift <= _GAP - _LEAST_GAP:
        return {}
    right = scene.rects[:, 0] >= edge
    if stay is not None:
        right[stay] = False
    follows = np.zeros(len(scene.nodes), dtype=bool)
    follows[list(scene.downstream(target))] = True
    moving = follows & right
    if _meet(scene.rects[moving] + np.array([shift, 0.0, 0.0, 0.0]), scene.rects[right & ~moving]):
        moving = right
    return {
        scene.nodes[i].key: (float(scene.rects[i, 0]) + shift, float(scene.rects[i, 1]))
        for i in np.flatnonzero(moving).tolist()
    }


def _meet(some: Floats, others: Floats) -> bool:
    """Whether cards of one set lie on cards of the other, or nearly."""
    return bool(np.isin(_cells(some), _cells(others)).any())


def _cells(rects: Floats) -> NDArray[np.int64]:
    """Cells of a coarse grid that cards cover, as numbers: sampled closely enough to miss none."""
    across, down = np.meshgrid([0.0, 0.5, 1.0], [0.0, 0.5, 1.0])
    parts = np.stack([across.ravel(), down.ravel()], axis=1)
    points = rects[:, None, :2] + parts * rects[:, None, 2:]
    found = np.floor(points / _CELL).astype(np.int64).reshape(-1, 2)
    cells: NDArray[np.int64] = found[:, 0] * _ROW + found[:, 1]
    return cells
