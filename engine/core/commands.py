"""What an execution asks the world to do next."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from engine.core.events import Event, Failure


class StartStep(Struct, frozen=True):
    """Begin an attempt as soon as there is room for it, but not before ``not_before``."""

    key: str
    attempt: int
    not_before: datetime | None = None


class CancelStep(Struct, frozen=True):
    """Stop the running attempt; what comes of it is told by its event, as always."""

    key: str


class SetTimer(Struct, frozen=True):
    """Tell the execution when ``at`` has come.

    ``execution`` and ``queue`` are its own timeouts; ``deadline`` is the timeout of a step that
    takes no worker, ``due`` the time that such a step waits for.
    """

    kind: Literal["execution", "queue", "deadline", "due"]
    at: datetime
    key: str = ""
    attempt: int = 0


class RenderOutput(Struct, frozen=True):
    """Make what the execution returns from the definition's ``output``."""


class CheckIteration(Struct, frozen=True):
    """Evaluate a loop's ``while`` before the iteration of that index."""

    key: str
    index: int


class RenderIteration(Struct, frozen=True):
    """Evaluate a loop's ``output`` and ``break`` after the iteration of that index."""

    key: str
    index: int


class Conclude(Struct, frozen=True):
    """A step that takes no worker has come to this: map its output, judge it, record its end."""

    key: str
    attempt: int
    output: Any = None
    error: Failure | None = None
    retryable: bool = True


class StartChild(Struct, frozen=True):
    """Start the execution of a sub-workflow; with ``retry_of`` only what failed in that one."""

    key: str
    attempt: int
    retry_of: str | None = None


class WatchChild(Struct, frozen=True):
    """Tell the execution how its child ends."""

    key: str
    execution_id: str


class SteerChild(Struct, frozen=True):
    """Cancel, pause or resume a child."""

    execution_id: str
    action: Literal["cancel", "pause", "resume"]
    reason: str = ""


class Listen(Struct, frozen=True):
    """Tell the step when an event of this type comes whose data has these fields."""

    key: str
    attempt: int
    type: str
    match: Mapping[str, Any]


class Record(Struct, frozen=True):
    """Write down what follows by rule alone, in the same commit as what it follows from."""

    event: Event


Order = (
    StartStep
    | CancelStep
    | SetTimer
    | RenderOutput
    | CheckIteration
    | RenderIteration
    | Conclude
    | StartChild
    | WatchChild
    | SteerChild
    | Listen
)
"""What is left for the engine to carry out once everything is recorded."""
Command = Order | Record
