"""The values of the REST API: what the service answers and what its clients send.

Times are ISO 8601 in UTC, durations are seconds. These structs are the one description of the
protocol: the OpenAPI document is made from them, and ``engine.client`` speaks them. What is read
from the engine are the engine's own values; here stand those that are sent to it.
"""

from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

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
    "Bucket",
    "DayCount",
    "EngineInfo",
    "EngineWrite",
    "ErrorCount",
    "Event",
    "ExecuteWrite",
    "Execution",
    "ExecutionStatus",
    "ExecutionWrite",
    "Health",
    "HealthStats",
    "LogLine",
    "Page",
    "ProblemDocument",
    "SchedulerStatus",
    "Stats",
    "StepError",
    "StepExecution",
    "StepStatus",
    "StepSummary",
    "StepTiming",
    "Trigger",
    "TriggerWrite",
    "ValidateWrite",
    "Validation",
    "WaitKind",
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
