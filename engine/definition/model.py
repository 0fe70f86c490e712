"""The typed model of a workflow definition, as the file format of version 1.0 describes it.

Every value is frozen; sequences are tuples. Durations are seconds, sizes are bytes. Mappings that
hold an author's own data (``config``, ``variables`` ...) are plain JSON-like trees and are never
changed in place.
"""

from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct

FORMAT_VERSION = "1.0"

JoinMode = Literal["all", "any"]
Effect = Literal["repeatable", "once"]
OnConflict = Literal["queue", "skip", "cancel_running"]

SUCCESS = "success"
FAILURE = "failure"
DONE = "done"
ALWAYS = "always"
STANDARD_PORTS = (SUCCESS, FAILURE, DONE, ALWAYS)


class Dependency(Struct, frozen=True):
    """An output port of a step that another step waits for: ``fetch`` is ``fetch.success``."""

    step: str
    port: str = SUCCESS

    @property
    def text(self) -> str:
        return self.step if self.port == SUCCESS else f"{self.step}.{self.port}"


class RetryPolicy(Struct, frozen=True, kw_only=True):
    """How often and how soon a failed attempt is repeated; None leaves a value to the engine's
    default."""

    max_attempts: int | None = None
    initial_delay: float | None = None
    max_delay: float | None = None
    backoff_factor: float | None = None
    retry_on: tuple[str, ...] | None = None


class Cache(Struct, frozen=True, kw_only=True):
    """Where a step's completed result may be taken from again: by key (a template), for ``ttl``
    seconds."""

    key: str
    ttl: float | None = None


class Concurrency(Struct, frozen=True, kw_only=True):
    """How many executions of the workflow may run at once for one key (a template)."""

    max: int = 1
    key: str = ""
    on_conflict: OnConflict = "queue"


class Body(Struct, frozen=True):
    """The steps inside a ``loop`` or ``parallel`` step: one body named "" for ``steps``, else one
    per branch."""

    name: str
    steps: "tuple[Step, ...]"


class Step(Struct, frozen=True, kw_only=True):
    """The unit of execution. ``config`` is the author's mapping without the bodies, which are typed
    here.

    ``depends_on`` is None where the file says nothing, and () where it says ``[]``: the order of a
    list is read from ``order`` and ``is_parallel`` only when no step of it has ``depends_on``.
    """

    id: str
    type: str
    name: str = ""
    description: str = ""
    config: dict[str, Any] = {}
    bodies: tuple[Body, ...] = ()
    depends_on: tuple[Dependency, ...] | None = None
    order: float | None = None
    is_parallel: bool = False
    input_mapping: dict[str, Any] = {}
    output_mapping: dict[str, Any] = {}
    retry_policy: RetryPolicy | None = None
    timeout: float | None = None
    resources: dict[str, float] = {}
    effect: Effect = "repeatable"
    compensate: str | None = None
    cache: Cache | None = None
    output_schema: dict[str, Any] | None = None
    when: str | bool | None = None
    join: JoinMode = "all"
    enabled: bool = True
    extra: dict[str, Any] = {}
    """The author's own keys, which begin with ``x-``."""

    @property
    def title(self) -> str:
        return self.name or self.id


class Trigger(Struct, frozen=True, kw_only=True):
    """What starts an execution by itself. ``name`` tells the triggers of a workflow apart."""

    type: str
    name: str = ""
    config: dict[str, Any] = {}
    enabled: bool = True
    input: dict[str, Any] = {}
    extra: dict[str, Any] = {}


class Workflow(Struct, frozen=True, kw_only=True):
    """One workflow definition."""

    name: str = ""
    version: str = FORMAT_VERSION
    description: str = ""
    tags: tuple[str, ...] = ()
    is_template: bool = False
    inputs: dict[str, Any] | None = None
    variables: dict[str, Any] = {}
    steps: tuple[Step, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    output: Any = None
    timeout: float | None = None
    queue_timeout: float | None = None
    priority: int | None = None
    fail_fast: bool = False
    concurrency: Concurrency | None = None
    on_failure: tuple[str, ...] = ()
    on_success: tuple[str, ...] = ()
    on_cancel: tuple[str, ...] = ()
    finally_: tuple[str, ...] = ()
    designer: dict[str, Any] = {}
    extra: dict[str, Any] = {}

    @property
    def handlers(self) -> frozenset[str]:
        """Ids of the top steps that stand outside the graph and start only as handlers or
        compensation."""
        named = {*self.on_failure, *self.on_success, *self.on_cancel, *self.finally_}
        return frozenset(named | {step.compensate for step in self.walk() if step.compensate})

    def walk(self) -> Iterator[Step]:
        """Every step of the file, bodies included, in the order of the text."""
        yield from walk_steps(self.steps)


def walk_steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Every step of a list, bodies included, parents first; no recursion, so any depth is safe."""
    pending = list(reversed(steps))
    while pending:
        step = pending.pop()
        yield step
        for body in reversed(step.bodies):
            pending.extend(reversed(body.steps))


def dependencies(steps: tuple[Step, ...]) -> dict[str, tuple[Dependency, ...]]:
    """Step id -> what it waits for, in one list of steps (the top, or one body), ``order`` read as
    the format says.

    Where no step of the list has ``depends_on`` and some have ``order`` or ``is_parallel``, each
    step depends on all steps of the order before it; ``is_parallel`` shares the place of the step
    before it.
    """
    explicit = any(step.depends_on is not None for step in steps)
    ordered = any(step.order is not None or step.is_parallel for step in steps)
    if explicit or not ordered:
        return {step.id: step.depends_on or () for step in steps}
    places: dict[str, float] = {}
    previous = 0.0
    for index, step in enumerate(steps):
        if step.order is not None:
            place = step.order
        elif step.is_parallel and index:
            place = previous
        else:
            place = float(index)
        places[step.id] = previous = place
    ranks = sorted(set(places.values()))
    before = {rank: ranks[i - 1] if i else None for i, rank in enumerate(ranks)}
    members: dict[float, tuple[Dependency, ...]] = {
        rank: tuple(Dependency(i) for i, place in places.items() if place == rank) for rank in ranks
    }
    return {
        i: () if (rank := before[place]) is None else members[rank] for i, place in places.items()
    }
