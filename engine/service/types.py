"""The values of the REST API: what the service answers and what its clients send.

Times are ISO 8601 in UTC, durations are seconds. These structs are the one description of the
protocol: the OpenAPI document is made from them, and ``engine.client`` speaks them.
"""

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from msgspec import UNSET, Struct, UnsetType

from engine.definition.problems import Problem

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
ENDED: frozenset[str] = frozenset({"completed", "failed", "cancelled", "timed_out"})
"""The states of an execution that never change again."""

T = TypeVar("T")


class Page(Struct, Generic[T], frozen=True, kw_only=True):
    """Part of a list; ``next_cursor`` asks for the next part, None at the end."""

    items: list[T]
    next_cursor: str | None = None


class Trigger(Struct, frozen=True, kw_only=True):
    id: str
    workflow_id: str
    type: str
    name: str
    config: dict[str, Any]
    is_enabled: bool = True
    source: Literal["definition", "api"] = "definition"
    last_triggered: datetime | None = None
    trigger_count: int = 0
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


class WorkflowWrite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST and PUT of a workflow. ``definition`` is YAML or JSON text, or a tree."""

    definition: str | dict[str, Any]
    name: str | None = None
    description: str | None = None
    tags: list[str] | None = None
    owner_id: str | None = None
    path: str | None = None
    folder: str | None = None


class TriggerWrite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    type: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    config: dict[str, Any] | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET


class ExecuteWrite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    input: dict[str, Any] = {}
    priority: int | None = None


class ExecutionWrite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /executions: runs a text. ``path`` names its file, which registers the workflow."""

    source: str
    path: str | None = None
    folder: str | None = None
    input: dict[str, Any] = {}
    priority: int | None = None


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


class Execution(Struct, frozen=True, kw_only=True):
    id: str
    workflow_id: str
    workflow_name: str = ""
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
    error_message: str | None = None
    reason: str | None = None
    retry_of: str | None = None
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

    Types: ``execution.queued|started|completed|failed|cancelled|timed_out``,
    ``step.started|completed|failed|retrying|skipped|cancelled|timed_out|waiting``, ``log`` (data is
    a LogLine), ``workflow.changed|deleted``, ``trigger.fired``. For ``step.*`` data is the
    StepExecution without input and output, for ``execution.*`` the Execution without source and
    steps. ``id`` is durable and grows; 0 for ``log``, which is not replayed (``GET
    /executions/{id}/logs`` has every line).
    """

    id: int
    type: str
    time: datetime
    execution_id: str | None = None
    workflow_id: str | None = None
    data: Any = None


class HealthStats(Struct, frozen=True, kw_only=True):
    active_executions: int
    queued_executions: int
    total_workflows: int
    active_workflows: int


class Health(Struct, frozen=True, kw_only=True):
    status: Literal["healthy", "unhealthy"]
    checks: dict[str, str]
    stats: HealthStats
    version: str = ""
    uptime: float = 0.0


class SchedulerStatus(Struct, frozen=True, kw_only=True):
    enabled: bool
    running: int
    queued: int
    workers: int
    scheduled: int
    """Enabled schedule triggers of active workflows."""
    next_due: datetime | None = None
    next_workflow_id: str | None = None
    next_workflow_name: str | None = None


class Validation(Struct, frozen=True, kw_only=True):
    valid: bool
    problems: list[Problem]


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
    workflow_id: str
    workflow_name: str
    step_id: str
    count: int
    mean: float
    p95: float


class ErrorCount(Struct, frozen=True, kw_only=True):
    type: str
    count: int


class Stats(Struct, frozen=True, kw_only=True):
    """What the dashboard charts: one period, one workflow or all."""

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


class ProblemDocument(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error as RFC 9457 (problem details) shapes it; ``problems`` are those of a definition."""

    title: str
    status: int
    detail: str = ""
    type: str = "about:blank"
    instance: str | None = None
    problems: list[Problem] | None = None


class EngineInfo(Struct, frozen=True, kw_only=True):
    """The engine process, as the private socket alone tells it."""

    pid: int
    version: str
    home: str
    """Its data folder."""
    keep: bool
    """True when it stays although nobody is connected and nothing runs, waits or is active."""
    clients: int
    """Open event streams: the windows that are connected."""
    busy: bool
    """True while executions run, wait or queue, or workflows are active."""


class EngineWrite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    keep: bool


class ValidateWrite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /validate. ``path`` is named in the problems; with ``folder`` the files that steps name
    are looked for.
    """

    source: str
    path: str | None = None
    folder: str | None = None


class WorkflowState(Struct, frozen=True, kw_only=True):
    """GET /workflows/{id}/status."""

    id: str
    status: WorkflowStatus
    next_due: datetime | None = None
    error: str | None = None
