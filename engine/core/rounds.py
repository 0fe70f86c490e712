"""The rounds of a loop or parallel step: which iterations and branches there are, and what of them.

A round is one run of a body: an iteration of a loop, or a branch.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from engine.core.artifact import Artifact, Parts
from engine.core.events import Failure, Reused
from engine.core.plan import Graph
from engine.core.state import Scope, StepState
from engine.definition.template import has_mark

OnError = Literal["fail", "continue", "finish"]
"""What the failure of a round means: the end of all, a note in ``errors``, or the end after all."""
MAX_ITERATIONS = 10_000


class RoundsError(ValueError):
    """A config that no rounds can be made of."""


class Kept(Struct, frozen=True):
    """What a round came to that did not complete, each by the key of its step."""

    reused: dict[str, Reused]
    rounds: "dict[str, Rounds]"
    children: dict[str, str]


class Rounds:
    """What a body has done and has to do. One owner, changed in place by the core alone."""

    __slots__ = (
        "again",
        "at_once",
        "branches",
        "checking",
        "errors",
        "failure",
        "halted",
        "is_checked",
        "is_loop",
        "is_rendered",
        "items",
        "kept",
        "limit",
        "next",
        "on_error",
        "open",
        "results",
        "stopped",
        "total",
    )

    def __init__(
        self,
        *,
        items: Sequence[Any] | None,
        total: int | None,
        at_once: int,
        on_error: OnError,
        branches: tuple[Graph, ...] | None = None,
        limit: int = MAX_ITERATIONS,
        is_checked: bool = False,
        is_rendered: bool = False,
    ) -> None:
        self.items = items
        self.total = total
        """How many rounds there are; None while only ``while`` knows."""
        self.at_once = at_once
        self.on_error = on_error
        self.is_loop = branches is None
        self.branches = branches or ()
        """The graph of each branch of a parallel step."""
        self.limit = limit
        self.is_checked = is_checked
        self.is_rendered = is_rendered
        self.next = 0
        self.again: deque[int] = deque()
        """Rounds to make again after a failure."""
        self.kept: dict[int, Kept] = {}
        """By round, what its steps came to that are not run again."""
        self.open: dict[int, Scope] = {}
        self.checking: int | None = None
        """The round whose ``while`` is being evaluated."""
        self.results: list[Any] = []
        self.errors: dict[int, Failure] = {}
        self.stopped = False
        """No further round begins."""
        self.failure: Failure | None = None
        """Why the step fails once all open rounds have ended."""
        self.halted = ""
        """Why the step is cancelled once all open rounds have ended."""

    @property
    def has_last(self) -> bool:
        """Whether one round sees what the one before gave."""
        return self.is_loop and self.at_once == 1

    def take(self) -> int | None:
        """The next round to make; None when there is none, or not now."""
        if self.stopped or self.checking is not None or len(self.open) >= self.at_once:
            return None
        if self.again:
            return self.again.popleft()
        if self.total is not None and self.next >= self.total:
            return None
        self.next += 1
        return self.next - 1

    def give_up(self, index: int, failure: Failure) -> None:
        """Notes that a round cannot be begun; another attempt asks for it again."""
        self.stopped = True
        self.failure = self.failure or failure
        self.again.append(index)

    def end_early(self) -> None:
        """No round follows those that have begun, in no later attempt either."""
        self.stopped = True
        self.total = self.next if self.checking is None else self.checking

    @property
    def settled(self) -> bool:
        """Whether nothing is open, and nothing more begins."""
        if self.open or self.checking is not None:
            return False
        if self.stopped:
            return True
        return not self.again and self.total is not None and self.next >= self.total

    def keep(self, index: int, result: Any) -> None:
        """Notes what a round gives."""
        missing = index + 1 - len(self.results)
        if missing > 0:
            self.results.extend([None] * missing)
        self.results[index] = result
        self.errors.pop(index, None)

    def fail(self, index: int, failure: Failure) -> None:
        """Notes that a round failed, and what follows from that."""
        self.keep(index, None)
        self.errors[index] = failure
        if self.on_error == "continue":
            return
        self.failure = self.failure or failure
        if self.on_error == "fail":
            self.stopped = True

    def item(self, index: int) -> Any:
        """The item of a round; None where the loop has no list, or it is shorter."""
        if self.items is None or index >= len(self.items):
            return None
        return self.items[index]

    def last(self, index: int) -> Any:
        """What the round before gave."""
        if not self.has_last or index == 0 or index > len(self.results):
            return None
        return self.results[index - 1]

    def output(self) -> dict[str, Any]:
        """What the step gives: the results in the order of their rounds."""
        if not self.is_loop:
            found = dict(enumerate(self.results))
            return {
                "results": {
                    graph.name: found.get(index) for index, graph in enumerate(self.branches)
                }
            }
        given: dict[str, Any] = {"results": list(self.results)}
        if self.on_error == "continue":
            given["errors"] = [
                {"index": index, "type": failure.type, "message": failure.message}
                for index, failure in sorted(self.errors.items())
            ]
        return given

    def begin_again(self) -> None:
        """Makes ready for another attempt: what failed, and what was not made, is made."""
        failed = {index for index in self.errors if self.on_error != "continue"}
        again = sorted({*self.again, *failed, *self.kept})
        self.again = deque(i for i in again if self.total is None or i < self.total)
        self.stopped = False
        self.failure = None
        self.halted = ""

    def name(self, index: int) -> str:
        """The round in words."""
        return f"iteration {index}" if self.is_loop else f'branch "{self.branches[index].name}"'


def rounds_of(step: StepState, config: Mapping[str, Any]) -> Rounds:
    """The rounds that a loop or parallel step makes. Raises RoundsError for a wrong config."""
    if step.node.step.type == "parallel":
        branches = step.node.bodies
        return Rounds(
            items=None,
            total=len(branches),
            at_once=_whole(config, "max_concurrency", len(branches) or 1),
            on_error="fail" if config.get("fail_fast") else "finish",
            branches=branches,
        )
    items = _items(config)
    limit = _whole(config, "max_iterations", MAX_ITERATIONS)
    total = len(items) if items is not None else None
    if items is None and config.get("while") is None:
        total = _whole(config, "times", 0, least=0)
    if total is not None and total > limit:
        raise RoundsError(
            f"the loop has {total} iterations, more than its max_iterations of {limit}"
        )
    return Rounds(
        items=items,
        total=total,
        at_once=_whole(config, "max_concurrency", 1),
        on_error="continue" if config.get("on_error") == "continue" else "fail",
        limit=limit,
        is_checked=config.get("while") is not None,
        is_rendered=config.get("output") is not None or config.get("break") is not None,
    )


def keep_completed(scope: Scope) -> Kept:
    """What of a round that did not complete need not be done again."""
    reused = {
        step.key: Reused(output=step.output, branch=step.branch, variables=step.sets)
        for step in scope.steps
        if step.status == "completed"
    }
    unfinished = [step for step in scope.steps if step.status != "completed"]
    return Kept(
        reused,
        {step.key: step.rounds for step in unfinished if step.rounds is not None},
        {step.key: step.child for step in unfinished if step.child is not None},
    )


def _items(config: Mapping[str, Any]) -> Sequence[Any] | None:
    items = config.get("items")
    if items is None:
        if "items" in config:
            raise RoundsError("items came out as null; it must be a list")
        return None
    if isinstance(items, Artifact) and items.length is not None:
        batches = config.get("batch_size") is not None
        return Parts(items, _whole(config, "batch_size", 1) if batches else None)
    if isinstance(items, Mapping):
        items = [{"key": key, "value": value} for key, value in items.items()]
    if not isinstance(items, list | tuple):
        raise RoundsError(f"items came out as {_kind(items)}; it must be a list")
    if config.get("batch_size") is None:
        return items
    size = _whole(config, "batch_size", 1)
    return [items[at : at + size] for at in range(0, len(items), size)]


def _whole(config: Mapping[str, Any], name: str, default: int, least: int = 1) -> int:
    value = config.get(name)
    if value is None:
        return default
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not whole:
        raise RoundsError(f"{name} came out as {_kind(value)}; it must be a whole number")
    if value < least:
        raise RoundsError(f"{name} is {value}; it must be at least {least}")
    return int(value)


def _kind(value: object) -> str:
    if isinstance(value, Artifact):
        return "a large text" if value.kind == "json" else "bytes"
    if isinstance(value, str):
        return "a secret" if has_mark(value) else f'the text "{value[:40]}"'
    if isinstance(value, bool):
        return str(value).lower()
    return f"the number {value}" if isinstance(value, int | float) else type(value).__name__
