"""The graph of a list of steps: its ports, what lies upstream of each step, and its cycles."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from engine.definition.catalogue import Catalogue
from engine.definition.model import STANDARD_PORTS, Dependency, Step, Workflow, dependencies

MAX_CYCLES = 50
"""Most cycles that are told of one list of steps."""


class Graph(Struct, frozen=True, eq=False):
    """One list of steps: the top without handlers, or a body. Unknown steps are left out."""

    ids: tuple[str, ...]
    edges: Mapping[str, tuple[Dependency, ...]]
    """Step id -> the ports that it waits for."""
    order: tuple[str, ...]
    """The steps in an order in which each comes behind what it waits for; those on a cycle, and
    behind one, are missing."""
    cycles: tuple[tuple[str, ...], ...]
    """Each cycle as the steps on it, each waiting for the one before; the shortest ones."""
    positions: Mapping[str, int]
    above: Mapping[str, int]
    """Step id -> the steps upstream of it, as a set of bits by position."""

    def is_upstream(self, upper: str, lower: str) -> bool:
        """Whether a step has to end, or be skipped, before another can start."""
        position = self.positions.get(upper)
        return position is not None and bool(self.above.get(lower, 0) >> position & 1)

    def upstream(self, step_id: str) -> frozenset[str]:
        """The ids of all steps upstream of a step."""
        bits = self.above.get(step_id, 0)
        return frozenset(other for other, place in self.positions.items() if bits >> place & 1)


def ports_of(step: Step, catalogue: Catalogue) -> tuple[str, ...]:
    """The output ports of a step: the standard ones, then those of its type."""
    kind = catalogue.step_types.get(step.type)
    return STANDARD_PORTS if kind is None else (*STANDARD_PORTS, *kind.ports(step.config))


def graph_of(steps: tuple[Step, ...]) -> Graph:
    """The graph of one list of steps. Linear in steps and wires, but for the bits of ``above``."""
    known = {step.id for step in steps}
    edges = {
        step_id: tuple(wait for wait in waits if wait.step in known)
        for step_id, waits in dependencies(steps).items()
    }
    order = _ordered(edges)
    positions = {step_id: place for place, step_id in enumerate(edges)}
    rest = edges.keys() - set(order)
    cycles = tuple(_cycles({i: edges[i] for i in edges if i in rest})) if rest else ()
    above = _above(edges, order, positions)
    for step_id in rest:
        above[step_id] = _bits(_ancestors(edges, step_id), positions) if len(rest) < 200 else -1
    return Graph(tuple(edges), edges, order, cycles, positions, above)


def top_steps(workflow: Workflow) -> tuple[Step, ...]:
    """The steps of the top graph: those that are no handlers."""
    handlers = workflow.handlers
    return tuple(step for step in workflow.steps if step.id not in handlers)


def lists_of(workflow: Workflow) -> Iterator[tuple[Step | None, tuple[Step, ...]]]:
    """(enclosing step, steps) of every graph of a workflow: the top first, then each body."""
    yield None, top_steps(workflow)
    for step in workflow.walk():
        for body in step.bodies:
            yield step, body.steps


def would_cycle(workflow: Workflow, from_id: str, to_id: str) -> tuple[str, ...]:
    """The cycle that a wire from a step to another would close, as ids; empty when it closes none.

    Both must be in one list; a wire between different lists closes no cycle (but is an error).
    """
    if from_id == to_id:
        return (from_id,)
    for _, steps in lists_of(workflow):
        edges = dependencies(steps)
        if from_id in edges and to_id in edges:
            return _path(edges, from_id, to_id)
    return ()


def _ordered(edges: Mapping[str, tuple[Dependency, ...]]) -> tuple[str, ...]:
    waiting = {step_id: len(waits) for step_id, waits in edges.items()}
    below: dict[str, list[str]] = {}
    for step_id, waits in edges.items():
        for wait in waits:
            below.setdefault(wait.step, []).append(step_id)
    ready = deque(step_id for step_id, count in waiting.items() if not count)
    order: list[str] = []
    while ready:
        step_id = ready.popleft()
        order.append(step_id)
        for lower in below.get(step_id, ()):
            waiting[lower] -= 1
            if not waiting[lower]:
                ready.append(lower)
    return tuple(order)


def _above(
    edges: Mapping[str, tuple[Dependency, ...]], order: Iterable[str], positions: Mapping[str, int]
) -> dict[str, int]:
    above: dict[str, int] = {}
    for step_id in order:
        bits = 0
        for wait in edges[step_id]:
            bits |= above[wait.step] | 1 << positions[wait.step]
        above[step_id] = bits
    return above


def _bits(ids: Iterable[str], positions: Mapping[str, int]) -> int:
    bits = 0
    for step_id in ids:
        bits |= 1 << positions[step_id]
    return bits


def _ancestors(edges: Mapping[str, tuple[Dependency, ...]], step_id: str) -> set[str]:
    found: set[str] = set()
    pending = [step_id]
    while pending:
        for wait in edges.get(pending.pop(), ()):
            if wait.step not in found:
                found.add(wait.step)
                pending.append(wait.step)
    return found


def _cycles(edges: Mapping[str, tuple[Dependency, ...]]) -> Iterator[tuple[str, ...]]:
    """The shortest cycle through each step that is on one and was not on one told before."""
    seen: set[str] = set()
    told = 0
    for step_id in _on_cycles(edges):
        if step_id in seen:
            continue
        cycle = _shortest(edges, step_id)
        if cycle:
            seen.update(cycle)
            yield cycle
            told += 1
            if told == MAX_CYCLES:
                return


def _on_cycles(edges: Mapping[str, tuple[Dependency, ...]]) -> list[str]:
    """What is left when the steps from which no wire leads to another one left are taken away."""
    users = dict.fromkeys(edges, 0)
    for waits in edges.values():
        for wait in waits:
            if wait.step in users:
                users[wait.step] += 1
    ends = [step_id for step_id, count in users.items() if not count]
    gone = set(ends)
    while ends:
        for wait in edges[ends.pop()]:
            if wait.step in users:
                users[wait.step] -= 1
                if not users[wait.step] and wait.step not in gone:
                    gone.add(wait.step)
                    ends.append(wait.step)
    return [step_id for step_id in edges if step_id not in gone]


def _shortest(edges: Mapping[str, tuple[Dependency, ...]], start: str) -> tuple[str, ...]:
    for wait in edges[start]:
        if wait.step == start:
            return (start,)
    best: tuple[str, ...] = ()
    for wait in edges[start]:
        path = _path(edges, wait.step, start)
        if path and (not best or len(path) < len(best)):
            best = path
    return (best[-1], *best[:-1]) if best else ()


def _path(edges: Mapping[str, tuple[Dependency, ...]], lower: str, upper: str) -> tuple[str, ...]:
    """The shortest way up from one step to another, written from above to below; or nothing."""
    came: dict[str, str] = {lower: ""}
    pending = deque([lower])
    while pending:
        step_id = pending.popleft()
        if step_id == upper:
            path = [step_id]
            while came[path[-1]]:
                path.append(came[path[-1]])
            return tuple(path)
        for wait in edges.get(step_id, ()):
            if wait.step not in came:
                came[wait.step] = step_id
                pending.append(wait.step)
    return ()
