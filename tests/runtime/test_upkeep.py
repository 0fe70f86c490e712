"""What nobody needs any more is deleted from time to time."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Connection, text

from engine.runtime import upkeep
from engine.runtime.upkeep import forget_idle_rows
from engine.store import cache, wishes
from engine.store.batch import Batch


async def test_old_kept_results_and_wishes_for_the_ended_are_forgotten(bench: Any) -> None:
    ended = await bench.run({"steps": [{"id": "a", "type": "act"}]})
    store = bench.engine._store
    now = datetime.now(UTC)
    old, new = now - timedelta(hours=2), now
    rows = [
        cache.result_row("w", "s", digest, 1, None, time, 3600.0)
        for digest, time in (("old", old), ("new", new))
    ]
    await store.writer.submit(Batch(inserts=rows))
    await store.write(wishes.add_wish, ended.id, "cancel", {}, now)
    await forget_idle_rows(store)

    def left(connection: Connection) -> tuple[list[str], int]:
        digests = connection.execute(text("SELECT digest FROM cached_results")).scalars()
        return list(digests), int(connection.execute(text("SELECT count(*) FROM wishes")).scalar())

    assert await store.read(left) == (["new"], 0)


async def test_very_much_to_add_up_leaves_time_for_executions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paused: list[float] = []
    more = iter([True, True, True, False])
    clock = iter(range(0, 100, 3))

    async def roll_up(store: Any) -> bool:
        return next(more)

    async def sleep(seconds: float) -> None:
        paused.append(seconds)

    monkeypatch.setattr(upkeep, "roll_up", roll_up)
    monkeypatch.setattr(upkeep, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(upkeep, "asyncio", SimpleNamespace(sleep=sleep))
    await upkeep.add_up(cast(Any, None), rests=4)
    assert paused == [12, 12, 12]
