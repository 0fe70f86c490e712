"""Filters that give numbers, and true or false."""

import math
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from typing import Any

from engine.definition.template.arguments import as_number, as_text, as_whole
from engine.definition.template.function import Run, Shelf
from engine.definition.template.values import kind_of, whole_number

shelf = Shelf("filter")
_ASKED = object()


@shelf.add("int", example="{{ '42' | int }} gives 42")
def int_(run: Run, value: Any, default: Any = _ASKED, base: int = 10) -> Any:
    """The whole number in a text or number, cut towards zero; the default when there is none."""
    try:
        if isinstance(value, str):
            return _whole_from_text(value, base)
        number = value if isinstance(value, bool) else as_number(value)
        if isinstance(number, Decimal) and abs(number.adjusted()) > 1000:
            raise ValueError("this number is too large")
        return whole_number(int(number))
    except (ValueError, OverflowError):
        return _default(default, f"{_shown(value)} is no whole number")


@shelf.add("float", example="{{ '1.5' | float }} gives 1.5")
def float_(run: Run, value: Any, default: Any = _ASKED) -> Any:
    """The number in a text or number; the default when there is none."""
    try:
        source = value if isinstance(value, bool) else _text_or_number(value)
        number = float(source)
        if math.isfinite(number):
            return number
    except (ValueError, OverflowError):
        pass  # said below, with what was given
    return _default(default, f"{_shown(value)} is no number")


@shelf.add("decimal", example="{{ '0.10' | decimal }} keeps both digits")
def decimal_(run: Run, value: Any, default: Any = _ASKED) -> Any:
    """The exact decimal number in a text or number; the default when there is none."""
    try:
        number = Decimal(str(_text_or_number(value)).strip())
        if number.is_finite() and abs(number.adjusted()) <= 1000:
            return number
    except (ValueError, InvalidOperation):
        pass  # said below, with what was given
    return _default(default, f"{_shown(value)} is no decimal number")


@shelf.add("bool", example="{{ 'yes' | bool }} gives true")
def bool_(run: Run, value: Any) -> bool:
    """True or false from a text (true, yes, on, 1; false, no, off, 0, empty) or any other value."""
    if not isinstance(value, str):
        return bool(value)
    word = value.strip().lower()
    if word in {"true", "yes", "on", "1", "y", "t"}:
        return True
    if word in {"false", "no", "off", "0", "n", "f", ""}:
        return False
    raise ValueError(f"{_shown(value)} is neither true nor false")


@shelf.add("round", example="{{ 2.345 | round(2) }} gives 2.35")
def round_(run: Run, value: Any, precision: int = 0, method: str = "common") -> Any:
    """The number rounded to digits after the point; method is common (half up), ceil or floor."""
    number = as_number(value)
    digits = as_whole(precision, "precision", -100, 100)
    if method not in {"common", "ceil", "floor"}:
        raise ValueError("method is common, ceil or floor")
    exact = number if isinstance(number, Decimal) else Decimal(repr(number))
    if not exact.is_finite() or abs(exact.adjusted()) > 400:
        raise ValueError("this number is too large or too small to be rounded")
    modes = {"common": ROUND_HALF_UP, "ceil": "ROUND_CEILING", "floor": "ROUND_FLOOR"}
    with localcontext() as context:
        context.prec = 2000
        rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=modes[method])
    if isinstance(number, Decimal):
        return rounded
    if isinstance(number, int) or digits <= 0:
        return int(rounded)
    return float(rounded)


@shelf.add("abs", example="{{ -5 | abs }} gives 5")
def abs_(run: Run, value: Any) -> Any:
    """The number without its sign."""
    return abs(as_number(value))


@shelf.add("filesizeformat", example="{{ 1536 | filesizeformat }} gives 1.5 KB")
def filesizeformat(run: Run, value: Any) -> str:
    """A number of bytes as people read it, 1,024 to the KB."""
    size = float(as_number(value))
    for unit in ("B", "KB", "MB", "GB"):
        if abs(size) < 1024:
            return f"{size:.4g} {unit}"
        size /= 1024
    return f"{size:,.1f} TB"


def _whole_from_text(text: str, base: int) -> int:
    text = text.strip()
    if len(text) > 1000:
        raise ValueError("this number is too long")
    if as_whole(base, "base", 2, 36) == 10 and not text.lstrip("+-").isdecimal():
        number = float(text)
        return whole_number(int(number))
    return whole_number(int(text, base))


def _text_or_number(value: Any) -> str | int | float | Decimal:
    if isinstance(value, str):
        return as_text(value)[:1000]
    return as_number(value)


def _default(default: Any, problem: str) -> Any:
    if default is _ASKED:
        raise ValueError(f"{problem}; give a default=... for that case")
    return default


def _shown(value: Any) -> str:
    return f'"{value[:40]}"' if isinstance(value, str) else kind_of(value)
