"""What the store answers: plain values, shaped as the API shows them; times are aware UTC."""

from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")
ENDED = frozenset({"completed", "failed", "cancelled", "timed_out"})
"""The states of an execution that never change again."""
UNFINISHED = ("pending", "queued", "running", "paused", "waiting")


class Page(Struct, Generic[T], frozen=True):
    """Part of a list; ``next_cursor`` asks for the next part, None at the end."""

    items: list[T]
    next_cursor: str | None = None


class TriggerRecord(Struct, frozen=True, kw_only=True):
    """A trigger of a workflow. ``considered`` is the time up to which its fires are settled."""

    id: str
    workflow_id: str
    type: str
    name: str
    config: dict[str, Any]
    input: dict[str, Any] = {}
    is_enabled: bool = True
    source: str = "definition"
    last_triggered: datetime | None = None
    trigger_count: int = 0
    considered: datetime | None = None
    next_due: datetime | None = None
    error: str | None = None


class WorkflowRecord(Struct, frozen=True, kw_only=True):
    """A registered workflow. ``text`` and ``triggers`` only where one workflow is read."""

    id: str
    name: str
    description: str = ""
    status: str = "draft"
    tags: list[str] = []
    owner_id: str | None = None
    is_template: bool = False
    path: str | None = None
    folder: str | None = None
    version: int = 1
    active_version: int | None = None
    created_at: datetime
    updated_at: datetime
    execution_count: int = 0
    last_executed: datetime | None = None
    success_rate: float | None = None
    next_due: datetime | None = None
    error: str | None = None
    text: str | None = None
    triggers: list[TriggerRecord] = []


class VersionRecord(Struct, frozen=True, kw_only=True):
    """One text that a workflow had."""

    workflow_id: str
    version: int
    created_at: datetime
    text: str | None = None


class StepRecord(Struct, frozen=True, kw_only=True):
    """One step execution; ``id`` is made of the execution's and the step's."""

    id: str
    execution_id: str
    step_id: str
    key: str
    status: str
    attempt: int = 0
    max_attempts: int = 1
    input: Any = None
    output: Any = None
    error_type: str | None = None
    error_message: str | None = None
    branch: str | None = None
    reason: str | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    duration: float | None = None
    parent_id: str | None = None
    index: int | None = None


class ExecutionRecord(Struct, frozen=True, kw_only=True):
    """One execution; ``source`` and ``steps`` only where one is read."""

    id: str
    workflow_id: str
    workflow_name: str = ""
    version: int | None = None
    status: str
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
    folder: str | None = None
    source: str | None = None
    steps: list[StepRecord] = []


class LogRecord(Struct, frozen=True, kw_only=True):
    """One line of an execution's log."""

    id: int
    time: datetime
    execution_id: str
    step_id: str | None
    attempt: int
    stream: str
    line: str


class StreamEvent(Struct, frozen=True, kw_only=True):
    """One thing that happened, as subscribers hear of it; ``id`` is durable, 0 for log lines.

    ``data`` is an ExecutionRecord for ``execution.*``, a StepRecord for ``step.*``, a LogRecord for
    ``log``, else a mapping.
    """

    id: int
    type: str
    time: datetime
    execution_id: str | None = None
    workflow_id: str | None = None
    data: Any = None


def step_execution_id(execution_id: str, key: str) -> str:
    """The public id of a step execution."""
    return f"{execution_id}.{key}"


def split_step_execution_id(identity: str) -> tuple[str, str]:
    """The execution's id and the step's key. Raises ValueError for what is no such id."""
    execution_id, separator, key = identity.partition(".")
    if not separator or not key:
        raise ValueError(f'"{identity}" is no id of a step execution')
    return execution_id, key


def seconds_between(start: int | None, end: int | None) -> float | None:
    """The time between two stored times in seconds; None while one is missing."""
    return None if start is None or end is None else (end - start) / 1_000_000
