"""What the engine tells: the values that its reads give and that the REST API shows, as they are.

Times are aware UTC, durations are seconds. In lists and events, and above 1 MB everywhere but in a
step's output asked for alone, a large part of an input or output is shown as a reference:
``{"$type": "artifact", "digest": ..., "size": bytes}``, with the ``length`` of a list.

This module imports no database, so clients know these values by way of ``engine.service.types``.
"""

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct

WorkflowStatus = Literal["draft", "active", "paused", "completed", "failed", "cancelled"]
ExecutionStatus = Literal[
    "pending",
    "queued",
    "running",
    "paused",
    "waiting",
    "completed",
    "failed",
    "cancelled",
    "timed_out",
]
StepStatus = Literal[
    "pending", "running", "waiting", "completed", "failed", "skipped", "cancelled", "timed_out"
]
WaitKind = Literal["time", "event", "approval", "child", "answer"]
ENDED: frozenset[str] = frozenset({"completed", "failed", "cancelled", "timed_out"})
"""The states of an execution that never change again."""
UNFINISHED = ("pending", "queued", "running", "paused", "waiting")

T = TypeVar("T")


class Page(Struct, Generic[T], frozen=True):
    """Part of a list; ``next_cursor`` asks for the next part, None at the end."""

    items: list[T]
    next_cursor: str | None = None


class Trigger(Struct, frozen=True, kw_only=True):
    id: str
    workflow_id: str
    type: str
    name: str
    config: dict[str, Any]
    input: dict[str, Any] = {}
    """What an execution that it starts is given."""
    is_enabled: bool = True
    source: Literal["definition", "api"] = "definition"
    last_triggered: datetime | None = None
    trigger_count: int = 0
    considered: datetime | None = None
    """The time up to which its fires are settled."""
    next_due: datetime | None = None
    error: str | None = None


class StepSummary(Struct, frozen=True, kw_only=True):
    """A step of a workflow as the API's Step entity shows it."""

    id: str
    workflow_id: str
    name: str
    type: str
    config: dict[str, Any]
    input_mapping: dict[str, Any]
    output_mapping: dict[str, Any]
    order: float | None
    is_parallel: bool
    dependencies: list[str]
    retry_policy: dict[str, Any] | None


class Workflow(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    description: str = ""
    status: WorkflowStatus = "draft"
    tags: list[str] = []
    owner_id: str | None = None
    is_template: bool = False
    path: str | None = None
    """Absolute path of the definition file, when it has one."""
    folder: str | None = None
    version: int = 1
    active_version: int | None = None
    """The version that its triggers run."""
    created_at: datetime
    updated_at: datetime
    execution_count: int = 0
    last_executed: datetime | None = None
    success_rate: float | None = None
    """Completed of all that ended by themselves (completed, failed, timed_out), 0..1; None before
    the first."""
    next_due: datetime | None = None
    error: str | None = None
    """Why its triggers cannot go on, or why the newest text is not the active one."""
    # Only where one workflow is shown:
    definition: dict[str, Any] | None = None
    source: str | None = None
    variables: dict[str, Any] = {}
    triggers: list[Trigger] = []
    steps: list[StepSummary] = []


class WorkflowVersion(Struct, frozen=True, kw_only=True):
    """One text that a workflow had."""

    workflow_id: str
    version: int
    created_at: datetime
    source: str | None = None


class StepError(Struct, frozen=True, kw_only=True):
    type: str
    message: str


class StepExecution(Struct, frozen=True, kw_only=True):
    id: str
    execution_id: str
    step_id: str
    status: StepStatus
    attempt: int = 0
    max_attempts: int = 1
    input: Any = None
    output: Any = None
    error: StepError | None = None
    branch: str | None = None
    reason: str | None = None
    """In words: why it waits, was skipped or is retried."""
    start_time: datetime | None = None
    end_time: datetime | None = None
    duration: float | None = None
    parent_id: str | None = None
    index: int | None = None
    origin: Literal["reused", "cached"] | None = None
    """Where its output is from when it did not run: an earlier execution or attempt, or a run with
    the same input."""
    waits_for: WaitKind | None = None
    """Only while it waits; ``answer``: for somebody to say what became of a step that was cut off
    and is not repeated."""
    wait_until: datetime | None = None
    options: list[str] = []
    """What it can be answered with."""
    assignees: list[str] = []
    """Who may answer; anybody where it is empty."""
    child_execution_id: str | None = None
    """The execution of the sub-workflow that it started."""
    # Only in the list of what waits:
    workflow_id: str | None = None
    workflow_name: str | None = None


class Execution(Struct, frozen=True, kw_only=True):
    id: str
    workflow_id: str
    workflow_name: str = ""
    version: int | None = None
    """The workflow's version that it runs; None for a text that was never saved."""
    status: ExecutionStatus
    input: dict[str, Any] = {}
    output: Any = None
    created_at: datetime
    start_time: datetime | None = None
    end_time: datetime | None = None
    duration: float | None = None
    trigger_id: str | None = None
    trigger_type: str = "manual"
    trigger_name: str | None = None
    priority: int = 5
    error_type: str | None = None
    error_message: str | None = None
    reason: str | None = None
    retry_of: str | None = None
    """The execution that it repeats."""
    parent_execution_id: str | None = None
    parent_step_id: str | None = None
    """The id of the step execution that started it."""
    folder: str | None = None
    """Where the relative paths of its steps begin."""
    # Only where one execution is shown:
    source: str | None = None
    """The text it ran."""
    step_executions: list[StepExecution] = []


class LogLine(Struct, frozen=True, kw_only=True):
    id: int
    """Grows with time in one execution; ``after`` takes it."""
    time: datetime
    execution_id: str
    step_id: str | None
    attempt: int
    stream: Literal["stdout", "stderr", "engine"]
    line: str


class Event(Struct, frozen=True, kw_only=True):
    """One thing that happened, as the event stream tells it.

    Types: ``execution.queued|started|paused|resumed|waiting|running|completed|failed|cancelled|
    timed_out``, ``step.started|waiting|completed|failed|retrying|skipped|cancelled|timed_out``,
    ``log`` (data is a LogLine), ``workflow.changed|deleted``, ``trigger.fired``. For ``step.*``
    data is the StepExecution without input and output, for ``execution.*`` the Execution without
    source and steps, both as they were then. ``id`` is durable and grows; 0 for ``log``, which is
    not replayed (``GET /executions/{id}/logs`` has every line).
    """

    id: int
    type: str
    time: datetime
    execution_id: str | None = None
    workflow_id: str | None = None
    data: Any = None


class DayCount(Struct, frozen=True, kw_only=True):
    """Executions that ended on one day (UTC), or in one hour where the period is short."""

    start: datetime
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    timed_out: int = 0


class Bucket(Struct, frozen=True, kw_only=True):
    """Executions whose duration lies from ``low`` up to ``high`` seconds."""

    low: float
    high: float
    count: int


class StepTiming(Struct, frozen=True, kw_only=True):
    """How long the attempts of a step take, in seconds."""

    workflow_id: str
    workflow_name: str
    step_id: str
    count: int
    mean: float
    p95: float


class ErrorCount(Struct, frozen=True, kw_only=True):
    """How often executions failed with one type of error."""

    type: str
    count: int


class Stats(Struct, frozen=True, kw_only=True):
    """What the dashboard charts: one period, one workflow or all; durations are seconds."""

    since: datetime
    until: datetime
    total: int
    completed: int
    failed: int
    cancelled: int
    timed_out: int
    running: int
    queued: int
    success_rate: float | None
    previous_total: int
    """In the period of the same length before this one."""
    previous_success_rate: float | None
    duration_mean: float | None
    duration_p50: float | None
    duration_p95: float | None
    days: list[DayCount]
    durations: list[Bucket]
    slowest_steps: list[StepTiming]
    errors: list[ErrorCount]


class HealthStats(Struct, frozen=True, kw_only=True):
    """Counts of what there is."""

    active_executions: int
    queued_executions: int
    total_workflows: int
    active_workflows: int


class Health(Struct, frozen=True, kw_only=True):
    """``checks`` say ``ok``, or in words what is wrong; ``uptime`` is seconds."""

    status: Literal["healthy", "unhealthy"]
    checks: dict[str, str]
    stats: HealthStats
    version: str = ""
    uptime: float = 0.0


class SchedulerStatus(Struct, frozen=True, kw_only=True):
    """What the scheduler does, and when it is due next."""

    enabled: bool
    running: int
    queued: int
    workers: int
    scheduled: int
    """Enabled schedule triggers of active workflows."""
    next_due: datetime | None = None
    next_workflow_id: str | None = None
    next_workflow_name: str | None = None


def step_execution_id(execution_id: str, key: str) -> str:
    """The public id of a step execution."""
    return f"{execution_id}.{key}"


def split_step_execution_id(identity: str) -> tuple[str, str]:
    """The execution's id and the step's key. Raises ValueError for what is no such id."""
    execution_id, separator, key = identity.partition(".")
    if not separator or not key:
        raise ValueError(f'"{identity}" is no id of a step execution')
    return execution_id, key
