"""What of an ended execution need not be done again when it is retried."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from engine.core.events import (
    ChildStarted,
    Event,
    Reused,
    StepCancelled,
    StepCompleted,
    StepFailed,
    StepSkipped,
    StepStarted,
)
from engine.core.keys import parent_of, step_id_of
from engine.core.plan import Graph, Node, Plan
from engine.runtime.errors import InputError


class Again(Struct, frozen=True, kw_only=True):
    """How an execution is retried: from what failed, from a step on, or as a whole.

    ``source`` is another text to run, ``newest`` the workflow's newest; without them it is the one
    that ran before. With another ``input`` it runs as a whole, unless ``from_step`` is given.
    """

    from_step: str | None = None
    whole: bool = False
    input: dict[str, Any] | None = None
    source: str | None = None
    newest: bool = False


class _Past(Struct):
    """What the steps of the ended execution came to, by key."""

    completed: dict[str, Reused] = {}
    failed: set[str] = set()
    children: dict[str, str] = {}
    rounds: set[str] = set()
    """What the keys of the iterations and branches that were made begin with."""


def reused_steps(
    plan: Plan, before: Plan, history: Iterable[Event], again: Again
) -> tuple[dict[str, Reused], dict[str, str]]:
    """By key, the outputs to take over, and the sub-workflows' executions to retry.

    A step is done again when it failed, was cut off or undone, is the one to begin from, is of
    another type than in ``before``, the plan of the history, or comes after such a step. Handlers
    are no part of that: they belong to the end of each execution. Raises InputError where the step
    to begin from is not there.
    """
    if again.whole or (again.input is not None and again.from_step is None):
        return {}, {}
    past = _read(history)
    if again.from_step is not None:
        _check(plan, again.from_step, past)
    nodes = _nodes(plan.graph)
    first = {key for key in past.failed if _kind(nodes, key) != "body"}
    first |= _undone(plan, past) | _retyped(nodes, _nodes(before.graph), past)
    if again.from_step is not None:
        first.add(again.from_step)
    partly = {above for key in {*first, *past.failed} for above in _above(key)}
    partly |= {key for key in past.failed if _kind(nodes, key) == "body"}
    after = _downstream(nodes, first | partly)
    whole = first | after
    reused = {
        key: kept
        for key, kept in past.completed.items()
        if _in_graph(nodes, key) and key not in partly and whole.isdisjoint([key, *_above(key)])
    }
    children = {
        key: child
        for key, child in past.children.items()
        if _in_graph(nodes, key)
        and key in past.failed - after
        and key != again.from_step
        and whole.isdisjoint(_above(key))
    }
    return reused, children


def _read(history: Iterable[Event]) -> _Past:
    past = _Past()
    for event in history:
        if isinstance(event, StepStarted | StepCompleted | StepFailed | StepSkipped):
            past.rounds.add(_round(event.key))
        if isinstance(event, StepStarted):
            past.failed.add(event.key)  # until it is known to have completed
        elif isinstance(event, StepCompleted):
            past.failed.discard(event.key)
            past.completed[event.key] = Reused(
                output=event.output, branch=event.branch, variables=event.variables
            )
        elif isinstance(event, StepFailed | StepCancelled):
            past.failed.add(event.key)
            past.completed.pop(event.key, None)
        elif isinstance(event, ChildStarted):
            past.children[event.key] = event.execution_id
    return past


def _undone(plan: Plan, past: _Past) -> set[str]:
    """Completed steps whose compensation ran: what they did is no longer there."""
    found: set[str] = set()
    for key in past.completed:
        node = _nodes(plan.graph).get(step_id_of(key))
        undo = node.step.compensate if node is not None else None
        if undo is not None and _round(key) + undo in past.completed:
            found.add(key)
    return found


def _retyped(nodes: dict[str, Node], before: dict[str, Node], past: _Past) -> set[str]:
    """Completed steps that are of another type now: what they gave is not what they give."""
    return {
        key
        for key in past.completed
        if (old := before.get(step_id_of(key))) is not None
        and (new := nodes.get(step_id_of(key))) is not None
        and old.step.type != new.step.type
    }


def _downstream(nodes: dict[str, Node], keys: set[str]) -> set[str]:
    """The steps of the same lists that come after any of these."""
    found: set[str] = set()
    pending = list(keys)
    while pending:
        key = pending.pop()
        identity = step_id_of(key)
        node = nodes.get(identity)
        prefix = _round(key)
        for _, taker in node.takers if node is not None else ():
            below = prefix + taker.id
            if below not in found:
                found.add(below)
                pending.append(below)
    return found


def _above(key: str) -> list[str]:
    """The steps in whose bodies a step is, from inside out."""
    found: list[str] = []
    above = parent_of(key)
    while above is not None:
        found.append(above)
        above = parent_of(above)
    return found


def _nodes(graph: Graph) -> dict[str, Node]:
    """Every step of a graph and of its bodies; ids are unique in a file."""
    found: dict[str, Node] = {}
    pending = [graph]
    while pending:
        for node in pending.pop().nodes:
            found[node.id] = node
            pending.extend(node.bodies)
    return found


def _kind(nodes: dict[str, Node], key: str) -> str:
    node = nodes.get(step_id_of(key))
    return "" if node is None else node.kind


def _in_graph(nodes: dict[str, Node], key: str) -> bool:
    node = nodes.get(step_id_of(key))
    return node is not None and node.in_graph


def _round(key: str) -> str:
    """What the keys of a step's iteration or branch begin with; nothing at the top."""
    return key[: len(key) - len(step_id_of(key))]


def _check(plan: Plan, key: str, past: _Past) -> None:
    node = _nodes(plan.graph).get(step_id_of(key))
    if node is None or not node.in_graph:
        raise InputError(f'there is no step "{key}" to begin from')
    if parent_of(key) is None and key not in plan.graph.by_id:
        raise InputError(f'step "{key}" is inside a body; name it as {_example(key, past)}')
    if _round(key) not in past.rounds and parent_of(key) is not None:
        known = _example(step_id_of(key), past)
        raise InputError(f'the execution came to no step "{key}"; name one as {known}')


def _example(key: str, past: _Past) -> str:
    for known in (*past.completed, *past.failed):
        if step_id_of(known) == key:
            return f'"{known}"'
    return f'"loop.0.{key}"'
