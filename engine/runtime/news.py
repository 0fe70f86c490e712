"""Subscriptions to what is recorded: each reads the journal at its own pace and loses nothing."""

import asyncio
from types import TracebackType
from typing import Self

from engine.store.store import Store
from engine.store.stream import Position, last_position, read_stream
from engine.store.views import Event

PAGE = 1000
"""Events read at once."""
LOOK = 1.0
"""Seconds after which a subscriber looks for what other processes recorded."""


class News:
    """Wakes the subscribers after each commit."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def tell(self) -> None:
        """Something was recorded."""
        for event in self._waiting:
            event.set()

    def listen(self) -> asyncio.Event:
        """An event that is set after each commit."""
        event = asyncio.Event()
        self._waiting.add(event)
        return event

    def leave(self, event: asyncio.Event) -> None:
        """Ends ``listen``."""
        self._waiting.discard(event)


class Subscription:
    """Batches of recorded events, in order: ``async with`` it, then ``async for batch in it``.

    A reader that is slow gets larger batches later; nothing is kept for it in memory. ``start`` is
    the durable id after which it begins.
    """

    def __init__(
        self, store: Store, news: News, after: int | None, execution_id: str | None
    ) -> None:
        self.start = 0
        self._store = store
        self._news = news
        self._after = after
        self._execution_id = execution_id
        self._position: Position | None = None
        self._recorded = news.listen()

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the subscription."""
        self._news.leave(self._recorded)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[Event]:
        position = await self._open()
        while True:
            self._recorded.clear()
            found, position = await self._store.read(
                read_stream, position, self._execution_id, PAGE
            )
            self._position = position
            if found:
                return found
            try:
                async with asyncio.timeout(LOOK):
                    await self._recorded.wait()
            except TimeoutError:
                continue

    async def _open(self) -> Position:
        if self._position is None:
            self._position = await self._store.read(last_position)
            if self._after is not None:
                self._position.event = min(self._after, self._position.event)
            self.start = self._position.event
        return self._position
