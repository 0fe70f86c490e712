"""Nodes that stand elsewhere than where they were read: each is moved when somebody asks for it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, TypeVar, cast, overload

from engine.definition.problems import Path
from engine.definition.tree import Node, Pair

Entry_co = TypeVar("Entry_co", bound=Node | Pair, covariant=True)
One = TypeVar("One", bound=Node | Pair)


class Moved(Sequence[Entry_co], Generic[Entry_co]):
    """Items, or pairs, of a collection, each ``by`` characters behind where it was read."""

    __slots__ = ("_made", "by", "read")

    def __init__(self, read: "list[Entry_co]", by: list[int]) -> None:
        self.read: list[Entry_co] = read
        """The entries where they were read: the same objects for as long as their text stays."""
        self.by = by
        self._made: list[Entry_co | None] = [None] * len(read)

    def __len__(self) -> int:
        return len(self.read)

    @overload
    def __getitem__(self, index: int) -> Entry_co: ...
    @overload
    def __getitem__(self, index: slice) -> "list[Entry_co]": ...
    def __getitem__(self, index: int | slice) -> "Entry_co | list[Entry_co]":
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self.read)))]
        made = self._made[index]
        if made is None:
            made = self._made[index] = _moved_entry(self.read[index], self.by[index])
        return made

    def __iter__(self) -> Iterator[Entry_co]:
        return map(self.__getitem__, range(len(self.read)))


class Members(Mapping[str, Pair]):
    """A mapping's pairs by key; ``places`` says at which index each stands."""

    __slots__ = ("_pairs", "places")

    def __init__(self, pairs: Sequence[Pair], places: dict[str, int]) -> None:
        self._pairs = pairs
        self.places = places

    def __getitem__(self, key: str) -> Pair:
        return self._pairs[self.places[key]]

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)

    def __contains__(self, key: object) -> bool:
        return key in self.places


def moved(node: Node, by: int) -> Node:
    """The same node, ``by`` characters further on. Not for what aliases stand in."""
    if not by:
        return node
    pairs: Sequence[Pair] = ()
    members: Mapping[str, Pair] = {}
    if node.pairs:
        pairs, places = _all_moved(node.pairs, by), places_of(node)
        if len(places) == len(node.members) == len(pairs) and "<<" not in places:
            members = Members(pairs, places)
        else:
            members = {key: _moved_pair(pair, by) for key, pair in node.members.items()}
    return Node(
        node.kind, node.start + by, node.end + by, node.style, node.text, node.tag, node.anchor,
        _all_moved(node.items, by) if node.items else (), pairs, members, None, node.weight,
        node.height,
    )  # fmt: skip


def _moved_entry(entry: One, by: int) -> One:
    found = _moved_pair(entry, by) if isinstance(entry, Pair) else moved(entry, by)
    return cast("One", found)


def _moved_pair(pair: Pair, by: int) -> Pair:
    return Pair(moved(pair.key, by), moved(pair.value, by), pair.merged) if by else pair


def find_as_read(root: Node | None, path: Path) -> Node | None:
    """The node at ``path`` as it was read: what it says is true, its place may be an old one."""
    node = root
    for step in path:
        if node is None:
            return None
        if isinstance(node.members, Members) and isinstance(step, str):
            index = node.members.places.get(step)
            node = as_read(node.pairs)[index].value if index is not None else None
        elif isinstance(node.items, Moved) and isinstance(step, int):
            node = node.items.read[step] if 0 <= step < len(node.items) else None
        else:
            node = node.child(step)
    return node


def as_read(entries: Sequence[One]) -> Sequence[One]:
    """The entries where they were read, for those who do not ask where they stand."""
    return entries.read if isinstance(entries, Moved) else entries


def shifts(entries: Sequence[One]) -> list[int]:
    """By how much each entry moved since it was read."""
    return entries.by if isinstance(entries, Moved) else [0] * len(entries)


def places_of(node: Node) -> dict[str, int]:
    """The index of each of a mapping's entries, by key; the first where one comes twice."""
    if isinstance(node.members, Members):
        return node.members.places
    found: dict[str, int] = {}
    for index, pair in enumerate(node.pairs):
        found.setdefault(pair.key.text, index)
    return found


def _all_moved(entries: Sequence[One], by: int) -> Moved[One]:
    return Moved(list(as_read(entries)), [before + by for before in shifts(entries)])
