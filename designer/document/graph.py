"""The graph that views draw, made from a workflow, the types that are installed, and the problems
found."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from designer.document.places import trigger_keys
from designer.document.views import EdgeView, NodeView, Point, PortKind, PortView, read_point
from engine import Catalogue, Dependency, Problem, Step, Trigger, Workflow, dependencies

log = logging.getLogger(__name__)

STANDARD: tuple[tuple[str, PortKind], ...] = (
    ("success", "success"),
    ("failure", "failure"),
    ("done", "done"),
    ("always", "always"),
)


class Graph(Struct, frozen=True):
    """Nodes by key in the order of the file, and the wires between them."""

    nodes: Mapping[str, NodeView]
    edges: tuple[EdgeView, ...]
    owners: Mapping[str, str]
    """Id of a step inside a body -> the top step that holds it."""


EMPTY = Graph({}, (), {})


class _Kind(Protocol):
    def summary(self, config: Mapping[str, Any], /) -> str: ...


def moved_graph(graph: Graph, workflow: Workflow) -> Graph:
    """The graph of a workflow of which only places differ."""
    places = positions(workflow)
    nodes = {
        key: node if node.position == places.get(key) else replace(node, position=places.get(key))
        for key, node in graph.nodes.items()
    }
    return Graph(nodes, graph.edges, graph.owners)


_Dress = tuple[frozenset[str] | None, Point | None, tuple[int, int] | None, str]
"""What a node shows beside what it is by itself: wired ports, place, errors and warnings, role."""


def recounted(
    graph: Graph, workflow: Workflow, problems: Iterable[Problem]
) -> tuple[Graph, frozenset[str]]:
    """The graph with the numbers of these problems, and the keys of the nodes that differ."""
    counts = _count(problems, workflow, graph.owners)
    nodes = dict(graph.nodes)
    told = {key for key, node in nodes.items() if node.errors or node.warnings}
    changed = set()
    for key in told | (counts.keys() & nodes.keys()):
        errors, warnings = counts.get(key, (0, 0))
        node = nodes[key]
        if (node.errors, node.warnings) != (errors, warnings):
            nodes[key] = replace(node, errors=errors, warnings=warnings)
            changed.add(key)
    return Graph(nodes, graph.edges, graph.owners), frozenset(changed)


class GraphBuilder:
    """Makes graphs of one document. A node or wire whose step did not change stays the same object,
    so that what differs is found fast."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._faces: dict[str, tuple[Step, NodeView]] = {}
        self._made: dict[str, tuple[NodeView, _Dress, NodeView]] = {}
        self._wires: dict[str, tuple[Step, tuple[EdgeView, ...]]] = {}
        self._points: dict[str, tuple[Any, Point | None]] = {}

    def build(self, workflow: Workflow, problems: Iterable[Problem] = ()) -> Graph:
        edges = self._edges(workflow)
        wired = _wired_ports(edges)
        owners = {
            inner: step.id for step in workflow.steps if step.bodies for inner in inner_ids(step)
        }
        counts = _count(problems, workflow, owners)
        places = self._positions(workflow)
        handlers = handler_roles(workflow)
        nodes: dict[str, NodeView] = {}
        made: dict[str, tuple[NodeView, _Dress, NodeView]] = {}
        for key, face in self._all_faces(workflow):
            dress = (wired.get(key), places.get(key), counts.get(key), handlers.get(key, ""))
            known = self._made.get(key)
            if known is None or known[0] is not face or known[1] != dress:
                known = (face, dress, _dressed(face, dress))
            if key not in nodes:
                made[key], nodes[key] = known, known[2]
        self._made = made
        return Graph(nodes, edges, owners)

    def _all_faces(self, workflow: Workflow) -> Iterator[tuple[str, NodeView]]:
        for index, key in keyed_triggers(workflow):
            yield key, trigger_face(workflow.triggers[index], key, self._catalogue)
        known, met = self._faces, {}
        for step in workflow.steps:
            face = known.get(step.id)
            if face is None or (face[0] is not step and face[0] != step):
                face = (step, step_face(step, self._catalogue))
            met[step.id] = face
            yield step.id, face[1]
        self._faces = met

    def _edges(self, workflow: Workflow) -> tuple[EdgeView, ...]:
        """The wires between steps that exist, then those from the triggers to the steps that wait
        for nothing."""
        steps = workflow.steps
        if all(step.depends_on is None for step in steps):
            waits = dependencies(steps)
            stored = {key: _edges_to(key, found, False) for key, found in waits.items()}
        else:
            stored = self._stored_edges(steps)
        between = [edge for edges in stored.values() for edge in edges if edge.src in stored]
        handlers = workflow.handlers if workflow.triggers else frozenset()
        starts = [key for key, edges in stored.items() if not edges and key not in handlers]
        heads = [
            EdgeView(key, "success", start, False)
            for _, key in keyed_triggers(workflow)
            for start in starts
        ]
        return (*between, *heads)

    def _stored_edges(self, steps: Iterable[Step]) -> dict[str, tuple[EdgeView, ...]]:
        known, met, found = self._wires, {}, {}
        for step in steps:
            entry = known.get(step.id)
            if entry is None or (entry[0] is not step and entry[0] != step):
                entry = (step, _edges_to(step.id, step.depends_on or (), True))
            met[step.id] = entry
            found[step.id] = entry[1]
        self._wires = met
        return found

    def _positions(self, workflow: Workflow) -> dict[str, Point]:
        found = workflow.designer.get("positions")
        if not isinstance(found, dict):
            return {}
        known, met, points = self._points, {}, {}
        for key, value in found.items():
            entry = known.get(key)
            if entry is None or entry[0] is not value:
                entry = (value, read_point(value))
            met[key] = entry
            if entry[1] is not None:
                points[key] = entry[1]
        self._points = met
        return points


def _edges_to(key: str, waits: Iterable[Dependency], stored: bool) -> tuple[EdgeView, ...]:
    return tuple(EdgeView(wait.step, wait.port, key, stored) for wait in dict.fromkeys(waits))


def _wired_ports(edges: Iterable[EdgeView]) -> dict[str, frozenset[str]]:
    """The ports of each node on which something hangs."""
    found: dict[str, frozenset[str]] = {}
    for edge in edges:
        known = found.get(edge.src)
        if known is None:
            found[edge.src] = _one(edge.port)
        elif edge.port not in known:
            found[edge.src] = known | {edge.port}
    return found


@cache
def _one(port: str) -> frozenset[str]:
    return frozenset({port})


def _dressed(face: NodeView, dress: _Dress) -> NodeView:
    """A node as it looks by itself, with its wires, place, problems and role."""
    wired, position, counts, handler = dress
    ports = face.ports
    if wired is not None:
        ports = tuple(PortView(p.name, p.kind, True) if p.name in wired else p for p in ports)
    errors, warnings = counts or (0, 0)
    view = replace(face, ports=ports, position=position, errors=errors, warnings=warnings)
    return replace(view, handler=handler, has_input=False) if handler else view


def keyed_triggers(workflow: Workflow) -> list[tuple[int, str]]:
    """Index and node key of each trigger."""
    return list(trigger_keys([{"name": t.name, "type": t.type} for t in workflow.triggers]))


def positions(workflow: Workflow) -> dict[str, Point]:
    """Node key -> place, for the nodes that the author placed."""
    found = workflow.designer.get("positions")
    if not isinstance(found, dict):
        return {}
    places = {str(key): read_point(place) for key, place in found.items()}
    return {key: place for key, place in places.items() if place is not None}


def handler_roles(workflow: Workflow) -> dict[str, str]:
    """Id of each step that stands outside the graph -> which list names it."""
    roles = {step.compensate: "compensate" for step in workflow.steps if step.compensate}
    for role, names in (
        ("finally", workflow.finally_),
        ("on_cancel", workflow.on_cancel),
        ("on_success", workflow.on_success),
        ("on_failure", workflow.on_failure),
    ):
        roles.update(dict.fromkeys(names, role))
    return roles


def inner_ids(step: Step) -> list[str]:
    """Ids of all steps inside a step's bodies, however deep."""
    pending, found = list(step.bodies), []
    while pending:
        for inner in pending.pop().steps:
            found.append(inner.id)
            pending.extend(inner.bodies)
    return found


def step_face(step: Step, catalogue: Catalogue) -> NodeView:
    """A step as it looks by itself: no wires, no place, no problems."""
    kind = catalogue.step_types.get(step.type)
    branches: list[tuple[str, PortKind]] = (
        [(port, "branch") for port in kind.ports(step.config)] if kind else []
    )
    return NodeView(
        key=step.id,
        kind="step",
        type=step.type,
        title=step.title,
        subtitle=summary(kind, step.config) if kind else f"unknown type {step.type}",
        icon=kind.icon if kind else "unknown",
        group=kind.group if kind else "do",
        ports=tuple(PortView(name, shape) for name, shape in (*branches, *STANDARD)),
        enabled=step.enabled,
        runnable=kind.runnable if kind else False,
        inner=len(inner_ids(step)),
    )


def trigger_face(trigger: Trigger, key: str, catalogue: Catalogue) -> NodeView:
    """A trigger as it looks by itself."""
    kind = catalogue.trigger_types.get(trigger.type)
    return NodeView(
        key=key,
        kind="trigger",
        type=trigger.type,
        title=trigger.name or (kind.title if kind else trigger.type),
        subtitle=summary(kind, trigger.config) if kind else f"unknown type {trigger.type}",
        icon=kind.icon if kind else "unknown",
        group="start",
        ports=(PortView("success", "success"),),
        has_input=False,
        enabled=trigger.enabled,
        runnable=kind.runnable if kind else False,
    )


def summary(kind: _Kind, config: Mapping[str, Any]) -> str:
    """What a type says of a config; a plug-in that fails at it is logged and says nothing."""
    try:
        return " ".join(kind.summary(config).split())
    except Exception:
        log.exception("The summary of %r failed.", kind)
        return ""


def _count(
    problems: Iterable[Problem], workflow: Workflow, owners: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    """Node key -> errors and warnings, those of inner steps at the step that holds them."""
    names = {workflow.triggers[index].name: key for index, key in keyed_triggers(workflow)}
    counts: dict[str, tuple[int, int]] = {}
    for problem in problems:
        if problem.step_id is not None:
            key = owners.get(problem.step_id, problem.step_id)
        elif problem.trigger is not None:
            key = names.get(problem.trigger, problem.trigger)
        else:
            continue
        errors, warnings = counts.get(key, (0, 0))
        error = problem.severity == "error"
        counts[key] = (errors + error, warnings + (not error))
    return counts
