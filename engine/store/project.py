"""The read-model rows that follow from an event."""

from collections.abc import Callable, Iterable
from typing import Any, get_args

from engine.core.artifact import artifacts_in
from engine.core.events import (
    CancelRequested,
    ChildStarted,
    Event,
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
from engine.core.state import UNREASONED
from engine.store.artifacts import use_of
from engine.store.batch import Batch, EventRow, Patch, Tally
from engine.store.encoding import encode, is_tagged, payloads
from engine.store.times import to_micros

TYPES: dict[type[Any], str] = {kind: str(kind.__struct_config__.tag) for kind in get_args(Event)}


def add_events(
    batch: Batch,
    execution_id: str,
    workflow_id: str,
    events: Iterable[Event],
    data: str | None = None,
) -> None:
    """Puts the events of a turn and their rows into a batch; ``data`` is the JSON text of the
    first, if that is made already.

    Raises RecordError for what JSON cannot hold.
    """
    for event in events:
        add_event(batch, execution_id, workflow_id, event, data)
        data = None


def add_event(
    batch: Batch, execution_id: str, workflow_id: str, event: Event, data: str | None = None
) -> None:
    """Puts one event and its rows into a batch; see ``add_events``."""
    kind = type(event)
    time = to_micros(event.time)
    text = encode(event) if data is None else data
    row = EventRow(execution_id, workflow_id, TYPES[kind], time, text, event)
    batch.events.append(row)
    if is_tagged(text):
        for digest in {artifact.digest for artifact in artifacts_in(payloads(event))}:
            batch.inserts.append(use_of(digest, execution_id))
    rule = _RULES.get(kind)
    if rule is not None:
        rule(batch, row, event)


def add_notice(batch: Batch, workflow_id: str | None, kind: str, time: int, data: Any) -> None:
    """Puts an event that belongs to no execution into a batch: ``workflow.changed`` and such."""
    batch.events.append(EventRow(None, workflow_id, kind, time, encode(data), data))


def _execution(row: EventRow, values: dict[str, Any], column: str = "") -> Patch:
    return Patch((row.execution_id or "",), values, row if column else None, column)


def _queued(batch: Batch, row: EventRow, event: ExecutionQueued) -> None:
    batch.executions.append(_execution(row, {}, "queued_event"))
    batch.tallies.append(Tally(row.workflow_id or "", started=1, last=row.time))


def _execution_started(batch: Batch, row: EventRow, event: ExecutionStarted) -> None:
    batch.executions.append(_execution(row, {"status": "running", "start_time": row.time}))


def _execution_paused(batch: Batch, row: EventRow, event: ExecutionPaused) -> None:
    values = {"status": "paused", "reason": event.reason or None}
    batch.executions.append(_execution(row, values))


def _execution_resumed(batch: Batch, row: EventRow, event: ExecutionResumed) -> None:
    batch.executions.append(_execution(row, {"status": event.status, "reason": None}))


def _execution_idle(batch: Batch, row: EventRow, event: ExecutionIdle) -> None:
    batch.executions.append(_execution(row, {"status": "waiting"}))


def _execution_busy(batch: Batch, row: EventRow, event: ExecutionBusy) -> None:
    batch.executions.append(_execution(row, {"status": "running"}))


def _cancel_requested(batch: Batch, row: EventRow, event: CancelRequested) -> None:
    # It ends a pause, and whatever was waited for.
    values = {"status": "running", "reason": event.reason or UNREASONED}
    batch.executions.append(_execution(row, values))


def _execution_ended(batch: Batch, row: EventRow, event: ExecutionEnded) -> None:
    values = {
        "status": event.status,
        "end_time": row.time,
        "error_type": event.error.type if event.error else None,
        "error_message": event.error.message if event.error else None,
        "reason": event.reason or None,
    }
    batch.executions.append(_execution(row, values, "ended_event"))
    counted = event.status != "cancelled"
    completed = event.status == "completed"
    batch.tallies.append(Tally(row.workflow_id or "", ended=counted, completed=completed))


def _step(
    row: EventRow, key: str, values: dict[str, Any], column: str = "", *, new: bool = False
) -> Patch:
    return Patch((row.execution_id or "", key), values, row if column else None, column, new)


def _born(
    event: StepStarted | StepCompleted | StepFailed | StepSkipped,
) -> dict[str, Any]:
    """What a new row says of where its step stands."""
    key = event.key
    return {"step_id": step_id_of(key), "parent": parent_of(key), "position": event.index}


def _step_started(batch: Batch, row: EventRow, event: StepStarted) -> None:
    values: dict[str, Any] = {
        "status": "running",
        "attempt": event.attempt,
        "reason": None,
    }
    if event.config is None:
        batch.steps.append(_step(row, event.key, values))
        return
    values |= {
        **_born(event),
        "max_attempts": event.max_attempts,
        "start_time": row.time,
    }
    batch.steps.append(_step(row, event.key, values, "started_event", new=True))


def _step_completed(batch: Batch, row: EventRow, event: StepCompleted) -> None:
    values = {
        "status": "completed",
        "branch": event.branch,
        "end_time": row.time,
        "error_type": None,
        "error_message": None,
        "reason": None,
    }
    new = event.reused or event.cached
    if new:
        origin = "reused" if event.reused else "cached"
        values |= {**_born(event), "start_time": row.time, "origin": origin}
    batch.steps.append(_step(row, event.key, values, "ended_event", new=new))


def _step_waiting(batch: Batch, row: EventRow, event: StepWaiting) -> None:
    values = {
        "status": "waiting",
        "reason": event.reason,
        "end_time": None,
        "wait_kind": event.kind,
        "wait_until": to_micros(event.until) if event.until else None,
        "options": encode(event.options) if event.options else None,
        "assignees": encode(event.assignees) if event.assignees else None,
    }
    batch.steps.append(_step(row, event.key, values))


def _child_started(batch: Batch, row: EventRow, event: ChildStarted) -> None:
    batch.steps.append(_step(row, event.key, {"child_execution": event.execution_id}))


def _step_failed(batch: Batch, row: EventRow, event: StepFailed) -> None:
    error = event.error
    values: dict[str, Any] = {
        "attempt": event.attempt,
        "error_type": error.type,
        "error_message": error.message,
    }
    if event.retry_at is not None:
        reason = (
            f"attempt {event.attempt} failed; it is tried again at {event.retry_at:%H:%M:%S} UTC"
        )
        values |= {"status": "waiting", "reason": reason, "wait_kind": None}
        batch.steps.append(_step(row, event.key, values, "ended_event"))
        return
    values |= {
        "status": "timed_out" if error.type == "timeout" else "failed",
        "end_time": row.time,
        "reason": None,
    }
    new = event.started is None
    if new:
        values |= {
            **_born(event),
            "start_time": row.time,
            "max_attempts": event.max_attempts,
        }
    batch.steps.append(_step(row, event.key, values, "ended_event", new=new))


def _step_lost(batch: Batch, row: EventRow, event: StepLost) -> None:
    reason = "the engine ended while it ran; it runs again"
    batch.steps.append(_step(row, event.key, {"status": "pending", "reason": reason}))


def _step_skipped(batch: Batch, row: EventRow, event: StepSkipped) -> None:
    values = {
        **_born(event),
        "status": "skipped",
        "reason": event.reason,
        "end_time": row.time,
    }
    batch.steps.append(_step(row, event.key, values, "ended_event", new=True))


def _step_cancelled(batch: Batch, row: EventRow, event: StepCancelled) -> None:
    values = {"status": "cancelled", "reason": event.reason, "end_time": row.time}
    batch.steps.append(_step(row, event.key, values, "ended_event"))


_RULES: dict[type[Any], Callable[[Batch, EventRow, Any], None]] = {
    ExecutionQueued: _queued,
    ExecutionStarted: _execution_started,
    ExecutionPaused: _execution_paused,
    ExecutionResumed: _execution_resumed,
    ExecutionIdle: _execution_idle,
    ExecutionBusy: _execution_busy,
    CancelRequested: _cancel_requested,
    ExecutionEnded: _execution_ended,
    StepStarted: _step_started,
    StepWaiting: _step_waiting,
    ChildStarted: _child_started,
    StepCompleted: _step_completed,
    StepFailed: _step_failed,
    StepLost: _step_lost,
    StepSkipped: _step_skipped,
    StepCancelled: _step_cancelled,
}
