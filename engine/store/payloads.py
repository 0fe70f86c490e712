"""The inputs and outputs in recorded events: as values, or as the JSON that they are stored as."""

from typing import Any

import msgspec
from msgspec import Raw, Struct
from msgspec.json import Decoder

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
    their names. With ``raw`` it is a ``msgspec.Raw``, which goes into JSON undecoded."""
    if data is None:
        return None
    return _shown(_INPUT.decode(data).input, raw, tagged=is_tagged(data), marked=has_mark(data))


def made_by(data: str | None, raw: bool) -> Any:
    """The output in the JSON of an event, None where there is none; ``raw`` as in ``given_to``."""
    return None if data is None else _shown(_OUTPUT.decode(data).output, raw, is_tagged(data))


def _shown(found: Raw, raw: bool, tagged: bool, marked: bool = False) -> Any:
    """A value as JSON shows it, whose types have tags as it is stored."""
    if found is _NONE:
        return None
    if not tagged and not marked:
        return found if raw else msgspec.json.decode(found)
    value = shown(decode(bytes(found)))
    if marked:
        value = hide_secrets(value)
    return Raw(msgspec.json.encode(value)) if raw else value
