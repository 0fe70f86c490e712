"""Values as JSON text, and back, with their types kept; what JSON cannot hold is refused by name.

What JSON has no type for is written as a mapping with a tag: ``{"$type": "date", "value": ...}``.
A mapping of the author's own that has such a key is written as one of type ``mapping``.
"""

import base64
import contextlib
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Struct, structs

from engine.core.artifact import Artifact
from engine.core.events import Event
from engine.definition.template.values import iso_text
from engine.store.errors import RecordError

TAG = "$type"
TAGGED = '"$type":'
"""The part of a JSON text without which there is no tag in it."""
REFERS = '"$type":"artifact"'
"""The part without which there is no reference in it."""

S = TypeVar("S", bound=Struct)
_SMALL = frozenset({int, float, bool, type(None)})
_BYTES = frozenset({bytes, bytearray, memoryview})


def encode(value: Any) -> str:
    """The JSON text of a value. Raises RecordError where there is none."""
    try:
        return _ENCODER.encode(value if _is_plain(value) else _tagged(value)).decode()
    except _UNWRITABLE as error:
        raise _refusal(error) from error


def encode_bytes(value: Any) -> bytes:
    """The JSON of a value in UTF-8. Raises RecordError where there is none."""
    try:
        return _ENCODER.encode(value if _is_plain(value) else _tagged(value))
    except _UNWRITABLE as error:
        raise _refusal(error) from error


def decode(data: str | bytes) -> Any:
    """The value of a JSON text."""
    value = msgspec.json.decode(data)
    return _untagged(value) if is_tagged(data) else value


def decode_event(data: str) -> Event:
    """An event from its JSON text."""
    event: Event = _EVENT.decode(data)
    return _untagged_fields(event) if TAGGED in data else event


def is_tagged(data: str | bytes) -> bool:
    """Whether there may be tags in a JSON text."""
    return TAGGED in data if isinstance(data, str) else _TAGGED in data


@cache
def payload_fields(kind: Any) -> tuple[str, ...]:
    """The fields of a struct that hold values of any type, or structs that do."""
    if kind is Artifact:
        return ()
    return tuple(name for name, hint in get_type_hints(kind).items() if _is_open(hint))


def payloads(value: Any) -> Any:
    """A struct's values of any type, those of the structs in it too, as lists and mappings."""
    if isinstance(value, Artifact):
        return value
    if isinstance(value, Struct):
        return [payloads(getattr(value, name)) for name in payload_fields(type(value))]
    if isinstance(value, Mapping):
        return {key: payloads(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [payloads(item) for item in value]
    return value


def shown(value: Any) -> Any:
    """A value as JSON shows it: dates as ISO 8601, decimals as text, bytes as base64."""
    write = _TEXTS.get(type(value))
    if write is not None:
        return write(value)
    if isinstance(value, Mapping):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [shown(item) for item in value]
    return value


def _refusal(error: Exception) -> RecordError:
    return RecordError(f"the value cannot be written as JSON: {error}")


def _is_open(hint: Any) -> bool:
    if hint is Any:
        return True
    if isinstance(hint, type) and issubclass(hint, Struct):
        return bool(payload_fields(hint))
    return any(_is_open(part) for part in getattr(hint, "__args__", ()))


def _is_plain(value: Any) -> bool:
    """Whether a value can be written as it is. Raises ValueError for what is no number."""
    kind: Any = type(value)
    parts: Any
    if kind is dict:
        if TAG in value:
            return False
        parts = value.values()
    elif kind is list or kind is tuple:
        parts = value
    elif kind is float:
        return _is_finite(value)
    elif (payloads := payloads_of(kind)) is not None:
        parts = payloads(value)
    else:
        return kind in _PLAIN or not (kind in _TEXTS or isinstance(value, Mapping))
    for part in parts:  # noqa: SIM110 - a generator takes twice as long
        if type(part) not in _PLAIN and not _is_plain(part):
            return False
    return True


@cache
def payloads_of(kind: Any) -> Callable[[Any], tuple[Any, ...]] | None:
    """Takes the values of ``payload_fields`` out of a struct; None for what is none."""
    if not issubclass(kind, Struct):
        return None
    names = payload_fields(kind)
    if len(names) < 2:
        return lambda value: tuple(getattr(value, name) for name in names)
    return attrgetter(*names)


def rough_size(value: Any, most: int) -> int:
    """About how many bytes of JSON a value takes; ``most`` or more where bytes are in it.

    Counts no further than ``most``. Raises RecursionError for a value too deep.
    """
    kind: Any = type(value)
    if kind is str:
        return len(value) + 3
    if kind in _SMALL:
        return 8
    parts: Iterable[Any]
    size = 0
    if kind is dict:
        for key in value:
            size += len(key) + 3 if type(key) is str else 40
        parts = value.values()
    elif kind is list or kind is tuple:
        parts = value
    elif kind in _BYTES:
        return most
    elif (fields := payloads_of(kind)) is not None:
        parts = fields(value)
    elif isinstance(value, Mapping):
        return rough_size(dict(value), most)
    else:
        return 40
    for part in parts:
        size += rough_size(part, most) if type(part) not in _SMALL else 8
        if size >= most:
            break
    return size


def _is_finite(value: float | Decimal) -> bool:
    if not (value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)):
        raise ValueError(f"{value} is no number that JSON knows; give null or a text in its place")
    return True


def _tagged(value: Any) -> Any:
    kind: Any = type(value)
    if kind in _TEXTS:
        if kind is Decimal:
            _is_finite(value)
        tagged = {TAG: _NAMES[kind], "value": _TEXTS[kind](value)}
        zone = getattr(value, "tzinfo", None)
        return {**tagged, "zone": zone.key} if isinstance(zone, ZoneInfo) else tagged
    if kind is float:
        _is_finite(value)
    elif isinstance(value, Mapping):
        made = {key: _tagged(item) for key, item in value.items()}
        return {TAG: "mapping", "value": made} if TAG in made else made
    elif isinstance(value, list | tuple):
        return [_tagged(item) for item in value]
    elif isinstance(value, Struct):
        names = payload_fields(kind)
        return structs.replace(value, **{name: _tagged(getattr(value, name)) for name in names})
    return value


def _untagged(value: Any) -> Any:
    if isinstance(value, dict):
        if TAG in value:
            return _meant(value)
        return {key: _untagged(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_untagged(item) for item in value]
    if isinstance(value, Struct):
        return _untagged_fields(value)
    return value


def _meant(value: dict[str, Any]) -> Any:
    """What a mapping with a tag stands for; one that is no tag of ours stays."""
    kind, content = value[TAG], value.get("value")
    if kind == "mapping" and isinstance(content, dict):
        return {key: _untagged(item) for key, item in content.items()}
    read = _READ.get(kind) if isinstance(kind, str) else None
    # Older versions wrote an author's own mapping with such a key as it was.
    with contextlib.suppress(ValueError, ArithmeticError, msgspec.ValidationError):
        if kind == "artifact":
            return msgspec.convert(value, Artifact)
        if read is not None and isinstance(content, str):
            return _in_zone(read(content), value.get("zone"))
    return {key: _untagged(item) for key, item in value.items()}


def _in_zone(value: Any, zone: Any) -> Any:
    """A date in the zone it had; one that this machine does not know leaves its offset."""
    if isinstance(value, datetime) and isinstance(zone, str):
        with contextlib.suppress(ZoneInfoNotFoundError):
            return value.astimezone(ZoneInfo(zone))
    return value


def _untagged_fields(value: S) -> S:
    names = payload_fields(type(value))
    return structs.replace(value, **{name: _untagged(getattr(value, name)) for name in names})


def _duration_text(value: timedelta) -> str:
    return str(msgspec.to_builtins(value))


def _base64_text(value: bytes | bytearray | memoryview) -> str:
    return base64.b64encode(value).decode()


def _plain(value: Any) -> Any:
    """The plain form of what is a text or mapping by another name, marks of secrets among them."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"there is no JSON for a value of type {type(value).__name__}")


_UNWRITABLE = (TypeError, ValueError, UnicodeError, OverflowError, RecursionError)
_PLAIN = frozenset({str, int, bool, type(None)})
_TEXTS: dict[type[Any], Callable[[Any], str]] = {
    datetime: iso_text,
    date: iso_text,
    time: iso_text,
    timedelta: _duration_text,
    Decimal: str,
    bytes: _base64_text,
    bytearray: _base64_text,
    memoryview: _base64_text,
}
_NAMES = {
    datetime: "datetime",
    date: "date",
    time: "time",
    timedelta: "duration",
    Decimal: "decimal",
    bytes: "bytes",
    bytearray: "bytes",
    memoryview: "bytes",
}
_READ: dict[str, Callable[[str], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "duration": lambda text: msgspec.convert(text, timedelta),
    "decimal": Decimal,
    "bytes": base64.b64decode,
}
_TAGGED = TAGGED.encode()
_ENCODER = msgspec.json.Encoder(decimal_format="string", enc_hook=_plain)
_EVENT = msgspec.json.Decoder(Event)
