"""A place for every node: the author's, else where it was shown before, else the layout's."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from designer.canvas.geometry import CARD_WIDTH, GRID, PORT_PITCH, ROW_GAP, port_plan
from designer.canvas.layout import Graph, layered
from designer.document.views import EdgeView, NodeView, Point

_CLEAR = GRID * 2
"""Space that is kept between a node placed by the canvas and its neighbours."""


def settle(
    nodes: Sequence[NodeView], edges: Iterable[EdgeView], shown: Mapping[str, Point]
) -> dict[str, Point]:
    """Places for all nodes. ``shown`` is where nodes without a place of their own were before.

    Where most nodes have a place, new ones come beside those they are wired to; else they keep to
    the layout of the whole, which is the same each time the file is opened.
    """
    places = {n.key: n.position for n in nodes if n.position is not None}
    for node in nodes:
        if node.key not in places and node.key in shown:
            places[node.key] = shown[node.key]
    missing = [node for node in nodes if node.key not in places]
    if not missing:
        return places
    wires = list(edges)
    laid = lay_out(nodes, wires)
    if len(missing) * 2 >= len(nodes):
        near: dict[str, str] = {}
    else:
        near = _neighbours(missing, wires, places)
    _fit(nodes, missing, laid, near, places)
    return places


def lay_out(nodes: Sequence[NodeView], edges: Iterable[EdgeView]) -> dict[str, Point]:
    """The layered layout of these nodes and of the wires between them, from (0, 0) on."""
    index = {node.key: i for i, node in enumerate(nodes)}
    inner = [e for e in edges if e.src in index and e.dst in index]
    plans = [port_plan(node.ports) for node in nodes]
    graph = Graph(
        np.array([plan.height for plan in plans], dtype=np.float64),
        np.array([index[e.src] for e in inner], dtype=np.intp),
        np.array([index[e.dst] for e in inner], dtype=np.intp),
        np.array(
            [plans[index[e.src]].spot(e.port).y / plans[index[e.src]].height for e in inner],
            dtype=np.float64,
        ),
    )
    corners = layered(graph)
    return {node.key: (float(x), float(y)) for node, (x, y) in zip(nodes, corners, strict=True)}


def free_spot(
    at: Point, height: float, taken: np.ndarray[tuple[int, int], np.dtype[np.float64]]
) -> Point:
    """The nearest place from ``at`` downwards where a card overlaps none of the rects (n, 4)."""
    x, y = at
    column = taken[
        (taken[:, 0] < x + CARD_WIDTH + _CLEAR) & (taken[:, 0] + taken[:, 2] > x - _CLEAR)
    ]
    for row in column[np.argsort(column[:, 1])] if len(column) else ():
        if row[1] < y + height + _CLEAR and row[1] + row[3] > y - _CLEAR:
            y = float(row[1] + row[3]) + ROW_GAP
    return x, float(np.ceil(y / GRID) * GRID)


def _neighbours(
    missing: Sequence[NodeView], edges: Iterable[EdgeView], places: Mapping[str, Point]
) -> dict[str, str]:
    """For each node without a place, one that has a place and is wired to it; what it follows
    first."""
    wanted = {node.key for node in missing}
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for edge in edges:
        if edge.dst in wanted and edge.src in places:
            before.setdefault(edge.dst, edge.src)
        if edge.src in wanted and edge.dst in places:
            after.setdefault(edge.src, edge.dst)
    return after | before


def _fit(
    nodes: Sequence[NodeView],
    missing: Sequence[NodeView],
    laid: Mapping[str, Point],
    near: Mapping[str, str],
    places: dict[str, Point],
) -> None:
    """Adds places for the missing nodes, clear of those that have one."""
    heights = {node.key: port_plan(node.ports).height for node in nodes}
    count = len(places)
    taken = np.zeros((len(nodes), 4))
    for i, (key, (x, y)) in enumerate(places.items()):
        taken[i] = x, y, CARD_WIDTH, heights.get(key, PORT_PITCH)
    placed = taken[:count]
    for node in missing:
        x, y = laid[node.key]
        anchor = near.get(node.key)
        if anchor is not None:
            ax, ay = places[anchor]
            x, y = x + ax - laid[anchor][0], y + ay - laid[anchor][1]
        if count:
            x, y = free_spot((x, y), heights[node.key], placed)
        places[node.key] = (x, y)
        if anchor is not None:
            taken[count] = x, y, CARD_WIDTH, heights[node.key]
            count += 1
            placed = taken[:count]
