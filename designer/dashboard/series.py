"""What the charts draw, made from the engine's statistics: pure functions over plain values."""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from engine import api

Unit = Literal["hour", "day"]
STATES = ("completed", "failed", "timed_out", "cancelled")
MOST_BARS = 400
_STEPS: dict[Unit, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


class Slot(Struct, frozen=True):
    """One bar of the chart over time: its start (UTC) and how many executions ended how."""

    start: datetime
    end: datetime
    counts: tuple[int, int, int, int]
    """In the order of STATES."""

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def success_rate(self) -> float | None:
        """Completed of all that ended by themselves; None without any."""
        completed, failed, timed_out, _ = self.counts
        ended = completed + failed + timed_out
        return completed / ended if ended else None


def unit_of(stats: api.Stats) -> Unit:
    """Whether the statistics count by hour or by day."""
    return "hour" if stats.until - stats.since <= timedelta(hours=48) else "day"


def slots(stats: api.Stats) -> list[Slot]:
    """A slot for every hour or day of the period, also those in which nothing ended."""
    unit = unit_of(stats)
    step = _STEPS[unit]
    known = {_floor(day.start, unit): day for day in stats.days}
    found: list[Slot] = []
    start = _floor(stats.since, unit)
    while start < stats.until and len(found) < MOST_BARS:
        day = known.get(start)
        counts = (day.completed, day.failed, day.timed_out, day.cancelled) if day else (0, 0, 0, 0)
        found.append(Slot(start, start + step, counts))
        start += step
    return found


def _floor(time: datetime, unit: Unit) -> datetime:
    hour = time.replace(minute=0, second=0, microsecond=0)
    return hour if unit == "hour" else hour.replace(hour=0)


def slot_label(slot: Slot, unit: Unit) -> str:
    """``14:00`` on the user's clock, or ``8 Nov``."""
    if unit == "hour":
        return f"{slot.start.astimezone():%H:%M}"
    return f"{slot.start.day} {slot.start:%b}"


def label_places(count: int, most: int = 6) -> list[int]:
    """Which of ``count`` bars get a label, evenly spread from the first on."""
    if count <= 0:
        return []
    step = next((s for s in (1, 2, 3, 4, 6, 7, 8, 12, 14) if count / s <= most), count)
    return [place for place in range(0, count, step) if place < count - 1 or count <= most]


def worst_slot(found: list[Slot]) -> Slot | None:
    """The slot that most failures fall into, when that is more than half of several."""
    failures = [slot.counts[1] + slot.counts[2] for slot in found]
    total = sum(failures)
    if total < 4:
        return None
    most = max(failures)
    return found[failures.index(most)] if most > total / 2 else None


def trend_floor(rates: list[float]) -> float:
    """Where the axis of a success rate begins, in per cent: low enough for all, a round figure."""
    lowest = min(rates, default=1.0) * 100
    return max(0.0, (lowest - 5) // 10 * 10) if lowest < 95 else 80.0


def bucket_place(buckets: list[api.Bucket], seconds: float) -> float | None:
    """Where a duration lies among equally wide bars, the first of which is centred on 0."""
    for number, bucket in enumerate(buckets):
        if bucket.low <= seconds < bucket.high:
            width = bucket.high - bucket.low
            return number - 0.5 + ((seconds - bucket.low) / width if width > 0 else 0.5)
    return len(buckets) - 0.5 if buckets and seconds >= buckets[-1].high else None


def trimmed(buckets: list[api.Bucket]) -> list[api.Bucket]:
    """Buckets without the empty ones at both ends."""
    full = [number for number, bucket in enumerate(buckets) if bucket.count]
    return buckets[full[0] : full[-1] + 1] if full else []
