"""Lists of executions: filtered, newest first, and read along an index however many there are."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, event, insert

from engine.core.events import (
    Event,
    ExecutionEnded,
    ExecutionQueued,
    ExecutionStarted,
    Failure,
)
from engine.store.batch import Batch
from engine.store.executions import ExecutionFilter, get_execution, list_executions
from engine.store.ownership import NewExecution, add_execution
from engine.store.project import add_event
from engine.store.statements import write_batches
from engine.store.stats import read_counts
from engine.store.store import Store, open_store
from engine.store.tables import executions, workflows
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


async def test_an_execution_is_listed_with_what_it_was_given_and_what_it_gave(
    store: Store,
) -> None:
    def link(connection: Connection) -> None:
        (row,) = connection.execute(
            insert(workflows)
            .values(id="x", name="Known", created_at=0, updated_at=0)
            .returning(workflows.c.id)
        )
        new = NewExecution(
            id=new_id(START + timedelta(days=1)),
            workflow_id=row.id,
            version=3,
            text="name: Known",
            folder="/there",
            priority=7,
            created=START,
            parent_execution="p",
            parent_key="sub",
            retry_of="r",
            owner="o",
            mark_key=b"k",
        )
        batch = Batch()
        add_execution(batch, new)
        end = START + timedelta(seconds=2)
        history: tuple[Event, ...] = (
            ExecutionQueued(time=START, input={"n": 1}),
            ExecutionStarted(time=START),
            ExecutionEnded(time=end, status="failed", output=[1], error=Failure("error", "no")),
        )
        for happened in history:
            add_event(batch, new.id, new.workflow_id, happened)
        driver = connection.connection.driver_connection
        assert driver is not None
        write_batches(driver.cursor(), [batch])

    await store.write(link)
    page = await store.read(list_executions, ExecutionFilter(), 1, None)
    (listed,) = page.items
    assert page.next_cursor == listed.id
    assert (listed.workflow_name, listed.version, listed.folder) == ("Known", 3, "/there")
    assert (listed.input, listed.output, listed.duration) == ({"n": 1}, [1], 2.0)
    assert (listed.error_type, listed.error_message) == ("error", "no")
    assert (listed.retry_of, listed.parent_execution_id) == ("r", "p")
    assert listed.parent_step_id == "p.sub"
    undecoded = await store.read(list_executions, ExecutionFilter(), 2, None, raw=True)
    assert isinstance(undecoded.items[0].output, msgspec.Raw)
    decoded = await store.read(list_executions, ExecutionFilter(), 2, None)
    assert msgspec.json.encode(undecoded) == msgspec.json.encode(decoded)
    one = await store.read(get_execution, listed.id)
    assert one == msgspec.structs.replace(listed, source="name: Known")


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
