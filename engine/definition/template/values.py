"""The values that templates know: named, compared, judged, written as JSON or text."""

import json
import math
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from engine.definition.template.errors import TemplateError
from engine.definition.template.limits import (
    DEFAULT_LIMITS,
    MAX_BITS,
    MAX_DATA_DEPTH,
    Budget,
    Limits,
)
from engine.definition.template.secrets import has_mark

Number = int | float | Decimal


def kind_of(value: Any) -> str:
    """What a value is, in the words of the messages: ``null``, ``a text``, ``a list`` ..."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    for types, words in _KINDS:
        if isinstance(value, types):
            return words
    return f"a value of the unknown kind {type(value).__name__}"


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal)


def truth(value: Any) -> bool:
    """Whether a condition holds: null, false, 0 and empty collections do not.

    Raises TemplateError for a text, which is neither true nor false.
    """
    if isinstance(value, str):
        shown = value if len(value) <= 40 else f"{value[:39]}…"
        raise TemplateError(
            f'the condition gives the text "{shown}", which is neither true nor false; '
            "compare it, e.g. value == 'yes'"
        )
    return bool(value)


def to_json_value(value: Any, budget: Budget | None = None) -> Any:
    """A copy of a value as JSON can hold it: dates as ISO 8601, decimals as text, NaN as null.

    Raises ValueError when it is too deep or too large for the budget, or of an unknown kind.
    """
    return _plain(value, budget or Budget(DEFAULT_LIMITS), 0)


def to_json_text(value: Any, budget: Budget | None = None, indent: int | None = None) -> str:
    """A value as JSON text. Raises ValueError as ``to_json_value`` does."""
    budget = budget or Budget(DEFAULT_LIMITS)
    plain = _plain(value, budget, 0)
    return budget.made(json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=indent))


def to_text(value: Any, budget: Budget | None = None) -> str:
    """A value as it appears inside text: a text as it is, a date as ISO 8601, else JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date | time):
        return iso_text(value)
    return to_json_text(value, budget)


def iso_text(value: date | time) -> str:
    """ISO 8601; UTC is written ``Z``."""
    text = value.isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def decimal_text(value: Decimal) -> str:
    """The digits of a decimal, without an exponent where that stays readable."""
    if value.is_finite() and -20 <= value.adjusted() <= 40:
        return format(value, "f")
    return str(value)


def measure(value: Any, limits: Limits, budget: Budget) -> None:
    """Raises ValueError if a value, written out, would be larger than an evaluation may give."""
    left = limits.output
    pending = [(value, 0)]
    while pending:
        item, depth = pending.pop()
        budget.step()
        left -= len(item) + 2 if isinstance(item, str) else 2
        if isinstance(item, Mapping):
            left -= sum(len(str(key)) for key in item)
            pending.extend((part, depth + 1) for part in item.values())
        elif isinstance(item, list | tuple):
            pending.extend((part, depth + 1) for part in item)
        if left < 0:
            raise ValueError(f"the result is larger than {limits.output // 2**20} MB")
        if depth > MAX_DATA_DEPTH:
            raise ValueError(f"the result is nested deeper than {MAX_DATA_DEPTH} levels")


def equal(left: Any, right: Any, budget: Budget) -> bool:
    """Whether two values are the same: bounded, where Python's own comparison is not."""
    pending = [(left, right)]
    while pending:
        one, two = pending.pop()
        budget.step()
        if one is two:
            continue
        if isinstance(one, Mapping) and isinstance(two, Mapping):
            if len(one) != len(two) or any(key not in two for key in one):
                return False
            pending.extend((item, two[key]) for key, item in one.items())
        elif isinstance(one, list | tuple) and isinstance(two, list | tuple):
            if len(one) != len(two):
                return False
            pending.extend(zip(one, two, strict=True))
        elif isinstance(one, Mapping | list | tuple) or one != two:
            return False
    return True


def order(left: Any, right: Any) -> int:
    """-1, 0 or 1: how two values stand to each other. Raises ValueError when they have no order."""
    if type(left) is type(right) and type(left) in _PLAIN_ORDER:
        return (left > right) - (left < right)  # type: ignore[no-any-return]
    numbers = is_number(left) and is_number(right)
    texts = isinstance(left, str) and isinstance(right, str)
    dates = isinstance(left, date | time) and isinstance(right, date | time)
    if not (numbers or texts or dates):
        raise ValueError(f"{kind_of(left)} and {kind_of(right)} have no order")
    try:
        return int(left > right) - int(left < right)
    except TypeError as error:
        raise ValueError(f"these dates have no order: {error}") from error


def whole_number(value: int) -> int:
    """The number itself, if it is small enough. Raises ValueError otherwise."""
    if value.bit_length() > MAX_BITS:
        raise ValueError(f"a whole number has at most {MAX_BITS} bits")
    return value


def _plain(value: Any, budget: Budget, depth: int) -> Any:
    kind = type(value)
    if kind in _PLAIN_JSON and -(2**63) < value < 2**63:
        return value
    if depth > MAX_DATA_DEPTH:
        raise ValueError(f"the value is nested deeper than {MAX_DATA_DEPTH} levels")
    if isinstance(value, str):
        if has_mark(value):
            raise ValueError(
                "a secret cannot be written as JSON text here; use a mapping whose value is the "
                "secret"
            )
        budget.memory(len(value))
        return value
    if isinstance(value, Mapping):
        budget.items(len(value), 96)
        made = {}
        for key, item in value.items():
            made[str(key)] = _plain(item, budget, depth + 1)
        return made
    if isinstance(value, list | tuple):
        budget.items(len(value), 16)
        items = []
        for item in value:
            items.append(_plain(item, budget, depth + 1))
        return items
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return whole_number(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date | time):
        return iso_text(value)
    raise ValueError(f"{kind_of(value)} cannot be written as JSON")


_PLAIN_ORDER = frozenset({int, str, float})
_PLAIN_JSON = frozenset({int, bool})
_KINDS: tuple[tuple[Any, str], ...] = (
    (str, "a text"),
    ((int, float, Decimal), "a number"),
    ((datetime, date, time), "a date"),
    (Mapping, "a mapping"),
    ((list, tuple), "a list"),
)
