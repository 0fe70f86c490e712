"""The inputs and outputs in recorded events: as values, or as the JSON that they are shown as."""

from typing import Any

from msgspec import Raw, Struct
from msgspec.json import Decoder, encode

from engine.core.artifact import artifacts_in
from engine.definition.template import hide_secrets
from engine.definition.template.secrets import has_mark
from engine.store.encoding import decode, is_tagged, shown

_NONE = Raw(b"null")


class _Input(Struct):
    input: Raw = _NONE


class _Output(Struct):
    output: Raw = _NONE


_INPUT, _OUTPUT = Decoder(_Input), Decoder(_Output)


def given_to(data: str | None, raw: bool) -> Any:
    """The input in the JSON of an event, None where there is none; marks of secrets are written by
    their names.

    With ``raw`` it is a ``msgspec.Raw``, which goes into JSON undecoded, or, where there are
    references to files in it, plain JSON values with these.
    """
    found = _NONE if data is None else _INPUT.decode(data).input
    if data is None or found is _NONE:
        return None
    if has_mark(data):
        value = hide_secrets(decode(bytes(found)))
        return as_json(value) if raw else value
    return _made(data, found, raw)


def made_by(data: str | None, raw: bool) -> Any:
    """The output in the JSON of an event, None where there is none; ``raw`` as in ``given_to``."""
    found = _NONE if data is None else _OUTPUT.decode(data).output
    return None if data is None or found is _NONE else _made(data, found, raw)


def as_json(value: Any) -> Any:
    """A value as JSON shows it: a ``msgspec.Raw``, or a tree where references to files are left."""
    plain = shown(value)
    if next(artifacts_in(plain), None) is not None:
        return plain
    return Raw(encode(plain))


def _made(data: str, found: Raw, raw: bool) -> Any:
    if not raw:
        return decode(bytes(found))
    return as_json(decode(bytes(found))) if is_tagged(data) else found
