"""A database of an older version comes up to date: its schema, and everything that is in it."""

import re
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.core.decide import replay, resume
from engine.core.events import StepLost
from engine.core.plan import Plan
from engine.store.database import DATABASE_FILE
from engine.store.executions import ExecutionFilter, get_execution, list_executions, list_logs
from engine.store.ownership import read_left, unfinished_of
from engine.store.stats import read_stats
from engine.store.store import Store, open_store
from engine.store.stream import Position, read_stream
from engine.store.times import to_micros
from engine.store.wishes import wishes_for
from engine.store.workflows import get_workflow

SCHEMAS = Path(__file__).parent / "schemas"
NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
STAMP = to_micros(NOW)
TEXT = """name: Nightly
steps:
  - {id: a, type: transform, config: {expression: "1"}, output_mapping: {v: "{{ output.x }}"}}
  - {id: b, type: transform, config: {expression: "2"}, depends_on: [a]}
  - {id: c, type: transform, config: {expression: "3"}, when: "{{ false }}", depends_on: [a]}
"""
UNFINISHED = (
    '{"type":"execution.queued","time":"2026-01-02T03:04:05.678901Z","input":{"n":3},"cause":'
    '{"type":"schedule","name":"nightly","id":"t","time":"2026-01-02T03:04:05.678901Z"}}',
    '{"type":"execution.started","time":"2026-01-02T03:04:06.678901Z"}',
    '{"type":"step.started","time":"2026-01-02T03:04:06.678901Z","key":"a","attempt":1,"fence":1,'
    '"max_attempts":2,"input":{"n":3},"config":{"expression":"1"}}',
    '{"type":"step.failed","time":"2026-01-02T03:04:07.678901Z","key":"a","attempt":1,"error":'
    '{"type":"error","message":"no"},"started":"2026-01-02T03:04:06.678901Z",'
    '"retry_at":"2026-01-02T03:04:08.678901Z","max_attempts":2}',
    '{"type":"step.started","time":"2026-01-02T03:04:08.678901Z","key":"a","attempt":2,"fence":2,'
    '"max_attempts":2}',
    '{"type":"step.completed","time":"2026-01-02T03:04:09.678901Z","key":"a","attempt":2,'
    '"started":"2026-01-02T03:04:08.678901Z","output":{"x":1},"variables":{"v":1},'
    '"max_attempts":2}',
    '{"type":"step.skipped","time":"2026-01-02T03:04:09.678901Z","key":"c",'
    '"reason":"its condition does not hold"}',
    '{"type":"step.started","time":"2026-01-02T03:04:09.678901Z","key":"b","attempt":1,"fence":3,'
    '"input":{},"config":{"expression":"2"}}',
    '{"type":"step.lost","time":"2026-01-02T03:04:14.678901Z","key":"b","attempt":1,"clean":true}',
    '{"type":"step.started","time":"2026-01-02T03:04:15.678901Z","key":"b","attempt":2,"fence":4}',
)
"""What version 1 wrote of an execution that its engine left behind."""
ENDED = (
    '{"type":"execution.queued","time":"2026-01-02T03:04:05.678901Z","input":{"n":1}}',
    '{"type":"execution.started","time":"2026-01-02T03:04:05.678901Z"}',
    '{"type":"execution.ended","time":"2026-01-02T03:04:07.678901Z","status":"completed",'
    '"output":{"done":true},"started":"2026-01-02T03:04:05.678901Z"}',
)


def insert(database: sqlite3.Connection, table: str, **values: Any) -> None:
    marks = ", ".join("?" * len(values))
    names = ", ".join(f'"{name}"' for name in values)
    database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))


def add_history(database: sqlite3.Connection, execution: str, events: tuple[str, ...]) -> int:
    """Writes the events; the id of the last one."""
    for data in events:
        kind = re.findall(r'"type":"([^"]+)"', data)[0]
        values = {"execution_id": execution, "workflow_id": "w", "type": kind, "time": STAMP}
        insert(database, "events", data=data, **values)
    return int(database.execute("SELECT max(id) FROM events").fetchone()[0])


def add_execution(database: sqlite3.Connection, identity: str, **values: Any) -> None:
    given = {
        "workflow_id": "w",
        "version": 1,
        "text_hash": "h",
        "priority": 5,
        "created_at": STAMP,
        "start_time": STAMP,
        "trigger_type": "schedule",
        "owner": "dead",
        "mark_key": b"k",
        **values,
    }
    insert(database, "executions", id=identity, **given)


def fill(database: sqlite3.Connection) -> None:
    """A few rows of everything that version 1 kept."""
    insert(database, "owners", id="dead", lock_path="/gone", pid=1, started=STAMP)
    insert(database, "texts", hash="h", text=TEXT)
    insert(
        database,
        "workflows",
        id="w",
        name="Nightly",
        status="active",
        created_at=STAMP,
        updated_at=STAMP,
        execution_count=2,
    )
    version = {"workflow_id": "w", "version": 1, "text_hash": "h", "created_at": STAMP}
    insert(database, "workflow_versions", **version)
    trigger = {"type": "schedule", "config": '{"cron":"0 3 * * *"}', "source": "definition"}
    insert(database, "triggers", id="t", workflow_id="w", name="n", is_enabled=1, **trigger)
    last = add_history(database, "left", UNFINISHED)
    add_execution(
        database, "left", status="running", queued_event=1, cancel_wanted="somebody said so"
    )
    step = {"execution_id": "left", "key": "a", "step_id": "a", "status": "completed"}
    insert(database, "step_executions", **step, started_event=3, ended_event=6, attempt=2)
    ended = add_history(database, "ended", ENDED)
    add_execution(
        database,
        "ended",
        status="completed",
        end_time=STAMP + 2_000_000,
        queued_event=last + 1,
        ended_event=ended,
        cancel_wanted="too late",
    )
    line = {"execution_id": "left", "key": "a", "attempt": 1, "stream": "stdout", "line": "hello"}
    insert(database, "logs", time=STAMP, **line)
    rollup = {"hour": STAMP // 3_600_000_000, "workflow_id": "w", "bucket": 1, "count": 4}
    insert(database, "execution_rollups", status="completed", error_type="", seconds=8.0, **rollup)
    insert(database, "step_rollups", step_id="a", seconds=4.0, **rollup)


def schema(path: Path) -> dict[str, Any]:
    """Each table's columns (type, null, default, key) by name, and what its indexes are."""
    database = sqlite3.connect(path)
    found: dict[str, Any] = {}
    for kind, name, sql in database.execute("SELECT type, name, sql FROM sqlite_master"):
        if kind == "table":
            rows = database.execute(f"PRAGMA table_xinfo({name})")
            found[name] = {row[1]: row[2:] for row in rows}
            found[f"{name} has rowids"] = "WITHOUT ROWID" not in sql
        else:
            found[name] = " ".join(sql.split()) if sql else None
    database.close()
    return found


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store that version 1 made, and this version opens."""
    database = sqlite3.connect(tmp_path / DATABASE_FILE)
    database.executescript((SCHEMAS / "version_1.sql").read_text("utf-8"))
    fill(database)
    database.commit()
    database.close()
    opened = await open_store(None, tmp_path, lambda batches: None)
    yield opened
    await opened.close()


async def test_its_schema_is_that_of_a_new_database(store: Store, tmp_path: Path) -> None:
    new = tmp_path / "new"
    await (await open_store(None, new, lambda batches: None)).close()
    assert schema(tmp_path / DATABASE_FILE) == schema(new / DATABASE_FILE)


async def test_what_it_holds_is_still_there(store: Store) -> None:
    page = await store.read(list_executions, ExecutionFilter(), 10, None)
    assert [(item.id, item.status, item.input) for item in page.items] == [
        ("left", "running", {"n": 3}),
        ("ended", "completed", {"n": 1}),
    ]
    assert (page.items[1].output, page.items[1].duration) == ({"done": True}, 2.0)
    left = await store.read(get_execution, "left")
    assert left is not None
    assert left.source == TEXT
    (step,) = left.step_executions
    assert (step.input, step.output, step.attempt) == ({"n": 3}, {"x": 1}, 2)
    assert (step.origin, step.waits_for, step.parent_id) == (None, None, None)
    workflow = await store.read(get_workflow, "w")
    assert workflow is not None
    assert (workflow.name, workflow.execution_count) == ("Nightly", 2)
    assert workflow.triggers[0].config == {"cron": "0 3 * * *"}
    assert [line.line for line in (await store.read(list_logs, "left")).items] == ["hello"]
    stats = await store.read(read_stats, NOW, NOW.replace(hour=23), None)
    assert (stats.completed, stats.slowest_steps[0].count) == (4, 4)


async def test_an_execution_that_was_left_behind_goes_on_where_it_was(store: Store) -> None:
    assert await store.read(unfinished_of, "dead") == ["left"]
    left = await store.read(read_left, "left")
    state = replay(Plan(engine.load(left.text).usable()), left.history)
    assert {step.key: step.status for step in state.top.steps} == {
        "a": "completed",
        "b": "running",
        "c": "skipped",
    }
    assert state.variables["v"] == 1
    turn = resume(state, NOW)
    assert [(type(event), event.key) for event in turn.events] == [(StepLost, "b")]  # type: ignore[union-attr]


async def test_a_cancel_that_was_asked_for_is_carried_out_yet(store: Store) -> None:
    (wish,) = await store.read(wishes_for, "dead")
    assert (wish.execution_id, wish.action) == ("left", "cancel")
    assert wish.data == {"reason": "somebody said so"}


async def test_its_events_are_told_as_before(store: Store) -> None:
    events, _ = await store.read(read_stream, Position(0, 0), "ended", 100)
    assert [event.type for event in events] == [
        "execution.queued",
        "execution.started",
        "execution.completed",
    ]
