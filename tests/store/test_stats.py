"""Statistics from rollups: added up once, right in their numbers, quick over very many."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from engine.core.events import ExecutionEnded, Failure, StepCompleted, StepFailed
from engine.store.batch import Batch
from engine.store.project import add_event
from engine.store.stats import (
    PER_DOUBLING,
    SHORTEST,
    bucket_of,
    read_stats,
    roll_up,
)
from engine.store.store import Store, open_store
from engine.store.tables import execution_rollups
from engine.store.times import to_micros

DAY = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(None, tmp_path, lambda batches: None)
    yield opened
    await opened.close()


def ended(status: str, seconds: float, when: datetime = DAY, error: str = "") -> Batch:
    batch = Batch()
    start = when - timedelta(seconds=seconds)
    step = StepCompleted(time=when, key="slow", attempt=1, started=start)
    add_event(batch, "e", "w", step)
    end = ExecutionEnded(
        time=when,
        status=status,  # type: ignore[arg-type]
        started=start,
        error=Failure(error, "it failed") if error else None,
    )
    add_event(batch, "e", "w", end)
    return batch


async def test_every_end_is_counted_once(store: Store) -> None:
    for _ in range(3):
        await store.writer.submit(ended("completed", 1.0))
    await store.writer.submit(ended("failed", 10.0, error="timeout"))
    await store.writer.submit(ended("cancelled", 100.0))
    await store.writer.submit(ended("completed", 1.0, DAY - timedelta(days=4)))
    await roll_up(store)
    await roll_up(store)
    since, until = DAY - timedelta(days=3), DAY + timedelta(days=1)
    found = await store.read(read_stats, since, until, None)
    assert (found.total, found.completed, found.failed, found.cancelled) == (5, 3, 1, 1)
    assert found.success_rate == 0.75
    assert (found.previous_total, found.previous_success_rate) == (1, 1.0)
    assert found.duration_mean == pytest.approx(13 / 4)
    assert found.duration_p50 == pytest.approx(1.0, rel=0.01)
    assert found.duration_p95 == pytest.approx(10.0, rel=0.01)
    assert [(error.type, error.count) for error in found.errors] == [("timeout", 1)]
    assert sum(bucket.count for bucket in found.durations) == 4
    assert len(found.days) == 5
    assert sum(day.completed for day in found.days) == 3
    (slowest,) = found.slowest_steps
    assert (slowest.step_id, slowest.count) == ("slow", 5)
    assert (await store.read(read_stats, since, until, "other")).total == 0


async def test_only_what_ran_counts_in_the_durations_of_steps(store: Store) -> None:
    batch = Batch()

    def completed(key: str, seconds: float, **more: Any) -> None:
        began = DAY - timedelta(seconds=seconds)
        event = StepCompleted(time=DAY, key=key, attempt=1, started=began, **more)
        add_event(batch, "e", "w", event)

    completed("a", 8.0)
    completed("a", 0.0, reused=True)
    completed("a", 0.0, cached=True)
    completed("each.0.b", 1.0)
    completed("each.1.b", 3.0)
    failed = StepFailed(
        time=DAY,
        key="a",
        attempt=1,
        error=Failure("error", "no"),
        started=DAY - timedelta(seconds=4),
        retry_at=DAY,
    )
    add_event(batch, "e", "w", failed)
    await store.writer.submit(batch)
    await roll_up(store)
    found = await store.read(read_stats, DAY - timedelta(days=1), DAY, None)
    timings = {step.step_id: (step.count, step.mean) for step in found.slowest_steps}
    assert timings == {"a": (2, 6.0), "b": (2, 2.0)}


async def test_a_short_period_is_told_by_the_hour(store: Store) -> None:
    await store.writer.submit(ended("completed", 1.0))
    await roll_up(store)
    found = await store.read(read_stats, DAY - timedelta(hours=5), DAY, None)
    assert [day.start.hour for day in found.days] == [7, 8, 9, 10, 11, 12]


async def test_a_million_executions_are_counted_quickly(store: Store) -> None:
    def fill(connection: Connection) -> None:
        first = to_micros(DAY - timedelta(days=30)) // 3_600_000_000
        rows = [
            {
                "hour": first + number // 70,
                "workflow_id": f"w{number % 7}",
                "status": "completed",
                "bucket": number % 10,
                "error_type": "",
                "count": 20,
                "seconds": 20.0,
            }
            for number in range(50_400)
        ]
        connection.execute(insert(execution_rollups), rows)

    await store.write(fill)
    began = time.perf_counter()
    found = await store.read(read_stats, DAY - timedelta(days=31), DAY, None)
    assert found.total > 1_000_000
    assert time.perf_counter() - began < 2


@given(st.floats(0, 10_000_000))
def test_a_duration_lies_in_its_bucket(seconds: float) -> None:
    bucket = bucket_of(seconds)
    longest = bucket_end(bucket)
    assert max(seconds, SHORTEST) <= longest * (1 + 1e-9)
    if bucket:
        assert bucket_end(bucket - 1) * (1 - 1e-9) <= seconds
    assert bucket_end(PER_DOUBLING) == pytest.approx(2 * SHORTEST)


def bucket_end(bucket: int) -> float:
    return float(SHORTEST * 2 ** (bucket / PER_DOUBLING))
