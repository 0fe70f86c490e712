"""The graph that views draw, made from a workflow, the types that are installed, and the problems
found."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from designer.document.places import trigger_keys
from designer.document.views import EdgeView, NodeView, Point, PortKind, PortView, read_point
from engine import Catalogue, Problem, Step, Trigger, Workflow, dependencies

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


class GraphBuilder:
    """Makes graphs of one document; what a step looks like by itself is kept until it differs."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._faces: dict[str, tuple[Step, NodeView]] = {}

    def build(self, workflow: Workflow, problems: Iterable[Problem] = ()) -> Graph:
        edges = read_edges(workflow)
        wired: dict[str, set[str]] = {}
        for edge in edges:
            wired.setdefault(edge.src, set()).add(edge.port)
        owners = {inner: step.id for step in workflow.steps for inner in inner_ids(step)}
        counts = _count(problems, workflow, owners)
        places = positions(workflow)
        handlers = handler_roles(workflow)
        nodes: dict[str, NodeView] = {}
        for index, key in keyed_triggers(workflow):
            face = trigger_face(workflow.triggers[index], key, self._catalogue)
            nodes[key] = _placed(face, wired.get(key), places.get(key), counts.get(key))
        for step in workflow.steps:
            face = self._face(step)
            if role := handlers.get(step.id):
                face = replace(face, handler=role, has_input=False)
            view = _placed(face, wired.get(step.id), places.get(step.id), counts.get(step.id))
            nodes.setdefault(step.id, view)
        return Graph(nodes, edges, owners)

    def _face(self, step: Step) -> NodeView:
        known = self._faces.get(step.id)
        if known is not None and known[0] == step:
            return known[1]
        face = step_face(step, self._catalogue)
        self._faces[step.id] = (step, face)
        return face


def _placed(
    face: NodeView,
    wired: set[str] | None,
    position: Point | None,
    counts: tuple[int, int] | None,
) -> NodeView:
    """A node as it looks by itself, with its wires, place and problems."""
    if wired is None and position is None and counts is None:
        return face
    ports = face.ports
    if wired is not None:
        ports = tuple(PortView(p.name, p.kind, True) if p.name in wired else p for p in ports)
    errors, warnings = counts or (0, 0)
    return replace(face, ports=ports, position=position, errors=errors, warnings=warnings)


def keyed_triggers(workflow: Workflow) -> list[tuple[int, str]]:
    """Index and node key of each trigger."""
    return list(trigger_keys([{"name": t.name, "type": t.type} for t in workflow.triggers]))


def read_edges(workflow: Workflow) -> tuple[EdgeView, ...]:
    """The wires between steps that exist, then those from the triggers to the steps that wait for
    nothing."""
    ids = {step.id for step in workflow.steps}
    stored = any(step.depends_on is not None for step in workflow.steps)
    waits = dependencies(workflow.steps)
    edges = {
        EdgeView(wait.step, wait.port, step.id, stored)
        for step in workflow.steps
        for wait in waits[step.id]
        if wait.step in ids
    }
    between = sorted(edges, key=lambda edge: edge.key)
    handlers = workflow.handlers
    starts = [i for i in dict.fromkeys(waits) if not waits[i] and i not in handlers]
    heads = [
        EdgeView(key, "success", start, False)
        for _, key in keyed_triggers(workflow)
        for start in starts
    ]
    return (*between, *heads)


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
