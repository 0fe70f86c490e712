"""Writes a group of batches with as few statements as there are kinds of rows.

The statements are SQLAlchemy's, compiled once; they run on the driver's cursor, because the way
through SQLAlchemy's execution costs as much as the commit itself.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, Protocol

from sqlalchemy import Table, bindparam, delete, func, insert, literal_column, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.sql import ClauseElement

from engine.store.batch import Batch, EventRow, Insert, LogRow, Patch, Tally
from engine.store.tables import (
    events,
    executions,
    logs,
    metadata,
    slots,
    step_executions,
    workflows,
)

Rows = dict[tuple[str, ...], Patch]


class Cursor(Protocol):
    """The part of a driver's cursor that is used here."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any: ...
    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> Any: ...
    def fetchone(self) -> Any: ...


class Compiled:
    """A statement as the driver takes it: its SQL, and the names of its parameters in order."""

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=sqlite.dialect(paramstyle="qmark"))
        self.sql = str(compiled)
        self._names = tuple(compiled.positiontup or ())  # type: ignore[attr-defined]
        self._items: Callable[[Any], Any] = _tuple_of(itemgetter, self._names)
        self._attributes: Callable[[Any], Any] = _tuple_of(attrgetter, self._names)

    def run(self, cursor: Cursor, rows: Iterable[Mapping[str, Any]]) -> None:
        """Executes the statement once for every mapping of its parameters."""
        cursor.executemany(self.sql, list(map(self._items, rows)))

    def run_each(self, cursor: Cursor, rows: Iterable[Any]) -> None:
        """Executes the statement once for every object that has its parameters as attributes."""
        cursor.executemany(self.sql, list(map(self._attributes, rows)))


def _tuple_of(getter: Callable[..., Any], names: tuple[str, ...]) -> Callable[[Any], Any]:
    """Takes the named parts of a value, always as a tuple, as fast as the interpreter can."""
    if len(names) > 1:
        found: Callable[[Any], Any] = getter(*names)
        return found
    parts = [getter(name) for name in names]
    return lambda value: tuple(part(value) for part in parts)


Statement = Callable[[Table, tuple[str, ...]], Compiled]


@cache
def _last(table: Table) -> Compiled:
    return Compiled(select(func.max(table.c.id)))


def write_batches(cursor: Cursor, batches: Sequence[Batch]) -> None:
    """Writes the batches in order, inside the caller's transaction, and gives ids to their rows."""
    rows: list[EventRow] = []
    lines: list[LogRow] = []
    tallies: dict[str, Tally] = {}
    _write_inserts(cursor, [insert for batch in batches for insert in batch.inserts])
    for batch in batches:
        rows.extend(batch.events)
        lines.extend(batch.logs)
        for tally in batch.tallies:
            _add(tallies, tally)
    if rows:
        _number(cursor, events, rows)
        _insert(events, _EVENT_COLUMNS).run_each(cursor, rows)
    if lines:
        _number(cursor, logs, lines)
        _insert(logs, _LOG_COLUMNS).run_each(cursor, lines)
    runs: Rows = {}
    steps: Rows = {}
    for batch in batches:
        _merge(runs, batch.executions)
        _merge(steps, batch.steps)
    _write_patches(cursor, executions, ("id",), runs)
    _write_patches(cursor, step_executions, ("execution_id", "key"), steps)
    freed = [entry for batch in batches for entry in batch.freed]
    if freed:
        _free().run_each(cursor, freed)
    if tallies:
        _count().run_each(cursor, tallies.values())


_EVENT_COLUMNS = ("id", "execution_id", "workflow_id", "type", "time", "data")
_LOG_COLUMNS = ("id", "execution_id", "key", "attempt", "stream", "time", "line")
_FREED_FIELDS = ("owner", "execution_id", "key")


def _number(cursor: Cursor, table: Table, rows: Sequence[EventRow] | Sequence[LogRow]) -> None:
    cursor.execute(_last(table).sql)
    number = cursor.fetchone()[0] or 0
    for row in rows:
        number += 1
        row.id = number


def _write_inserts(cursor: Cursor, inserts: Sequence[Insert]) -> None:
    kinds: dict[tuple[str, Statement, tuple[str, ...]], list[dict[str, Any]]] = {}
    for row in inserts:
        make: Statement = _insert
        if row.ignore:
            make = _insert_if_new
        elif row.replace:
            make = _insert_over
        kinds.setdefault((row.table, make, tuple(row.values)), []).append(row.values)
    for (name, make, columns), values in kinds.items():
        make(metadata.tables[name], columns).run(cursor, values)


@cache
def _insert_over(table: Table, columns: tuple[str, ...]) -> Compiled:
    statement = upsert(table).values({name: bindparam(name) for name in columns})
    keys = [column.name for column in table.primary_key]
    changes = {name: statement.excluded[name] for name in columns if name not in keys}
    return Compiled(statement.on_conflict_do_update(index_elements=keys, set_=changes))


@cache
def _insert_if_new(table: Table, columns: tuple[str, ...]) -> Compiled:
    statement = upsert(table).values({name: bindparam(name) for name in columns})
    return Compiled(statement.on_conflict_do_nothing())


@cache
def _insert(table: Table, columns: tuple[str, ...]) -> Compiled:
    return Compiled(insert(table).values({name: bindparam(name) for name in columns}))


def _merge(rows: Rows, patches: Iterable[Patch]) -> None:
    """Later values of a row win."""
    for patch in patches:
        if patch.event is not None:
            patch.values[patch.event_column] = patch.event.id
        known = rows.get(patch.key)
        if known is None:
            rows[patch.key] = Patch(patch.key, dict(patch.values), new=patch.new)
        else:
            known.values.update(patch.values)
            known.new = known.new or patch.new


def _write_patches(cursor: Cursor, table: Table, keys: tuple[str, ...], rows: Rows) -> None:
    new: list[dict[str, Any]] = []
    changed: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for patch in rows.values():
        if patch.new:
            new.append({**_NEW_STEP, **patch.values, **dict(zip(keys, patch.key, strict=True))})
        elif patch.values:
            names = {f"of_{name}": part for name, part in zip(keys, patch.key, strict=True)}
            changed.setdefault(tuple(sorted(patch.values)), []).append({**patch.values, **names})
    if new:
        _upsert_step().run(cursor, new)
    for columns, values in changed.items():
        _update(table, keys, columns).run(cursor, values)


@cache
def _update(table: Table, keys: tuple[str, ...], columns: tuple[str, ...]) -> Compiled:
    return Compiled(
        update(table)
        .where(*(table.c[name] == bindparam(f"of_{name}") for name in keys))
        .values({name: bindparam(name) for name in columns})
    )


_NEW_STEP: dict[str, Any] = {
    **{column.name: None for column in step_executions.c},
    "attempt": 0,
    "max_attempts": 1,
}


@cache
def _upsert_step() -> Compiled:
    statement = upsert(step_executions).values({name: bindparam(name) for name in _NEW_STEP})
    changes = {
        name: statement.excluded[name] for name in _NEW_STEP if name not in ("execution_id", "key")
    }
    return Compiled(
        statement.on_conflict_do_update(index_elements=["execution_id", "key"], set_=changes)
    )


@cache
def _free() -> Compiled:
    return Compiled(
        delete(slots).where(*(slots.c[name] == bindparam(name) for name in _FREED_FIELDS))
    )


@cache
def _count() -> Compiled:
    last = func.max(
        func.coalesce(workflows.c.last_executed, literal_column("0")), bindparam("last")
    )
    return Compiled(
        update(workflows)
        .where(workflows.c.id == bindparam("workflow_id"))
        .values(
            execution_count=workflows.c.execution_count + bindparam("started"),
            ended_count=workflows.c.ended_count + bindparam("ended"),
            completed_count=workflows.c.completed_count + bindparam("completed"),
            last_executed=last,
        )
    )


def _add(tallies: dict[str, Tally], tally: Tally) -> None:
    known = tallies.setdefault(tally.workflow_id, Tally(tally.workflow_id))
    known.started += tally.started
    known.ended += tally.ended
    known.completed += tally.completed
    known.last = max(known.last, tally.last)
