"""The engine process as a whole: whether it stays, who is connected, and when it ends."""

import asyncio
import contextlib
import logging
import os
import threading
from collections import Counter
from collections.abc import Awaitable, Callable

from engine.service.metrics import Metrics

CHECK = 1.0
"""Seconds between looks whether an engine without a parent is still needed."""
_log = logging.getLogger("treadle.service")


class Control:
    """Shared by the server, the event streams and the private endpoints of the API."""

    def __init__(self, *, keep: bool) -> None:
        self.keep = keep
        self.streams = Counter[str]()
        """Open event streams by the id of their client."""
        self.stopping = asyncio.Event()
        self.metrics = Metrics()

    def stop(self) -> None:
        """Ends the engine: streams end at once, running requests may finish."""
        self.stopping.set()


async def end_with_parent(
    control: Control,
    parent: int,
    connections: Callable[[], int],
    busy: Callable[[], Awaitable[bool]],
) -> None:
    """Ends an engine once the pipe ``parent`` (a file descriptor) is closed and it is not needed.

    It is needed while it was told to stay, clients are connected, or it is busy.
    """
    await _closed(parent)
    while control.keep or connections() or await busy():  # noqa: ASYNC110 - none of it is an event
        await asyncio.sleep(CHECK)
    _log.info("nobody is connected and nothing is left to do: ending")
    control.stop()


async def _closed(pipe: int) -> None:
    """Returns when the other end of a pipe is closed. A thread of its own reads it: portable, and
    it never keeps the process alive."""
    loop = asyncio.get_running_loop()
    closed = asyncio.Event()

    def read() -> None:
        with contextlib.suppress(OSError):
            while os.read(pipe, 4096):
                pass
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(closed.set)

    threading.Thread(target=read, name="parent pipe", daemon=True).start()
    await closed.wait()
