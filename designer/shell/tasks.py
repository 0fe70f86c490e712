"""The window's asynchronous work: started anywhere, its errors shown, ended with the window."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from engine import ClientError

logger = logging.getLogger(__name__)


class Tasks:
    """Made on the loop that runs them. ``tell`` gets the words of an error that one ended with."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._loop = asyncio.get_event_loop()
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Starts a task and keeps it until it ends."""
        task = self._loop.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """Cancels what still runs and waits for its end."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            return
        if isinstance(error, ClientError):
            self._tell(str(error))
        else:
            logger.error("a task of the window failed", exc_info=error)
            self._tell(f"Something went wrong: {error}")
