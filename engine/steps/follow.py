"""Takes in what a process writes, live, never faster and never more than the engine can bear."""

import asyncio
import time
from collections.abc import Callable
from typing import cast

from engine.steps.base import Stream
from engine.steps.capture import Capture, Lines

STREAMS: tuple[Stream, Stream] = ("stdout", "stderr")
BYTE_RATE = 64 * 1024**2
"""Bytes a second that are read of one stream; a faster writer waits."""
LINE_RATE = 10_000
"""Lines a second that one stream may log; of more only the number is told."""
_UNNOTICED = 0.001


class Follower:
    """Both streams of one process."""

    def __init__(self, log: Callable[[str, Stream], None], keep: int, limit: int) -> None:
        self.streams = {name: Reading(log, name, keep, self._count) for name in STREAMS}
        self.flooded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when more than ``limit`` bytes were written; 0 is no limit."""
        self._limit = limit
        self._written = 0

    def _count(self, size: int) -> None:
        self._written += size
        if self._limit and self._written > self._limit and not self.flooded.done():
            self.flooded.set_result(None)

    async def silent(self, seconds: float) -> None:
        """Waits until all who held the streams have let go of them, but no longer."""
        open_still = [r.ended for r in self.streams.values() if not r.ended.done()]
        if open_still:
            await asyncio.wait(open_still, timeout=seconds)

    def close(self) -> None:
        """Reads no more."""
        for reading in self.streams.values():
            reading.close()


class Reading(asyncio.Protocol):
    """One stream: what is kept of it, and its lines for the log."""

    def __init__(
        self,
        log: Callable[[str, Stream], None],
        name: Stream,
        keep: int,
        count: Callable[[int], None],
    ) -> None:
        self.capture = Capture(keep)
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._log = log
        self._name = name
        self._count = count
        self._lines = Lines(lambda line: log(line, name))
        self._room = float(LINE_RATE)
        self._filled = time.monotonic()
        self._transport: asyncio.ReadTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.ReadTransport, transport)

    def data_received(self, data: bytes) -> None:
        self.take(data)
        pause = len(data) / BYTE_RATE
        if self._transport and pause > _UNNOTICED / 2:
            self._transport.pause_reading()
            asyncio.get_running_loop().call_later(pause, self._transport.resume_reading)

    def take(self, data: bytes) -> None:
        """Keeps and logs a piece."""
        now = time.monotonic()
        self._room = min(LINE_RATE, self._room + (now - self._filled) * LINE_RATE)
        self._filled = now
        if self._lines.skipped and self._room > LINE_RATE / 2:
            self._tell_skipped()
        self.capture.feed(data)
        self._room -= self._lines.feed(data, int(self._room))
        self._count(len(data))

    def connection_lost(self, exc: Exception | None) -> None:
        self._lines.end()
        self._tell_skipped()
        if not self.ended.done():
            self.ended.set_result(None)

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def _tell_skipped(self) -> None:
        if self._lines.skipped:
            number, self._lines.skipped = self._lines.skipped, 0
            told = f"{number:,} lines of {self._name} were left out here: they came too fast"
            self._log(told, "engine")
