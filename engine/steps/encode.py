"""Values on their way out of the engine: as text, and as JSON."""

from typing import Any

import msgspec

from engine.steps.base import StepError


def as_text(value: Any) -> str:
    """A value as forms, headers, arguments and variables carry it.

    A text as it is, null as nothing, a date as ISO 8601, a decimal by its digits, else JSON.
    """
    from engine.definition.template import to_text

    if value is None or isinstance(value, str):
        return value or ""
    try:
        return to_text(value)
    except (ValueError, TypeError) as error:
        raise _impossible(error) from error


def as_json(value: Any) -> bytes:
    """JSON in UTF-8: dates as ISO 8601, decimals as text, NaN as null.

    Raises StepError for what JSON cannot hold.
    """
    try:
        return msgspec.json.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise _impossible(error) from error


def _impossible(error: Exception) -> StepError:
    return StepError(f"a value cannot be written: {error}", type="config", retryable=False)
