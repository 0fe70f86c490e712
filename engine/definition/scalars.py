"""Writes scalars as YAML or JSON text that every reader takes for the same value."""

import json
import math
import re
from typing import Any

from engine.definition.resolver import plain_value

_MIN, _MAX = -(2**63), 2**64 - 1

_UNSAFE = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What is written by an escape: controls, breaks of other standards, byte order marks, half pairs.
"""
_NOT_FIRST = frozenset("-?:,[]{}#&*!|>'\"%@`=<~ ")
_FLOW_MARKS = re.compile(r"[\[\]{},?]")
_WORDS_1_1 = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_LIKE_NUMBER = re.compile(r"[-+.]?[0-9][-+.0-9_:,eEtTzZ ]*\Z|[-+]?0[xXoObB][0-9a-fA-F_]+\Z|[-+]?\.")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_TO_ESCAPE = re.compile(f'[\\\\"]|{_UNSAFE.pattern}')


class NotWritable(ValueError):  # noqa: N818 - says of a value what it is
    """A value has no place in a definition file: a number beyond 64 bits, half a character ..."""


def inline(value: Any, *, flow: bool = False, quote: str = "") -> str:
    """A scalar on one line of YAML; ``quote`` is the quote to use for a text where it can be.

    Raises NotWritable.
    """
    if not isinstance(value, str):
        return _number_or_word(value)
    if quote == "'" and not _UNSAFE.search(value):
        return "'" + value.replace("'", "''") + "'"
    if quote == '"' or not is_plain(value, flow=flow):
        return double_quoted(value)
    return value


def is_plain(text: str, *, flow: bool = False) -> bool:
    """Whether readers of YAML 1.1 and 1.2 take a text without quotes for that text."""
    if not text or text[0] in _NOT_FIRST or text[-1] in " :" or _UNSAFE.search(text):
        return False
    if ": " in text or " #" in text or text.startswith("..."):
        return False
    if flow and _FLOW_MARKS.search(text):
        return False
    if text.lower() in _WORDS_1_1 or _LIKE_NUMBER.match(text):
        return False
    return isinstance(plain_value(text), str)


def printable(text: str) -> bool:
    """Whether a text needs no escapes, tabs and line breaks left aside."""
    return not _UNSAFE.search(text.replace("\n", "").replace("\t", ""))


def double_quoted(text: str) -> str:
    """A text in double quotes on one line. Raises NotWritable for half a surrogate pair."""
    return '"' + _TO_ESCAPE.sub(_escape, text) + '"'


def json_scalar(value: Any) -> str:
    """A scalar as JSON. Raises NotWritable."""
    if isinstance(value, str):
        return _UNSAFE.sub(_json_escape, json.dumps(value, ensure_ascii=False))
    return _number_or_word(value)


def literal_lines(text: str, indent: int = 2) -> tuple[str, list[str]] | None:
    """(header, lines without indentation) of a ``|`` block of indent 1 to 9; None where it is not
    safe.

    Safe is a text of several lines that needs no escapes, begins and ends with more than blanks,
    and has at most one line break behind it.
    """
    body = text.rstrip("\n")
    lines = body.split("\n")
    if "\n" not in text or not body.strip() or not printable(text):
        return None
    trailing = len(text) - len(body)
    if trailing > 1 or any(line.isspace() for line in (lines[0], lines[-1])):
        return None
    first = next(line for line in lines if line)
    if first.isspace():
        return None
    indicator = str(indent) if first[0] in " \t" or not lines[0] else ""
    return f"|{indicator}{'' if trailing else '-'}", lines


def _number_or_word(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and _MIN <= value <= _MAX:
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        text = repr(value)
        return text.replace("e", ".0e") if "e" in text and "." not in text else text
    raise NotWritable(f"{str(value)[:60]} cannot stand in a definition file")


def _escape(match: "re.Match[str]") -> str:
    character = match.group()
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = _code(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _json_escape(match: "re.Match[str]") -> str:
    return f"\\u{_code(match.group()):04x}"


def _code(character: str) -> int:
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        raise NotWritable("the text holds half of a surrogate pair, which is no character")
    return code
