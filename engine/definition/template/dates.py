"""Filters and functions of dates, times and durations. Differences are seconds."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.definition.template.arguments import as_date, as_number, as_text
from engine.definition.template.format import date_text, parse_date
from engine.definition.template.function import Run, Shelf
from engine.definition.template.values import iso_text
from engine.definition.units import format_duration, parse_duration

filters = Shelf("filter")
functions = Shelf("function")


@functions.add("now", example="{{ now() }}")
def now(run: Run, timezone: str = "UTC") -> datetime:
    """The date and time at which the step's input was made; recorded, so it stays the same."""
    moment: datetime = run.now()
    return moment.astimezone(zone(timezone))


@functions.add("uuid", example="{{ uuid() }}")
def uuid(run: Run) -> str:
    """A new unique id; recorded, so it stays the same."""
    return run.uuid()


@filters.add("datetime", "to_datetime", example="{{ '2026-01-31T08:00:00Z' | datetime }}")
def datetime_(
    run: Run, value: Any, pattern: str | None = None, timezone: str | None = None
) -> datetime:
    """A date and time from ISO 8601 text, from text by a pattern, or from seconds since 1970."""
    if isinstance(value, str):
        moment = parse_date(value, None if pattern is None else as_text(pattern, "pattern"))
    elif isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime.combine(value, time())
    else:
        try:
            moment = datetime.fromtimestamp(float(as_number(value)), UTC)
        except (OverflowError, OSError) as error:
            raise ValueError("these seconds are outside the calendar") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(timezone or "UTC"))
    return moment if timezone is None else moment.astimezone(zone(timezone))


@filters.add("date", "strftime", "date_format", example="{{ now() | date('%Y-%m-%d') }}")
def date_(run: Run, value: Any, pattern: str = "%Y-%m-%d", timezone: str | None = None) -> str:
    """A date (or its ISO 8601 text) written by a pattern of strftime letters."""
    moment = datetime_(run, value) if isinstance(value, str | int | float) else as_date(value)
    if timezone is not None and isinstance(moment, datetime):
        moment = moment.astimezone(zone(timezone))
    return date_text(moment, as_text(pattern, "pattern"))


@filters.add("isoformat", example="{{ now() | isoformat }}")
def isoformat(run: Run, value: Any) -> str:
    """A date as ISO 8601 text."""
    return iso_text(as_date(value))


@filters.add("timestamp", example="{{ now() | timestamp }}")
def timestamp(run: Run, value: Any) -> float:
    """Seconds since 1970 of a date or its ISO 8601 text."""
    return datetime_(run, value).timestamp()


@filters.add("timezone", example="{{ now() | timezone('Asia/Shanghai') }}")
def timezone_(run: Run, value: Any, name: str) -> datetime:
    """The same moment in another time zone."""
    return datetime_(run, value).astimezone(zone(name))


@filters.add("duration", example="{{ '5m' | duration }} gives 300.0")
def duration(run: Run, value: Any) -> float:
    """Seconds in a duration such as 500ms, 30s, 5m, 2h, 7d."""
    return parse_duration(value if isinstance(value, str) else float(as_number(value)))


@filters.add("durationformat", example="{{ 300 | durationformat }} gives 5m")
def durationformat(run: Run, value: Any) -> str:
    """Seconds as a duration such as 90s or 5m."""
    return format_duration(float(as_number(value)))


def zone(name: Any) -> tzinfo:
    """The time zone of an IANA name. Raises ValueError."""
    text = as_text(name, "timezone")
    if text == "UTC":
        return UTC
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f'there is no time zone "{text[:40]}"; e.g. Europe/Berlin') from error


def shifted(moment: date | time, seconds: float) -> date:
    """A date some seconds later. Raises ValueError outside the calendar."""
    if not isinstance(moment, date):
        raise ValueError("a time without a date cannot be moved")
    start = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    try:
        if start.tzinfo is not None:
            return (start.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(start.tzinfo)
        return start + timedelta(seconds=seconds)
    except OverflowError as error:
        raise ValueError("this date is outside the calendar") from error
