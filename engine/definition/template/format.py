"""Text made from patterns, ``{}`` and ``%s``: fields look in data only, widths are bounded."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from engine.definition.template.function import Run
from engine.definition.template.values import kind_of, to_text

_FIELD = re.compile(r"\{\{|\}\}|\{([^{}!:]*)(?:!([^{}:]*))?(?::([^{}]*))?\}|[{}]")
_PATH = re.compile(r"\.([^.\[\]]+)|\[([^\[\]]+)\]")
_SPEC = re.compile(
    r"(?:.?[<>=^])?[-+ ]?#?0?([0-9]{1,4})?[,_]?(?:\.([0-9]{1,4}))?[bcdeEfFgGnosxX%]?", re.DOTALL
)
_PERCENT = re.compile(
    r"%(?:\(([^()]{1,100})\))?([-+ 0#]{0,5})([0-9]{1,9})?(?:\.([0-9]{1,9}))?(.)", re.DOTALL
)
_MAX_WIDTH: Final = 1_000
_MAX_DIGITS: Final = 100


def brace_format(run: Run, pattern: str, args: tuple[Any, ...], names: Mapping[str, Any]) -> str:
    """``{}``, ``{0}``, ``{name}``, ``{name.key[0]:>10}`` filled in; raises ValueError."""
    count = 0

    def fill(match: re.Match[str]) -> str:
        nonlocal count
        whole = match[0]
        if whole in {"{{", "}}"}:
            return whole[0]
        if len(whole) == 1:
            raise ValueError(f"a single {whole} in a pattern is written {whole * 2}")
        field, conversion, spec = match.groups()
        if conversion not in {None, "s"}:
            raise ValueError(f"a field has no conversion !{conversion[:20]}")
        head = re.match(r"[^.\[]*", field)
        first = head[0] if head else ""
        if first == "":
            first, count = str(count), count + 1
        return format_value(run, _field(run, first, field, args, names), spec or "")

    return _replace(run, _FIELD, fill, pattern)


def percent_format(run: Run, pattern: str, args: tuple[Any, ...], names: Mapping[str, Any]) -> str:
    """``%s``, ``%d``, ``%.2f``, ``%(name)s`` filled in; raises ValueError."""
    left = list(args)

    def fill(match: re.Match[str]) -> str:
        name, flags, width, digits, kind = match.groups()
        if kind == "%":
            return "%"
        _bound(width, digits)
        if name is not None:
            value = run.member(names, name)
        elif left:
            value = left.pop(0)
        else:
            raise ValueError(f"{match[0]} has no value: there are only {len(args)}")
        given = f"%{flags}{width or ''}{f'.{digits}' if digits else ''}{kind}"
        if kind == "s":
            return given % to_text(value, run.budget)
        if kind not in "dieEfFgGxXo" or not isinstance(value, int | float | Decimal):
            raise ValueError(f"{match[0][:20]} does not fit {kind_of(value)}")
        return given % _bounded_number(value)

    return _replace(run, _PERCENT, fill, pattern)


def format_value(run: Run, value: Any, spec: str) -> str:
    """One value by a format such as ``>10``, ``,.2f`` or, for a date, ``%Y-%m-%d``."""
    if isinstance(value, date | time):
        return date_text(value, spec) if spec else to_text(value)
    match = _SPEC.fullmatch(spec)
    if match is None:
        raise ValueError(f'"{spec[:40]}" is no format')
    _bound(match[1], match[2])
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return format(_bounded_number(value), spec) if spec else to_text(value)
    return format(to_text(value, run.budget), spec)


def date_text(value: date | time, pattern: str) -> str:
    """A date by ``strftime`` letters, of which the portable ones are known."""

    def part(match: re.Match[str]) -> str:
        letter = match[1]
        if not letter or letter not in "aAbBcdfHIjmMpSUuVWwxXyYzZG%":
            raise ValueError(f"%{letter} is no part of a date; write e.g. %Y-%m-%d %H:%M:%S")
        if letter == "Y" and isinstance(value, date):
            return f"{value.year:04}"
        return value.strftime(match[0])

    if len(pattern) > _MAX_WIDTH:
        raise ValueError(f"a pattern has at most {_MAX_WIDTH:,} characters")
    return re.sub(r"%(.?)", part, pattern, flags=re.DOTALL)


def parse_date(text: str, pattern: str | None) -> datetime:
    """A date and time read from text, ISO 8601 or by ``strptime`` letters. Raises ValueError."""
    if len(text) > 200 or len(pattern or "") > 200:
        raise ValueError("a date has at most 200 characters")
    try:
        if pattern is None:
            return datetime.fromisoformat(text.strip())
        return datetime.strptime(text, pattern)  # noqa: DTZ007  (the zone is the author's matter)
    except re.error as error:
        raise ValueError(f'"{pattern}" is no pattern of a date') from error
    except ValueError as error:
        wanted = f"the pattern {pattern}" if pattern else "ISO 8601, e.g. 2026-01-31T08:00:00Z"
        raise ValueError(f'"{text[:40]}" is no date as {wanted}') from error


def _field(
    run: Run, first: str, field: str, args: tuple[Any, ...], names: Mapping[str, Any]
) -> Any:
    if first.isascii() and first.isdigit():
        index = int(first[:9])
        if index >= len(args):
            raise ValueError(f"{{{first[:9]}}} has no value: there are only {len(args)}")
        value = args[index]
    elif first in names:
        value = names[first]
    else:
        raise ValueError(f'"{first[:40]}" has no value in this pattern')
    rest = field[len(first) :] if field.startswith(first) else field
    position = 0
    while position < len(rest):
        match = _PATH.match(rest, position)
        if match is None:
            raise ValueError(f'"{field[:40]}" is no field')
        key = match[1] or match[2]
        run.budget.step()
        value = run.member(value, int(key) if key.isascii() and key.isdigit() else key)
        position = match.end()
    return value


def _replace(
    run: Run, search: re.Pattern[str], fill: Callable[[re.Match[str]], str], pattern: str
) -> str:
    parts: list[str] = []
    position = 0
    for match in search.finditer(pattern):
        run.budget.step()
        parts.append(pattern[position : match.start()])
        parts.append(run.budget.made(fill(match)))
        position = match.end()
    parts.append(pattern[position:])
    return run.budget.made("".join(parts))


def _bound(width: str | None, digits: str | None) -> None:
    if int(width or 0) > _MAX_WIDTH:
        raise ValueError(f"a width is at most {_MAX_WIDTH:,}")
    if int(digits or 0) > _MAX_DIGITS:
        raise ValueError(f"at most {_MAX_DIGITS} digits are written")


def _bounded_number(value: int | float | Decimal) -> int | float | Decimal:
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) > 400:
        raise ValueError("this number is too large or too small to be formatted")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("this is not a finite number")
    return value
