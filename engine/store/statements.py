"""Writes a group of batches with as few statements as there are kinds of rows."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from engine.store.batch import Batch, EventRow, LogRow, Patch, Tally
from engine.store.tables import events, executions, logs, step_executions, workflows

Rows = dict[tuple[str, ...], Patch]

_LAST_EVENT = select(func.coalesce(func.max(events.c.id), 0))
_LAST_LOG = select(func.coalesce(func.max(logs.c.id), 0))
_ADD_EVENTS = insert(events)
_ADD_LOGS = insert(logs)
_COUNT = (
    update(workflows)
    .where(workflows.c.id == bindparam("_id"))
    .values(
        execution_count=workflows.c.execution_count + bindparam("started"),
        ended_count=workflows.c.ended_count + bindparam("ended"),
        completed_count=workflows.c.completed_count + bindparam("completed"),
        last_executed=func.max(func.coalesce(workflows.c.last_executed, 0), bindparam("last")),
    )
)
_updates: dict[tuple[str, tuple[str, ...]], Any] = {}
_STEP_COLUMNS = {
    column.name: None for column in step_executions.c if column.server_default is None
} | {"attempt": 0, "max_attempts": 1}


def write_batches(connection: Connection, batches: Iterable[Batch]) -> None:
    """Writes the batches in order, inside the caller's transaction, and gives ids to their rows."""
    rows: list[EventRow] = []
    lines: list[LogRow] = []
    tallies: dict[str, Tally] = {}
    for batch in batches:
        rows.extend(batch.events)
        lines.extend(batch.logs)
        for tally in batch.tallies:
            _add(tallies, tally)
    _write_events(connection, rows)
    _write_logs(connection, lines)
    runs: Rows = {}
    steps: Rows = {}
    for batch in batches:
        _merge(runs, batch.executions)
        _merge(steps, batch.steps)
    _write_patches(connection, executions, ("id",), runs)
    _write_patches(connection, step_executions, ("execution_id", "key"), steps)
    if tallies:
        _write_tallies(connection, tallies)


def _write_events(connection: Connection, rows: Sequence[EventRow]) -> None:
    if not rows:
        return
    last = connection.execute(_LAST_EVENT).scalar_one()
    for number, row in enumerate(rows, start=last + 1):
        row.id = number
    connection.execute(
        _ADD_EVENTS,
        [
            {
                "id": row.id,
                "execution_id": row.execution_id,
                "workflow_id": row.workflow_id,
                "type": row.type,
                "time": row.time,
                "data": row.data,
            }
            for row in rows
        ],
    )


def _write_logs(connection: Connection, lines: Sequence[LogRow]) -> None:
    if not lines:
        return
    last = connection.execute(_LAST_LOG).scalar_one()
    for number, line in enumerate(lines, start=last + 1):
        line.id = number
    connection.execute(
        _ADD_LOGS,
        [
            {
                "id": line.id,
                "execution_id": line.execution_id,
                "key": line.key,
                "attempt": line.attempt,
                "stream": line.stream,
                "time": line.time,
                "line": line.line,
            }
            for line in lines
        ],
    )


def _merge(rows: Rows, patches: Iterable[Patch]) -> None:
    """Later values of a row win; a row that begins anew keeps nothing of before."""
    for patch in patches:
        if patch.event is not None:
            patch.values[patch.event_column] = patch.event.id
        known = rows.get(patch.key)
        if known is None:
            rows[patch.key] = Patch(patch.key, dict(patch.values), new=patch.new)
        else:
            known.values.update(patch.values)
            known.new = known.new or patch.new


def _write_patches(connection: Connection, table: Table, keys: tuple[str, ...], rows: Rows) -> None:
    new: list[dict[str, Any]] = []
    changed: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for patch in rows.values():
        if patch.new:
            new.append({**_STEP_COLUMNS, **patch.values, **dict(zip(keys, patch.key, strict=True))})
        elif patch.values:
            names = {f"_{name}": part for name, part in zip(keys, patch.key, strict=True)}
            changed.setdefault(tuple(sorted(patch.values)), []).append({**patch.values, **names})
    if new:
        connection.execute(_UPSERT_STEP, new)
    for columns, values in changed.items():
        connection.execute(_update(table, keys, columns), values)


def _update(table: Table, keys: tuple[str, ...], columns: tuple[str, ...]) -> Any:
    statement = _updates.get((table.name, columns))
    if statement is None:
        statement = (
            update(table)
            .where(*(table.c[name] == bindparam(f"_{name}") for name in keys))
            .values({name: bindparam(name) for name in columns})
        )
        _updates[table.name, columns] = statement
    return statement


def _upsert_step() -> Any:
    statement = upsert(step_executions)
    return statement.on_conflict_do_update(
        index_elements=["execution_id", "key"],
        set_={
            name: statement.excluded[name]
            for name in _STEP_COLUMNS
            if name not in ("execution_id", "key")
        },
    )


_UPSERT_STEP = _upsert_step()


def _add(tallies: dict[str, Tally], tally: Tally) -> None:
    known = tallies.setdefault(tally.workflow_id, Tally(tally.workflow_id))
    known.started += tally.started
    known.ended += tally.ended
    known.completed += tally.completed
    known.last = max(known.last, tally.last)


def _write_tallies(connection: Connection, tallies: dict[str, Tally]) -> None:
    connection.execute(
        _COUNT,
        [
            {
                "_id": tally.workflow_id,
                "started": tally.started,
                "ended": int(tally.ended),
                "completed": int(tally.completed),
                "last": tally.last,
            }
            for tally in tallies.values()
        ],
    )
