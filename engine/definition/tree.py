"""The tree of a definition file: nodes with the places where they stand in the text."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from engine.definition.problems import Path
from engine.definition.resolver import scalar_of

Kind = Literal["scalar", "mapping", "sequence"]
Style = Literal["plain", "single", "double", "literal", "folded", "flow", "block"]

MAX_SIZE = 16 * 1024 * 1024
"""Largest text that is read, in characters (and bytes)."""
MAX_DEPTH = 100
"""Deepest nesting, aliases followed."""
MAX_NODES = 1_000_000
"""Most keys and values in one text."""
MAX_ALIASED = 200_000
"""Most nodes that aliases may add (long texts count more), so that a small file cannot explode."""


class Node(Struct, frozen=True, eq=False, gc=False):
    """A value of the file. Offsets count characters of the text; ``end`` is exclusive.

    ``start`` includes an anchor or tag. A collection in block style ends where the parser saw the
    next thing, which may be lines further down; ``content_end`` is the end of what it holds. An
    alias is a node of the kind and content of its ``target``, standing where the alias stands.
    """

    kind: Kind
    start: int
    end: int
    style: Style
    text: str = ""
    """The decoded text of a scalar."""
    tag: str | None = None
    anchor: str | None = None
    items: "Sequence[Node]" = ()
    pairs: "Sequence[Pair]" = ()
    """A mapping's entries as they are written, ``<<`` and repeated keys included."""
    members: "Mapping[str, Pair]" = {}
    """A mapping's entries by key, ``<<`` followed: own entries first, then the merged ones."""
    target: "Node | None" = None
    weight: int = 1
    """How many nodes this is with all aliases followed."""
    height: int = 1
    """How many levels this has with all aliases followed."""

    @property
    def value(self) -> Any:
        """A scalar's value: text, number, boolean or null."""
        return scalar_of(self.text, self.style == "plain", self.tag)

    @property
    def content_end(self) -> int:
        """The end of the last thing written inside; for anything but block collections, ``end``."""
        node = self
        while node.style == "block" and node.target is None:
            if node.items:
                node = node.items[-1]
            elif node.pairs:
                last = node.pairs[-1]
                node = last.value if last.value.end > last.key.end else last.key
            else:
                break
        return node.end

    def child(self, step: str | int) -> "Node | None":
        """The value at a key of a mapping or an index of a sequence."""
        if self.kind == "mapping" and isinstance(step, str):
            pair = self.members.get(step)
            return pair.value if pair else None
        if self.kind == "sequence" and isinstance(step, int) and 0 <= step < len(self.items):
            return self.items[step]
        return None

    def children(self) -> "Iterator[tuple[str | int, Node | None, Node]]":
        """(key or index, key node, value) of what a collection holds, merged entries included."""
        if self.kind == "mapping":
            for key, pair in self.members.items():
                yield key, pair.key, pair.value
        elif self.kind == "sequence":
            for index, item in enumerate(self.items):
                yield index, None, item

    def plain(self) -> Any:
        """The plain value: dicts, lists and scalars. Bounded by the limits under which the text was
        read.
        """
        if self.kind == "mapping":
            return {key: pair.value.plain() for key, pair in self.members.items()}
        if self.kind == "sequence":
            return [item.plain() for item in self.items]
        return self.value


class Pair(Struct, frozen=True, eq=False, gc=False):
    """An entry of a mapping; ``merged`` when it comes in by ``<<``."""

    key: Node
    value: Node
    merged: bool = False


def find(root: Node | None, path: Path) -> Node | None:
    """The node at ``path``, aliases and ``<<`` followed."""
    node = root
    for step in path:
        if node is None:
            return None
        node = node.child(step)
    return node
