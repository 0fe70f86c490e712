"""The streams of one reader: server-sent events in batches, heartbeats, and an end for one who does
not read."""

import asyncio
import contextlib
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import msgspec
from litestar import Response
from litestar.types import Receive, Scope, Send

from engine.runtime.news import Subscription
from engine.service.control import Control
from engine.service.types import Event

HEARTBEAT = 2.0
"""Seconds of silence after which a heartbeat is sent; some clients end a stream after 5."""
BATCH = 0.03
"""Seconds between two sends: events that come meanwhile go together."""
MOST = 5000
"""Events sent together at most."""
STALL = 10.0
"""Seconds that a reader may leave the connection full before it is cut off."""
FAREWELL = 0.5
"""Seconds that the last bytes of an ending stream may take."""
HEARTBEAT_MESSAGE = b":\n\n"
_LONGEST_ID = 64
HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]

Batches = AsyncIterator[Sequence[Event]]
_encoder = msgspec.json.Encoder()
_log = logging.getLogger("treadle.service")


class LaggingError(Exception):
    """The reader does not take what waits for it. It may come again, with the last id it has."""


class Stream(ABC):
    """Sends batches of messages until they end, or the reader or the engine goes.

    What waits for a slow reader is not kept: ``messages`` is asked for no more than is sent.
    """

    def __init__(self, control: Control) -> None:
        self.control = control

    @abstractmethod
    def messages(self) -> AsyncGenerator[bytes, None]:
        """What is sent together, one batch after another; ``HEARTBEAT_MESSAGE`` in a silence."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._run(receive, send)
        except LaggingError as error:
            # Returning before the response is complete makes the server close the connection.
            _log.warning("a reader of a stream was cut off: %s", error)

    async def _run(self, receive: Receive, send: Send) -> None:
        writer = asyncio.create_task(self._write(send))
        gone = asyncio.create_task(_disconnected(receive))
        stopping = asyncio.create_task(self.control.stopping.wait())
        tasks = (writer, gone, stopping)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        if not writer.cancelled():
            writer.result()
        if gone.cancelled():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FAREWELL):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _write(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        async with contextlib.aclosing(self.messages()) as batches:
            async for batch in batches:
                await _send_body(send, batch)


class EventStream(Stream):
    """The events of a subscription, which reads the journal at the reader's pace.

    The id after which it starts is sent first, so that a reader who has seen no event can resume.
    """

    def __init__(
        self, subscription: Subscription, workflow_id: str | None, control: Control
    ) -> None:
        super().__init__(control)
        self._subscription = subscription
        self._workflow_id = workflow_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = _client_of(scope)
        self.control.streams[client] += 1
        try:
            async with self._subscription:
                await super().__call__(scope, receive, send)
        finally:
            self.control.streams[client] -= 1
            if not self.control.streams[client]:
                del self.control.streams[client]

    async def messages(self) -> AsyncGenerator[bytes, None]:
        yield f"id: {self._subscription.start}\n\n".encode()
        async for events in gathered(self._events()):
            yield b"".join(map(encode, events)) if events else HEARTBEAT_MESSAGE

    async def _events(self) -> AsyncIterator[list[Event]]:
        wanted = self._workflow_id
        async for batch in self._subscription:
            yield [told for told in batch if wanted is None or told.workflow_id == wanted]


def _client_of(scope: Scope) -> str:
    """The id that a client sends with all its requests; one who sends none is somebody new."""
    sent = dict(scope["headers"]).get(b"treadle-client", b"")
    return sent.decode("latin-1")[:_LONGEST_ID] or uuid4().hex


class Streamed(Response[Any]):
    """A stream as the answer of a route that can give a value, too."""

    def __init__(self, stream: Stream) -> None:
        super().__init__(None)
        self._stream = stream

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:
        return self._stream


def encode(event: Event) -> bytes:
    """One event as a message. Those that are not replayed carry no id: the last one stays."""
    number = b"id: %d\n" % event.id if event.id else b""
    return b"%sevent: %s\ndata: %s\n\n" % (number, event.type.encode(), _encoder.encode(event))


async def gathered(batches: Batches) -> AsyncIterator[list[Event]]:
    """Batches at most every ``BATCH`` seconds, an empty one after ``HEARTBEAT`` of silence.

    Ends with ``batches``. The first event after a pause goes at once.
    """
    coming = asyncio.ensure_future(anext(batches, None))
    sent = 0.0
    try:
        while True:
            await asyncio.wait((coming,), timeout=HEARTBEAT)
            if coming.done():
                await asyncio.sleep(sent + BATCH - time.monotonic())
            events: list[Event] = []
            while coming.done() and len(events) < MOST:
                batch = coming.result()
                if batch is None:
                    yield events
                    return
                events += batch
                coming = asyncio.ensure_future(anext(batches, None))
                await asyncio.sleep(0)  # what is there already comes within one turn of the loop
            yield events
            sent = time.monotonic()
    finally:
        coming.cancel()


async def _send_body(send: Send, body: bytes) -> None:
    try:
        async with asyncio.timeout(STALL):
            await send({"type": "http.response.body", "body": body, "more_body": True})
    except TimeoutError:
        raise LaggingError(f"it left the connection full for {STALL:g} s") from None


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
