"""Wires: which may be drawn, and how a change of them is written as ``depends_on``."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

from designer.document.draft import Draft
from designer.document.graph import handler_roles
from designer.document.places import Places
from designer.document.views import STANDARD_PORT_NAMES, Wire, trigger_name
from engine import Catalogue, Dependency, Step, Workflow, dependencies, walk_steps


class _Kind(Protocol):
    def ports(self, config: Mapping[str, Any], /) -> tuple[str, ...]: ...


def refusal(
    workflow: Workflow, catalogue: Catalogue, wire: Wire, gone: Collection[Wire] = ()
) -> str | None:
    """Why a wire may not be drawn once those of ``gone`` are removed, in words; None when it
    may."""
    src, port, dst = wire
    if trigger_name(dst) is not None:
        return "A trigger has no input: it starts the workflow."
    if trigger_name(src) is not None:
        return "Triggers start every step that waits for nothing; they need no wire."
    if src == dst:
        return "A step cannot wait for itself."
    siblings = list_of(workflow, dst)
    steps = {step.id: step for step in siblings}
    if dst not in steps:
        return f"There is no step {dst}."
    if src not in steps:
        return f"{dst} can only wait for steps of its own list."
    return (
        _handler_refusal(workflow, steps, src, dst)
        or _port_refusal(steps[src], port, catalogue)
        or _path_refusal(siblings, wire, gone)
    )


def _handler_refusal(
    workflow: Workflow, steps: Mapping[str, Step], src: str, dst: str
) -> str | None:
    roles = handler_roles(workflow)
    for key in (dst, src):
        if key in roles:
            title = steps[key].title
            return f"{title} runs as {roles[key]}, outside the graph: it takes no wires."
    return None


def _port_refusal(step: Step, port: str, catalogue: Catalogue) -> str | None:
    kind = catalogue.step_types.get(step.type)
    if port in STANDARD_PORT_NAMES or kind is None or port in kind.ports(step.config):
        return None
    return f"{step.title} has no port {port}."


def _path_refusal(siblings: tuple[Step, ...], wire: Wire, gone: Collection[Wire]) -> str | None:
    src, port, dst = wire
    waits = dependencies(siblings)
    for key in {cut[2] for cut in gone} & waits.keys():
        waits[key] = tuple(w for w in waits[key] if (w.step, w.port, key) not in gone)
    if Dependency(src, port) in waits[dst]:
        return "These are connected already."
    way = _way_back(waits, src, dst)
    if way:
        titles = {step.id: step.title for step in siblings}
        shown = [titles.get(step, step) for step in way]
        if len(shown) > 5:
            shown = [*shown[:2], "…", *shown[-2:]]
        return f"That would be a circle: {' → '.join((*shown, shown[0]))}."
    return None


def _way_back(
    waits: Mapping[str, tuple[Dependency, ...]], src: str, dst: str
) -> tuple[str, ...] | None:
    """The steps from ``dst`` to ``src``, if ``src`` already waits for ``dst`` in some way."""
    came: dict[str, str] = {src: src}
    pending = [src]
    while pending:
        step = pending.pop()
        if step == dst:
            way = [step]
            while step != src:
                step = came[step]
                way.append(step)
            return tuple(way)
        for wait in waits.get(step, ()):
            if wait.step not in came:
                came[wait.step] = step
                pending.append(wait.step)
    return None


def list_of(workflow: Workflow, key: str) -> tuple[Step, ...]:
    """The list of steps (the top, or one body) that holds a step; the top when nothing does."""
    if any(step.id == key for step in workflow.steps):
        return workflow.steps
    for step in walk_steps(workflow.steps):
        for body in step.bodies:
            if any(inner.id == key for inner in body.steps):
                return body.steps
    return workflow.steps


def first_port(kind: _Kind | None, config: Mapping[str, Any]) -> str:
    """The output that a step goes on by: its first branch where it has any."""
    return next(iter(kind.ports(config)), "success") if kind else "success"


def arriving(workflow: Workflow, key: str) -> list[Wire]:
    """The wires that end at a step of the top list, those of an implied order included."""
    return [(wait.step, wait.port, key) for wait in dependencies(workflow.steps).get(key, ())]


def joined(workflow: Workflow, keys: set[str]) -> tuple[list[Wire], list[Wire]]:
    """The wires between some top steps and the others, and those that would join their ends.

    What followed a step when it succeeded, or by a branch, follows what came before it; what
    followed its failure, or its end in any way, follows the failure or the end of that.
    """
    waits = dependencies(workflow.steps)
    entering = [
        (wait.step, wait.port, key)
        for key in keys
        for wait in waits.get(key, ())
        if wait.step not in keys
    ]
    leaving = [
        (wait.step, wait.port, key)
        for key, found in waits.items()
        if key not in keys
        for wait in found
        if wait.step in keys
    ]
    joins: dict[Wire, None] = {}
    for src, port, dst in leaving:
        inside = _before(waits, src, keys)
        for first, first_way, key in entering:
            way = port if port in _ENDS else first_way
            if key in inside and first in waits and Dependency(first, way) not in waits[dst]:
                joins[first, way, dst] = None
    return [*entering, *leaving], list(joins)


_ENDS = STANDARD_PORT_NAMES - {"success"}


def _before(waits: Mapping[str, tuple[Dependency, ...]], step: str, keys: set[str]) -> set[str]:
    """Those of ``keys`` that lead to a step through no others, the step included."""
    found, pending = {step}, [step]
    while pending:
        for wait in waits.get(pending.pop(), ()):
            if wait.step in keys and wait.step not in found:
                found.add(wait.step)
                pending.append(wait.step)
    return found


def rewire(
    draft: Draft,
    workflow: Workflow,
    places: Places,
    remove: Iterable[Wire] = (),
    add: Iterable[Wire] = (),
) -> None:
    """Writes a change of wires. The first change in a list whose order was implied writes them
    all."""
    gone, new = list(remove), list(add)
    lists: dict[int, tuple[Step, ...]] = {}
    for _, _, dst in (*gone, *new):
        siblings = list_of(workflow, dst)
        lists[id(siblings)] = siblings
    for siblings in lists.values():
        _rewire_list(draft, siblings, places, gone, new)


def _rewire_list(
    draft: Draft, siblings: tuple[Step, ...], places: Places, gone: list[Wire], new: list[Wire]
) -> None:
    explicit = any(step.depends_on is not None for step in siblings)
    ordered = any(step.order is not None or step.is_parallel for step in siblings)
    before = dependencies(siblings)
    after = {step.id: _wanted(step.id, before[step.id], gone, new) for step in siblings}
    if all(list(before[key]) == wanted for key, wanted in after.items()):
        return
    for key, wanted in after.items():
        path, old = (*places.steps[key], "depends_on"), list(before[key])
        if not explicit and not wanted and not ordered:
            continue
        if explicit and wanted == old:
            continue
        if wanted or ordered:
            draft.set(path, [wait.text for wait in wanted])
        else:
            draft.remove(path)


def _wanted(
    key: str, old: Iterable[Dependency], gone: list[Wire], new: list[Wire]
) -> list[Dependency]:
    kept = [wait for wait in old if (wait.step, wait.port, key) not in gone]
    added = [Dependency(src, port) for src, port, dst in new if dst == key]
    return list(dict.fromkeys([*kept, *added]))
