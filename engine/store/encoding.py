"""Values as JSON text, and back; what JSON cannot hold is refused by name."""

from typing import Any

import msgspec

from engine.store.errors import RecordError

_ENCODER = msgspec.json.Encoder(decimal_format="string")


def encode(value: Any) -> str:
    """The JSON text of a value. Raises RecordError where there is none."""
    try:
        return _ENCODER.encode(value).decode()
    except (TypeError, ValueError, UnicodeError, OverflowError, RecursionError) as error:
        raise RecordError(f"the value cannot be written as JSON: {error}") from error


def decode(data: str) -> Any:
    """The value of a JSON text."""
    return msgspec.json.decode(data)
