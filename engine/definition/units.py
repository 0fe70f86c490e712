"""Durations and sizes as people write them: ``30s``, ``7d``, ``512MB``, and back."""

import math
import re
from decimal import Decimal
from typing import Final

DURATION_PATTERN: Final = r"^ *[0-9]{1,15}(\.[0-9]{1,9})? *(ms|s|m|h|d)? *$"
"""JSON Schema pattern of a duration written as text."""
SIZE_PATTERN: Final = r"^ *[0-9]{1,20}(\.[0-9]{1,9})? *([KkMmGgTt][Ii]?)?[Bb]? *$"
"""JSON Schema pattern of a size written as text."""
MAX_DURATION: Final = 36_525 * 86_400
"""Seconds: a hundred years."""
MAX_SIZE: Final = 2**60

_SECONDS: Final = {
    "d": Decimal(86_400),
    "h": Decimal(3_600),
    "m": Decimal(60),
    "s": Decimal(1),
    "ms": Decimal("0.001"),
}
_BYTES: Final = {"TB": 2**40, "GB": 2**30, "MB": 2**20, "KB": 2**10, "B": 1}
_DURATION = re.compile(r" *([0-9]{1,15}(?:\.[0-9]{1,9})?) *(ms|s|m|h|d)? *")
_SIZE = re.compile(r" *([0-9]{1,20}(?:\.[0-9]{1,9})?) *(?:([KMGT])I?)?B? *")
_DURATION_HINT = "write a number of seconds, or 500ms, 30s, 5m, 2h, 7d"
_SIZE_HINT = "write a number of bytes, or 64KB, 512MB, 1GB"


def parse_duration(value: str | int | float) -> float:
    """Seconds in ``value``: a plain number, or one with ``ms``, ``s``, ``m``, ``h`` or ``d``.

    Raises ValueError, with the way out, for anything else, below zero or beyond a hundred years.
    """
    if isinstance(value, str):
        match = _DURATION.fullmatch(value)
        if match is None:
            raise ValueError(f'"{_short(value)}" is no duration; {_DURATION_HINT}')
        seconds = float(Decimal(match[1]) * _SECONDS[match[2] or "s"])
    else:
        seconds = _number(value, "duration", _DURATION_HINT)
    if seconds > MAX_DURATION:
        raise ValueError("a duration is at most a hundred years (36525d)")
    return seconds


def format_duration(seconds: float) -> str:
    """The shortest text that ``parse_duration`` reads as the same number: ``90s``, ``5m``."""
    exact = Decimal(repr(_number(seconds, "duration", _DURATION_HINT)))
    if exact == 0:
        return "0s"
    for unit, size in _SECONDS.items():
        count = exact / size
        if count == count.to_integral_value() and count * size == exact:
            return f"{int(count)}{unit}"
    return f"{format(exact, 'f')}s"


def parse_size(value: str | int | float) -> int:
    """Bytes in ``value``: a number of bytes, or a number with ``KB``, ``MB``, ``GB`` or ``TB``.

    A KB is 1,024 bytes, as for memory; ``KiB``, ``K`` and small letters mean the same. Raises
    ValueError, with the way out, for anything else.
    """
    if isinstance(value, str):
        match = _SIZE.fullmatch(value.upper())
        if match is None:
            raise ValueError(f'"{_short(value)}" is no size; {_SIZE_HINT}')
        size = int(Decimal(match[1]) * _BYTES[f"{match[2] or ''}B"])
    else:
        size = int(_number(value, "size", _SIZE_HINT))
    if size > MAX_SIZE:
        raise ValueError("a size is at most 1048576TB")
    return size


def format_size(size: int) -> str:
    """The shortest text that ``parse_size`` reads as the same number: 536870912 -> ``512MB``."""
    if size < 0:
        raise ValueError(f"{size} is below zero; {_SIZE_HINT}")
    if size == 0:
        return "0B"
    unit, factor = next((u, f) for u, f in _BYTES.items() if size % f == 0)
    return f"{size // factor}{unit}"


def _number(value: int | float, noun: str, hint: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{_short(str(value))} is no {noun}; {hint}")
    if value < 0:
        raise ValueError(f"{_short(str(value))} is below zero; {hint}")
    if not math.isfinite(value) or value > 2**62:
        raise ValueError(f"this {noun} is too large; {hint}")
    return value


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
