"""How events are put together before they are sent."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest

from engine.service import stream
from engine.service.types import Event


def event(number: int) -> Event:
    return Event(id=number, type="workflow.changed", time=datetime.now(UTC))


async def from_queue(queue: "asyncio.Queue[Sequence[Event] | None]") -> AsyncIterator[list[Event]]:
    while (batch := await queue.get()) is not None:
        yield list(batch)


async def test_the_first_event_goes_at_once_and_those_behind_it_together() -> None:
    queue: asyncio.Queue[Sequence[Event] | None] = asyncio.Queue()
    batches = stream.gathered(from_queue(queue))
    begin = time.monotonic()
    queue.put_nowait([event(1)])
    assert [e.id for e in await anext(batches)] == [1]
    assert time.monotonic() - begin < stream.BATCH
    for number in range(2, 40):
        queue.put_nowait([event(number)])
    assert [e.id for e in await anext(batches)] == list(range(2, 40))
    assert time.monotonic() - begin >= stream.BATCH
    await batches.aclose()


async def test_nothing_is_lost_at_the_end() -> None:
    queue: asyncio.Queue[Sequence[Event] | None] = asyncio.Queue()
    queue.put_nowait([event(1), event(2)])
    queue.put_nowait([event(3)])
    queue.put_nowait(None)
    sent = [e.id async for batch in stream.gathered(from_queue(queue)) for e in batch]
    assert sent == [1, 2, 3]


async def test_silence_is_told_by_empty_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.02)
    queue: asyncio.Queue[Sequence[Event] | None] = asyncio.Queue()
    batches = stream.gathered(from_queue(queue))
    assert await anext(batches) == []
    assert await anext(batches) == []
    queue.put_nowait([event(7)])
    assert [e.id for e in await anext(batches)] == [7]
    await batches.aclose()


async def test_a_flood_is_cut_into_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST", 100)
    queue: asyncio.Queue[Sequence[Event] | None] = asyncio.Queue()
    for number in range(50):
        queue.put_nowait([event(10 * number + 1 + n) for n in range(10)])
    queue.put_nowait(None)
    sizes = [len(batch) async for batch in stream.gathered(from_queue(queue))]
    assert sum(sizes) == 500
    assert max(sizes) <= 109


def test_an_event_that_is_not_replayed_carries_no_id() -> None:
    assert stream.encode(event(5)).startswith(b"id: 5\nevent: workflow.changed\ndata: {")
    assert stream.encode(event(0)).startswith(b"event: workflow.changed\n")
