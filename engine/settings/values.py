"""What is written for a setting, and the value it means."""

import re
from collections.abc import Callable
from typing import Any

from msgspec import Meta

from engine.definition.units import parse_duration, parse_size
from engine.settings.settings import Limit

_RATE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*/\s*(s|min|h)\s*")
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}


def convert(value: Any, setting: Meta) -> Any:
    """The value of a setting. Raises ValueError that says what is wanted."""
    kind = (setting.extra or {}).get("kind", "")
    read: Callable[[Any], Any] = _READERS[kind]
    return _bounded(read(value), setting)


def parse_limit(value: Any) -> Limit:
    """An amount, a size, or a rate: ``2``, ``4GB``, ``100/min``. Raises ValueError."""
    if isinstance(value, str):
        rate = _RATE.fullmatch(value)
        if rate:
            return _positive(Limit(float(rate[1]), _SECONDS[rate[2]]))
        return _positive(Limit(float(parse_size(value))))
    return _positive(Limit(_number(value)))


def _positive(limit: Limit) -> Limit:
    if limit.amount <= 0:
        raise ValueError("it must be more than 0")
    return limit


def _bounded(value: Any, setting: Meta) -> Any:
    if setting.ge is not None and value < setting.ge:
        raise ValueError(f"it must be at least {setting.ge:g}")
    if setting.gt is not None and value <= setting.gt:
        raise ValueError(f"it must be more than {setting.gt:g}")
    if setting.le is not None and value > setting.le:
        raise ValueError(f"it must be at most {setting.le:g}")
    return value


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("it must be a whole number")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("it must be a number")
    return float(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("it must be true or false")
    return value


def _text(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ValueError("it must be a text")
    return value or None


def _choice(value: Any) -> str:
    if not isinstance(value, str) or value.upper() not in ("FULL", "NORMAL"):
        raise ValueError("it must be FULL or NORMAL")
    return value.upper()


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("it must be a list of texts")
    return tuple(value)


def _limits(value: Any) -> dict[str, Limit]:
    if not isinstance(value, dict):
        raise ValueError("it must be a mapping of names to amounts")
    found: dict[str, Limit] = {}
    for name, amount in value.items():
        try:
            found[str(name)] = parse_limit(amount)
        except ValueError as error:
            raise ValueError(f"{name}: {error} (write 2, 4GB or 100/min)") from error
    return found


def _mappings(value: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(value, dict) or not all(isinstance(v, dict) for v in value.values()):
        raise ValueError("it must be a mapping of names to mappings")
    return {str(name): entry for name, entry in value.items()}


_READERS = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "duration": parse_duration,
    "size": parse_size,
    "text": _text,
    "texts": _texts,
    "choice": _choice,
    "limits": _limits,
    "mappings": _mappings,
}
