"""The log of one execution as server-sent events: what is recorded, what comes, and its end."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence

import msgspec

from engine.core.keys import step_id_of
from engine.runtime.engine import Engine
from engine.service.control import Control
from engine.service.stream import HEARTBEAT_MESSAGE, Stream, gathered
from engine.service.types import ENDED, Event, Execution, LogLine

PAGE = 1000
"""Recorded lines that are read at once."""
ENDS = frozenset(f"execution.{status}" for status in ENDED)
_encoder = msgspec.json.Encoder()


class LogStream(Stream):
    """The lines of an execution after one id, of one step or of all.

    Each is a message of type ``log`` with the line's id, so that a lost stream is taken up again.
    The last message, of type ``end``, says in which status the execution ended.
    """

    def __init__(
        self, engine: Engine, control: Control, execution_id: str, step_id: str | None, after: int
    ) -> None:
        super().__init__(control)
        self._engine = engine
        self._execution_id = execution_id
        self._step_id = step_id
        self._last = after

    async def messages(self) -> AsyncGenerator[bytes, None]:
        # Who listens first and reads then misses nothing; what is told twice has a known id.
        async with self._engine.subscribe(execution_id=self._execution_id) as news:
            found = await self._engine.get_execution(self._execution_id, details=False, raw=True)
            async for batch in self._recorded():
                yield batch
            if found.status in ENDED:
                yield _end(found.status)
                return
            async for events in gathered(aiter(news)):
                yield self._lines(_log_lines(events)) or HEARTBEAT_MESSAGE
                for event in events:
                    if event.type in ENDS and isinstance(event.data, Execution):
                        yield _end(event.data.status)
                        return

    async def _recorded(self) -> AsyncIterator[bytes]:
        while True:
            page = await self._engine.list_logs(
                self._execution_id, step_id=self._step_id, after=self._last, limit=PAGE
            )
            if page.items:
                yield self._lines(page.items)
            if page.next_cursor is None:
                return

    def _lines(self, lines: Sequence[LogLine]) -> bytes:
        parts: list[bytes] = []
        for line in lines:
            if line.id > self._last and self._wants(line.step_id):
                self._last = line.id
                parts.append(b"id: %d\nevent: log\ndata: %s\n\n" % (line.id, _encoder.encode(line)))
        return b"".join(parts)

    def _wants(self, key: str | None) -> bool:
        wanted = self._step_id
        return wanted is None or (key is not None and wanted in (key, step_id_of(key)))


def _log_lines(events: Sequence[Event]) -> list[LogLine]:
    return [event.data for event in events if isinstance(event.data, LogLine)]


def _end(status: str) -> bytes:
    return b"event: end\ndata: %s\n\n" % _encoder.encode({"status": status})
