"""How durations, counts, times and states are written, the same everywhere."""

import json
from datetime import datetime
from typing import Any

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
FAILURES = ("failed", "timed_out")
"""The states that count as failed."""
ONGOING = ("running", "waiting", "paused", "queued", "pending")
"""The states of what has not ended."""
_GROUPS: dict[tuple[str, ...], str] = {ONGOING: "not ended yet"}
_WORDS = {"timed_out": "timed out", "manual": "by hand"}


def duration_text(seconds: float | None) -> str:
    """``35 ms``, ``1.2 s``, ``41 s``, ``3 min 2 s``, ``2 h 5 min``; a dash when it is not known."""
    if seconds is None:
        return "–"
    if seconds < 0.0995:
        return f"{max(1, round(seconds * 1000)) if seconds > 0 else 0} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        minutes, rest = divmod(round(seconds), _MINUTE)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(round(seconds), _HOUR)
    return f"{hours} h {rest // _MINUTE} min" if rest >= _MINUTE else f"{hours} h"


def clock_text(seconds: float) -> str:
    """A duration that still grows: ``0:14``, ``1:02:03``."""
    minutes, second = divmod(int(max(0.0, seconds)), _MINUTE)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def count_text(number: int) -> str:
    """``4,812``"""
    return f"{number:,}"


def percent_text(share: float | None) -> str:
    """A share of 0..1 as ``98.2 %``; a dash when it is not known."""
    if share is None:
        return "–"
    percent = share * 100
    return f"{percent:.0f} %" if percent in (0, 100) else f"{percent:.1f} %"


def ago_text(time: datetime, now: datetime) -> str:
    """How long ago: ``just now``, ``22 min ago``, ``1 h ago``, ``3 days ago``, then the date."""
    seconds = (now - time).total_seconds()
    if seconds < 45:
        return "just now"
    if seconds < _DAY:
        return f"{span_text(seconds)} ago"
    days = int(seconds // _DAY)
    if days < 14:
        return "yesterday" if days == 1 else f"{days} days ago"
    return f"{time.astimezone():%d %b %Y}"


def until_text(time: datetime, now: datetime) -> str:
    """How soon: ``now``, ``in 41 min``, ``in 3 h``, ``in 2 days``."""
    seconds = (time - now).total_seconds()
    return "now" if seconds < 1 else f"in {span_text(seconds)}"


def span_text(seconds: float) -> str:
    """A span in its largest unit: ``12 s``, ``41 min``, ``3 h``, ``2 days``."""
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < 59.5 * _MINUTE:
        return f"{round(seconds / _MINUTE)} min"
    if seconds < 23.5 * _HOUR:
        return f"{round(seconds / _HOUR)} h"
    days = round(seconds / _DAY)
    return "1 day" if days == 1 else f"{days} days"


def local_time(time: datetime) -> str:
    """A time on the user's clock with milliseconds: ``02:00:01.234``."""
    local = time.astimezone()
    return f"{local:%H:%M:%S}.{local.microsecond // 1000:03}"


def local_date_time(time: datetime) -> str:
    """A date and time on the user's clock: ``24 Nov 2026, 17:28:01``."""
    return f"{time.astimezone():%d %b %Y, %H:%M:%S}"


def short_local(time: datetime, now: datetime) -> str:
    """A time near now: ``02:00`` today, ``26 Nov, 02:00`` on another day."""
    local = time.astimezone()
    today = local.date() == now.astimezone().date()
    return f"{local:%H:%M}" if today else f"{local.day} {local:%b, %H:%M}"


def state_word(state: str) -> str:
    """A state or a trigger type as people say it."""
    return _WORDS.get(state, state.replace("_", " "))


def states_word(states: tuple[str, ...]) -> str:
    """Several states as one choice: ``failed or timed out``."""
    return _GROUPS.get(states) or " or ".join(map(state_word, states))


def plural(number: int, one: str, many: str = "") -> str:
    """``1 step``, ``6 steps``, ``4,812 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def one_line(text: str) -> str:
    """The first line of a message."""
    return text.strip().split("\n", 1)[0]


def described(value: Any) -> str:
    """A value in a few words, for previews: ``list of 4,812``, ``"Ana"``."""
    if isinstance(value, list | tuple):
        return f"list of {len(value):,}"
    if isinstance(value, dict):
        names = ", ".join(str(key) for key in list(value)[:3])
        more = ", …" if len(value) > 3 else ""
        return f"mapping of {names}{more}" if names else "empty mapping"
    if value is None:
        return "null"
    text = f"“{value}”" if isinstance(value, str) else json.dumps(value, default=str)
    text = " ".join(text.split())
    return text if len(text) <= 80 else f"{text[:79]}…"
