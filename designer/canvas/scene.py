"""The drawing as arrays: where every node, port and wire is, kept in step with a document."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from designer.canvas import wires
from designer.canvas.detours import Detours
from designer.canvas.geometry import CARD_WIDTH, PORT, PortPlan, port_plan
from designer.canvas.viewport import Box
from designer.document.views import EdgeView, NodeView, Point, Wire

FAILURE = "failure"

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class Scene:
    """Nodes and wires by index. A new structure makes a new scene; moving nodes changes this one.

    The order of the nodes is the order of painting: later ones lie on top. ``places`` must hold a
    position for each node; wires to nodes that are not there are left out. A node in ``folds``
    is not drawn: its wires begin and end at the block that stands for it.
    """

    def __init__(
        self,
        nodes: Sequence[NodeView] = (),
        edges: Iterable[EdgeView] = (),
        places: Mapping[str, Point] | None = None,
        folds: Mapping[str, Box] | None = None,
    ) -> None:
        self.nodes: list[NodeView] = list(nodes)
        self.index = {node.key: i for i, node in enumerate(self.nodes)}
        self.edges = [e for e in edges if e.src in self.index and e.dst in self.index]
        self.edge_index = {edge.key: i for i, edge in enumerate(self.edges)}
        self.sources = np.array([self.index[e.src] for e in self.edges], dtype=np.intp)
        self.targets = np.array([self.index[e.dst] for e in self.edges], dtype=np.intp)
        self.plans: list[PortPlan] = [port_plan(node.ports) for node in self.nodes]
        self.rects = np.empty((len(self.nodes), 4))
        self.version = 0
        """Changes with every move, so that what is drawn from the arrays can be kept until then."""
        self.raised = np.zeros(len(self.nodes), dtype=bool)
        """Nodes that lie above the others: those selected."""
        known = places or {}
        for i, node in enumerate(self.nodes):
            x, y = known.get(node.key, (0.0, 0.0))
            self.rects[i] = x, y, CARD_WIDTH, self.plans[i].height
        self.homes: dict[int, Point] = {}
        """Where the nodes that are not drawn really are; ``rects`` has their block."""
        self.hidden = np.zeros(len(self.nodes), dtype=bool)
        self._hide(folds or {})
        self.triggers = np.array([node.kind == "trigger" for node in self.nodes], dtype=bool)
        self.failing = np.array([edge.port == FAILURE for edge in self.edges], dtype=bool)
        """Wires from a failure port."""
        self.detours = Detours(len(self.edges))
        self._by_end: dict[str, dict[int, list[int]]] = {}
        self._measure()

    def _hide(self, folds: Mapping[str, Box]) -> None:
        for key, block in folds.items():
            i = self.index[key]
            self.homes[i] = (float(self.rects[i, 0]), float(self.rects[i, 1]))
            self.hidden[i] = True
            self.rects[i] = block
        blocks = np.unique(self.rects[self.hidden], axis=0, return_inverse=True)[1]
        group = np.full(len(self.nodes), -1, dtype=np.intp)
        group[self.hidden] = blocks.reshape(-1)
        ends = group[self.sources], group[self.targets]
        self.silent = (ends[0] >= 0) & (ends[0] == ends[1])
        """Wires inside one block, which are not drawn."""

    def _measure(self) -> None:
        """Where wires begin on their source card, and all that follows from it."""
        self._port_offsets = np.array(
            [
                self._leaving(int(i), edge.port)
                for i, edge in zip(self.sources, self.edges, strict=True)
            ],
            dtype=np.float64,
        ).reshape(-1, 2)
        self._route(np.arange(len(self.edges)), fresh=True)

    def _leaving(self, i: int, port: str) -> Point:
        if self.hidden[i]:
            return float(self.rects[i, 2]) + PORT, float(self.rects[i, 3]) / 2
        spot = self.plans[i].spot(port)
        return spot.x + PORT, spot.y

    def _route(self, edges: Ints, fresh: bool = False) -> None:
        """Works out again the curves of some wires."""
        if fresh:
            self.curves = np.empty((len(self.edges), 4, 2))
            self.wire_boxes = np.empty((len(self.edges), 4))
        starts = self.rects[self.sources[edges], :2] + self._port_offsets[edges]
        ends = self.rects[self.targets[edges], :2].copy()
        ends[:, 0] -= PORT + wires.ARROW - 1.0
        ends[:, 1] += self.rects[self.targets[edges], 3] / 2
        self.curves[edges] = wires.controls(starts, ends)
        self.wire_boxes[edges] = wires.bounds(self.curves[edges])
        self.detours.forget(edges)
        self.version += 1

    def replace_node(self, node: NodeView) -> bool:
        """Takes a changed view of a node that is there; False when its ports changed and wires
        must be routed."""
        i = self.index[node.key]
        plan = port_plan(node.ports)
        same = plan is self.plans[i] or plan == self.plans[i]
        self.nodes[i], self.plans[i] = node, plan
        if not same and not self.hidden[i]:
            self.rects[i, 3] = plan.height
        self.version += 1
        return same

    def route_all(self) -> None:
        self._measure()

    def place(self, places: Mapping[str, Point], *, settled: bool = True) -> None:
        """Puts nodes at new positions; while they are still being dragged, wires do not go around
        them."""
        known = [(self.index[key], point) for key, point in places.items() if key in self.index]
        if not known:
            return
        self.homes.update((i, point) for i, point in known if self.hidden[i])
        drawn = [(i, point) for i, point in known if not self.hidden[i]]
        if drawn:
            moved = np.array([i for i, _ in drawn], dtype=np.intp)
            corners = np.array([point for _, point in drawn], dtype=np.float64)
            self.shift(moved, corners, settled=settled)

    def shift(self, moved: Ints, corners: Floats, *, settled: bool = True) -> None:
        """Draws nodes, or the blocks they are folded into, at other places."""
        self.rects[moved, :2] = corners
        self._route(self.edges_at(moved))
        if settled:
            self.detours.settle()

    def pieces(self, found: Ints) -> tuple[Floats, Ints]:
        """What is drawn of these wires: cubic curves (n, 4, 2), and the place of each one's wire in
        ``found``. ``curves`` are those that run straight."""
        return self.detours.pieces(self.curves, found)

    def route_around(self, box: Box, seconds: float) -> bool:
        """Leads the wires in a box around cards, for about so long; True when some are left."""
        return self.detours.work_out(self, self.wires_in(box), seconds)

    def edges_at(self, nodes: Ints) -> Ints:
        """Wires that touch any of these nodes."""
        mask = np.zeros(len(self.nodes), dtype=bool)
        mask[nodes] = True
        return np.flatnonzero(mask[self.sources] | mask[self.targets])

    def position(self, key: str) -> Point:
        """Where a node is, also while it is folded away."""
        i = self.index[key]
        if i in self.homes:
            return self.homes[i]
        x, y = self.rects[i, :2]
        return float(x), float(y)

    def indices(self, keys: Iterable[str]) -> Ints:
        """Indices of those of the keys that are there, lowest first."""
        found = sorted(self.index[key] for key in keys if key in self.index)
        return np.array(found, dtype=np.intp)

    def wire_indices(self, wires: Iterable[Wire]) -> Ints:
        """Indices of those of the wires that are there, lowest first."""
        found = sorted(self.edge_index[wire] for wire in wires if wire in self.edge_index)
        return np.array(found, dtype=np.intp)

    def nodes_in(self, box: Box, margin: float = 0.0) -> Ints:
        """Nodes that touch a box, in the order of painting."""
        x, y, w, h = box
        r = self.rects
        seen = (r[:, 0] <= x + w + margin) & (r[:, 0] + r[:, 2] >= x - margin)
        seen &= (r[:, 1] <= y + h + margin) & (r[:, 1] + r[:, 3] >= y - margin)
        found = np.flatnonzero(seen & ~self.hidden)
        return found[np.argsort(self.raised[found], kind="stable")]

    def lift(self, keys: Iterable[str]) -> None:
        """Puts these nodes above the others, and no others."""
        self.raised[:] = False
        self.raised[self.indices(keys)] = True

    def wires_in(self, box: Box, margin: float = 0.0) -> Ints:
        """Wires whose curve may touch a box."""
        x, y, w, h = box
        found = wires.boxes_meet(
            self.wire_boxes, x - margin, y - margin, x + w + margin, y + h + margin
        )
        seen: Ints = found[~self.silent[found]]
        return seen

    def bounds(self, keys: Iterable[str] | None = None) -> Box | None:
        """The box around these nodes (all of them when None); None when there are none."""
        r = self.rects if keys is None else self.rects[self.indices(keys)]
        if not len(r):
            return None
        left, top = r[:, :2].min(axis=0)
        right, bottom = (r[:, :2] + r[:, 2:]).max(axis=0)
        return float(left), float(top), float(right - left), float(bottom - top)

    def input_of(self, i: int) -> Point:
        """The middle of a node's input port."""
        x, y, _, h = self.rects[i]
        return float(x), float(y + h / 2)

    def output_of(self, i: int, port: str) -> Point:
        """The middle of one of a node's output ports."""
        spot = self.plans[i].spot(port)
        return float(self.rects[i, 0] + spot.x), float(self.rects[i, 1] + spot.y)

    def upstream(self, node: int) -> set[int]:
        """A node and all that leads to it."""
        return self._reach(node, self.targets, self.sources)[1]

    def downstream(self, node: int) -> set[int]:
        """A node and all that it leads to."""
        return self._reach(node, self.sources, self.targets)[1]

    def path_through(self, edge: int) -> frozenset[int]:
        """Wires upstream and downstream of a wire: the way that data takes through it."""
        before, _ = self._reach(int(self.sources[edge]), self.targets, self.sources)
        after, _ = self._reach(int(self.targets[edge]), self.sources, self.targets)
        return frozenset(before | after | {edge})

    def path_from(self, node: int, port: str) -> frozenset[int]:
        """Wires that leave a port, and all that they lead to."""
        first = {i for i in self._at(self.sources, node) if self.edges[i].port == port}
        ends = {int(self.targets[i]) for i in first}
        return frozenset(
            first.union(*(self._reach(e, self.sources, self.targets)[0] for e in ends))
        )

    def path_to(self, node: int) -> frozenset[int]:
        """Wires on the ways that lead to a node."""
        return frozenset(self._reach(node, self.targets, self.sources)[0])

    def _at(self, here: Ints, node: int) -> list[int]:
        return self._following(here).get(node, [])

    def _reach(self, start: int, here: Ints, there: Ints) -> tuple[set[int], set[int]]:
        """Wires and nodes met by following wires from their ``here`` end to their ``there`` end."""
        following = self._following(here)
        nodes, met = {start}, set[int]()
        pending = [start]
        while pending:
            for edge in following.get(pending.pop(), ()):
                met.add(edge)
                other = int(there[edge])
                if other not in nodes:
                    nodes.add(other)
                    pending.append(other)
        return met, nodes

    def _following(self, here: Ints) -> dict[int, list[int]]:
        """Wires by the node at one of their ends; made once, since a scene's structure never
        changes."""
        name = "sources" if here is self.sources else "targets"
        if name not in self._by_end:
            found: dict[int, list[int]] = {}
            for edge, node in enumerate(here.tolist()):
                found.setdefault(node, []).append(edge)
            self._by_end[name] = found
        return self._by_end[name]
