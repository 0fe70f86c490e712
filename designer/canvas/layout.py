"""A layered layout, left to right: every wire runs to a later column, with few crossings."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from designer.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, COLUMN, GRID, ROW_GAP

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_SWEEPS = 8
_ALIGN = 6
_DUMMY_HEIGHT = 8.0
_MOST_DUMMIES = 60_000
"""Beyond this many bends, only the shorter half of the long wires keep a lane of their own."""


@dataclass(frozen=True, slots=True)
class Graph:
    """What is laid out: ``sources`` and ``targets`` are node indices, ``ports`` the place (0 to 1)
    of each wire's port on its source, so that the upper port's wire leads to the upper node."""

    heights: Floats
    sources: Ints
    targets: Ints
    ports: Floats
    widths: Floats | None = None
    """Of nodes that are not all as wide as a card."""


def layered(graph: Graph) -> Floats:
    """Top left corners (n, 2), on the grid, from (0, 0) on. Equal graphs get equal layouts."""
    n = len(graph.heights)
    if not n:
        return np.empty((0, 2))
    forward = _without_cycles(n, graph)
    layers = _layers(n, forward)
    lone = np.ones(n, dtype=bool)
    lone[forward.sources] = lone[forward.targets] = False
    wide = _with_dummies(forward, layers)
    rows = _order(wide)
    tops = _align(wide, rows)
    places = np.empty((n, 2))
    places[:, 0] = _columns(layers, graph.widths)
    places[:, 1] = tops[:n]
    _park(places, graph, lone)
    places[:, 1] -= places[:, 1].min()
    return np.round(places / GRID) * GRID


def _without_cycles(n: int, graph: Graph) -> Graph:
    """The graph with the wires that close a cycle turned round, and self-wires left out."""
    keep = graph.sources != graph.targets
    sources, targets, ports = graph.sources[keep], graph.targets[keep], graph.ports[keep]
    rank = _ranks(n, sources, targets)
    back = rank[sources] > rank[targets]
    return Graph(
        graph.heights,
        np.where(back, targets, sources),
        np.where(back, sources, targets),
        ports,
    )


def _ranks(n: int, sources: Ints, targets: Ints) -> Ints:
    """A topological order; where only cycles are left, the first of them is taken next."""
    following = _neighbours(n, sources, targets)
    waiting = np.bincount(targets, minlength=n).tolist()
    ready = deque(i for i in range(n) if not waiting[i])
    rank, placed, scan = [-1] * n, 0, 0
    while placed < n:
        if not ready:
            while rank[scan] >= 0:
                scan += 1
            ready.append(scan)
        node = ready.popleft()
        if rank[node] >= 0:
            continue
        rank[node] = placed
        placed += 1
        for other in following[node]:
            waiting[other] -= 1
            if not waiting[other] and rank[other] < 0:
                ready.append(other)
    return np.array(rank, dtype=np.intp)


def _neighbours(n: int, sources: Ints, targets: Ints) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in range(n)]
    for source, target in zip(sources.tolist(), targets.tolist(), strict=True):
        found[source].append(target)
    return found


def _layers(n: int, graph: Graph) -> Ints:
    """Each node's column: after all it waits for; those that wait for nothing, right before what
    they start."""
    following = _neighbours(n, graph.sources, graph.targets)
    order = np.argsort(_ranks(n, graph.sources, graph.targets)).tolist()
    layer = [0] * n
    for node in order:
        least = layer[node] + 1
        for other in following[node]:
            if layer[other] < least:
                layer[other] = least
    arrivals = np.bincount(graph.targets, minlength=n).tolist()
    for node in reversed(order):
        if not arrivals[node] and following[node]:
            layer[node] = min(layer[other] for other in following[node]) - 1
    return np.array(layer, dtype=np.intp)


@dataclass(frozen=True, slots=True)
class _Wide:
    """The graph with a dummy node in every column that a long wire passes: all wires join
    neighbours.

    The first nodes are the real ones; ``group`` numbers the connected parts, ``goals`` gives the
    real node that each wire leads to in the end.
    """

    heights: Floats
    layers: Ints
    sources: Ints
    targets: Ints
    ports: Floats
    goals: Ints
    group: Ints


def _with_dummies(graph: Graph, layers: Ints) -> _Wide:
    n = len(layers)
    span = layers[graph.targets] - layers[graph.sources]
    bends = np.maximum(span - 1, 0)
    if bends.sum() > _MOST_DUMMIES:
        bends = np.where(
            np.cumsum(np.sort(bends))[np.argsort(np.argsort(bends))] > _MOST_DUMMIES, 0, bends
        )
    owner = np.repeat(np.arange(len(span)), bends)
    nth = np.arange(len(owner)) - np.repeat(np.cumsum(bends) - bends, bends)
    dummy = n + np.arange(len(owner))
    first = np.repeat(graph.sources, bends)
    sources = np.where(nth == 0, first, dummy - 1)
    last = bends > 0
    last_dummy = n + np.cumsum(bends) - 1
    ends = np.where(last, last_dummy, graph.sources)
    joined = (span == 1) | last
    return _Wide(
        np.concatenate([graph.heights, np.full(len(owner), _DUMMY_HEIGHT)]),
        np.concatenate([layers, layers[graph.sources][owner] + 1 + nth]),
        np.concatenate([sources, ends[joined]]),
        np.concatenate([dummy, graph.targets[joined]]),
        np.concatenate(
            [np.where(nth == 0, graph.ports[owner], 0.5), np.where(last, 0.5, graph.ports)[joined]]
        ),
        np.concatenate([graph.targets[owner], graph.targets[joined]]),
        _groups(n, graph, owner),
    )


def _groups(n: int, graph: Graph, owner: Ints) -> Ints:
    """The connected part of each node and dummy, numbered by their first node."""
    group = np.arange(n)
    while True:
        low = np.minimum(group[graph.sources], group[graph.targets])
        grown = group.copy()
        np.minimum.at(grown, graph.sources, low)
        np.minimum.at(grown, graph.targets, low)
        grown = grown[grown]
        if (grown == group).all():
            return np.concatenate([group, group[graph.sources][owner]])
        group = grown


def _order(wide: _Wide) -> list[Ints]:
    """The nodes of each column from top to bottom, after sweeps over the columns in both
    directions."""
    size = len(wide.layers)
    place = _first_places(wide)
    by_layer = np.lexsort((place, wide.group, wide.layers))
    cuts = np.flatnonzero(np.diff(wide.layers[by_layer])) + 1
    rows = np.split(by_layer, cuts)
    place = np.empty(size)
    for row in rows:
        place[row] = np.arange(len(row))
    into = _Links(size, wide.targets, wide.sources, wide.ports)
    out_of = _Links(size, wide.sources, wide.targets, -wide.ports)
    for sweep in range(_SWEEPS):
        links, columns = (
            (into, range(1, len(rows)))
            if sweep % 2 == 0
            else (out_of, range(len(rows) - 2, -1, -1))
        )
        changed = False
        for column in columns:
            row = rows[column]
            if len(row) < 2:
                continue
            weight = links.mean(row, place)
            order = np.lexsort((place[row], weight, wide.group[row]))
            if (order[1:] < order[:-1]).any():
                rows[column] = row = row[order]
                place[row] = np.arange(len(row))
                changed = True
        if not changed and sweep:
            break
    return rows


def _first_places(wide: _Wide) -> Floats:
    """A start for the sweeps: the order in which a walk along the wires, upper ports first and
    then earlier nodes first, meets the nodes."""
    size = len(wide.layers)
    by_port = np.lexsort((wide.goals, wide.ports, wide.sources))
    following = _neighbours(size, wide.sources[by_port], wide.targets[by_port])
    arrivals = np.bincount(wide.targets, minlength=size)
    met = [-1] * size
    count = 0
    for root in np.flatnonzero(arrivals == 0).tolist():
        stack = [root]
        while stack:
            node = stack.pop()
            if met[node] >= 0:
                continue
            met[node] = count
            count += 1
            stack.extend(reversed(following[node]))
    return np.array(met, dtype=np.float64)


class _Links:
    """Neighbours of each node on one side, as one flat array cut at ``first``."""

    def __init__(self, size: int, here: Ints, there: Ints, ports: Floats) -> None:
        order = np.argsort(here, kind="stable")
        self.there = there[order]
        self.ports = ports[order]
        self.counts = np.bincount(here, minlength=size)
        self.first = np.concatenate([[0], np.cumsum(self.counts)])

    def mean(self, nodes: Ints, values: Floats) -> Floats:
        """The mean of the neighbours' values and port places; a node without neighbours keeps its
        own."""
        counts = self.counts[nodes]
        some = np.flatnonzero(counts)
        result = values[nodes].copy()
        if not len(some):
            return result
        lengths = counts[some]
        cuts = np.cumsum(lengths) - lengths
        flat = np.arange(lengths.sum()) - np.repeat(cuts - self.first[nodes[some]], lengths)
        result[some] = np.add.reduceat(values[self.there[flat]] + self.ports[flat], cuts) / lengths
        return result


def _align(wide: _Wide, rows: Sequence[Ints]) -> Floats:
    """Top edges: nodes near the middle of their neighbours, in the order of their column, never
    overlapping."""
    size = len(wide.layers)
    gap = np.where(wide.heights > _DUMMY_HEIGHT, ROW_GAP, ROW_GAP / 3)
    need = wide.heights + gap
    middle = np.empty(size)
    for row in rows:
        middle[row] = np.cumsum(need[row]) - need[row] / 2
    port_shift = np.zeros(len(wide.sources))
    into = _Links(size, wide.targets, wide.sources, port_shift)
    out_of = _Links(size, wide.sources, wide.targets, port_shift)
    for sweep in range(_ALIGN):
        forward = sweep % 2 == 0
        links = into if forward else out_of
        for row in rows if forward else reversed(rows):
            wanted = links.mean(row, middle)
            middle[row] = _spread(wanted, need[row])
    tops: Floats = middle - wide.heights / 2
    return tops


def _spread(wanted: Floats, need: Floats) -> Floats:
    """The middles nearest to those wanted that keep the order and leave each its room.

    The mean of pushing down from the top and pushing up from the bottom: both fit, so their mean
    does.
    """
    if len(wanted) == 1:
        return wanted
    room = np.concatenate([[0.0], np.cumsum((need[:-1] + need[1:]) / 2)])
    free = wanted - room
    down = np.maximum.accumulate(free)
    up = np.minimum.accumulate(free[::-1])[::-1]
    middles: Floats = (down + up) / 2 + room
    return middles


def _columns(layers: Ints, widths: Floats | None) -> Floats:
    """The left edge of each node's column; a column is as wide as the widest node in it."""
    if widths is None:
        return np.asarray(layers * COLUMN, dtype=np.float64)
    layers = layers - layers.min()
    widest = np.zeros(int(layers.max()) + 1)
    np.maximum.at(widest, layers, widths)
    pitch = widest + (COLUMN - CARD_WIDTH)
    lefts: Floats = (np.cumsum(pitch) - pitch)[layers]
    return lefts


def _park(places: Floats, graph: Graph, lone: NDArray[np.bool_]) -> None:
    """Puts nodes without wires in a block of their own below the rest, as wide as it is."""
    alone = np.flatnonzero(lone)
    if not len(alone):
        return
    rest, heights = np.flatnonzero(~lone), graph.heights
    floor = float((places[rest, 1] + heights[rest]).max()) + 2 * ROW_GAP if len(rest) else 0.0
    span = int(places[rest, 0].max() / COLUMN) + 1 if len(rest) else 0
    columns = max(span, 3, int(np.ceil(np.sqrt(len(alone) / 2))))
    pitch = max(CARD_HEIGHT, float(heights[alone].max())) + ROW_GAP
    nth = np.arange(len(alone))
    wide = CARD_WIDTH if graph.widths is None else float(graph.widths[alone].max())
    places[alone, 0] = (nth % columns) * max(COLUMN, wide + COLUMN - CARD_WIDTH)
    places[alone, 1] = floor + (nth // columns) * pitch
