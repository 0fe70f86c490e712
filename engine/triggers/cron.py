"""Cron expressions: what they mean, and when they are due next in a time zone.

Five fields (minute, hour, day of month, month, day of week) or six, with the seconds first. A field
is ``*``, a number or name, a range ``1-5``, a step ``*/15``, ``1-31/2`` or ``5/10`` (from 5 on), or
several of these with commas. Days of month know ``L`` (last day), ``L-2``, ``15W`` (the weekday
nearest the 15th) and ``LW``; days of week know ``5L`` (last Friday) and ``5#2`` (second Friday);
both know ``?`` for "any". Sunday is 0 or 7. ``@yearly``, ``@monthly``, ``@weekly``, ``@daily`` and
``@hourly`` stand for the usual expressions.

As in Vixie cron, where both days of month and of week are given, either is enough, unless one of
the fields begins with ``*``. (With six fields, a form that Vixie cron does not have, a step such as
``*/5`` is a given day like any other, as it is in the schedulers that have that form: only a plain
``*`` or ``?`` is none.) And as in Vixie cron, a change of the clock by less than three hours is
smoothed for jobs at fixed times: those in skipped time run once right after the change, those in
repeated time run the first time only. Jobs with ``*`` at the start of the hour or minute follow the
new time as it is.
"""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from engine.triggers.cron_fields import FIELDS, MACROS, CronError, Field, read_field

_SEARCHED_YEARS: Final = 41
"""29 February falls on a given day of the week at least once in these."""
_SMOOTHED: Final = timedelta(hours=3)
_SECOND: Final = timedelta(seconds=1)


class CronExpression(Struct, frozen=True):
    """One parsed expression. ``text`` is as it was written."""

    text: str
    second: Field
    minute: Field
    hour: Field
    day: Field
    month: Field
    weekday: Field

    @classmethod
    def parse(cls, text: str) -> "CronExpression":
        """Raises CronError naming the field, what it allows, and the place."""
        return _parse(text)

    @property
    def at_fixed_times(self) -> bool:
        """Whether clock changes are smoothed: no ``*`` at the start of the hour or minute."""
        return not (self.hour.star or self.minute.star)

    @property
    def possible(self) -> bool:
        """Whether there is any such day; there is none on 30 February."""
        return self.next_wall_time(datetime(2000, 1, 1)) is not None  # noqa: DTZ001  (wall time)

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """The first due time later than ``moment`` (aware), in UTC; None if there is none.

        Raises ValueError for a moment without a time zone.
        """
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        try:
            start = moment.astimezone(UTC)
            if self.at_fixed_times:
                return self._next_fixed(start, zone)
            return self._next_running(start, zone)
        except OverflowError:  # beyond the years 1 to 9999
            return None

    def next_wall_time(self, after: datetime) -> datetime | None:
        """The first matching time on a plain clock (naive), later than ``after``."""
        earliest = after.replace(microsecond=0) + _SECOND
        today = earliest.date()
        if self.matches_day(today):
            moment = self._next_time(earliest.time())
            if moment is not None:
                return datetime.combine(today, moment)
        first = time(self.hour.values[0], self.minute.values[0], self.second.values[0])
        day = next(self._days_after(today), None)
        return None if day is None else datetime.combine(day, first)

    def matches_day(self, day: date) -> bool:
        """Whether the expression is due on some time of a day."""
        if day.month not in self.month.values:
            return False
        in_month = self.day.has_month_day(day)
        in_week = self.weekday.has_week_day(day)
        if self.day.star or self.weekday.star:
            return in_month and in_week
        return in_month or in_week

    def _days_after(self, day: date) -> Iterator[date]:
        year, month, first = day.year, day.month, day.day + 1
        while year <= min(day.year + _SEARCHED_YEARS, 9999):
            if month in self.month.values:
                for number in range(first, calendar.monthrange(year, month)[1] + 1):
                    candidate = date(year, month, number)
                    if self.matches_day(candidate):
                        yield candidate
            first = 1
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)

    def _next_time(self, earliest: time) -> time | None:
        """The first time of a day that is not before ``earliest``."""
        for hour in self.hour.values:
            if hour < earliest.hour:
                continue
            for minute in self.minute.values:
                if hour == earliest.hour and minute < earliest.minute:
                    continue
                same = (hour, minute) == (earliest.hour, earliest.minute)
                for second in self.second.values:
                    if not same or second >= earliest.second:
                        return time(hour, minute, second)
        return None

    def _next_fixed(self, start: datetime, zone: tzinfo) -> datetime | None:
        wall = start.astimezone(zone).replace(tzinfo=None)
        while (found := self.next_wall_time(wall)) is not None:
            due = _instant(found, zone)
            if due is not None and due > start:
                return due
            wall = found
        return None

    def _next_running(self, start: datetime, zone: tzinfo) -> datetime | None:
        offset = _offset(start, zone)
        base = start
        while True:
            wall = self.next_wall_time((base + offset).replace(tzinfo=None))
            if wall is None:
                return None
            due = wall.replace(tzinfo=UTC) - offset
            change = _first_change(start, due, offset, zone)
            if change is None:
                return due
            start, base, offset = change, change - _SECOND, _offset(change, zone)


def next_times(
    expression: CronExpression, zone: tzinfo, start: datetime, count: int
) -> list[datetime]:
    """The next ``count`` due times later than ``start`` (aware), in UTC; fewer if none follow."""
    made: list[datetime] = []
    due = expression.next_after(start, zone)
    while due is not None and len(made) < count:
        made.append(due)
        due = expression.next_after(due, zone)
    return made


@lru_cache(maxsize=512)
def _parse(text: str) -> CronExpression:
    written = text.strip()
    if written.startswith("@"):
        if written.lower() not in MACROS:
            raise CronError(
                f'"{written[:40]}" is no cron expression; there are {", ".join(MACROS)}',
                "",
                0,
                len(text),
            )
        words = [(word, 0) for word in MACROS[written.lower()].split()]
    else:
        words = _words(text)
    if len(words) not in {5, 6}:
        raise CronError(
            f"a cron expression has 5 fields (minute, hour, day of month, month, day of week) or 6 "
            f"(seconds first), and this has {len(words)}",
            "",
            0,
            len(text),
        )
    with_seconds = len(words) == 6
    if not with_seconds:
        words.insert(0, ("0", 0))
    fields = [
        read_field(kind, word, place) for kind, (word, place) in zip(FIELDS, words, strict=True)
    ]
    if with_seconds:
        fields[3:] = [replace(field, star=field.text in {"*", "?"}) for field in fields[3:]]
    return CronExpression(written, *fields)


def _words(text: str) -> list[tuple[str, int]]:
    if len(text) > 1_000:
        raise CronError("a cron expression has at most 1,000 characters", "", 0, len(text))
    words: list[tuple[str, int]] = []
    position = 0
    for word in text.split():
        position = text.index(word, position)
        words.append((word, position))
        position += len(word)
    return words


def _offset(moment: datetime, zone: tzinfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _instant(wall: datetime, zone: tzinfo) -> datetime | None:
    """When a job at a fixed time on the clock runs; None for time that a large change skips."""
    local = wall.replace(tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
    if before is None or after is None or after - before >= _SMOOTHED:
        return None
    return _first_change(instant - (after - before), instant, before, zone)


def _first_change(
    start: datetime, end: datetime, offset: timedelta, zone: tzinfo
) -> datetime | None:
    """The first instant after ``start``, up to ``end``, at which the zone has another offset."""
    low = start
    while low < end:
        high = min(low + timedelta(days=1), end)
        if _offset(high, zone) != offset:
            while high - low > _SECOND:
                middle = low + (high - low) // 2
                if _offset(middle, zone) == offset:
                    low = middle
                else:
                    high = middle
            return high.replace(microsecond=0)
        low = high
    return None
