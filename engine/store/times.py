"""Times as the database keeps them, and identifiers that sort by time."""

import os
import threading
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(time: datetime) -> int:
    """Whole microseconds since 1970."""
    return (time - EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    """The aware UTC time of ``to_micros``."""
    return EPOCH + timedelta(microseconds=value)


def maybe_time(value: int | None) -> datetime | None:
    """As ``from_micros``; None stays None."""
    return None if value is None else EPOCH + timedelta(microseconds=value)


class _Chance:
    """Random bytes of the operating system, fetched many at a time: each call of it is slow."""

    def __init__(self) -> None:
        self._bytes = b""
        self._used = 0
        self._lock = threading.Lock()
        os.register_at_fork(after_in_child=self._forget)

    def take(self, count: int) -> bytes:
        """Bytes that were never given before."""
        with self._lock:
            if self._used + count > len(self._bytes):
                self._bytes, self._used = os.urandom(max(4096, count)), 0
            self._used += count
            return self._bytes[self._used - count : self._used]

    def _forget(self) -> None:
        self._bytes = b""


_chance = _Chance()


def random_bytes(count: int) -> bytes:
    """Unpredictable bytes, as from ``os.urandom``."""
    return _chance.take(count)


def new_id(time: datetime) -> str:
    """A new UUID (version 7) that sorts by its time, to the microsecond, then by chance."""
    micros = to_micros(time)
    millis, rest = divmod(micros, 1000)
    fraction = rest * 4096 // 1000
    chance = int.from_bytes(random_bytes(8)) & 0x3FFF_FFFF_FFFF_FFFF
    return _format((millis << 80) | (0x7000 | fraction) << 64 | 0x8000_0000_0000_0000 | chance)


def id_floor(time: datetime) -> str:
    """The least id that ``new_id`` can give from that time on."""
    millis, rest = divmod(to_micros(time), 1000)
    fraction = rest * 4096 // 1000
    return _format((millis << 80) | (0x7000 | fraction) << 64 | 0x8000_0000_0000_0000)


def _format(value: int) -> str:
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def seconds_between(start: int | None, end: int | None) -> float | None:
    """The time between two stored times in seconds; None while one is missing."""
    return None if start is None or end is None else (end - start) / 1_000_000
