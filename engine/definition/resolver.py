"""What a plain scalar means: the core schema of YAML 1.2, and only values that JSON holds too.

``yes``, ``no``, ``on``, ``12:30:45`` and dates stay text, and so does ``0123``, which other
readers take for octal or decimal. A number that JSON or 64 bits cannot hold (``.inf``, ``.nan``,
``1e999``) is kept as text; reading a file makes an error of it.
"""

import math
import re
from collections.abc import Callable

Scalar = str | int | float | bool | None

_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_OCTAL = re.compile(r"0o[0-7]+\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_MIN, _MAX = -(2**63), 2**64 - 1
_LONGEST_INT = 24
NUMBER_STARTS = frozenset("-+.0123456789")

_TAG = "tag:yaml.org,2002:"
STRING_TAGS = frozenset({"!", _TAG + "str"})
_TYPES: dict[str, Callable[[Scalar], bool]] = {
    _TAG + "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    _TAG + "float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    _TAG + "bool": lambda value: isinstance(value, bool),
    _TAG + "null": lambda value: value is None,
}
SCALAR_TAGS = STRING_TAGS | frozenset(_TYPES)
COLLECTION_TAGS = {"mapping": _TAG + "map", "sequence": _TAG + "seq"}


def plain_value(text: str) -> Scalar:
    """The value of a scalar written without quotes."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in NUMBER_STARTS:
        return text
    number = _number(text)
    return text if number is None else number


def is_unkept_number(text: str) -> bool:
    """Whether a plain scalar is a number that JSON or 64 bits cannot hold."""
    if _SPECIAL.match(text):
        return True
    looks = _INT.match(text) or _OCTAL.match(text) or _HEX.match(text) or _FLOAT.match(text)
    return bool(looks) and _number(text) is None


def scalar_of(text: str, plain: bool, tag: str | None) -> Scalar:
    """The value of a scalar by its text, whether it is written plain, and its tag."""
    if tag is None:
        return plain_value(text) if plain else text
    if tag in STRING_TAGS or not fits_tag(text, tag):
        return text
    value = plain_value(text)
    return float(value) if tag.endswith(":float") and isinstance(value, int) else value


def fits_tag(text: str, tag: str) -> bool:
    """Whether a text can be what its tag says."""
    return tag in STRING_TAGS or (tag in _TYPES and _TYPES[tag](plain_value(text)))


def _number(text: str) -> int | float | None:
    if _INT.match(text):
        return _kept_int(text, 10)
    if _OCTAL.match(text):
        return _kept_int(text, 8)
    if _HEX.match(text):
        return _kept_int(text, 16)
    if _FLOAT.match(text):
        value = float(text)
        return value if math.isfinite(value) else None
    return None


def _kept_int(text: str, base: int) -> int | None:
    if len(text) > _LONGEST_INT:
        return None
    value = int(text, base)
    return value if _MIN <= value <= _MAX else None
