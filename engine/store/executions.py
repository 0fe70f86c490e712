"""Executions, their steps and their logs: how they are read, page by page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, func, select

from engine.definition.template import hide_secrets
from engine.store.records import (
    ExecutionRecord,
    LogRecord,
    Page,
    StepRecord,
    seconds_between,
    step_execution_id,
)
from engine.store.tables import events, executions, logs, step_executions, texts, workflows
from engine.store.times import from_micros, id_floor, maybe_time


class ExecutionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which executions to list; times are when they were asked for."""

    workflow_id: str | None = None
    statuses: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


class _Input(msgspec.Struct):
    input: Any = None


class _Output(msgspec.Struct):
    output: Any = None


_first, _last = events.alias("first"), events.alias("last")
_EXECUTIONS = (
    select(
        executions,
        workflows.c.name.label("workflow_name"),
        _first.c.data.label("queued_data"),
        _last.c.data.label("ended_data"),
    )
    .join(workflows, workflows.c.id == executions.c.workflow_id, isouter=True)
    .join(_first, _first.c.id == executions.c.queued_event, isouter=True)
    .join(_last, _last.c.id == executions.c.ended_event, isouter=True)
)
_STEPS = (
    select(
        step_executions,
        _first.c.data.label("started_data"),
        _last.c.data.label("ended_data"),
    )
    .join(_first, _first.c.id == step_executions.c.started_event, isouter=True)
    .join(_last, _last.c.id == step_executions.c.ended_event, isouter=True)
)


def list_executions(
    connection: Connection, wanted: ExecutionFilter, limit: int, cursor: str | None
) -> Page[ExecutionRecord]:
    """Executions, newest first."""
    found: list[str] = []
    for query in _filtered(wanted, cursor):
        newest = query.order_by(executions.c.id.desc()).limit(limit + 1)
        found.extend(connection.execute(newest).scalars())
    ids = sorted(found, reverse=True)[: limit + 1]
    known = executions_by_id(connection, ids[:limit])
    items = [known[identity] for identity in ids[:limit]]
    return Page(items, items[-1].id if len(ids) > limit else None)


def get_execution(
    connection: Connection, execution_id: str, *, with_steps: bool = True
) -> ExecutionRecord | None:
    """One execution with the text it ran and its steps."""
    query = _EXECUTIONS.add_columns(texts.c.text.label("source")).join(
        texts, texts.c.hash == executions.c.text_hash, isouter=True
    )
    row = connection.execute(query.where(executions.c.id == execution_id)).one_or_none()
    if row is None:
        return None
    steps = list_steps(connection, execution_id).items if with_steps else []
    return execution_record(row, source=row.source, steps=steps)


def list_steps(
    connection: Connection,
    execution_id: str,
    *,
    parent: str | None = None,
    limit: int = 10_000,
    cursor: str | None = None,
) -> Page[StepRecord]:
    """The step executions of the top level, or inside ``parent``, in the order they came to be."""
    table = step_executions.c
    place = func.coalesce(table.started_event, table.ended_event, 0)
    query = _STEPS.where(table.execution_id == execution_id, table.parent.is_(None))
    if parent is not None:
        query = _STEPS.where(table.execution_id == execution_id, table.parent == parent)
    offset = int(cursor or 0)
    rows = connection.execute(query.order_by(place).offset(offset).limit(limit + 1)).all()
    items = [step_record(row) for row in rows[:limit]]
    return Page(items, str(offset + limit) if len(rows) > limit else None)


def get_step(connection: Connection, execution_id: str, key: str) -> StepRecord | None:
    """One step execution with its input and output."""
    table = step_executions.c
    query = _STEPS.where(table.execution_id == execution_id, table.key == key)
    row = connection.execute(query).one_or_none()
    return None if row is None else step_record(row)


def list_logs(
    connection: Connection,
    execution_id: str,
    *,
    step_id: str | None = None,
    after: int = 0,
    limit: int = 1000,
) -> Page[LogRecord]:
    """Log lines in order, from the one after ``after``; the cursor is the last line's id."""
    query = select(logs).where(logs.c.execution_id == execution_id, logs.c.id > after)
    if step_id is not None:
        query = query.where(logs.c.key == step_id)
    rows = connection.execute(query.order_by(logs.c.id).limit(limit + 1)).all()
    items = [
        LogRecord(
            id=row.id,
            time=from_micros(row.time),
            execution_id=row.execution_id,
            step_id=row.key,
            attempt=row.attempt,
            stream=row.stream,
            line=row.line,
        )
        for row in rows[:limit]
    ]
    return Page(items, str(items[-1].id) if len(rows) > limit else None)


def executions_by_id(
    connection: Connection, identities: Sequence[str]
) -> dict[str, ExecutionRecord]:
    """The executions of these ids as they stand now."""
    rows = connection.execute(_EXECUTIONS.where(executions.c.id.in_(identities))).all()
    return {row.id: execution_record(row) for row in rows}


def execution_record(
    row: Row[Any], source: str | None = None, steps: list[StepRecord] | None = None
) -> ExecutionRecord:
    """The record of a row of executions."""
    return ExecutionRecord(
        id=row.id,
        workflow_id=row.workflow_id,
        workflow_name=row.workflow_name or "",
        version=row.version,
        status=row.status,
        input=_part(row.queued_data, _Input).input or {},
        output=_part(row.ended_data, _Output).output,
        created_at=from_micros(row.created_at),
        start_time=maybe_time(row.start_time),
        end_time=maybe_time(row.end_time),
        duration=seconds_between(row.start_time, row.end_time),
        trigger_id=row.trigger_id,
        trigger_type=row.trigger_type,
        trigger_name=row.trigger_name,
        priority=row.priority,
        error_type=row.error_type,
        error_message=row.error_message,
        reason=row.reason,
        retry_of=row.retry_of,
        folder=row.folder,
        source=source,
        steps=steps or [],
    )


def step_record(row: Row[Any]) -> StepRecord:
    """The record of a row of step executions; marks of secrets are written by their names."""
    return StepRecord(
        id=step_execution_id(row.execution_id, row.key),
        execution_id=row.execution_id,
        step_id=row.step_id,
        key=row.key,
        status=row.status,
        attempt=row.attempt,
        max_attempts=row.max_attempts,
        input=hide_secrets(_part(row.started_data, _Input).input),
        output=_part(row.ended_data, _Output).output,
        error_type=row.error_type,
        error_message=row.error_message,
        branch=row.branch,
        reason=row.reason,
        start_time=maybe_time(row.start_time),
        end_time=maybe_time(row.end_time),
        duration=seconds_between(row.start_time, row.end_time),
        parent_id=step_execution_id(row.execution_id, row.parent) if row.parent else None,
        index=row.position,
    )


def _part(data: str | None, kind: type[Any]) -> Any:
    return kind() if data is None else msgspec.json.decode(data, type=kind)


def _filtered(wanted: ExecutionFilter, cursor: str | None) -> list[Select[Any]]:
    """The ids that are wanted: one query for each status, so that each can follow its index."""
    query = select(executions.c.id)
    if wanted.workflow_id:
        query = query.where(executions.c.workflow_id == wanted.workflow_id)
    if wanted.since:
        query = query.where(executions.c.id >= id_floor(wanted.since))
    if wanted.until:
        query = query.where(executions.c.id < id_floor(wanted.until))
    if cursor:
        query = query.where(executions.c.id < cursor)
    if not wanted.statuses:
        return [query]
    return [query.where(executions.c.status == status) for status in wanted.statuses]
