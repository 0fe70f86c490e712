"""What an engine looks after beside its work, from time to time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from engine.store import retention
from engine.store.errors import StoreError
from engine.store.stats import roll_up
from engine.store.store import Store
from engine.store.times import to_micros

ROLL = 2.0
"""Seconds between additions to the statistics."""
CLEAN = 600.0
"""Seconds between looks for old log lines."""

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


async def add_up(store: Store) -> None:
    """Adds what ended since the last time to the statistics."""
    more = True
    while more:
        more = await roll_up(store)
