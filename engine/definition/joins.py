"""Finds steps that can never run because what they wait for excludes each other.

A step ends in one of some ways: it fails, is skipped, or completes (a condition on one branch).
What a step waits for rules out ways of its upstream steps; when every way of one step is ruled out,
the join can never be met. Each way is a plane of bits, one bit a step, so that ten thousand steps
take a moment. A step that is not enabled counts as one that is: bypassing it is no error.
"""

from collections.abc import Mapping

from msgspec import Struct

from engine.definition.catalogue import Catalogue
from engine.definition.graph import Graph, ports_of
from engine.definition.model import ALWAYS, DONE, FAILURE, STANDARD_PORTS, SUCCESS, Dependency, Step

_FAILED, _SKIPPED, _FIRST_BRANCH = 0, 1, 2
_MOST_BRANCHES = 16
"""Of a condition with more, the branches are not told apart."""

Planes = tuple[int, ...]


class NeverRuns(Struct, frozen=True):
    """A join that cannot be met: ``between`` is the step whose ports exclude each other."""

    step_id: str
    between: str
    waits: tuple[Dependency, ...]
    """What of the step's dependencies is in conflict."""


def never_runs(graph: Graph, steps: Mapping[str, Step], catalogue: Catalogue) -> list[NeverRuns]:
    """The steps of a graph that can never run; not those that only wait for such a step."""
    return _Joins(graph, steps, catalogue).find()


class _Joins:
    def __init__(self, graph: Graph, steps: Mapping[str, Step], catalogue: Catalogue) -> None:
        self._graph = graph
        self._steps = steps
        self._branches = {
            step_id: ports_of(steps[step_id], catalogue)[len(STANDARD_PORTS) :]
            for step_id in graph.ids
        }
        most = max((len(names) for names in self._branches.values()), default=0)
        self._count = _FIRST_BRANCH + max(1, min(most, _MOST_BRANCHES))
        self._full = (1 << len(graph.ids)) - 1
        self._base = self._never_ways()
        self._ruled_out: dict[str, Planes | None] = {}
        """Step id -> the ways that are ruled out when it runs; None when it never does."""

    def find(self) -> list[NeverRuns]:
        found: list[NeverRuns] = []
        for step_id in self._graph.order:
            waits = self._graph.edges[step_id]
            if self._steps[step_id].join == "any":
                self._ruled_out[step_id] = self._any(waits)
                continue
            ways, conflict = self._all(waits)
            self._ruled_out[step_id] = ways
            if conflict is not None:
                found.append(self._told(step_id, conflict))
        return found

    def _never_ways(self) -> Planes:
        """Planes of the branches that steps do not have."""
        planes = [0] * self._count
        for step_id, names in self._branches.items():
            bit = 1 << self._graph.positions[step_id]
            own = len(names) if 0 < len(names) <= _MOST_BRANCHES else 1
            for branch in range(own, self._count - _FIRST_BRANCH):
                planes[_FIRST_BRANCH + branch] |= bit
        return tuple(planes)

    def _all(self, waits: tuple[Dependency, ...]) -> tuple[Planes | None, int | None]:
        """(ways ruled out, position of a step with none left) when every port has to fire."""
        planes = list(self._base)
        for wait in waits:
            needed = self._needs(wait)
            if needed is None:
                return None, None
            planes = [one | other for one, other in zip(planes, needed, strict=True)]
        position = self._without_way(planes)
        return (tuple(planes), None) if position is None else (None, position)

    def _any(self, waits: tuple[Dependency, ...]) -> Planes | None:
        possible = [needed for wait in waits if (needed := self._needs(wait)) is not None]
        if waits and not possible:
            return None
        planes = [self._full] * self._count if possible else list(self._base)
        for needed in possible:
            planes = [one & other for one, other in zip(planes, needed, strict=True)]
        return tuple(planes)

    def _needs(self, wait: Dependency) -> Planes | None:
        """The ways that are ruled out when a port fires; None when it never does."""
        above = self._ruled_out.get(wait.step)
        bit = 1 << self._graph.positions[wait.step]
        started = wait.port not in (DONE, ALWAYS)
        if above is None and started:
            return None
        planes = list(above if started and above is not None else self._base)
        for way in self._excluded(wait):
            planes[way] |= bit
        return tuple(planes) if self._left(planes, bit) else None

    def _excluded(self, wait: Dependency) -> list[int]:
        branches = range(_FIRST_BRANCH, self._count)
        if wait.port == SUCCESS:
            return [_FAILED, _SKIPPED]
        if wait.port == FAILURE:
            return [_SKIPPED, *branches]
        if wait.port == DONE:
            return [_FAILED]
        names = self._branches[wait.step]
        if wait.port == ALWAYS or wait.port not in names:
            return []
        if len(names) > _MOST_BRANCHES:
            return [_FAILED, _SKIPPED]
        taken = _FIRST_BRANCH + names.index(wait.port)
        return [_FAILED, _SKIPPED, *(way for way in branches if way != taken)]

    def _left(self, planes: list[int], bit: int) -> bool:
        return any(not plane & bit for plane in planes)

    def _without_way(self, planes: list[int]) -> int | None:
        common = self._full
        for plane in planes:
            common &= plane
            if not common:
                return None
        return (common & -common).bit_length() - 1

    def _told(self, step_id: str, position: int) -> NeverRuns:
        between = self._graph.ids[position]
        bit = 1 << position
        waits = self._graph.edges[step_id]
        involved = [
            wait
            for wait in waits
            if (needed := self._needs(wait)) is None
            or any(plane & bit & ~base for plane, base in zip(needed, self._base, strict=True))
        ]
        return NeverRuns(step_id, between, tuple(involved))
