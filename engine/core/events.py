"""What happened in an execution: the values of its journal, append-only and never changed.

``key`` names a step execution: the step's id at the top level, ``each.3.fetch`` for the step
``fetch`` in the fourth iteration of the loop ``each``, ``both.left.fetch`` in a branch. A field
that has its default is left out of the stored form, so fields can be added later.
"""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

Outcome = Literal["completed", "failed", "cancelled", "timed_out"]
WaitKind = Literal["time", "event", "approval", "child", "answer"]


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


class Reused(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a step came to before, in the execution that this one repeats a part of."""

    output: Any = None
    branch: str | None = None
    variables: dict[str, Any] | None = None


class Parent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The step of another execution that started this one; ``depth`` counts the generations."""

    execution_id: str
    key: str
    depth: int = 1


class _Event(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    time: datetime


class ExecutionQueued(_Event, frozen=True, kw_only=True, tag="execution.queued"):
    """The execution was asked for; it starts when the engine has room for it."""

    input: dict[str, Any] = {}
    cause: Cause | None = None
    parent: Parent | None = None
    reused: dict[str, Reused] = {}
    """By key, what steps came to that are not run again."""
    children: dict[str, str] = {}
    """By key, the child executions that are retried in place of being started anew."""


class ExecutionStarted(_Event, frozen=True, kw_only=True, tag="execution.started"):
    """The execution began; its timeout counts from here."""


class ExecutionPaused(_Event, frozen=True, kw_only=True, tag="execution.paused"):
    """What runs may end, and nothing is started until the execution is resumed."""

    reason: str = ""


class ExecutionResumed(_Event, frozen=True, kw_only=True, tag="execution.resumed"):
    """The execution goes on after a pause, as what it was."""

    status: Literal["queued", "running", "waiting"] = "running"


class ExecutionIdle(_Event, frozen=True, kw_only=True, tag="execution.waiting"):
    """Nothing runs: all that is left waits for a time, an event, an answer or a child."""


class ExecutionBusy(_Event, frozen=True, kw_only=True, tag="execution.running"):
    """Something runs again."""


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
    index: int | None = None
    """The number of the iteration or branch."""
    digest: str | None = None
    """By what its result is kept for later executions, where the step has a ``cache``."""


class StepWaiting(_Event, frozen=True, kw_only=True, tag="step.waiting"):
    """The step waits for a time, an event, an answer or a child, and holds nothing meanwhile."""

    key: str
    attempt: int
    kind: WaitKind
    reason: str
    until: datetime | None = None
    options: tuple[str, ...] = ()
    """What it can be answered with."""
    assignees: tuple[str, ...] = ()
    """Who may answer; anybody where it is empty."""


class StepCompleted(_Event, frozen=True, kw_only=True, tag="step.completed"):
    """An attempt succeeded. ``variables`` are those that the output mapping sets.

    ``reused``: the step did not run, its output is that of an earlier execution or attempt.
    ``cached``: it did not run, its output was made before from the same input.
    """

    key: str
    attempt: int
    started: datetime
    output: Any = None
    branch: str | None = None
    variables: dict[str, Any] | None = None
    max_attempts: int = 1
    reused: bool = False
    cached: bool = False
    index: int | None = None


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
    index: int | None = None


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
    index: int | None = None


class StepCancelled(_Event, frozen=True, kw_only=True, tag="step.cancelled"):
    """The step was stopped, or not tried again, because its execution was stopped."""

    key: str
    attempt: int
    reason: str = ""
    started: datetime | None = None
    max_attempts: int = 1


class StepDue(_Event, frozen=True, kw_only=True, tag="step.due"):
    """The time has come that a step waits for."""

    key: str
    attempt: int


class DeadlineReached(_Event, frozen=True, kw_only=True, tag="step.deadline_reached"):
    """The timeout of a step that takes no worker has passed."""

    key: str
    attempt: int


class EventArrived(_Event, frozen=True, kw_only=True, tag="step.event_arrived"):
    """The event came that a step waits for."""

    key: str
    attempt: int
    data: Any = None


class StepAnswered(_Event, frozen=True, kw_only=True, tag="step.answered"):
    """A person answered an approval, or said what becomes of a step that is not repeated."""

    key: str
    decision: str
    by: str = ""
    comment: str = ""
    output: Any = None


class IterationChecked(_Event, frozen=True, kw_only=True, tag="step.iteration_checked"):
    """A loop's ``while`` was evaluated: whether this iteration is made."""

    key: str
    index: int
    go: bool = False
    error: Failure | None = None


class IterationEnded(_Event, frozen=True, kw_only=True, tag="step.iteration_ended"):
    """What an iteration gives was made; ``stop`` says that the loop's ``break`` holds."""

    key: str
    index: int
    output: Any = None
    stop: bool = False
    error: Failure | None = None


class ChildStarted(_Event, frozen=True, kw_only=True, tag="step.child_started"):
    """The execution of a sub-workflow was asked for."""

    key: str
    attempt: int
    execution_id: str


class ChildEnded(_Event, frozen=True, kw_only=True, tag="step.child_ended"):
    """The execution of a sub-workflow is over."""

    key: str
    execution_id: str
    status: Outcome
    output: Any = None
    error: Failure | None = None
    reason: str = ""


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
    | ExecutionPaused
    | ExecutionResumed
    | ExecutionIdle
    | ExecutionBusy
    | StepStarted
    | StepWaiting
    | StepCompleted
    | StepFailed
    | StepLost
    | StepSkipped
    | StepCancelled
    | StepDue
    | DeadlineReached
    | EventArrived
    | StepAnswered
    | IterationChecked
    | IterationEnded
    | ChildStarted
    | ChildEnded
    | CancelRequested
    | TimeoutReached
    | OutputRendered
    | ExecutionEnded
)


class InvalidEventError(ValueError):
    """An event that cannot follow the ones before it: the history is broken, or the engine is."""
