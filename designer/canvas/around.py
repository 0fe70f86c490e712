"""The way of a wire around the cards that its straight curve would run under."""

import numpy as np
from numpy.typing import NDArray

from designer.canvas import wires
from designer.canvas.geometry import GRID

Floats = NDArray[np.float64]

REACH = 320.0
"""Scene units above and below the ends of a wire in which it may look for a way."""
_CLEAR = 12.0
"""From a card to a wire that passes it."""
_LANE = 6.0
"""From one of several wires along a card to the next."""
_LANES = 3
_TURN = 64.0
"""Scene units that a wire takes to climb to another height."""
_MOST_LEVELS = 12
_SAMPLES = 12
_HIT = 10_000.0
"""What running under a card counts, in units of detour."""


def around(start: Floats, end: Floats, cards: Floats, lane: int) -> Floats | None:
    """Cubic pieces (k, 4, 2) of a way from ``start`` to ``end`` past ``cards`` (n, 4), those that
    it joins included; None when none is better than the straight curve. ``lane`` spreads wires that
    take the same way."""
    straight = wires.controls(start[None], end[None])[None]
    forward = end[0] - start[0] >= 2 * wires.REACH
    find = _forward_ways if forward else _backward_ways
    ways = find(start, end, cards, lane % _LANES * _LANE)
    if not len(ways):
        return None
    hits = _hits(ways, cards)
    levels = ways[:, 1, 0, 1]
    costs = hits * _HIT + np.abs(levels - start[1]) + np.abs(levels - end[1])
    best = int(costs.argmin())
    if hits[best] >= _hits(straight, cards)[0]:
        return None
    found: Floats = ways[best]
    return found


def pierced(curves: Floats, cards: Floats) -> NDArray[np.bool_]:
    """Whether each curve (m, 4, 2) runs under its card (m, 4)."""
    points = wires.flatten(curves, 24)
    return np.asarray(_inside(points, cards[:, None]).any(axis=1), dtype=bool)


def _inside(points: Floats, cards: Floats) -> NDArray[np.bool_]:
    """Points within cards, or nearly at their rim; shapes are broadcast."""
    edge = GRID / 2
    x, y = points[..., 0], points[..., 1]
    inside = (x > cards[..., 0] - edge) & (x < cards[..., 0] + cards[..., 2] + edge)
    inside &= (y > cards[..., 1] - edge) & (y < cards[..., 1] + cards[..., 3] + edge)
    return np.asarray(inside, dtype=bool)


def _hits(ways: Floats, cards: Floats) -> NDArray[np.intp]:
    """How many cards each way (w, k, 4, 2) runs under."""
    count = ways.shape[0]
    flat = wires.flatten(ways.reshape(-1, 4, 2), _SAMPLES).reshape(count, -1, 2)
    found: NDArray[np.intp] = _inside(flat[:, :, None], cards[None, None]).any(axis=1).sum(axis=1)
    return found


def _levels(cards: Floats, left: float, right: float, near: Floats, lane: float) -> Floats:
    """Heights at which a level line from ``left`` to ``right`` passes all cards, the nearest
    first."""
    between = cards[(cards[:, 0] < right) & (cards[:, 0] + cards[:, 2] > left)]
    tops, bottoms = between[:, 1], between[:, 1] + between[:, 3]
    away = _CLEAR + lane
    levels = np.concatenate([tops - away, bottoms + away, near])
    clear = (levels[:, None] > tops - GRID) & (levels[:, None] < bottoms + GRID)
    free = levels[~clear.any(axis=1)]
    cost = np.abs(free[:, None] - near).sum(axis=1)
    found: Floats = free[np.argsort(cost, kind="stable")[:_MOST_LEVELS]]
    return found


def _forward_ways(start: Floats, end: Floats, cards: Floats, lane: float) -> Floats:
    """Ways that climb before or right at the cards in between, pass them level, and come back."""
    low, high = sorted((start[1], end[1]))
    span = (cards[:, 0] < end[0]) & (cards[:, 0] + cards[:, 2] > start[0])
    met = cards[span & (cards[:, 1] < high + GRID) & (cards[:, 1] + cards[:, 3] > low - GRID)]
    if not len(met):
        return np.empty((0, 3, 4, 2))
    first, last = met[:, 0].min() - _CLEAR, (met[:, 0] + met[:, 2]).max() + _CLEAR
    soon, late = start[0] + _TURN, end[0] - _TURN
    ways = []
    for left in {min(max(first, start[0] + GRID), late), min(soon, late)}:
        for right in {max(min(last, end[0] - GRID), left), max(late, left)}:
            levels = _levels(cards, left, right, np.array([start[1], end[1]]), lane)
            ways.append(_passing(start, end, (left, right), levels))
    return np.concatenate(ways)


def _passing(start: Floats, end: Floats, between: tuple[float, float], levels: Floats) -> Floats:
    """Ways (w, 3, 4, 2) that run at each level between two xs."""
    count = len(levels)
    begins = np.stack([np.full(count, between[0]), levels], axis=1)
    ends = np.stack([np.full(count, between[1]), levels], axis=1)
    thirds = (ends - begins)[:, None] * (np.arange(4) / 3)[None, :, None]
    climb = wires.controls(np.broadcast_to(start, (count, 2)), begins)
    back = wires.controls(ends, np.broadcast_to(end, (count, 2)))
    ways: Floats = np.stack([climb, begins[:, None] + thirds, back], axis=1)
    return ways


def _backward_ways(start: Floats, end: Floats, cards: Floats, lane: float) -> Floats:
    """Ways that turn back above or below all cards in between."""
    left, right = min(start[0], end[0]), max(start[0], end[0])
    levels = _levels(cards, left, right, np.array([start[1], end[1]]), lane)
    count = len(levels)
    turn = np.array([_TURN * 0.7, 0.0])
    begins = np.stack([np.full(count, start[0]), levels], axis=1)
    ends = np.stack([np.full(count, end[0]), levels], axis=1)
    out, home = np.broadcast_to(start, (count, 2)), np.broadcast_to(end, (count, 2))
    thirds = (ends - begins)[:, None] * (np.arange(4) / 3)[None, :, None]
    first = np.stack([out, out + turn, begins + turn, begins], axis=1)
    last = np.stack([ends, ends - turn, home - turn, home], axis=1)
    ways: Floats = np.stack([first, begins[:, None] + thirds, last], axis=1)
    return ways
