"""The event stream as a client follows it: batches of events, over many connections if need be."""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, cast

import msgspec

from engine.client.endpoint import STREAM_SILENCE
from engine.client.errors import ClientError, EngineUnavailable
from engine.client.sse import Reader
from engine.service.types import Event, ProblemDocument

if TYPE_CHECKING:
    import httpx

_decoder = msgspec.json.Decoder(Event)


async def read_stream(
    http: "httpx.AsyncClient", reader: Reader, query: dict[str, str]
) -> AsyncGenerator[list[Event], None]:
    """The batches of one connection, until the engine ends it; empty ones for heartbeats.

    Resumes after ``reader.last_id``. Raises EngineUnavailable when the connection breaks,
    ClientError when the engine refuses it.
    """
    import httpx

    if reader.last_id is not None:
        query = {**query, "after": str(reader.last_id)}
    timeout = httpx.Timeout(5.0, read=STREAM_SILENCE)
    reader.reset()
    if http.is_closed:
        raise EngineUnavailable("the engine was lost")
    try:
        async with http.stream(
            "GET", "/api/v1/events/stream", params=query, timeout=timeout
        ) as response:
            if response.status_code != 200:
                raise ClientError(as_problem(response.status_code, await response.aread()))
            chunks = cast(AsyncGenerator[bytes, None], response.aiter_raw())
            try:
                async for chunk in chunks:
                    yield [_decoder.decode(message.data) for message in reader.feed(chunk)]
            finally:
                # Here, in the task: an unfinished iterator that the garbage collector finds has no
                # loop that would finish it (Qt's has no hook for that).
                await response.aclose()
                await chunks.aclose()
    except (httpx.TransportError, httpx.StreamError) as error:
        raise EngineUnavailable(
            f"the event stream broke: {error or type(error).__name__}"
        ) from error


def as_problem(status: int, content: bytes) -> ProblemDocument:
    """The problem document of an answer, made here where something else than an engine spoke."""
    try:
        return msgspec.json.decode(content, type=ProblemDocument)
    except msgspec.DecodeError:
        text = content[:500].decode(errors="replace")
        return ProblemDocument(title=f"HTTP status {status}", status=status, detail=text)
