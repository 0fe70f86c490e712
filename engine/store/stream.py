"""The event stream: recorded events as subscribers hear of them, read by their durable ids."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, structs
from sqlalchemy import Connection, Row, func, select

from engine.core.events import (
    Event,
    ExecutionEnded,
    ExecutionQueued,
    ExecutionStarted,
    StepCancelled,
    StepCompleted,
    StepFailed,
    StepLost,
    StepSkipped,
    StepStarted,
)
from engine.store.encoding import decode
from engine.store.executions import executions_by_id
from engine.store.order import cut_pages, places
from engine.store.project import EVENT_DECODER
from engine.store.records import (
    ExecutionRecord,
    LogRecord,
    StepRecord,
    StreamEvent,
    step_execution_id,
)
from engine.store.tables import events, logs
from engine.store.times import from_micros


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
) -> tuple[list[StreamEvent], Position]:
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
    told: Sequence[StreamEvent | None], rows: Sequence[Row[Any]], lines: Sequence[Row[Any]]
) -> list[StreamEvent]:
    """Events in the order of their ids, each after the lines that were written before it."""
    before: dict[int, list[StreamEvent]] = {}
    for place, line in zip(places(rows, lines), lines, strict=True):
        before.setdefault(place, []).append(_log_event(line))
    found: list[StreamEvent] = []
    for number, event in enumerate(told):
        found.extend(before.get(number, ()))
        if event is not None:
            found.append(event)
    return [*found, *before.get(len(rows), ())]


def _stream_events(connection: Connection, rows: Sequence[Row[Any]]) -> list[StreamEvent | None]:
    decoded = [(row, EVENT_DECODER.decode(row.data) if row.execution_id else None) for row in rows]
    wanted = {row.execution_id for row, event in decoded if isinstance(event, _OF_EXECUTIONS)}
    known = executions_by_id(connection, list(wanted)) if wanted else {}
    return [_notice(row) if event is None else _told(row, event, known) for row, event in decoded]


_OF_EXECUTIONS = (ExecutionQueued, ExecutionStarted, ExecutionEnded)


def _log_rows(
    connection: Connection, after: int, execution_id: str | None, limit: int
) -> Sequence[Row[Any]]:
    query = select(logs).where(logs.c.id > after)
    if execution_id is not None:
        query = query.where(logs.c.execution_id == execution_id)
    return connection.execute(query.order_by(logs.c.id).limit(limit)).all()


def _log_event(row: Row[Any]) -> StreamEvent:
    time = from_micros(row.time)
    line = LogRecord(
        id=row.id,
        time=time,
        execution_id=row.execution_id,
        step_id=row.key,
        attempt=row.attempt,
        stream=row.stream,
        line=row.line,
    )
    return StreamEvent(id=0, type="log", time=time, execution_id=row.execution_id, data=line)


def _notice(row: Row[Any]) -> StreamEvent:
    return StreamEvent(
        id=row.id,
        type=row.type,
        time=from_micros(row.time),
        workflow_id=row.workflow_id,
        data=decode(row.data),
    )


def _told(row: Row[Any], event: Event, known: dict[str, ExecutionRecord]) -> StreamEvent | None:
    """An event in the words of the stream; None for those that say nothing to others."""
    name = ""
    data: ExecutionRecord | StepRecord | None = None
    if isinstance(event, _OF_EXECUTIONS):
        record = known.get(row.execution_id)
        if record is not None:
            name, data = _execution_then(record, event)
    else:
        name, data = _step_then(row.execution_id, event)
    if not name:
        return None
    return StreamEvent(
        id=row.id,
        type=name,
        time=event.time,
        execution_id=row.execution_id,
        workflow_id=row.workflow_id,
        data=data,
    )


def _execution_then(
    record: ExecutionRecord, event: ExecutionQueued | ExecutionStarted | ExecutionEnded
) -> tuple[str, ExecutionRecord]:
    """The execution as it was when the event happened."""
    if isinstance(event, ExecutionEnded):
        return f"execution.{event.status}", record
    began = isinstance(event, ExecutionStarted)
    then = structs.replace(
        record,
        status="running" if began else "queued",
        start_time=record.start_time if began else None,
        end_time=None,
        duration=None,
        output=None,
        error_type=None,
        error_message=None,
        reason=None,
    )
    return ("execution.started" if began else "execution.queued"), then


def _step_then(execution_id: str, event: Event) -> tuple[str, StepRecord | None]:
    """A step event's name, and the step execution as the event leaves it."""
    if isinstance(event, StepStarted):
        return "step.started", _step(
            execution_id,
            event.key,
            "running",
            attempt=event.attempt,
            max_attempts=event.max_attempts,
            start_time=event.time,
        )
    if isinstance(event, StepCompleted):
        return "step.completed", _ended(execution_id, event, "completed", branch=event.branch)
    if isinstance(event, StepFailed):
        return _failed(execution_id, event)
    if isinstance(event, StepSkipped):
        return "step.skipped", _step(
            execution_id, event.key, "skipped", reason=event.reason, end_time=event.time
        )
    if isinstance(event, StepCancelled):
        return "step.cancelled", _ended(execution_id, event, "cancelled", reason=event.reason)
    if isinstance(event, StepLost):
        reason = "the engine ended while it ran; it runs again"
        return "step.retrying", _step(
            execution_id,
            event.key,
            "pending",
            attempt=event.attempt,
            max_attempts=event.max_attempts,
            reason=reason,
        )
    return "", None


def _failed(execution_id: str, event: StepFailed) -> tuple[str, StepRecord]:
    timed_out = event.error.type == "timeout"
    status = "waiting" if event.retry_at else "timed_out" if timed_out else "failed"
    reason = None
    if event.retry_at is not None:
        reason = f"it is tried again at {event.retry_at:%H:%M:%S} UTC"
    record = _ended(
        execution_id,
        event,
        status,
        reason=reason,
        error_type=event.error.type,
        error_message=event.error.message,
    )
    name = "retrying" if event.retry_at else status
    return f"step.{name}", record


def _ended(
    execution_id: str, event: StepCompleted | StepFailed | StepCancelled, status: str, **more: Any
) -> StepRecord:
    started = event.started
    return _step(
        execution_id,
        event.key,
        status,
        attempt=event.attempt,
        max_attempts=event.max_attempts,
        start_time=started,
        end_time=event.time,
        duration=(event.time - started).total_seconds() if started else None,
        **more,
    )


def _step(execution_id: str, key: str, status: str, **more: Any) -> StepRecord:
    return StepRecord(
        id=step_execution_id(execution_id, key),
        execution_id=execution_id,
        step_id=key,
        key=key,
        status=status,
        **more,
    )
