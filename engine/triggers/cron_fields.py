"""The fields of a cron expression: what each allows, and how it is read."""

import calendar
from datetime import date
from typing import Final

from msgspec import Struct

MACROS: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MONTHS: Final = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class CronError(ValueError):
    """A cron expression cannot be read: ``field`` by name, ``start`` and ``end`` in its text."""

    def __init__(self, message: str, field: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.start = start
        self.end = end


class Kind(Struct, frozen=True):
    """What a field allows."""

    name: str
    low: int
    high: int
    words: dict[str, int] = {}
    specials: str = ""

    @property
    def allowed(self) -> str:
        names = f" or {next(iter(self.words))} to {list(self.words)[-1]}" if self.words else ""
        return f"{self.low} to {self.high}{names}{self.specials}"


FIELDS: Final = (
    Kind("second", 0, 59),
    Kind("minute", 0, 59),
    Kind("hour", 0, 23),
    Kind("day of month", 1, 31, specials=", L, L-2, 15W, LW, ?"),
    Kind("month", 1, 12, words={name: i + 1 for i, name in enumerate(_MONTHS)}),
    Kind("day of week", 0, 7, {name: i for i, name in enumerate(_DAYS)}, ", 5L, 5#2, ?"),
)
_DAY: Final = FIELDS[3]
_WEEKDAY: Final = FIELDS[5]


class Field(Struct, frozen=True):
    """One field as it was read: plain numbers, and the special days of its month.

    ``star``: it begins with ``*`` (or is ``?``). ``from_end``: days before the last of the month.
    ``near``: days whose nearest Monday to Friday counts, 0 for the last. ``nth``: (day of week,
    which one in the month), -1 for the last.
    """

    text: str
    values: tuple[int, ...]
    star: bool = False
    from_end: tuple[int, ...] = ()
    near: tuple[int, ...] = ()
    nth: tuple[tuple[int, int], ...] = ()

    def has_month_day(self, day: date) -> bool:
        """Whether it means a day, read as days of the month."""
        if day.day in self.values:
            return True
        if not (self.from_end or self.near):
            return False
        last = calendar.monthrange(day.year, day.month)[1]
        return last - day.day in self.from_end or any(
            _near_weekday(day.year, day.month, number, last) == day.day for number in self.near
        )

    def has_week_day(self, day: date) -> bool:
        """Whether it means a day, read as days of the week."""
        weekday = day.isoweekday() % 7
        if weekday in self.values:
            return True
        if not self.nth:
            return False
        last = calendar.monthrange(day.year, day.month)[1]
        which = (day.day - 1) // 7 + 1
        return (weekday, which) in self.nth or ((weekday, -1) in self.nth and day.day + 7 > last)


class _Found(Struct):
    """What the parts of a field add up to."""

    values: set[int]
    from_end: set[int]
    near: set[int]
    nth: set[tuple[int, int]]


def read_field(kind: Kind, text: str, place: int) -> Field:
    """One field of an expression that begins at ``place`` in it. Raises CronError."""
    found = _Found(set(), set(), set(), set())
    position = place
    for part in text.upper().split(","):
        _read_part(kind, part, found, position)
        position += len(part) + 1
    return Field(
        text,
        tuple(sorted(found.values)),
        text[0] == "*" or text == "?",
        tuple(sorted(found.from_end)),
        tuple(sorted(found.near)),
        tuple(sorted(found.nth)),
    )


def _near_weekday(year: int, month: int, number: int, last: int) -> int:
    """The Monday to Friday nearest a day of a month (0: its last) without leaving the month."""
    day = last if number == 0 else number
    if day > last:
        return 0
    weekday = date(year, month, day).weekday()
    if weekday == calendar.SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == calendar.SUNDAY:
        return day + 1 if day < last else day - 2
    return day


def _read_part(kind: Kind, part: str, found: _Found, place: int) -> None:
    if kind is _DAY and _read_month_day(part, found):
        return
    if kind is _WEEKDAY and _read_week_day(part, found):
        return
    body, slash, step_text = part.partition("/")
    step = _number(kind, step_text, place + len(body) + 1, part) if slash else 1
    if step < 1:
        raise _error(kind, f"the step of {part} is not 0", part, place)
    high = 6 if kind is _WEEKDAY else kind.high
    if body == "*" or (body == "?" and kind in (_DAY, _WEEKDAY)):
        first, last = kind.low, high
    elif "-" in body:
        first, last = _read_range(kind, body, place, part)
    else:
        first = _value(kind, body, place, part)
        last = max(high, first) if slash else first
    numbers = range(first, last + 1, step)
    found.values.update(n % 7 if kind is _WEEKDAY else n for n in numbers)


def _read_range(kind: Kind, body: str, place: int, part: str) -> tuple[int, int]:
    start, _, end = body.partition("-")
    first = _value(kind, start, place, part)
    last = _value(kind, end, place + len(start) + 1, part)
    if kind is _WEEKDAY and end == "SUN" and first > 0:
        last = 7
    if first > last:
        raise _error(
            kind,
            f"{body} runs backwards; write {start}-{kind.high},{kind.low}-{end}",
            part,
            place,
        )
    return first, last


def _read_month_day(part: str, found: _Found) -> bool:
    if part in {"LW", "WL"}:
        found.near.add(0)
    elif part == "L":
        found.from_end.add(0)
    elif part.startswith("L-") and _in_range(part[2:], 1, 30):
        found.from_end.add(int(part[2:]))
    elif part.endswith("W") and _in_range(part[:-1], 1, 31):
        found.near.add(int(part[:-1]))
    else:
        return False
    return True


def _read_week_day(part: str, found: _Found) -> bool:
    if part == "L":
        found.values.add(6)
        return True
    day, hash_sign, which = part.partition("#")
    if hash_sign and _in_range(which, 1, 5) and (number := _week_day(day)) is not None:
        found.nth.add((number, int(which)))
        return True
    if part.endswith("L") and (number := _week_day(part[:-1])) is not None:
        found.nth.add((number, -1))
        return True
    return False


def _week_day(text: str) -> int | None:
    if text in _WEEKDAY.words:
        return _WEEKDAY.words[text]
    return int(text) % 7 if _in_range(text, 0, 7) else None


def _in_range(text: str, low: int, high: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 2 and low <= int(text) <= high


def _value(kind: Kind, text: str, place: int, part: str) -> int:
    if text in kind.words:
        return kind.words[text]
    number = _number(kind, text, place, part)
    if not kind.low <= number <= kind.high:
        raise _error(kind, f"{number} is out of range", text, place)
    return number


def _number(kind: Kind, text: str, place: int, part: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 6:
        return int(text)
    what = f'"{text[:40]}"' if text else "nothing"
    inside = f' in "{part[:40]}"' if part != text and part else ""
    raise _error(kind, f"{what}{inside} cannot be read", text, place)


def _error(kind: Kind, problem: str, text: str, place: int) -> CronError:
    message = f"{kind.name}: {problem}; it allows {kind.allowed} (character {place + 1})"
    return CronError(message, kind.name, place, place + len(text))
