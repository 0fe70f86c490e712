"""Wires: which may be drawn, and how a change of them is written as ``depends_on``."""

from collections.abc import Iterable, Mapping

from designer.document.draft import Draft
from designer.document.graph import handler_roles
from designer.document.places import Places
from designer.document.views import STANDARD_PORT_NAMES, Wire, trigger_name
from engine import Catalogue, Dependency, Step, Workflow, dependencies, walk_steps


def refusal(workflow: Workflow, catalogue: Catalogue, wire: Wire) -> str | None:
    """Why a wire may not be drawn, in words; None when it may."""
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
        or _path_refusal(siblings, wire)
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


def _path_refusal(siblings: tuple[Step, ...], wire: Wire) -> str | None:
    src, port, dst = wire
    waits = dependencies(siblings)
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
