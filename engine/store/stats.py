"""Statistics: what ended is added up by the hour once, so that a million executions stay quick."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from engine.core.keys import step_id_of
from engine.store.store import Store
from engine.store.tables import (
    events,
    execution_rollups,
    executions,
    meta,
    step_rollups,
    workflows,
)
from engine.store.times import from_micros, to_micros
from engine.store.views import Bucket, DayCount, ErrorCount, Stats, StepTiming

HOUR = 3_600_000_000
AT_ONCE = 5_000
"""Events that are added up in one go."""
PER_DOUBLING = 4
"""Buckets for each doubling of a duration: a quantile is right within 19 %."""
SHORTEST = 0.001
"""Seconds; everything shorter is in the first bucket."""
SLOWEST = 10
SPAN_BY_HOUR = timedelta(days=2)
_MARK = "rolled_up_event"
_ENDED = ("completed", "failed", "cancelled", "timed_out")


class _Ended(Struct):
    """The part of an ending event that counts."""

    started: datetime | None = None
    status: str = ""
    error: Any = None
    key: str = ""
    reused: bool = False
    cached: bool = False


class _Sums(Struct):
    """What is added to the rollups: key -> [count, seconds]."""

    last: int
    runs: dict[tuple[Any, ...], list[float]]
    steps: dict[tuple[Any, ...], list[float]]


def bucket_of(seconds: float) -> int:
    """The number of a duration's bucket."""
    return max(0, math.ceil(math.log2(max(seconds, SHORTEST) / SHORTEST) * PER_DOUBLING))


async def roll_up(store: Store) -> bool:
    """Adds the next events to the rollups; whether there may be more."""
    mark = await store.read(_read_mark)
    sums = await store.read(_add_up, mark)
    if sums.last == mark:
        return False
    await store.write(_write_sums, mark, sums)
    return sums.last - mark >= AT_ONCE


def _read_mark(connection: Connection) -> int:
    found = connection.execute(select(meta.c.value).where(meta.c.key == _MARK)).scalar()
    return int(found or 0)


def _add_up(connection: Connection, mark: int) -> _Sums:
    top = connection.execute(select(func.max(events.c.id))).scalar() or 0
    last = min(top, mark + AT_ONCE)
    query = select(events.c.type, events.c.workflow_id, events.c.time, events.c.data).where(
        events.c.id > mark,
        events.c.id <= last,
        events.c.type.in_(("execution.ended", "step.completed", "step.failed")),
    )
    sums = _Sums(last, {}, {})
    decoder = msgspec.json.Decoder(_Ended)
    for row in connection.execute(query):
        event = decoder.decode(row.data)
        if row.type != "execution.ended" and not _ran(event):
            continue
        seconds = (row.time - to_micros(event.started)) / 1_000_000 if event.started else 0.0
        hour, bucket = row.time // HOUR, bucket_of(seconds)
        if row.type == "execution.ended":
            kind = event.error["type"] if event.error else ""
            key: tuple[Any, ...] = (hour, row.workflow_id, event.status, bucket, kind)
            _count(sums.runs, key, seconds)
        else:
            key = (hour, row.workflow_id, step_id_of(event.key), bucket)
            _count(sums.steps, key, seconds)
    return sums


def _ran(event: _Ended) -> bool:
    """Whether there was an attempt: it could begin, and was not spared by an earlier result."""
    return event.started is not None and not event.reused and not event.cached


def _count(sums: dict[tuple[Any, ...], list[float]], key: tuple[Any, ...], seconds: float) -> None:
    entry = sums.setdefault(key, [0, 0.0])
    entry[0] += 1
    entry[1] += seconds


def _write_sums(connection: Connection, mark: int, sums: _Sums) -> None:
    """Adds the sums, unless another process has added the same events meanwhile."""
    if _read_mark(connection) != mark:
        return
    _write(connection, execution_rollups, sums.runs)
    _write(connection, step_rollups, sums.steps)
    statement = upsert(meta).values(key=_MARK, value=str(sums.last))
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_={"value": statement.excluded.value}
        )
    )


def _write(connection: Connection, table: Any, sums: dict[tuple[Any, ...], list[float]]) -> None:
    if not sums:
        return
    keys = [column.name for column in table.primary_key]
    statement = upsert(table)
    statement = statement.on_conflict_do_update(
        index_elements=keys,
        set_={
            "count": table.c.count + statement.excluded["count"],
            "seconds": table.c.seconds + statement.excluded.seconds,
        },
    )
    rows = [
        {**dict(zip(keys, key, strict=True)), "count": int(count), "seconds": seconds}
        for key, (count, seconds) in sums.items()
    ]
    connection.execute(statement, rows)


class _Row(Struct, frozen=True):
    """A rollup of executions."""

    hour: int
    status: str
    bucket: int
    error_type: str
    count: int
    seconds: float


def read_stats(
    connection: Connection, since: datetime, until: datetime, workflow_id: str | None
) -> Stats:
    """The statistics of a period, whole hours at its ends."""
    rows = _rows(connection, since, until, workflow_id)
    before = _rows(connection, since - (until - since), since, workflow_id)
    counts = {status: sum(r.count for r in rows if r.status == status) for status in _ENDED}
    timed = [row for row in rows if row.status != "cancelled"]
    number = sum(row.count for row in timed)
    running, queued = read_counts(connection, workflow_id)
    return Stats(
        since=since,
        until=until,
        total=sum(counts.values()),
        completed=counts["completed"],
        failed=counts["failed"],
        cancelled=counts["cancelled"],
        timed_out=counts["timed_out"],
        running=running,
        queued=queued,
        success_rate=_rate(rows),
        previous_total=sum(row.count for row in before),
        previous_success_rate=_rate(before),
        duration_mean=sum(row.seconds for row in timed) / number if number else None,
        duration_p50=_quantile(timed, 0.5),
        duration_p95=_quantile(timed, 0.95),
        days=_days(rows, since, until),
        durations=_durations(timed),
        slowest_steps=_slowest(connection, since, until, workflow_id),
        errors=_errors(rows),
    )


def read_counts(connection: Connection, workflow_id: str | None = None) -> tuple[int, int]:
    """How many executions run, and how many wait to start, in all processes."""
    # No grouping and no comparison that has an index of its own: the few unfinished are read by
    # theirs, however many have ended.
    unfinished = select(executions.c.owner, executions.c.workflow_id, executions.c.status).where(
        executions.c.end_time.is_(None)
    )
    statuses = [
        row.status
        for row in connection.execute(unfinished)
        if workflow_id is None or row.workflow_id == workflow_id
    ]
    queued = sum(status in ("queued", "pending") for status in statuses)
    return len(statuses) - queued, queued


def _rows(
    connection: Connection, since: datetime, until: datetime, workflow_id: str | None
) -> list[_Row]:
    table = execution_rollups.c
    query = (
        select(
            table.hour,
            table.status,
            table.bucket,
            table.error_type,
            func.sum(table["count"]),
            func.sum(table.seconds),
        )
        .where(table.hour >= to_micros(since) // HOUR, table.hour <= to_micros(until) // HOUR)
        .group_by(table.hour, table.status, table.bucket, table.error_type)
    )
    if workflow_id:
        query = query.where(table.workflow_id == workflow_id)
    return [_Row(*row) for row in connection.execute(query)]


def _rate(rows: Iterable[_Row]) -> float | None:
    counted = [row for row in rows if row.status != "cancelled"]
    total = sum(row.count for row in counted)
    good = sum(row.count for row in counted if row.status == "completed")
    return good / total if total else None


def _quantile(rows: Iterable[Any], share: float) -> float | None:
    """The mean of the bucket that a share of all ends in: never beyond the longest of them."""
    counts: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for row in rows:
        counts[row.bucket] = counts.get(row.bucket, 0) + row.count
        seconds[row.bucket] = seconds.get(row.bucket, 0.0) + row.seconds
    wanted = share * sum(counts.values())
    seen = 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if seen >= wanted:
            return seconds[bucket] / counts[bucket]
    return None


def _days(rows: list[_Row], since: datetime, until: datetime) -> list[DayCount]:
    """Every day (or hour) of the period, those without an execution too."""
    by_hour = until - since <= SPAN_BY_HOUR
    size = 1 if by_hour else 24
    sums: dict[int, dict[str, int]] = {}
    first, last = to_micros(since) // HOUR // size, to_micros(until) // HOUR // size
    for number in range(first, last + 1):
        sums[number] = dict.fromkeys(_ENDED, 0)
    for row in rows:
        entry = sums.get(row.hour // size)
        if entry is not None and row.status in entry:
            entry[row.status] += row.count
    return [
        DayCount(start=from_micros(number * size * HOUR), **counts)
        for number, counts in sums.items()
    ]


def _durations(rows: list[_Row]) -> list[Bucket]:
    """The distribution, one bucket for each doubling."""
    counts: dict[int, int] = {}
    for row in rows:
        number = max(0, math.ceil(row.bucket / PER_DOUBLING))
        counts[number] = counts.get(number, 0) + row.count
    if not counts:
        return []
    return [
        Bucket(
            low=0.0 if number == 0 else SHORTEST * 2 ** (number - 1),
            high=SHORTEST * 2**number,
            count=counts.get(number, 0),
        )
        for number in range(min(counts), max(counts) + 1)
    ]


def _errors(rows: list[_Row]) -> list[ErrorCount]:
    counts: dict[str, int] = {}
    for row in rows:
        if row.error_type:
            counts[row.error_type] = counts.get(row.error_type, 0) + row.count
    ordered = sorted(counts.items(), key=lambda entry: -entry[1])
    return [ErrorCount(type=kind, count=count) for kind, count in ordered]


class _StepRow(Struct, frozen=True):
    bucket: int
    count: int
    seconds: float


def _slowest(
    connection: Connection, since: datetime, until: datetime, workflow_id: str | None
) -> list[StepTiming]:
    table = step_rollups.c
    inside = (table.hour >= to_micros(since) // HOUR) & (table.hour <= to_micros(until) // HOUR)
    if workflow_id:
        inside &= table.workflow_id == workflow_id
    mean = func.sum(table.seconds) / func.sum(table["count"])
    top = connection.execute(
        select(table.workflow_id, table.step_id, mean.label("mean"))
        .where(inside)
        .group_by(table.workflow_id, table.step_id)
        .order_by(mean.desc())
        .limit(SLOWEST)
    ).all()
    named = select(workflows.c.id, workflows.c.name).where(
        workflows.c.id.in_([row.workflow_id for row in top])
    )
    names = {row.id: row.name for row in connection.execute(named)}
    found: list[StepTiming] = []
    for row in top:
        parts = connection.execute(
            select(table.bucket, func.sum(table["count"]), func.sum(table.seconds))
            .where(inside, table.workflow_id == row.workflow_id, table.step_id == row.step_id)
            .group_by(table.bucket)
        )
        rows = [_StepRow(*part) for part in parts]
        found.append(
            StepTiming(
                workflow_id=row.workflow_id,
                workflow_name=names.get(row.workflow_id, ""),
                step_id=row.step_id,
                count=sum(part.count for part in rows),
                mean=row.mean,
                p95=_quantile(rows, 0.95) or 0.0,
            )
        )
    return found
