"""The schedule trigger: due times by cron expression and time zone, and what of missed ones."""

import hashlib
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, ClassVar, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from msgspec import Struct

from engine.definition.template.errors import close_names
from engine.definition.units import DURATION_PATTERN, parse_duration
from engine.triggers.base import ConfigIssue, TriggerType
from engine.triggers.cron import CronExpression
from engine.triggers.cron_fields import CronError
from engine.triggers.cron_words import describe

Misfire = Literal["run_once", "skip", "run_all"]

GRACE: Final = 60.0
"""Seconds by which a due time may be late before it counts as missed."""
MISSED_COUNTED: Final = 1_000
"""Missed times are counted up to here."""
_LIMIT: Final = 10


class Schedule(Struct, frozen=True, kw_only=True):
    """When a schedule trigger is due. ``start`` and ``end`` are aware UTC, both inclusive.

    ``limit``: how many missed times ``run_all`` makes up for, the latest ones. ``jitter``: seconds.
    """

    cron: CronExpression
    zone: ZoneInfo
    misfire: Misfire = "run_once"
    limit: int = _LIMIT
    start: datetime | None = None
    end: datetime | None = None
    jitter: float = 0.0


class Due(Struct, frozen=True):
    """What an engine does now: ``fire`` for these due times (oldest first), and wake at ``next``.

    ``missed`` counts the due times that passed unseen, up to MISSED_COUNTED; those that are not in
    ``fire`` are left out. ``next`` is None when no due time is left.
    """

    fire: tuple[datetime, ...]
    missed: int
    next: datetime | None


class ScheduleError(ValueError):
    """A schedule's config cannot be used; ``path`` is inside the config, ``hint`` the way out."""

    def __init__(self, message: str, path: tuple[str | int, ...], hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.hint = hint


def parse_schedule(config: Mapping[str, Any]) -> Schedule:
    """The schedule in a trigger's config. Raises ScheduleError for the first thing wrong in it."""
    zone = _zone(config.get("timezone", "UTC"))
    misfire = config.get("misfire", "run_once")
    if misfire not in {"run_once", "skip", "run_all"}:
        raise ScheduleError("misfire is run_once, skip or run_all", ("misfire",))
    limit = config.get("misfire_limit", _LIMIT)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MISSED_COUNTED:
        raise ScheduleError(f"misfire_limit is 1 to {MISSED_COUNTED}", ("misfire_limit",))
    try:
        jitter = parse_duration(config.get("jitter", 0))
    except ValueError as error:
        raise ScheduleError(str(error), ("jitter",)) from error
    schedule = Schedule(
        cron=_cron(config.get("cron")),
        zone=zone,
        misfire=misfire,
        limit=limit,
        start=_bound(config, "start_date", zone),
        end=_bound(config, "end_date", zone),
        jitter=jitter,
    )
    if schedule.start and schedule.end and schedule.start > schedule.end:
        raise ScheduleError("end_date lies before start_date", ("end_date",))
    return schedule


def next_due(schedule: Schedule, after: datetime) -> datetime | None:
    """The first due time later than ``after`` (aware), in UTC, no jitter; None if none follows."""
    if schedule.start is not None and after < schedule.start:
        after = schedule.start - timedelta(microseconds=1)
    due = schedule.cron.next_after(after, schedule.zone)
    if due is None or (schedule.end is not None and due > schedule.end):
        return None
    return due


def due_after(schedule: Schedule, last: datetime | None, now: datetime) -> Due:
    """What is due at ``now``, when ``last`` is the latest due time that was dealt with.

    ``last`` None means a new schedule: nothing was missed. The latest due time is on time and fires
    as long as it is no more than GRACE seconds old; of all others the misfire policy says which.
    """
    upcoming = next_due(schedule, now)
    if last is None or last >= now:
        return Due((), 0, upcoming)
    on_time_from = now - timedelta(seconds=GRACE)
    on_time = tuple(_times_between(schedule, max(last, on_time_from), now)[-1:])
    until = on_time[0] - timedelta(microseconds=1) if on_time else now
    kept = schedule.limit if schedule.misfire == "run_all" else 1
    missed, count = _latest_between(schedule, last, until, kept)
    if schedule.misfire == "skip" or (schedule.misfire == "run_once" and on_time):
        missed = ()
    return Due((*missed, *on_time), count, upcoming)


def with_jitter(schedule: Schedule, due: datetime, key: str) -> datetime:
    """A due time moved later by up to ``jitter``: always the same for the same key and time."""
    if schedule.jitter <= 0:
        return due
    digest = hashlib.sha256(f"{key}\n{due.timestamp()}".encode()).digest()
    share = int.from_bytes(digest[:8]) / 2**64
    return due + timedelta(seconds=schedule.jitter * share)


class ScheduleTrigger(TriggerType):
    """Fires at the due times of a cron expression in a time zone."""

    type = "schedule"
    title = "Schedule"
    icon = "schedule"
    description = "At times given by a cron expression, in a time zone."
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "required": ["cron"],
        "additionalProperties": False,
        "x-order": [
            *("cron", "timezone", "misfire", "misfire_limit"),
            *("start_date", "end_date", "jitter"),
        ],
        "properties": {
            "cron": {
                "type": "string",
                "title": "Cron expression",
                "description": "Minute, hour, day of month, month, day of week; six fields have "
                "the seconds first. 0 2 * * * is every day at 02:00.",
                "x-widget": "cron",
                "minLength": 1,
                "maxLength": 1000,
            },
            "timezone": {
                "type": "string",
                "title": "Time zone",
                "description": "IANA name, e.g. Europe/Berlin.",
                "default": "UTC",
            },
            "misfire": {
                "title": "Missed times",
                "description": "What happens to times that passed while no engine ran: run_once "
                "makes up for all of them with one run, run_all with one each, skip with none.",
                "enum": ["run_once", "skip", "run_all"],
                "default": "run_once",
            },
            "misfire_limit": {
                "type": "integer",
                "title": "Most missed times",
                "description": "How many missed times run_all makes up for; the latest ones.",
                "minimum": 1,
                "maximum": MISSED_COUNTED,
                "default": _LIMIT,
            },
            "start_date": {
                "type": "string",
                "title": "From",
                "description": "No fire before this date, or date and time (ISO 8601).",
            },
            "end_date": {
                "type": "string",
                "title": "Until",
                "description": "No fire after this date (the whole day), or date and time.",
            },
            "jitter": {
                "title": "Jitter",
                "description": "Each fire is delayed by up to this long, so that many schedules "
                "do not start at once.",
                "x-widget": "duration",
                "default": "0s",
                "anyOf": [
                    {"type": "string", "pattern": DURATION_PATTERN},
                    {"type": "number", "minimum": 0},
                ],
            },
        },
    }

    def check(self, config: Mapping[str, Any]) -> list[ConfigIssue]:
        if not isinstance(config.get("cron"), str):
            return []  # the schema says so
        try:
            schedule = parse_schedule(config)
        except ScheduleError as first:
            return [
                ConfigIssue(message=error.message, path=error.path, hint=error.hint)
                for error in list(_errors_by_key(config)) or [first]
            ]
        if not schedule.cron.possible:
            message = f'"{schedule.cron.text}" is never due: there is no such day'
            return [ConfigIssue(message=message, path=("cron",))]
        if next_due(schedule, schedule.start or datetime(1970, 1, 1, tzinfo=UTC)) is None:
            message = "there is no due time between start_date and end_date"
            return [ConfigIssue(message=message, path=("end_date",))]
        return []

    def summary(self, config: Mapping[str, Any]) -> str:
        cron = config.get("cron")
        if not isinstance(cron, str):
            return ""
        try:
            words = describe(CronExpression.parse(cron))
        except CronError:
            return cron  # the check says what is wrong with it
        zone = config.get("timezone", "UTC")
        return words if zone == "UTC" else f"{words} ({zone})"


def _errors_by_key(config: Mapping[str, Any]) -> Iterator[ScheduleError]:
    """What is wrong in each key of a config for itself."""
    for key, value in config.items():
        try:
            parse_schedule({"cron": "@daily", key: value})
        except ScheduleError as error:
            yield error


def _cron(text: Any) -> CronExpression:
    if not isinstance(text, str):
        raise ScheduleError("cron must be a text", ("cron",), 'e.g. "0 2 * * *"')
    try:
        return CronExpression.parse(text)
    except CronError as error:
        raise ScheduleError(error.message, ("cron",)) from error


@lru_cache(maxsize=64)
def _zone(name: Any) -> ZoneInfo:
    if not isinstance(name, str):
        raise ScheduleError("timezone must be a text", ("timezone",), "e.g. Europe/Berlin")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        near = close_names(name, available_timezones())
        hint = f'did you mean "{near[0]}"?' if near else "an IANA name, e.g. Europe/Berlin"
        message = f'there is no time zone "{name[:60]}"'
        raise ScheduleError(message, ("timezone",), hint) from error


def _bound(config: Mapping[str, Any], key: str, zone: ZoneInfo) -> datetime | None:
    """``start_date`` or ``end_date``: a date counts from its first, or up to its last moment."""
    value = config.get(key)
    if isinstance(value, str):
        value = _read_date(key, value)
    if value is None:
        return None
    if not isinstance(value, date):
        raise ScheduleError(f"{key} must be a date", (key,), "write e.g. 2026-01-31")
    if not isinstance(value, datetime):
        value = datetime.combine(value, time.min if key == "start_date" else time.max)
    moment = value if value.tzinfo else value.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def _read_date(key: str, text: str) -> date:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError as error:
        hint = "write e.g. 2026-01-31 or 2026-01-31T08:00:00+01:00"
        raise ScheduleError(f'{key}: "{text[:40]}" is no date', (key,), hint) from error


def _times_between(schedule: Schedule, after: datetime, until: datetime) -> list[datetime]:
    """The due times later than ``after`` up to ``until``; for short spans."""
    times = []
    due = next_due(schedule, after)
    while due is not None and due <= until:
        times.append(due)
        due = next_due(schedule, due)
    return times


def _latest_between(
    schedule: Schedule, after: datetime, until: datetime, kept: int
) -> tuple[tuple[datetime, ...], int]:
    """The latest ``kept`` due times of a span of any length, and how many there are (bounded)."""
    count = 0
    due = next_due(schedule, after)
    latest: deque[datetime] = deque(maxlen=kept)
    while due is not None and due <= until and count < MISSED_COUNTED:
        count += 1
        latest.append(due)
        due = next_due(schedule, due)
    if count < MISSED_COUNTED:
        return tuple(latest), count
    span = timedelta(seconds=kept)
    while len(times := _times_between(schedule, max(after, until - span), until)) < kept:
        span *= 2
    return tuple(times[-kept:]), count
