"""Step executions: how they are read, by their parents, by their ids, and by what they wait for."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Annotated, Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)

from engine.store.encoding import decode
from engine.store.payloads import given_to, made_by
from engine.store.queries import Query
from engine.store.tables import events, executions, step_executions, workflows
from engine.store.times import maybe_time, seconds_between
from engine.store.views import Page, StepError, StepExecution, WaitKind, step_execution_id

ANSWERED: tuple[WaitKind, ...] = ("approval", "answer")
"""What waits for a person."""
Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_steps = step_executions.c


def list_steps(
    connection: Connection,
    execution_id: str,
    *,
    parent: str | None = None,
    limit: int = 10_000,
    cursor: str | None = None,
    raw: bool = False,
) -> Page[StepExecution]:
    """The step executions of the top level in the order they came to be, or those inside the step
    with the key ``parent``, round by round. With ``raw`` inputs and outputs are JSON as it is
    stored. Raises msgspec.DecodeError for a cursor that is none.
    """
    given: dict[str, Any] = {"execution_id": execution_id, "limit": limit + 1}
    if parent is not None:
        given["parent"] = parent
    if cursor is not None:
        position, event = msgspec.json.decode(cursor, type=tuple[Number, Number])
        given |= {"position": position, "event": event}
    rows = _level(parent is None, cursor is None).rows(connection, **given)
    items = [_step_execution(row[:-1], raw) for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(items)
    return Page(items, _cursor(items[-1].index or 0, rows[limit - 1][-1]))


def get_step(
    connection: Connection, execution_id: str, key: str, *, raw: bool = False
) -> StepExecution | None:
    """One step execution with its input and output; ``raw`` as in ``list_steps``."""
    rows = _one().rows(connection, execution_id=execution_id, key=key)
    return _step_execution(rows[0], raw) if rows else None


def list_waiting(
    connection: Connection,
    kinds: Sequence[WaitKind] = ANSWERED,
    limit: int = 100,
    cursor: str | None = None,
    *,
    raw: bool = False,
) -> Page[StepExecution]:
    """The step executions that wait for one of ``kinds``, of all executions, newest first, with the
    workflows they belong to; ``raw`` as in ``list_steps``. Raises msgspec.DecodeError for a cursor
    that is none.
    """
    given: dict[str, Any] = {"kinds": msgspec.json.encode(kinds).decode(), "limit": limit + 1}
    if cursor is not None:
        place = msgspec.json.decode(cursor, type=tuple[Number, str, str])
        given |= dict(zip(("time", "execution_id", "key"), place, strict=True))
    rows = _waiting(cursor is None).rows(connection, **given)
    items = [_step_execution(row[:-2], raw, row[-2], row[-1]) for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(items)
    last = rows[limit - 1]
    return Page(items, _cursor(last[12], last[0], last[1]))


def places_of(
    connection: Connection, wanted: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], tuple[datetime | None, int | None]]:
    """When these step executions (by execution and key) began, and the numbers of their rounds."""
    rows = _places().rows(connection, wanted=msgspec.json.encode(wanted).decode())
    return {(row[0], row[1]): (maybe_time(row[2]), row[3]) for row in rows}


_FIRST_EVENT = func.coalesce(_steps.started_event, _steps.ended_event, 0)
"""The number by which the steps of one level or round are in the order they came to be."""


def _select(*more: ColumnElement[Any]) -> Select[Any]:
    started, ended = events.alias("started"), events.alias("ended")
    return (
        select(
            _steps.execution_id,
            _steps.key,
            _steps.step_id,
            _steps.status,
            _steps.attempt,
            _steps.max_attempts,
            _steps.error_type,
            _steps.error_message,
            _steps.branch,
            _steps.reason,
            _steps.parent,
            _steps.position,
            _steps.start_time,
            _steps.end_time,
            _steps.origin,
            _steps.wait_kind,
            _steps.wait_until,
            _steps.options,
            _steps.assignees,
            _steps.child_execution,
            started.c.data,
            ended.c.data,
            *more,
        )
        .select_from(step_executions)
        .join(started, started.c.id == _steps.started_event, isouter=True)
        .join(ended, ended.c.id == _steps.ended_event, isouter=True)
    )


@cache
def _one() -> Query:
    query = _select().where(_steps.execution_id == bindparam("execution_id"))
    return Query(query.where(_steps.key == bindparam("key")))


@cache
def _level(top: bool, begin: bool) -> Query:
    """The steps of the top level or of one parent, from the first on or after a place."""
    query = _select(_FIRST_EVENT).where(_steps.execution_id == bindparam("execution_id"))
    later = bindparam("event") < _FIRST_EVENT
    if top:
        query = query.where(_steps.parent.is_(None)).order_by(_FIRST_EVENT)
    else:
        # In this form the index leads to the first round that is wanted.
        after = _steps.position > bindparam("position")
        later = and_(_steps.position >= bindparam("position"), or_(after, later))
        query = query.where(_steps.parent == bindparam("parent"))
        query = query.order_by(_steps.position, _FIRST_EVENT)
    if not begin:
        query = query.where(later)
    return Query(query.limit(bindparam("limit")))


@cache
def _waiting(begin: bool) -> Query:
    kinds = func.json_each(bindparam("kinds")).table_valued("value")
    place = (_steps.start_time, _steps.execution_id, _steps.key)
    query = (
        _select(executions.c.workflow_id, workflows.c.name)
        .join(executions, executions.c.id == _steps.execution_id)
        .join(workflows, workflows.c.id == executions.c.workflow_id, isouter=True)
        # Written out, as the index has it.
        .where(_steps.status == literal_column("'waiting'"))
        .where(_steps.wait_kind.in_(select(kinds.c.value)))
        .order_by(*(column.desc() for column in place))
    )
    if not begin:
        before = [
            bindparam(name, type_=column.type)
            for name, column in zip(("time", "execution_id", "key"), place, strict=True)
        ]
        query = query.where(tuple_(*place) < tuple_(*before))
    return Query(query.limit(bindparam("limit")))


@cache
def _places() -> Query:
    wanted = func.json_each(bindparam("wanted")).table_valued("value")
    pairs = select(*(func.json_extract(wanted.c.value, f"$[{n}]") for n in range(2)))
    return Query(
        select(_steps.execution_id, _steps.key, _steps.start_time, _steps.position).where(
            tuple_(_steps.execution_id, _steps.key).in_(pairs)
        )
    )


def _cursor(*place: Any) -> str:
    return msgspec.json.encode(place).decode()


def _step_execution(
    row: Sequence[Any],
    raw: bool,
    workflow_id: str | None = None,
    workflow_name: str | None = None,
) -> StepExecution:
    (
        execution_id,
        key,
        step_id,
        status,
        attempt,
        max_attempts,
        error_type,
        error_message,
        branch,
        reason,
        parent,
        position,
        start_time,
        end_time,
        origin,
        wait_kind,
        wait_until,
        options,
        assignees,
        child,
        started,
        ended,
    ) = row
    waits = status == "waiting" and wait_kind is not None
    return StepExecution(
        id=step_execution_id(execution_id, key),
        execution_id=execution_id,
        step_id=step_id,
        status=status,
        attempt=attempt,
        max_attempts=max_attempts,
        input=given_to(started, raw),
        output=made_by(ended, raw),
        error=_step_error(error_type, error_message),
        branch=branch,
        reason=reason,
        start_time=maybe_time(start_time),
        end_time=maybe_time(end_time),
        duration=seconds_between(start_time, end_time),
        parent_id=step_execution_id(execution_id, parent) if parent else None,
        index=position,
        origin=origin,
        waits_for=wait_kind if waits else None,
        wait_until=maybe_time(wait_until) if waits else None,
        options=decode(options) if waits and options else [],
        assignees=decode(assignees) if waits and assignees else [],
        child_execution_id=child,
        workflow_id=workflow_id,
        workflow_name=workflow_name,
    )


def _step_error(type_: str | None, message: str | None) -> StepError | None:
    if type_ is None and message is None:
        return None
    return StepError(type=type_ or "error", message=message or "")
