"""Log lines of running steps: gathered, masked, written in batches, and dropped when too many."""

import asyncio
from datetime import datetime

from engine.runtime.secrets import Secrets
from engine.store.batch import Batch, LogRow
from engine.store.times import to_micros
from engine.store.writer import Writer

PAUSE = 0.05
"""Seconds that lines are gathered before they are written."""
MOST = 2_000
"""Lines that one attempt may write between two writes."""
LONGEST = 16_384
"""Characters of a line."""


class LogBook:
    """Takes the lines of all attempts of an engine. Used from the event loop only."""

    def __init__(self, writer: Writer, secrets: Secrets) -> None:
        self._writer = writer
        self._secrets = secrets
        self._rows: list[LogRow] = []
        self._counts: dict[tuple[str, str | None], int] = {}
        self._dropped: dict[tuple[str, str | None], tuple[int, datetime]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(
        self,
        execution_id: str,
        key: str | None,
        attempt: int,
        stream: str,
        line: str,
        time: datetime,
    ) -> None:
        """Adds lines of text; never waits. Of too many only their number is kept."""
        place = (execution_id, key)
        for part in line.splitlines() or [""]:
            known = self._counts.get(place, 0)
            if known >= MOST or self._writer.crowded:
                number, _ = self._dropped.get(place, (0, time))
                self._dropped[place] = (number + 1, time)
                continue
            self._counts[place] = known + 1
            self._rows.append(
                LogRow(execution_id, key, attempt, stream, to_micros(time), self._clean(part))
            )
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PAUSE, self.flush)

    def flush_if_any(self) -> None:
        """Writes what was gathered, if there is anything."""
        if self._rows:
            self.flush()

    def flush(self) -> None:
        """Writes what was gathered, in order with the events that are recorded after it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for (execution_id, key), (number, last) in self._dropped.items():
            told = f"{number} more lines were left out: they came faster than they are recorded"
            self._rows.append(LogRow(execution_id, key, 0, "engine", to_micros(last), told))
        rows, self._rows = self._rows, []
        self._counts.clear()
        self._dropped.clear()
        if rows:
            self._writer.post(Batch(logs=rows), patient=False)

    def _clean(self, line: str) -> str:
        text = self._secrets.mask_text(line.encode("utf-8", "replace").decode())
        if len(text) <= LONGEST:
            return text
        return f"{text[:LONGEST]} ... ({len(text) - LONGEST} more characters)"
