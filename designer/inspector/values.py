"""Values as they are typed in a form's field, and back; nothing is lost on the way."""

import json
import math
from typing import Any

from msgspec import UNSET, UnsetType

Empty = UnsetType
EMPTY = UNSET
"""A field without a value: its key is not in the file."""


def is_template(value: Any) -> bool:
    """Whether a value is a text with ``{{`` in it."""
    return isinstance(value, str) and "{{" in value


def typed(value: Any) -> str:
    """A value as it is typed where more than texts are possible: numbers bare, and a text that
    looks like one in quotes."""
    if value is EMPTY or value is None:
        return "" if value is EMPTY else "null"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if _reads_as_other(value) else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return json.dumps(value)
    return json.dumps(value, ensure_ascii=False)


def read_typed(text: str) -> Any:
    """What was typed: JSON where it is a number, a switch, a quoted text, a list or a mapping; else
    text. EMPTY for nothing."""
    if not text:
        return EMPTY
    found = _read_json(text)
    return text if found is EMPTY else found


def _reads_as_other(text: str) -> bool:
    return not text or _read_json(text) is not EMPTY


def _read_json(text: str) -> Any:
    """The JSON value of a text, EMPTY when it is none (NaN and the infinities are none)."""
    stripped = text.strip()
    if not stripped or stripped[0] not in '{["-0123456789tfn':
        return EMPTY
    try:
        value = json.loads(stripped)
    except (ValueError, RecursionError):
        return EMPTY
    return EMPTY if isinstance(value, float) and not math.isfinite(value) else value


def shown_json(value: Any) -> str:
    """A value in a JSON field: a text as it is, all else as indented JSON."""
    if value is EMPTY:
        return ""
    if isinstance(value, str) and not _reads_as_other(value):
        return value
    return json.dumps(value, ensure_ascii=False, indent=2)


def read_json_field(text: str) -> Any:
    """The value of a JSON field. Raises ValueError for what begins like JSON and is none."""
    stripped = text.strip()
    if not stripped:
        return EMPTY
    found = _read_json(stripped)
    if found is not EMPTY:
        return found
    if stripped[0] in '{["' and not stripped.startswith("{{"):
        try:
            json.loads(stripped)
        except ValueError as error:
            raise ValueError(f"This is no JSON yet: {error}.") from error
        except RecursionError as error:
            raise ValueError("This is nested too deeply.") from error
    return text
