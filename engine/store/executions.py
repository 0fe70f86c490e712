"""Executions and their logs: how they are read, page by page."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, or_, select

from engine.store.payloads import given_to, made_by
from engine.store.queries import Query
from engine.store.step_executions import list_steps
from engine.store.tables import events, executions, logs, texts, workflows
from engine.store.times import from_micros, id_floor, maybe_time, seconds_between
from engine.store.views import Execution, LogLine, Page, StepExecution, step_execution_id


class ExecutionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which executions to list; times are when they were asked for."""

    workflow_id: str | None = None
    statuses: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


def list_executions(
    connection: Connection,
    wanted: ExecutionFilter,
    limit: int,
    cursor: str | None,
    *,
    raw: bool = False,
) -> Page[Execution]:
    """Executions, newest first; with ``raw`` their inputs and outputs are JSON as it is stored."""
    before = [bound for bound in (cursor, wanted.until and id_floor(wanted.until)) if bound]
    given: dict[str, Any] = {"limit": limit + 1}
    if wanted.workflow_id:
        given["workflow_id"] = wanted.workflow_id
    if wanted.since:
        given["since"] = id_floor(wanted.since)
    if before:
        given["before"] = min(before)
    found: list[Any] = []
    # One query for each status, so that each can follow its index.
    for status in wanted.statuses or (None,):
        if status is not None:
            given["status"] = status
        found.extend(_newest(frozenset(given)).rows(connection, **given))
    if len(wanted.statuses) > 1:
        found.sort(key=lambda row: row[0], reverse=True)
    items = [_execution(row, raw) for row in found[:limit]]
    return Page(items, items[-1].id if len(found) > limit else None)


def get_execution(
    connection: Connection, execution_id: str, *, with_steps: bool = True, raw: bool = False
) -> Execution | None:
    """One execution with the text it ran and its steps; ``raw`` as in ``list_executions``."""
    rows = _one().rows(connection, execution_id=execution_id)
    if not rows:
        return None
    *row, source = rows[0]
    steps = list_steps(connection, execution_id, raw=raw).items if with_steps else []
    return _execution(row, raw, source, steps)


def executions_by_id(
    connection: Connection, identities: Sequence[str], *, raw: bool = False
) -> dict[str, Execution]:
    """The executions of these ids as they stand now; ``raw`` as in ``list_executions``."""
    wanted = msgspec.json.encode(identities).decode()
    return {row[0]: _execution(row, raw) for row in _named().rows(connection, ids=wanted)}


def list_logs(
    connection: Connection,
    execution_id: str,
    *,
    step_id: str | None = None,
    after: int = 0,
    limit: int = 1000,
) -> Page[LogLine]:
    """Log lines in order, from the one after ``after``; the cursor is the last line's id.

    ``step_id`` is the id of a step, inside a body of all its rounds, or the key of one of them.
    """
    query = select(logs).where(logs.c.execution_id == execution_id, logs.c.id > after)
    if step_id is not None:
        inside = logs.c.key.endswith(f".{step_id}", autoescape=True)
        query = query.where(or_(logs.c.key == step_id, inside))
    rows = connection.execute(query.order_by(logs.c.id).limit(limit + 1)).all()
    items = [log_line(row) for row in rows[:limit]]
    return Page(items, str(items[-1].id) if len(rows) > limit else None)


def log_line(row: Any) -> LogLine:
    """The line of a row of logs."""
    return LogLine(
        id=row.id,
        time=from_micros(row.time),
        execution_id=row.execution_id,
        step_id=row.key,
        attempt=row.attempt,
        stream=row.stream,
        line=row.line,
    )


def _select(*more: ColumnElement[Any]) -> Select[Any]:
    table = executions.c
    queued, ended = events.alias("queued"), events.alias("ended")
    return (
        select(
            table.id,
            table.workflow_id,
            workflows.c.name,
            table.version,
            table.status,
            table.created_at,
            table.start_time,
            table.end_time,
            table.trigger_id,
            table.trigger_type,
            table.trigger_name,
            table.priority,
            table.error_type,
            table.error_message,
            table.reason,
            table.retry_of,
            table.parent_execution,
            table.parent_key,
            table.folder,
            queued.c.data,
            ended.c.data,
            *more,
        )
        .select_from(executions)
        .join(workflows, workflows.c.id == table.workflow_id, isouter=True)
        .join(queued, queued.c.id == table.queued_event, isouter=True)
        .join(ended, ended.c.id == table.ended_event, isouter=True)
    )


@cache
def _newest(given: frozenset[str]) -> Query:
    """The newest executions, by the parameters that are given."""
    table = executions.c
    tests = {
        "workflow_id": table.workflow_id == bindparam("workflow_id"),
        "status": table.status == bindparam("status"),
        "since": table.id >= bindparam("since"),
        "before": table.id < bindparam("before"),
    }
    wanted = [test for name, test in tests.items() if name in given]
    return Query(_select().where(*wanted).order_by(table.id.desc()).limit(bindparam("limit")))


@cache
def _one() -> Query:
    query = _select(texts.c.text).join(texts, texts.c.hash == executions.c.text_hash, isouter=True)
    return Query(query.where(executions.c.id == bindparam("execution_id")))


@cache
def _named() -> Query:
    wanted = func.json_each(bindparam("ids")).table_valued("value")
    return Query(_select().where(executions.c.id.in_(select(wanted.c.value))))


def _execution(
    row: Sequence[Any],
    raw: bool,
    source: str | None = None,
    steps: list[StepExecution] | None = None,
) -> Execution:
    (
        identity,
        workflow_id,
        workflow_name,
        version,
        status,
        created_at,
        start_time,
        end_time,
        trigger_id,
        trigger_type,
        trigger_name,
        priority,
        error_type,
        error_message,
        reason,
        retry_of,
        parent,
        parent_key,
        folder,
        queued,
        ended,
    ) = row
    return Execution(
        id=identity,
        workflow_id=workflow_id,
        workflow_name=workflow_name or "",
        version=version,
        status=status,
        input=given_to(queued, raw) or {},
        output=made_by(ended, raw),
        created_at=from_micros(created_at),
        start_time=maybe_time(start_time),
        end_time=maybe_time(end_time),
        duration=seconds_between(start_time, end_time),
        trigger_id=trigger_id,
        trigger_type=trigger_type,
        trigger_name=trigger_name,
        priority=priority,
        error_type=error_type,
        error_message=error_message,
        reason=reason,
        retry_of=retry_of,
        parent_execution_id=parent,
        parent_step_id=step_execution_id(parent, parent_key) if parent else None,
        folder=folder,
        source=source,
        step_executions=steps or [],
    )
