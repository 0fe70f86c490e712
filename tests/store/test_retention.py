"""What is not kept for ever is deleted, and the room goes back to the system."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from engine.store import retention
from engine.store.batch import Batch, LogRow
from engine.store.store import Store, open_store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(None, tmp_path, lambda batches: None)
    yield opened
    await opened.close()


def free_pages(connection: Connection) -> int:
    return int(connection.execute(text("PRAGMA freelist_count")).scalar() or 0)


async def test_old_lines_are_deleted_and_their_pages_given_back(store: Store) -> None:
    rows = [LogRow("e", "s", 1, "stdout", number, "x" * 1000) for number in range(3000)]
    await store.writer.submit(Batch(logs=rows))
    more = True
    while more:
        more = await store.write(retention.delete_logs, 2990)
    count = await store.read(lambda c: c.execute(text("SELECT count(*) FROM logs")).scalar())
    assert count == 10
    before = await store.read(free_pages)
    assert before > retention.PAGES
    await store.write(retention.give_back)
    assert await store.read(free_pages) == before - retention.PAGES
