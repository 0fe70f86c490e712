"""Where a character of a scalar's decoded text stands in the file: through quotes, escapes and
folds.
"""

import re
from collections.abc import Iterator

from engine.definition.geometry import content_start, next_line
from engine.definition.source import Source
from engine.definition.tree import Node

_ESCAPE = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r?\n[ \t]*|.)",
    re.S,
)
_SPACE = " \t\r\n"


def span_in_file(source: Source, node: Node, start: int, end: int) -> tuple[int, int]:
    """The offsets in the file of ``start`` to ``end`` in a scalar's text.

    The whole scalar where they cannot be told.
    """
    written = node.target or node
    raw = source.text[written.start : written.end]
    if written.style == "plain" and raw == written.text:
        return written.start + start, written.start + end
    places = _places(source.text, written)
    if places is None or not 0 <= start <= end <= len(places):
        return written.start, written.end
    first = places[start] if start < len(places) else written.end
    last = places[end - 1] + 1 if end > start else first
    return first, max(first, last)


def _places(text: str, node: Node) -> list[int] | None:
    """The offset of each character of a scalar's text; None when they do not match."""
    tokens = list(_tokens(text, node))
    places: list[int] = []
    at = 0
    for character in node.text:
        if character not in _SPACE:
            while at < len(tokens) and tokens[at][0] != character and tokens[at][0] in _SPACE:
                at += 1
            if at == len(tokens) or tokens[at][0] != character:
                return None
        places.append(tokens[at][1] if at < len(tokens) else node.end)
        if at < len(tokens) and (character not in _SPACE or tokens[at][0] in _SPACE):
            at += 1
    return places


def _tokens(text: str, node: Node) -> Iterator[tuple[str, int]]:
    """(character, offset) of what is written; an escape is one character."""
    start, end = content_start(text, node), node.end
    if node.style in ("literal", "folded"):
        start = next_line(text, start)
    elif node.style in ("single", "double"):
        start, end = start + 1, end - 1
    at = start
    while at < end:
        character, width = text[at], 1
        if node.style == "single" and text.startswith("''", at):
            width = 2
        elif node.style == "double" and character == "\\":
            match = _ESCAPE.match(text, at, end)
            width = len(match.group()) if match else 1
            character = _unescaped(text[at : at + width])
        if character:
            yield character, at
        at += width


_NAMED = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "f": "\f",
    "0": "\0",
    "a": "\a",
    "v": "\v",
    "e": "\x1b",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}


def _unescaped(escape: str) -> str:
    letter = escape[1:2]
    if letter in ("\r", "\n"):
        return ""
    if letter in ("x", "u", "U"):
        codes = [int(code, 16) for code in re.findall(r"\\[xuU]([0-9a-fA-F]+)", escape)]
        if len(codes) == 2:
            return chr(0x10000 + ((codes[0] - 0xD800) << 10) + codes[1] - 0xDC00)
        return chr(codes[0]) if codes[0] <= 0x10FFFF else ""
    return _NAMED.get(letter, letter)
