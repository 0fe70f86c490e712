"""The values of the REST API: what the service answers and what its clients send.

Times are ISO 8601 in UTC, durations are seconds. These structs are the one description of the
protocol: the OpenAPI document is made from them, and ``engine.client`` speaks them. What is read
from the engine are the engine's own values; here stand those that are sent to it.
"""

from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from engine.definition.problems import Problem
from engine.store.views import (
    ENDED,
    Bucket,
    DayCount,
    ErrorCount,
    Event,
    Execution,
    ExecutionStatus,
    Health,
    HealthStats,
    LogLine,
    Page,
    SchedulerStatus,
    Stats,
    StepError,
    StepExecution,
    StepStatus,
    StepSummary,
    StepTiming,
    Trigger,
    WaitKind,
    Workflow,
    WorkflowStatus,
    WorkflowVersion,
)

__all__ = [
    "ENDED",
    "AnswerWrite",
    "Bucket",
    "DayCount",
    "EngineInfo",
    "EngineWrite",
    "ErrorCount",
    "Event",
    "EventWrite",
    "ExecuteWrite",
    "Execution",
    "ExecutionStatus",
    "ExecutionWrite",
    "Explanation",
    "Health",
    "HealthStats",
    "LogLine",
    "Page",
    "ProblemDocument",
    "RetryWrite",
    "SchedulerStatus",
    "Stats",
    "StepError",
    "StepExecution",
    "StepRetryWrite",
    "StepStatus",
    "StepSummary",
    "StepTiming",
    "Trigger",
    "TriggerWrite",
    "ValidateWrite",
    "Validation",
    "WaitKind",
    "Woken",
    "Workflow",
    "WorkflowState",
    "WorkflowStatus",
    "WorkflowVersion",
    "WorkflowWrite",
]


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


class StepRetryWrite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /step-executions/{id}/retry. What is left out stays as it was.

    ``source`` is another text to run, ``newest`` takes the workflow's newest.
    """

    input: dict[str, Any] | None = None
    source: str | None = None
    newest: bool = False


class RetryWrite(StepRetryWrite, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /executions/{id}/retry. Without a body: from the steps that failed.

    ``from_step`` is a step's id, or, inside a body, its key (``each.3.fetch``). With another
    ``input`` all runs again, unless ``from_step`` is given.
    """

    from_step: str | None = None
    whole: bool = False


class AnswerWrite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /step-executions/{id}/answer. ``decision`` is one of the step's ``options``; ``output``
    goes with ``completed``, said of a step that is not repeated.
    """

    decision: str
    by: str = ""
    comment: str = ""
    output: Any = None


class EventWrite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /events: something happened, of which waiting steps are told."""

    type: Annotated[str, Meta(min_length=1, max_length=255)]
    data: Any = None


class Woken(Struct, frozen=True, kw_only=True):
    """How many waiting steps an event woke."""

    woken: int


class Explanation(Struct, frozen=True, kw_only=True):
    """Why an execution, or a step execution, is where it is, in words."""

    id: str
    status: str
    text: str


class Validation(Struct, frozen=True, kw_only=True):
    valid: bool
    problems: list[Problem]


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
    """Those who follow events: the windows that are connected, however many streams each has."""
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
