"""Cron expressions in plain English: ``every day at 02:00``."""

from typing import Final

from engine.triggers.cron import CronExpression
from engine.triggers.cron_fields import Field

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_WHICH: Final = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
_MOST_TIMES: Final = 6


def describe(expression: CronExpression) -> str:
    """When an expression is due, in one short line."""
    fixed = _fixed_times(expression)
    days, months = _days(expression), _months(expression.month)
    if (dates := _dates(expression)) is not None:
        days, months = dates, ""
    if fixed:
        return f"{days or 'every day'}{months} at {fixed}"
    when = f", {days}" if days else ""
    return f"{_interval(expression)}{when}{months}"


def _fixed_times(expression: CronExpression) -> str:
    """The times of a day, where there are only a few."""
    seconds, minutes, hours = expression.second, expression.minute, expression.hour
    if len(seconds.values) * len(minutes.values) * len(hours.values) > _MOST_TIMES:
        return ""
    if _step(hours, 24) and len(hours.values) > 2:
        return ""
    with_seconds = seconds.values != (0,)
    times = [
        f"{hour:02}:{minute:02}" + (f":{second:02}" if with_seconds else "")
        for hour in hours.values
        for minute in minutes.values
        for second in seconds.values
    ]
    return _listed(times)


def _interval(expression: CronExpression) -> str:
    second, minute, hour = expression.second, expression.minute, expression.hour
    hours = _hours(expression)
    if len(second.values) > 1:
        minutes = "" if _all(minute, 60) else f" in {_numbers('minute', minute)}"
        return f"{_every('second', second, 60)}{minutes}{hours}"
    offset = f" at second {second.values[0]}" if second.values[0] else ""
    if len(minute.values) > 1:
        return f"{_every('minute', minute, 60)}{offset}{hours}"
    start = f" at minute {minute.values[0]}" if minute.values[0] else ""
    return f"{_every('hour', hour, 24)}{start}{offset}"


def _hours(expression: CronExpression) -> str:
    """The part of the day in which a job with many times an hour runs."""
    hour = expression.hour
    if _all(hour, 24):
        return ""
    runs = _runs(hour.values)
    if len(runs) == 1:
        return f" from {runs[0][0]:02}:00 to {runs[0][1]:02}:59"
    step = _step(hour, 24)
    return f" in every {step}{_ordinal_end(step)} hour" if step else f" in {_numbers('hour', hour)}"


def _every(unit: str, field: Field, size: int) -> str:
    if _all(field, size):
        return f"every {unit}"
    step = _step(field, size)
    if step:
        return f"every {step} {unit}s"
    runs = _runs(field.values)
    if len(runs) == 1 and unit == "hour":
        return f"every hour from {runs[0][0]:02}:00 to {runs[0][1]:02}:00"
    return f"at {_numbers(unit, field)}"


def _dates(expression: CronExpression) -> str | None:
    """Days of one month by name, as in ``on 1 January``; None where that does not say it all."""
    day, month = expression.day, expression.month
    plain = day.values and len(day.values) <= 3 and not (day.from_end or day.near)
    if not plain or len(month.values) != 1 or not _all(expression.weekday, 7):
        return None
    return f"on {_listed([str(number) for number in day.values])} {_MONTHS[month.values[0] - 1]}"


def _days(expression: CronExpression) -> str:
    in_month, in_week = _month_days(expression.day), _week_days(expression.weekday)
    if in_month and in_week:
        either = not (expression.day.star or expression.weekday.star)
        return f"{in_month} or {in_week}" if either else f"{in_month} if it is {_bare(in_week)}"
    return in_month or in_week


def _month_days(field: Field) -> str:
    if _all(field, 31):
        return ""
    parts = []
    if field.values:
        step = _step(field, 31, low=1)
        if step and len(field.values) > 3:
            return f"every {step} days of the month"
        parts.append(f"{_numbers('day', field)} of the month")
    for before in field.from_end:
        day = "the last day" if before == 0 else f"{before} days before the last"
        parts.append(f"{day} of the month")
    for day_number in field.near:
        nearest = f"the weekday nearest day {day_number}" if day_number else "the last weekday"
        parts.append(f"{nearest} of the month")
    return f"on {_listed(parts)}"


def _week_days(field: Field) -> str:
    if _all(field, 7):
        return ""
    parts = [f"the {_WHICH[which]} {_DAYS[day]} of the month" for day, which in field.nth]
    if parts:
        return f"on {_listed([*(_DAYS[day] for day in field.values), *parts])}"
    if len(field.values) == 1:
        return f"every {_DAYS[field.values[0]]}"
    if field.values == (0, 6):
        return "every Saturday and Sunday"
    return f"every {_ranges(field.values, _DAYS)}"


def _months(field: Field) -> str:
    if _all(field, 12):
        return ""
    names = _ranges(tuple(number - 1 for number in field.values), _MONTHS)
    one_range = len(_runs(field.values)) == 1 and len(field.values) > 2
    return f" from {names}" if one_range else f" in {names}"


def _bare(words: str) -> str:
    return words.removeprefix("every ").removeprefix("on ")


def _all(field: Field, size: int) -> bool:
    return len(field.values) == size


def _step(field: Field, size: int, low: int = 0) -> int:
    """The step of a field that goes through its whole range in equal steps; else 0."""
    values = field.values
    if not field.text.startswith(("*/", f"{low}/")) or "," in field.text or len(values) < 1:
        return 0
    return int(field.text.partition("/")[2]) if values[0] == low else 0


def _runs(values: tuple[int, ...]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for value in values:
        if runs and runs[-1][1] == value - 1:
            runs[-1] = (runs[-1][0], value)
        else:
            runs.append((value, value))
    return runs


def _ranges(values: tuple[int, ...], names: tuple[str, ...]) -> str:
    parts: list[str] = []
    for first, last in _runs(values):
        if last - first >= 2:
            parts.append(f"{names[first]} to {names[last]}")
        else:
            parts += [names[number] for number in range(first, last + 1)]
    return _listed(parts)


def _numbers(unit: str, field: Field) -> str:
    values = field.values
    parts: list[str] = []
    for first, last in _runs(values):
        if last - first >= 2:
            parts.append(f"{first} to {last}")
        else:
            parts += [str(number) for number in range(first, last + 1)]
    return f"{unit}{'s' if len(values) > 1 else ''} {_listed(parts)}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _ordinal_end(number: int) -> str:
    if number in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
