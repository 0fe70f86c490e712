"""The operators of expressions, bounded: nothing large is made before it is known to fit."""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from engine.definition.template.limits import MAX_BITS, Budget
from engine.definition.template.values import equal, is_number, kind_of, order, whole_number


def add(budget: Budget, left: Any, right: Any) -> Any:
    """Numbers, two texts, two lists, or a date and seconds."""
    if isinstance(left, str) and isinstance(right, str):
        budget.memory(4 * (len(left) + len(right)))
        return left + right
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        budget.items(len(left) + len(right), 8)
        return [*left, *right]
    if isinstance(left, date) and is_number(right):
        return _shifted(left, right)
    if isinstance(left, str) or isinstance(right, str):
        raise ValueError(
            f"{kind_of(left)} and {kind_of(right)} are not added; ~ puts values together as text"
        )
    return _number(*_alike(left, right, "added"), lambda a, b: a + b)


def subtract(budget: Budget, left: Any, right: Any) -> Any:
    """Numbers, a date and seconds, or two dates (which gives seconds)."""
    if isinstance(left, date) and isinstance(right, date):
        return _seconds_between(left, right)
    if isinstance(left, date) and is_number(right):
        return _shifted(left, -right)
    return _number(*_alike(left, right, "subtracted"), lambda a, b: a - b)


def multiply(budget: Budget, left: Any, right: Any) -> Any:
    """Numbers, or a text or list repeated."""
    if isinstance(left, str | list | tuple) or isinstance(right, str | list | tuple):
        return _repeated(budget, left, right)
    return _number(*_alike(left, right, "multiplied"), lambda a, b: a * b)


def divide(budget: Budget, left: Any, right: Any) -> Any:
    """Numbers; 7 / 2 is 3.5."""
    one, two = _alike(left, right, "divided")
    return _number(one, _divisor(two), lambda a, b: a / b)


def floor_divide(budget: Budget, left: Any, right: Any) -> Any:
    """Numbers; 7 // 2 is 3."""
    one, two = _alike(left, right, "divided")
    return _number(one, _divisor(two), lambda a, b: a // b)


def remainder(budget: Budget, left: Any, right: Any) -> Any:
    """Numbers; 7 % 2 is 1. Text is filled in by the filter format."""
    if isinstance(left, str):
        raise ValueError("% is for numbers; a text is filled in by '...' | format(...)")
    one, two = _alike(left, right, "divided")
    return _number(one, _divisor(two), lambda a, b: a % b)


def power(budget: Budget, left: Any, right: Any) -> Any:
    """Numbers; 2 ** 3 is 8."""
    one, two = _alike(left, right, "raised")
    if isinstance(one, int) and isinstance(two, int):
        if two > 0 and one.bit_length() * two > 2 * MAX_BITS:
            raise ValueError(f"a whole number has at most {MAX_BITS} bits")
        if two < 0 and one == 0:
            raise ValueError("0 has no negative power")
        if two < 0:
            one, two = float(one), float(two)
    if not isinstance(one, int) and one < 0 and two != int(two):
        raise ValueError("a number below zero has only whole powers")
    if one == 0 and two < 0:
        raise ValueError("0 has no negative power")
    return _number(one, two, lambda a, b: a**b)


def contains(budget: Budget, item: Any, collection: Any) -> bool:
    """Whether an item is in a list, a name in a mapping, a text in a text; nothing is in null."""
    if collection is None:
        return False
    if isinstance(collection, str):
        return isinstance(item, str) and item in collection
    if isinstance(collection, Mapping):
        return isinstance(item, str | int | float) and item in collection
    if isinstance(collection, list | tuple):
        return any(equal(item, other, budget) for other in collection)
    raise ValueError(f"nothing can be in {kind_of(collection)}")


BINARY: Final[dict[str, Callable[[Budget, Any, Any], Any]]] = {
    "Add": add,
    "Sub": subtract,
    "Mul": multiply,
    "Div": divide,
    "FloorDiv": floor_divide,
    "Mod": remainder,
    "Pow": power,
}
COMPARE: Final[dict[str, Callable[[Budget, Any, Any], bool]]] = {
    "eq": lambda budget, a, b: equal(a, b, budget),
    "ne": lambda budget, a, b: not equal(a, b, budget),
    "lt": lambda budget, a, b: order(a, b) < 0,
    "lteq": lambda budget, a, b: order(a, b) <= 0,
    "gt": lambda budget, a, b: order(a, b) > 0,
    "gteq": lambda budget, a, b: order(a, b) >= 0,
    "in": contains,
    "notin": lambda budget, a, b: not contains(budget, a, b),
}


def _alike(left: Any, right: Any, verb: str) -> tuple[Any, Any]:
    for value in (left, right):
        if not is_number(value):
            hint = "; use | default(0)" if value is None else ""
            hint = "; a text of digits becomes one by | int" if isinstance(value, str) else hint
            raise ValueError(f"{kind_of(value)} cannot be {verb}{hint}")
        if isinstance(value, int):
            whole_number(value)
        if isinstance(value, Decimal) and not (value.is_finite() and abs(value.adjusted()) <= 1000):
            raise ValueError("this decimal number is too large or too small to be used")
    if isinstance(left, Decimal) and isinstance(right, float):
        return left, Decimal(repr(right))
    if isinstance(left, float) and isinstance(right, Decimal):
        return Decimal(repr(left)), right
    return left, right


def _number(left: Any, right: Any, operate: Callable[[Any, Any], Any]) -> Any:
    try:
        made = operate(left, right)
    except ArithmeticError as error:
        raise ValueError("the number is too large, or no number") from error
    if isinstance(made, int):
        return whole_number(made)
    if isinstance(made, float | Decimal) and math.isfinite(made):
        return made
    raise ValueError("the number is too large, or no number")


def _divisor(value: Any) -> Any:
    if value == 0:
        raise ValueError("nothing can be divided by 0")
    return value


def _repeated(budget: Budget, left: Any, right: Any) -> Any:
    one, count = (left, right) if isinstance(left, str | list | tuple) else (right, left)
    if isinstance(count, bool) or not isinstance(count, int):
        raise ValueError(f"{kind_of(one)} is repeated by a whole number, not by {kind_of(count)}")
    times = max(count, 0)
    if isinstance(one, str):
        budget.memory((1 if one.isascii() else 4) * len(one) * times)
        return one * times
    budget.items(len(one) * times, 8)
    return list(one) * times


def _shifted(moment: date, seconds: Any) -> date:
    from engine.definition.template.dates import shifted

    return shifted(moment, float(seconds))


def _seconds_between(left: date, right: date) -> float:
    if isinstance(left, datetime) != isinstance(right, datetime):
        raise ValueError("a date and a date with time are not subtracted; use | datetime on both")
    try:
        difference: timedelta = left - right
    except TypeError as error:
        raise ValueError("only one of these dates has a time zone; use | datetime on both") from (
            error
        )
    return difference.total_seconds()
