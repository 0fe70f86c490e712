"""Values as JSON text, and back; what JSON cannot hold is refused by name."""

from collections.abc import Mapping
from typing import Any

import msgspec

from engine.store.errors import RecordError


def _plain(value: Any) -> Any:
    """The plain form of what is a text or mapping by another name, marks of secrets among them."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"there is no JSON for a value of type {type(value).__name__}")


_ENCODER = msgspec.json.Encoder(decimal_format="string", enc_hook=_plain)


def encode(value: Any) -> str:
    """The JSON text of a value. Raises RecordError where there is none."""
    try:
        return _ENCODER.encode(value).decode()
    except (TypeError, ValueError, UnicodeError, OverflowError, RecursionError) as error:
        raise RecordError(f"the value cannot be written as JSON: {error}") from error


def decode(data: str) -> Any:
    """The value of a JSON text."""
    return msgspec.json.decode(data)
