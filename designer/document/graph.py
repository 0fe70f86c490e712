"""The graph that views draw, made from a workflow, the types that are installed, and the problems
found."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from designer.document.places import trigger_keys
from designer.document.views import EdgeView, NodeView, Point, PortKind, PortView
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


def build_graph(
    workflow: Workflow, catalogue: Catalogue, problems: Iterable[Problem] = ()
) -> Graph:
    edges = read_edges(workflow)
    wired = {(edge.src, edge.port) for edge in edges}
    owners = {inner: step.id for step in workflow.steps for inner in inner_ids(step)}
    counts = _count(problems, workflow, owners)
    places = positions(workflow)
    handlers = handler_roles(workflow)
    nodes: dict[str, NodeView] = {}
    for index, key in keyed_triggers(workflow):
        view = _trigger_view(workflow.triggers[index], key, catalogue, places.get(key), edges)
        nodes[key] = _counted(view, counts)
    for step in workflow.steps:
        view = step_view(step, catalogue, wired, places.get(step.id), handlers.get(step.id, ""))
        nodes.setdefault(step.id, _counted(view, counts))
    return Graph(nodes, edges, owners)


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
    return {
        str(key): (float(place[0]), float(place[1]))
        for key, place in found.items()
        if isinstance(place, list | tuple) and len(place) == 2 and all(map(_is_number, place))
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e7


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


def step_view(
    step: Step,
    catalogue: Catalogue,
    wired: Iterable[tuple[str, str]] = frozenset(),
    position: Point | None = None,
    handler: str = "",
) -> NodeView:
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
        ports=tuple(
            PortView(name, shape, (step.id, name) in wired)
            for name, shape in (*branches, *STANDARD)
        ),
        has_input=not handler,
        position=position,
        enabled=step.enabled,
        runnable=kind.runnable if kind else False,
        handler=handler,
        inner=len(inner_ids(step)),
    )


def _trigger_view(
    trigger: Trigger,
    key: str,
    catalogue: Catalogue,
    position: Point | None,
    edges: Iterable[EdgeView],
) -> NodeView:
    kind = catalogue.trigger_types.get(trigger.type)
    return NodeView(
        key=key,
        kind="trigger",
        type=trigger.type,
        title=trigger.name or (kind.title if kind else trigger.type),
        subtitle=summary(kind, trigger.config) if kind else f"unknown type {trigger.type}",
        icon=kind.icon if kind else "unknown",
        group="start",
        ports=(PortView("success", "success", any(edge.src == key for edge in edges)),),
        has_input=False,
        position=position,
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
) -> Counter[tuple[str, str]]:
    names = {workflow.triggers[index].name: key for index, key in keyed_triggers(workflow)}
    counts: Counter[tuple[str, str]] = Counter()
    for problem in problems:
        if problem.step_id is not None:
            counts[owners.get(problem.step_id, problem.step_id), problem.severity] += 1
        elif problem.trigger is not None:
            key = names.get(problem.trigger, problem.trigger)
            counts[key, problem.severity] += 1
    return counts


def _counted(view: NodeView, counts: Counter[tuple[str, str]]) -> NodeView:
    errors, warnings = counts[view.key, "error"], counts[view.key, "warning"]
    if not errors and not warnings:
        return view
    return replace(view, errors=errors, warnings=warnings)
