"""Lists of executions: filtered, newest first, and read along an index however many there are."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, insert

from engine.store.executions import ExecutionFilter, list_executions
from engine.store.stats import read_counts
from engine.store.store import Store, open_store
from engine.store.tables import executions
from engine.store.times import from_micros, id_floor, new_id, to_micros

START = datetime(2026, 1, 1, tzinfo=UTC)
STATUSES = ("completed", "failed", "cancelled", "running")
COUNT = 4_000


def fill(connection: Connection) -> None:
    rows = []
    for number in range(COUNT):
        time = START + timedelta(seconds=number)
        status = STATUSES[number % 4]
        rows.append(
            {
                "id": new_id(time),
                "workflow_id": f"w{number % 3}",
                "text_hash": "h",
                "status": status,
                "priority": 5,
                "created_at": to_micros(time),
                "end_time": None if status == "running" else to_micros(time),
                "trigger_type": "manual",
                "owner": "o",
                "mark_key": b"k",
            }
        )
    connection.execute(insert(executions), rows)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(None, tmp_path, lambda batches: None)
    await opened.write(fill)
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (ExecutionFilter(), COUNT),
        (ExecutionFilter(statuses=("failed",)), COUNT // 4),
        (ExecutionFilter(statuses=("failed", "running")), COUNT // 2),
        (ExecutionFilter(workflow_id="w1"), COUNT // 3),
        (ExecutionFilter(since=START + timedelta(seconds=COUNT - 10)), 10),
        (ExecutionFilter(until=START + timedelta(seconds=10)), 10),
    ],
)
async def test_pages_hold_exactly_what_is_wanted(
    store: Store, wanted: ExecutionFilter, expected: int
) -> None:
    found: list[str] = []
    cursor = None
    while True:
        page = await store.read(list_executions, wanted, 300, cursor)
        found += [record.id for record in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(found) == pytest.approx(expected, abs=1)
    assert found == sorted(set(found), reverse=True)


async def test_no_list_or_count_reads_the_whole_table(store: Store) -> None:
    plans: list[str] = []

    def look(connection: Connection) -> None:
        def explain(
            conn: Connection, cursor: object, sql: str, given: object, *rest: object
        ) -> None:
            if sql.startswith("SELECT"):
                driver = connection.connection.driver_connection
                assert driver is not None
                plans.extend(row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {sql}", given))

        event.listen(connection, "before_cursor_execute", explain)
        for wanted in (
            ExecutionFilter(statuses=("failed", "cancelled")),
            ExecutionFilter(workflow_id="w1", statuses=("failed",)),
        ):
            list_executions(connection, wanted, 10, None)
        read_counts(connection)
        event.remove(connection, "before_cursor_execute", explain)

    await store.read(look)
    assert plans
    assert "SCAN executions" not in plans, "\n".join(plans)
    assert any("executions_unfinished" in plan for plan in plans)


async def test_running_and_queued_are_counted(store: Store) -> None:
    assert await store.read(read_counts) == (COUNT // 4, 0)


def test_ids_sort_by_their_time() -> None:
    times = [START + timedelta(microseconds=37 * number) for number in range(200)]
    ids = [new_id(time) for time in times]
    assert ids == sorted(ids)
    assert all(id_floor(time) <= identity for time, identity in zip(times, ids, strict=True))
    assert from_micros(to_micros(times[7])) == times[7]
