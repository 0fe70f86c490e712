"""The one heap of due times: wakes an engine exactly when something is due, and notices jumps.

Due times are on the wall clock, timers run on the loop's monotonic clock, which stands still while
a machine sleeps. So a pause lasts at most a few seconds, and each wake-up looks at the wall clock
again: after a sleep of the machine, or when the clock was set, what became due meanwhile fires
within that time, and whoever listens is told how far the clock jumped.
"""

import asyncio
import heapq
import logging
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from itertools import count
from typing import Final, Protocol

LONGEST_PAUSE: Final = 5.0
"""Seconds between looks at the wall clock."""
JUMP: Final = 10.0
"""Seconds by which the wall clock must differ from the monotonic one to count as a jump."""

Callback = Callable[[datetime], None]
"""Called once, in the loop, with the due time; what takes long belongs in a task of its own."""

_log = logging.getLogger(__name__)


class TimerHandle(Protocol):
    def cancel(self) -> None: ...


class Timers(Protocol):
    """The part of an event loop that the clock uses."""

    def call_later(self, delay: float, callback: Callable[[], None]) -> TimerHandle: ...
    def time(self) -> float: ...


class Clock:
    """Calls back at wall-clock times. One per engine; used from its event loop only.

    ``clock.set("trigger 7", due, fire)`` adds or replaces what is due under a key, ``remove(key)``
    forgets it, ``close()`` forgets everything. An entry is gone before its callback is called, so a
    callback may set its own key again. Errors in a callback are logged and stop nothing else.
    """

    def __init__(
        self, timers: Timers | None = None, now: Callable[[], datetime] | None = None
    ) -> None:
        self._timers = timers
        self._now = now or _utc_now
        self._heap: list[tuple[datetime, int, Hashable]] = []
        self._entries: dict[Hashable, tuple[int, datetime, Callback]] = {}
        self._numbers = count()
        self._handle: TimerHandle | None = None
        self._awaited: datetime | None = None
        self._looked: tuple[datetime, float] | None = None
        self.jumped: Callable[[float], None] | None = None
        """Told the seconds by which the wall clock went ahead of (or, negative, fell behind) the
        time that passed: the machine slept, or the clock was set."""

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._entries

    def now(self) -> datetime:
        """The wall clock, UTC."""
        return self._now()

    def due(self, key: Hashable) -> datetime | None:
        """When a key is due; None if there is no such key."""
        entry = self._entries.get(key)
        return None if entry is None else entry[1]

    @property
    def next_due(self) -> datetime | None:
        """The earliest due time of all; None if there is none."""
        self._drop_stale()
        return self._heap[0][0] if self._heap else None

    def set(self, key: Hashable, due: datetime, callback: Callback) -> None:
        """Calls ``callback(due)`` at ``due`` (aware), or at once in the loop if that has passed.

        Replaces what was due under this key. Raises ValueError for a time without a zone.
        """
        if due.tzinfo is None:
            raise ValueError("a due time needs a time zone")
        number = next(self._numbers)
        moment = due.astimezone(UTC)
        self._entries[key] = (number, moment, callback)
        heapq.heappush(self._heap, (moment, number, key))
        if len(self._heap) > 2 * len(self._entries) + 64:
            self._rebuild()
        self._arm()

    def remove(self, key: Hashable) -> bool:
        """Forgets what is due under a key; whether there was something."""
        known = self._entries.pop(key, None) is not None
        self._arm()
        return known

    def close(self) -> None:
        """Forgets everything and stops the timer; the clock can be used again after it."""
        self._entries.clear()
        self._heap.clear()
        self._arm()

    def _arm(self) -> None:
        """Sees to it that the one timer waits for the earliest due time."""
        due = self.next_due
        if due == self._awaited and (due is None or self._handle is not None):
            return
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        self._awaited = due
        if due is not None:
            delay = (due - self._now()).total_seconds()
            timers = self._timers or asyncio.get_running_loop()
            if self._looked is None:
                self._looked = (self._now(), timers.time())
            self._handle = timers.call_later(min(max(delay, 0.0), LONGEST_PAUSE), self._wake)

    def _wake(self) -> None:
        self._handle = None
        now = self._now()
        self._notice_jump(now)
        ready: list[tuple[Callback, datetime]] = []
        while (due := self.next_due) is not None and due <= now:
            _, _, key = heapq.heappop(self._heap)
            _, moment, callback = self._entries.pop(key)
            ready.append((callback, moment))
        for callback, moment in ready:
            try:
                callback(moment)
            except Exception:  # one bad callback must not stop every other schedule
                _log.exception("what was due at %s failed", moment.isoformat())
        self._arm()

    def _notice_jump(self, now: datetime) -> None:
        timers = self._timers or asyncio.get_running_loop()
        before, self._looked = self._looked, (now, timers.time())
        if before is None:
            return
        seconds = (now - before[0]).total_seconds() - (self._looked[1] - before[1])
        if abs(seconds) >= JUMP and self.jumped is not None:
            self.jumped(seconds)

    def _drop_stale(self) -> None:
        while self._heap:
            _, number, key = self._heap[0]
            entry = self._entries.get(key)
            if entry is not None and entry[0] == number:
                return
            heapq.heappop(self._heap)

    def _rebuild(self) -> None:
        self._heap = [(due, number, key) for key, (number, due, _) in self._entries.items()]
        heapq.heapify(self._heap)


def _utc_now() -> datetime:
    return datetime.now(UTC)
