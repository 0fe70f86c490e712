"""The event stream: recorded events as subscribers hear of them, read by their durable ids."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, structs
from sqlalchemy import Connection, Row, func, select

from engine.core.events import (
    ExecutionBusy,
    ExecutionEnded,
    ExecutionIdle,
    ExecutionPaused,
    ExecutionQueued,
    ExecutionResumed,
    ExecutionStarted,
    StepCancelled,
    StepCompleted,
    StepFailed,
    StepLost,
    StepSkipped,
    StepStarted,
    StepWaiting,
)
from engine.core.keys import parent_of, step_id_of
from engine.store import views
from engine.store.encoding import decode, decode_event
from engine.store.executions import executions_by_id, log_line
from engine.store.order import cut_pages, places
from engine.store.step_executions import places_of
from engine.store.tables import events, logs
from engine.store.times import from_micros
from engine.store.views import ExecutionStatus, StepError, StepStatus, step_execution_id

ExecutionEvent = (
    ExecutionQueued
    | ExecutionStarted
    | ExecutionPaused
    | ExecutionResumed
    | ExecutionIdle
    | ExecutionBusy
    | ExecutionEnded
)
StepEvent = (
    StepStarted | StepWaiting | StepCompleted | StepFailed | StepLost | StepSkipped | StepCancelled
)
Place = tuple[datetime | None, int | None]
"""When a step execution began, and the number of its round."""


class Position(Struct):
    """Where a subscriber is: the last event and the last log line that it has."""

    event: int
    log: int


def last_position(connection: Connection) -> Position:
    """The newest event and log line."""
    event = connection.execute(select(func.max(events.c.id))).scalar() or 0
    log = connection.execute(select(func.max(logs.c.id))).scalar() or 0
    return Position(event, log)


def read_stream(
    connection: Connection, position: Position, execution_id: str | None, limit: int
) -> tuple[list[views.Event], Position]:
    """What came after a position, ``limit`` events and log lines at most, and the new position.

    A step's lines come before the event that ends its attempt.
    """
    query = select(events).where(events.c.id > position.event)
    if execution_id is not None:
        query = query.where(events.c.execution_id == execution_id)
    newest = connection.execute(query.order_by(events.c.id).limit(limit)).all()
    # The lines are read after the events: those that belong before an event are there by then.
    written = _log_rows(connection, position.log, execution_id, limit)
    rows, lines = cut_pages(newest, written, limit)
    end = Position(rows[-1].id if rows else position.event, lines[-1].id if lines else position.log)
    return _in_order(_stream_events(connection, rows), rows, lines), end


def _in_order(
    told: Sequence[views.Event | None], rows: Sequence[Row[Any]], lines: Sequence[Row[Any]]
) -> list[views.Event]:
    """Events in the order of their ids, each after the lines that were written before it."""
    before: dict[int, list[views.Event]] = {}
    for place, line in zip(places(rows, lines), lines, strict=True):
        before.setdefault(place, []).append(_log_event(line))
    found: list[views.Event] = []
    for number, event in enumerate(told):
        found.extend(before.get(number, ()))
        if event is not None:
            found.append(event)
    return [*found, *before.get(len(rows), ())]


def _log_rows(
    connection: Connection, after: int, execution_id: str | None, limit: int
) -> Sequence[Row[Any]]:
    query = select(logs).where(logs.c.id > after)
    if execution_id is not None:
        query = query.where(logs.c.execution_id == execution_id)
    return connection.execute(query.order_by(logs.c.id).limit(limit)).all()


def _log_event(row: Row[Any]) -> views.Event:
    line = log_line(row)
    return views.Event(id=0, type="log", time=line.time, execution_id=line.execution_id, data=line)


def _notice(row: Row[Any]) -> views.Event:
    return views.Event(
        id=row.id,
        type=row.type,
        time=from_micros(row.time),
        workflow_id=row.workflow_id,
        data=decode(row.data),
    )


def _stream_events(connection: Connection, rows: Sequence[Row[Any]]) -> list[views.Event | None]:
    decoded = [(row, decode_event(row.data) if row.execution_id else None) for row in rows]
    runs = {row.execution_id for row, event in decoded if isinstance(event, ExecutionEvent)}
    steps = {
        (row.execution_id, event.key)
        for row, event in decoded
        if isinstance(event, StepEvent) and _needs_place(event)
    }
    known = executions_by_id(connection, list(runs)) if runs else {}
    begun = places_of(connection, list(steps)) if steps else {}
    found: list[views.Event | None] = []
    for row, event in decoded:
        if event is None:
            found.append(_notice(row))
        elif isinstance(event, ExecutionEvent):
            record = known.get(row.execution_id)
            found.append(_execution_told(row, event, record) if record else None)
        elif isinstance(event, StepEvent):
            place = begun.get((row.execution_id, event.key), (None, None))
            found.append(_step_told(row, event, place))
        else:
            found.append(None)
    return found


def _needs_place(event: StepEvent) -> bool:
    """Whether the event alone does not tell when its step began, and in which round it is."""
    return isinstance(event, StepWaiting) or (
        getattr(event, "index", None) is None and parent_of(event.key) is not None
    )


def _told(row: Row[Any], name: str, data: views.Execution | views.StepExecution) -> views.Event:
    return views.Event(
        id=row.id,
        type=name,
        time=from_micros(row.time),
        execution_id=row.execution_id,
        workflow_id=row.workflow_id,
        data=data,
    )


_STATUS: dict[type[Any], ExecutionStatus] = {
    ExecutionQueued: "queued",
    ExecutionStarted: "running",
    ExecutionPaused: "paused",
    ExecutionIdle: "waiting",
    ExecutionBusy: "running",
}
_NAMES = {ExecutionStarted: "started", ExecutionResumed: "resumed"}
"""What is not called as the execution then is."""


def _execution_told(row: Row[Any], event: ExecutionEvent, record: views.Execution) -> views.Event:
    """The execution as it was when the event happened."""
    if isinstance(event, ExecutionEnded):
        return _told(row, f"execution.{event.status}", record)
    status = event.status if isinstance(event, ExecutionResumed) else _STATUS[type(event)]
    began = record.start_time is not None and record.start_time <= event.time
    then = structs.replace(
        record,
        status=status,
        start_time=record.start_time if began and status != "queued" else None,
        end_time=None,
        duration=None,
        output=None,
        error_type=None,
        error_message=None,
        reason=(event.reason or None) if isinstance(event, ExecutionPaused) else None,
    )
    return _told(row, f"execution.{_NAMES.get(type(event), status)}", then)


def _step_told(row: Row[Any], event: StepEvent, place: Place) -> views.Event:
    """The step execution as the event leaves it."""
    name, status, facts = _step_then(event, place[0])
    execution_id, parent = row.execution_id, parent_of(event.key)
    index = getattr(event, "index", None)
    step = views.StepExecution(
        id=step_execution_id(execution_id, event.key),
        execution_id=execution_id,
        step_id=step_id_of(event.key),
        parent_id=step_execution_id(execution_id, parent) if parent else None,
        index=place[1] if index is None else index,
        status=status,
        **facts,
    )
    return _told(row, f"step.{name}", step)


def _step_then(event: StepEvent, began: datetime | None) -> tuple[str, StepStatus, dict[str, Any]]:
    """A step event's name, the step's status, and what else the event says of it."""
    if isinstance(event, StepSkipped):
        return "skipped", "skipped", {"reason": event.reason, "end_time": event.time}
    if isinstance(event, StepWaiting):
        return "waiting", "waiting", _waiting(event, began)
    facts: dict[str, Any] = {"attempt": event.attempt, "max_attempts": event.max_attempts}
    if isinstance(event, StepStarted):
        return "started", "running", {**facts, "start_time": event.time}
    if isinstance(event, StepLost):
        reason = "the engine ended while it ran; it runs again"
        return "retrying", "pending", {**facts, "reason": reason}
    facts |= _times(event.started, event.time)
    if isinstance(event, StepCompleted):
        origin = "reused" if event.reused else "cached" if event.cached else None
        return "completed", "completed", {**facts, "branch": event.branch, "origin": origin}
    if isinstance(event, StepCancelled):
        return "cancelled", "cancelled", {**facts, "reason": event.reason}
    return _failed(event, facts)


def _waiting(event: StepWaiting, began: datetime | None) -> dict[str, Any]:
    return {
        "attempt": event.attempt,
        "reason": event.reason,
        "start_time": began,
        "waits_for": event.kind,
        "wait_until": event.until,
        "options": list(event.options),
        "assignees": list(event.assignees),
    }


def _failed(event: StepFailed, facts: dict[str, Any]) -> tuple[str, StepStatus, dict[str, Any]]:
    facts["error"] = StepError(type=event.error.type, message=event.error.message)
    if event.retry_at is not None:
        reason = f"it is tried again at {event.retry_at:%H:%M:%S} UTC"
        return "retrying", "waiting", {**facts, "reason": reason}
    status: StepStatus = "timed_out" if event.error.type == "timeout" else "failed"
    return status, status, facts


def _times(started: datetime | None, ended: datetime) -> dict[str, Any]:
    seconds = (ended - started).total_seconds() if started else None
    return {"start_time": started, "end_time": ended, "duration": seconds}
