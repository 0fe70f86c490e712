"""What an engine looks after beside its work, from time to time."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from engine.store import artifacts, cache, retention, wishes
from engine.store.errors import StoreError
from engine.store.stats import roll_up
from engine.store.store import Store
from engine.store.times import to_micros

WISH_LOOK = 0.5
"""Seconds between looks for what other processes ask of this one's executions."""
RELEASE_LOOK = 1.0
"""Seconds between looks for what dead engines hold, where their executions are not taken over."""
PARK_LOOK = 1.0
"""Seconds between looks for executions that need not be kept in memory."""
ROLL = 2.0
"""Seconds between additions to the statistics."""
RESTS = 4.0
"""How many times as long as such an addition works it pauses, so that executions go first."""
CLEAN = 600.0
"""Seconds between looks for old log lines."""
GRACE = 86_400.0
"""Seconds for which a file of a large value stays, though nothing names it."""

log = logging.getLogger(__name__)


class Upkeep:
    """Small tasks that run from time to time; trouble of one is logged and tried again."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def every(self, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        """Does ``work`` again and again, with a pause between."""
        self._tasks.append(asyncio.create_task(_again(seconds, work)))

    async def close(self) -> None:
        """Ends all tasks."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _again(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except StoreError as error:
            log.warning("%s", error)
        except Exception:  # it is told, and must not end what looks after the engine
            log.exception("the engine's upkeep met an error")


async def clean_logs(store: Store, keep: float) -> None:
    """Deletes log lines older than ``keep`` seconds, a few at a time, and gives room back."""
    before = to_micros(datetime.now(UTC) - timedelta(seconds=keep))
    more = True
    while more:
        more = await store.write(retention.delete_logs, before)
    await store.write(retention.give_back)


async def forget_idle_rows(store: Store) -> None:
    """Deletes kept results that are too old, and what was asked of executions that have ended."""
    more = True
    while more:
        more = await store.write(cache.forget_expired, datetime.now(UTC))
    await store.write(wishes.forget_dead_wishes)


async def sweep_artifacts(store: Store, age: float = GRACE) -> int:
    """Removes files of large values that nothing names, and that are older than ``age`` seconds:
    their engine died before it could record them. How many they were.

    What waits to be recorded is recorded first, as the look at the names waits its turn.
    """
    before = time.time() - age
    removed = 0
    for number in range(256):
        prefix = f"{number:02x}"
        files = await asyncio.to_thread(artifacts.old_files, store.artifacts.folder, prefix, before)
        names = {f"{prefix}{path.name}": path for path in files}
        unused = await store.write(retention.unused_artifacts, list(names)) if names else []
        for name in unused:
            if await asyncio.to_thread(artifacts.remove_file, names[name], before):
                await store.write(retention.forget_artifact, name)
                removed += 1
    return removed


async def add_up(store: Store, *, rests: float = 0) -> None:
    """Adds what ended since the last time to the statistics.

    ``rests`` says how many times as long as it works it pauses, where there is very much to add.
    """
    more = True
    while more:
        began = time.monotonic()
        more = await roll_up(store)
        if more:
            await asyncio.sleep(rests * (time.monotonic() - began))
