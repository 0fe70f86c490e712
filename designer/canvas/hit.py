"""What lies under a point of the canvas: a port, a node, a wire's end, a wire, or nothing."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from designer.canvas import wires
from designer.canvas.geometry import CARD_WIDTH, PORT_PITCH, PortPlan, PortSpot, Reveal
from designer.canvas.scene import Scene
from designer.canvas.viewport import Point

Kind = Literal["output", "input", "node", "wire", "nothing"]

_PORT_REACH = 11.0
_WIRE_REACH = 7.0
_END_REACH = 26.0
"""Pixels around a port, a wire and a wire's end that count as on it."""
_LEAST_PORT_ZOOM = 0.35
"""Below this zoom ports are not drawn, and cannot be hit."""
DRAWER_WIDTH = 76.0


@dataclass(frozen=True, slots=True)
class Hit:
    """``node`` and ``wire`` are indices in the scene; ``end`` says which end of the wire is
    near."""

    kind: Kind = "nothing"
    node: int = -1
    port: str = ""
    wire: int = -1
    end: Literal["", "src", "dst"] = ""


NOTHING = Hit()


def hit(scene: Scene, at: Point, zoom: float, opened: int = -1, reveal: Reveal = "wired") -> Hit:
    """What is under the scene point ``at``. ``opened`` is the node that shows ports up to
    ``reveal``."""
    if zoom >= _LEAST_PORT_ZOOM:
        port = _port_at(scene, at, zoom, opened, reveal)
        if port.kind != "nothing":
            return port
    node = node_at(scene, at)
    if node >= 0:
        return Hit("node", node=node)
    return wire_at(scene, at, zoom)


def node_at(scene: Scene, at: Point) -> int:
    """The topmost node whose card covers a point, -1 when there is none."""
    found = scene.nodes_in((at[0], at[1], 0.0, 0.0))
    return int(found[-1]) if len(found) else -1


def wire_at(scene: Scene, at: Point, zoom: float, without: frozenset[int] = frozenset()) -> Hit:
    """The wire nearest to a point, if it is near enough and none of ``without``."""
    reach = _WIRE_REACH / zoom
    near = scene.wires_in((at[0], at[1], 0.0, 0.0), reach)
    if without:
        near = near[~np.isin(near, list(without))]
    if not len(near):
        return NOTHING
    curves, owners = scene.pieces(near)
    gaps = wires.distances(wires.flatten(curves, 24), *at)
    best = int(gaps.argmin())
    if gaps[best] > reach:
        return NOTHING
    wire = int(near[owners[best]])
    return Hit("wire", wire=wire, end=_end(scene, wire, at, zoom))


def _end(scene: Scene, wire: int, at: Point, zoom: float) -> Literal["", "src", "dst"]:
    ends = scene.curves[wire][[0, 3]]
    gaps = np.hypot(ends[:, 0] - at[0], ends[:, 1] - at[1]) * zoom
    if gaps.min() > _END_REACH:
        return ""
    return "src" if gaps[0] < gaps[1] else "dst"


def reveal_of(scene: Scene, node: int, opened: int, reveal: Reveal) -> Reveal:
    """Which ports a node shows: a handler none, the opened node more than the others."""
    if scene.nodes[node].handler:
        return "none"
    return reveal if node == opened else "wired"


def _port_at(scene: Scene, at: Point, zoom: float, opened: int, reveal: Reveal) -> Hit:
    """The port nearest to a point, on the topmost node that has one in reach."""
    reach = max(_PORT_REACH / zoom, 8.0)
    below = DRAWER_WIDTH if opened >= 0 else 0.0
    for i in scene.nodes_in((at[0], at[1], 0.0, 0.0), reach + below)[::-1]:
        node, plan = int(i), scene.plans[int(i)]
        x, y = at[0] - scene.rects[node, 0], at[1] - scene.rects[node, 1]
        name = _output_at(plan.shown(reveal_of(scene, node, opened, reveal)), plan, x, y, reach)
        if name:
            return Hit("output", node=node, port=name)
        if scene.nodes[node].has_input and np.hypot(x, y - plan.height / 2) <= reach:
            return Hit("input", node=node)
    return NOTHING


def _output_at(
    spots: tuple[PortSpot, ...], plan: PortPlan, x: float, y: float, reach: float
) -> str:
    gap, name = min(((np.hypot(x - s.x, y - s.y), s.name) for s in spots), default=(np.inf, ""))
    if gap <= reach:
        return name
    for spot in spots:
        if spot.y > plan.height and abs(y - spot.y) <= PORT_PITCH / 2:
            return spot.name if CARD_WIDTH - DRAWER_WIDTH <= x <= CARD_WIDTH else ""
    return ""


def in_reach(scene: Scene, node: int, at: Point, zoom: float) -> bool:
    """Whether a point is on a node's card, its ports or its open drawer: while it is, the node
    stays open."""
    x, y, w, h = scene.rects[node]
    hidden = scene.plans[node].hidden
    low = max((spot.y for spot in hidden), default=0.0) + PORT_PITCH / 2
    margin = _PORT_REACH / zoom
    if x - margin <= at[0] <= x + w + margin and y - margin <= at[1] <= y + h + margin:
        return True
    inside = x + w - DRAWER_WIDTH <= at[0] <= x + w + margin
    return bool(inside and y <= at[1] <= y + max(low, h) + margin)
