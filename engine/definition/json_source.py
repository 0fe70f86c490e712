"""Reads JSON into the same tree as YAML, with the place of every node."""

import gc
import re
from collections.abc import Callable
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]

from engine.definition.resolver import is_unkept_number
from engine.definition.tree import MAX_DEPTH, MAX_NODES, Kind, Node, Pair
from engine.definition.trouble import Fatal, Trouble, quoted
from engine.definition.yaml_source import unkept_number

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_HALF_PAIR = re.compile("[\ud800-\udfff]")
_scan: Callable[[str, int, bool], tuple[str, int]] = scanstring


def read_json(text: str, base: int, troubles: list[Trouble]) -> Node | None:
    """The root of a JSON text; ``base`` is the offset where it begins (behind a byte order mark).

    What does not hinder reading on is added to ``troubles``. Raises Fatal for what does.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _Reader(text, base, troubles).read()
    finally:
        if collecting:
            gc.enable()


class _Frame:
    """An object or array whose end is not seen yet; ``key`` waits for its value."""

    __slots__ = ("height", "items", "key", "kind", "pairs", "start", "weight")

    def __init__(self, kind: Kind, start: int) -> None:
        self.kind = kind
        self.start = start
        self.key: Node | None = None
        self.items: list[Node] = []
        self.pairs: list[Pair] = []
        self.weight = 1
        self.height = 0

    def add(self, value: Node) -> None:
        if self.key is None:
            self.items.append(value)
        else:
            self.pairs.append(Pair(self.key, value))
            self.key = None
        self.weight += value.weight
        self.height = max(self.height, value.height)


class _Reader:
    """Goes through the text once, with a stack of its own instead of recursion."""

    def __init__(self, text: str, base: int, troubles: list[Trouble]) -> None:
        self._text = text
        self._at = base
        self._troubles = troubles
        self._stack: list[_Frame] = []
        self._count = 0

    def read(self) -> Node | None:
        if not self._peek():
            return None
        while True:
            node = self._value()
            while node is not None and self._stack:
                node = self._after(node)
            if node is not None:
                break
        if self._peek():
            raise self._syntax("something stands behind the end of the JSON value")
        return node

    def _peek(self) -> str:
        """The next character that is no space, "" at the end."""
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._text[self._at : self._at + 1]

    def _value(self) -> Node | None:
        """Reads one value; None when a collection was opened that is not empty."""
        mark = self._peek()
        self._count += 1
        if self._count > MAX_NODES:
            message = f"the file holds more than {MAX_NODES:,} keys and values"
            raise Fatal(Trouble("too-large", message, self._at, self._at))
        if mark == '"':
            return self._string()
        if mark == "{":
            return self._open("mapping", "}")
        if mark == "[":
            return self._open("sequence", "]")
        return self._literal()

    def _open(self, kind: Kind, closing: str) -> Node | None:
        if len(self._stack) >= MAX_DEPTH:
            message = f"this is nested more than {MAX_DEPTH} levels deep"
            raise Fatal(Trouble("too-deep", message, self._at, self._at + 1))
        self._stack.append(_Frame(kind, self._at))
        self._at += 1
        if self._peek() == closing:
            return self._close()
        if kind == "mapping":
            self._key()
        return None

    def _after(self, node: Node) -> Node | None:
        """Adds a finished value to its collection; gives the collection when that ends too."""
        frame = self._stack[-1]
        frame.add(node)
        mark = self._peek()
        if mark == ",":
            self._at += 1
            if frame.kind == "mapping":
                self._key()
            return None
        if mark != ("}" if frame.kind == "mapping" else "]"):
            wanted = "',' or '}'" if frame.kind == "mapping" else "',' or ']'"
            raise self._syntax(f"{wanted} is missing")
        return self._close()

    def _key(self) -> None:
        if self._peek() != '"':
            raise self._syntax("a key in double quotes is missing")
        self._count += 1
        self._stack[-1].key = self._string()
        if self._peek() != ":":
            raise self._syntax("':' is missing behind the key")
        self._at += 1

    def _close(self) -> Node:
        frame = self._stack.pop()
        self._at += 1
        height = frame.height + 1
        if frame.kind == "sequence":
            return Node(
                "sequence",
                frame.start,
                self._at,
                "flow",
                items=frame.items,
                weight=frame.weight,
                height=height,
            )
        members: dict[str, Pair] = {}
        for pair in frame.pairs:
            first = members.setdefault(pair.key.text, pair)
            if first is not pair:
                message = f"the key {quoted(pair.key.text)} stands twice in this mapping"
                trouble = Trouble(
                    "duplicate-key", message, pair.key.start, pair.key.end, first=first.key.start
                )
                self._troubles.append(trouble)
        return Node(
            "mapping", frame.start, self._at, "flow", pairs=frame.pairs, members=members,
            weight=frame.weight, height=height,
        )  # fmt: skip

    def _string(self) -> Node:
        start = self._at
        try:
            text, self._at = _scan(self._text, start + 1, True)
        except JSONDecodeError as error:
            self._at = min(error.pos, len(self._text))
            raise self._syntax(error.msg[:1].lower() + error.msg[1:]) from error
        if _HALF_PAIR.search(text):
            message = "the text holds half of a surrogate pair, which is no character"
            self._troubles.append(Trouble("half-pair", message, start, self._at))
            text = _HALF_PAIR.sub("\ufffd", text)
        return Node("scalar", start, self._at, "double", text, weight=1 + len(text) // 32)

    def _literal(self) -> Node:
        start = self._at
        match = _NUMBER.match(self._text, start) or _WORD.match(self._text, start)
        if match is None:
            raise self._syntax("a value is missing")
        text = match.group()
        self._at = match.end()
        if text[0].isalpha() and text not in ("true", "false", "null"):
            self._at = start
            raise self._syntax(f"{quoted(text)} is no JSON value")
        if is_unkept_number(text):
            self._troubles.append(unkept_number(text, start, self._at))
        return Node("scalar", start, self._at, "plain", text)

    def _syntax(self, words: str) -> Fatal:
        return Fatal(Trouble("syntax", f"this is not JSON: {words}", self._at, self._at + 1))
