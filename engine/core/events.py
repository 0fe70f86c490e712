"""What happened in an execution: the values of its journal, append-only and never changed.

``key`` names a step execution: the step's id, for steps of the top level. A field that has its
default is left out of the stored form, so fields can be added later.
"""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

Outcome = Literal["completed", "failed", "cancelled", "timed_out"]


class Failure(Struct, frozen=True):
    """Why something failed: a ``type`` that ``retry_on`` can name, and a sentence."""

    type: str
    message: str


class Cause(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What started an execution; templates see it as ``trigger``."""

    type: str = "manual"
    name: str | None = None
    id: str | None = None
    time: datetime | None = None
    payload: Any = None
    headers: dict[str, str] | None = None


class _Event(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    time: datetime


class ExecutionQueued(_Event, frozen=True, kw_only=True, tag="execution.queued"):
    """The execution was asked for; it starts when the engine has room for it."""

    input: dict[str, Any] = {}
    cause: Cause | None = None


class ExecutionStarted(_Event, frozen=True, kw_only=True, tag="execution.started"):
    """The execution began; its timeout counts from here."""


class StepStarted(_Event, frozen=True, kw_only=True, tag="step.started"):
    """An attempt begins. ``input`` and ``config`` are rendered, given at the first attempt only.

    ``fence`` grows with every start in the execution: a result with an older one comes too late.
    """

    key: str
    attempt: int
    fence: int
    max_attempts: int = 1
    input: Any = None
    config: dict[str, Any] | None = None
    parent: str | None = None
    index: int | None = None


class StepCompleted(_Event, frozen=True, kw_only=True, tag="step.completed"):
    """An attempt succeeded. ``variables`` are those that the output mapping sets."""

    key: str
    attempt: int
    started: datetime
    output: Any = None
    branch: str | None = None
    variables: dict[str, Any] | None = None
    max_attempts: int = 1


class StepFailed(_Event, frozen=True, kw_only=True, tag="step.failed"):
    """An attempt failed. With ``retry_at`` another one follows then, else the step has failed."""

    key: str
    attempt: int
    error: Failure
    started: datetime | None = None
    """None when the step could not even begin: its input or config could not be made."""
    output: Any = None
    retry_at: datetime | None = None
    max_attempts: int = 1


class StepLost(_Event, frozen=True, kw_only=True, tag="step.lost"):
    """An attempt was cut off with its engine; ``clean`` when the engine was stopped on purpose."""

    key: str
    attempt: int
    clean: bool = False
    max_attempts: int = 1


class StepSkipped(_Event, frozen=True, kw_only=True, tag="step.skipped"):
    """The step does not run. ``bypass``: it is switched off, and its ``success`` still fires."""

    key: str
    reason: str
    bypass: bool = False


class StepCancelled(_Event, frozen=True, kw_only=True, tag="step.cancelled"):
    """The step was stopped, or not tried again, because its execution was stopped."""

    key: str
    attempt: int
    reason: str = ""
    started: datetime | None = None
    max_attempts: int = 1


class CancelRequested(_Event, frozen=True, kw_only=True, tag="execution.cancel_requested"):
    """Somebody, or a rule, ends the execution."""

    reason: str = ""


class TimeoutReached(_Event, frozen=True, kw_only=True, tag="execution.timeout_reached"):
    """The execution's own timeout passed, or, with ``queued``, its ``queue_timeout``."""

    queued: bool = False


class OutputRendered(_Event, frozen=True, kw_only=True, tag="execution.output_rendered"):
    """What the execution returns was made from its ``output``, or could not be."""

    output: Any = None
    error: Failure | None = None


class ExecutionEnded(_Event, frozen=True, kw_only=True, tag="execution.ended"):
    """The execution is over; nothing follows in its history."""

    status: Outcome
    output: Any = None
    error: Failure | None = None
    reason: str = ""
    started: datetime | None = None


Event = (
    ExecutionQueued
    | ExecutionStarted
    | StepStarted
    | StepCompleted
    | StepFailed
    | StepLost
    | StepSkipped
    | StepCancelled
    | CancelRequested
    | TimeoutReached
    | OutputRendered
    | ExecutionEnded
)


class InvalidEventError(ValueError):
    """An event that cannot follow the ones before it: the history is broken, or the engine is."""
