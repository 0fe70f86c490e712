"""Sizes, durations and numbers of a rendered config; what cannot be read names its key."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from engine.definition.units import parse_duration, parse_size
from engine.steps.base import StepError

T = TypeVar("T")


def size_of(config: Mapping[str, Any], key: str, default: str | int) -> int:
    """Bytes, ``default`` where the key is missing or null. Raises StepError for what is no size."""
    return _read(config, key, default, parse_size)


def seconds_of(config: Mapping[str, Any], key: str, default: str | float) -> float:
    """Seconds, as ``size_of`` gives bytes."""
    return _read(config, key, default, parse_duration)


def whole_of(config: Mapping[str, Any], key: str, default: int) -> int:
    """A whole number, as ``size_of`` gives bytes."""
    return _read(config, key, default, int)


def _read(config: Mapping[str, Any], key: str, default: Any, read: Callable[[Any], T]) -> T:
    value = config.get(key)
    try:
        return read(default if value is None else value)
    except (ValueError, TypeError, OverflowError) as error:
        raise StepError(f"{key}: {error}", type="config", retryable=False) from error
