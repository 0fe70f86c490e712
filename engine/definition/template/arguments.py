"""What filters and functions ask of their arguments; a misfit is a ValueError in plain words."""

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from engine.definition.template.function import Run
from engine.definition.template.values import kind_of


def as_text(value: Any, what: str = "this") -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"{what} must be a text, and is {kind_of(value)}{_null(value)}")


def as_number(value: Any, what: str = "this") -> int | float | Decimal:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return value
    raise ValueError(f"{what} must be a number, and is {kind_of(value)}{_null(value)}")


def as_whole(value: Any, what: str, low: int = -(10**9), high: int = 10**9) -> int:
    """A whole number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{what} must be a whole number, and is {kind_of(value)}")
    if not low <= value <= high:
        raise ValueError(f"{what} must be from {low:,} to {high:,}")
    return value


def as_mapping(value: Any, what: str = "this") -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    raise ValueError(f"{what} must be a mapping, and is {kind_of(value)}{_null(value)}")


def as_date(value: Any, what: str = "this") -> date | time:
    if isinstance(value, date | time):
        return value
    raise ValueError(
        f"{what} must be a date, and is {kind_of(value)}; a text is read by the filter datetime"
    )


def as_items(run: Run, value: Any, what: str = "this") -> list[Any]:
    """A new list of a list's items, a mapping's names or a text's characters; takes their steps."""
    if not isinstance(value, list | tuple | str | Mapping):
        raise ValueError(f"{what} must be a list, and is {kind_of(value)}{_null(value)}")
    run.budget.items(len(value), 8)
    return list(value)


def as_scalar(value: Any, what: str = "this") -> str | int | float | Decimal | date | time | None:
    """A value that is no collection."""
    if value is None or isinstance(value, str | int | float | Decimal | date | time):
        return value
    raise ValueError(f"{what} must be a text or a number, and is {kind_of(value)}")


def _null(value: Any) -> str:
    return "; use | default(...) first" if value is None else ""
