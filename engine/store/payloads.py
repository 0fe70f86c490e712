"""The inputs and outputs in recorded events: as values, or as the JSON that they are stored as."""

from typing import Any

from msgspec import Raw, Struct
from msgspec.json import Decoder, decode, encode

from engine.definition.template import hide_secrets
from engine.definition.template.secrets import has_mark

_NONE = Raw(b"null")


class _Input(Struct):
    input: Raw = _NONE


class _Output(Struct):
    output: Raw = _NONE


_INPUT, _OUTPUT = Decoder(_Input), Decoder(_Output)


def given_to(data: str | None, raw: bool) -> Any:
    """The input in the JSON of an event, None where there is none; marks of secrets are written by
    their names. With ``raw`` it is a ``msgspec.Raw``, which goes into JSON undecoded."""
    found = _NONE if data is None else _INPUT.decode(data).input
    if found is _NONE:
        return None
    if not has_mark(data):
        return found if raw else decode(found)
    shown = hide_secrets(decode(found))
    return Raw(encode(shown)) if raw else shown


def made_by(data: str | None, raw: bool) -> Any:
    """The output in the JSON of an event, None where there is none; ``raw`` as in ``given_to``."""
    found = _NONE if data is None else _OUTPUT.decode(data).output
    if found is _NONE:
        return None
    return found if raw else decode(found)
