"""The writer: one commit for many, a bad one alone, and the database's trouble told in words."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from engine.core.events import Failure, StepCompleted, StepFailed, StepStarted
from engine.store.batch import Batch, Insert
from engine.store.database import DATABASE_FILE, database_url
from engine.store.errors import (
    ClosedError,
    DatabaseCorruptError,
    DatabaseLockedError,
    DiskFullError,
    NewerDatabaseError,
    RecordError,
    StoreError,
    UnsupportedDatabaseError,
)
from engine.store.migrations import UPGRADES, migrate, schema_version
from engine.store.project import add_event
from engine.store.step_executions import get_step
from engine.store.store import Store, open_store
from engine.store.tables import metadata

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(None, tmp_path, lambda batches: None)
    yield opened
    await opened.close()


def started(key: str, execution: str = "e") -> Batch:
    batch = Batch()
    event = StepStarted(time=NOW, key=key, attempt=1, fence=1, input={"n": 1}, config={})
    add_event(batch, execution, "w", event)
    return batch


def completed(key: str, output: object = None) -> Batch:
    batch = Batch()
    event = StepCompleted(time=NOW, key=key, attempt=1, started=NOW, output=output)
    add_event(batch, "e", "w", event)
    return batch


def count(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


async def test_what_is_acknowledged_is_on_disk(store: Store, tmp_path: Path) -> None:
    await store.writer.submit(started("a"))
    with sqlite3.connect(tmp_path / DATABASE_FILE) as other:
        assert other.execute("SELECT count(*) FROM events").fetchone() == (1,)


async def test_events_and_their_rows_agree(store: Store) -> None:
    await store.writer.submit(started("a"))
    await store.writer.submit(completed("a", {"b": [1]}))
    step = await store.read(get_step, "e", "a")
    assert step is not None
    assert (step.status, step.input, step.output) == ("completed", {"n": 1}, {"b": [1]})
    assert step.start_time == NOW


async def test_a_start_and_its_end_in_one_group_are_one_row(store: Store) -> None:
    await asyncio.gather(store.writer.submit(started("a")), store.writer.submit(completed("a", 5)))
    step = await store.read(get_step, "e", "a")
    assert step is not None
    assert (step.status, step.output) == ("completed", 5)


async def test_ids_grow_without_gaps_over_many_writers(store: Store) -> None:
    batches = [started(f"s{number}") for number in range(500)]
    await asyncio.gather(*(store.writer.submit(batch) for batch in batches))
    assert sorted(batch.events[0].id for batch in batches) == list(range(1, 501))


async def test_a_bad_row_fails_alone(store: Store) -> None:
    good = [started(f"s{number}") for number in range(20)]
    bad = started("bad")
    bad.inserts.append(Insert("texts", {"hash": None, "text": "no hash"}))
    futures = [store.writer.submit(batch) for batch in (*good[:10], bad, *good[10:])]
    results = await asyncio.gather(*futures, return_exceptions=True)
    assert isinstance(results.pop(10), RecordError)
    assert results == [None] * 20
    assert await store.read(count, "events") == 20


async def test_work_that_fails_takes_nothing_else_with_it(store: Store) -> None:
    def refuse(connection: Connection) -> None:
        connection.execute(text("INSERT INTO texts VALUES ('h', 't')"))
        raise ValueError("no")

    first = store.writer.submit(started("a"))
    with pytest.raises(ValueError, match="no"):
        await store.writer.run(refuse, started("b"))
    await first
    assert await store.read(count, "events") == 1
    assert await store.read(count, "texts") == 0


async def test_a_value_that_json_cannot_hold_is_refused_before_it_is_written() -> None:
    with pytest.raises(RecordError):
        completed("a", {"x": object()})
    with pytest.raises(RecordError):
        completed("a", "half a \ud800 character")


async def test_a_full_disk_is_told_and_the_patient_are_kept(store: Store) -> None:
    await store.writer.submit(started("a"))

    def fill(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    await store.write(fill)
    kept = store.writer.submit(completed("a", "x" * 100_000))
    with pytest.raises(DiskFullError, match="free some space"):
        await store.writer.submit(started("b", "x" * 100_000), patient=False)
    assert isinstance(store.writer.trouble, DiskFullError)
    assert not kept.done()
    store.writer._driver.execute("PRAGMA max_page_count = 1000000")  # room on this very connection
    await kept
    assert store.writer.trouble is None
    step = await store.read(get_step, "e", "a")
    assert step is not None
    assert len(step.output) == 100_000


async def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / DATABASE_FILE).write_bytes(b"not a database at all" * 500)
    with pytest.raises(DatabaseCorruptError, match="damaged"):
        await open_store(None, tmp_path, lambda batches: None)


async def test_a_locked_database_is_waited_for(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(tmp_path / DATABASE_FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = store.writer.submit(started("a"))
    done, _ = await asyncio.wait({waiting}, timeout=0.2)
    assert not done
    other.execute("COMMIT")
    await waiting
    other.close()


async def test_a_lock_that_lasts_is_told_to_those_who_cannot_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.store.database.BUSY_TIMEOUT", 0.05)
    store = await open_store(None, tmp_path, lambda batches: None)
    other = sqlite3.connect(tmp_path / DATABASE_FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseLockedError, match="another program"):
        await store.writer.submit(started("a"), patient=False)
    other.execute("COMMIT")
    other.close()
    await store.writer.submit(started("b"))
    await store.close()


async def test_what_comes_after_the_end_is_refused(tmp_path: Path) -> None:
    store = await open_store(None, tmp_path, lambda batches: None)
    last = store.writer.submit(started("a"))
    await store.close()
    assert last.result() is None
    with pytest.raises(ClosedError):
        store.writer.submit(started("b"))


async def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    store = await open_store(None, tmp_path, lambda batches: None)
    await store.write(
        lambda c: c.execute(text("UPDATE meta SET value = '99' WHERE key = 'schema_version'"))
    )
    await store.close()
    with pytest.raises(NewerDatabaseError, match="99"):
        await open_store(None, tmp_path, lambda batches: None)


async def test_the_migrations_make_the_tables_and_are_not_repeated(store: Store) -> None:
    def look(connection: Connection) -> tuple[int, set[str]]:
        migrate(connection)
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        return schema_version(connection), set(names.scalars())

    version, names = await store.write(look)
    assert version == len(UPGRADES) + 1
    assert set(metadata.tables) <= names


async def test_only_sqlite_files_can_be_named(tmp_path: Path) -> None:
    for url in ("postgres://u:p@h/d", "nonsense", "sqlite://"):
        with pytest.raises(UnsupportedDatabaseError):
            database_url(url, tmp_path)
    assert database_url("sqlite:///here.db", tmp_path).endswith(f"{tmp_path}/here.db")
    assert issubclass(UnsupportedDatabaseError, StoreError)


async def test_a_retry_shows_as_waiting_with_its_reason(store: Store) -> None:
    await store.writer.submit(started("a"))
    batch = Batch()
    failed = StepFailed(
        time=NOW, key="a", attempt=1, error=Failure("error", "no"), started=NOW, retry_at=NOW
    )
    add_event(batch, "e", "w", failed)
    await store.writer.submit(batch)
    step = await store.read(get_step, "e", "a")
    assert step is not None
    assert step.status == "waiting"
    assert "tried again" in (step.reason or "")
