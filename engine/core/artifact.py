"""References to values that lie outside the journal, and how their values are put in their places.

A value of more than ``LIMIT`` bytes of JSON, and any bytes, lies in a file that is known by the
hash of what it holds. Events and the state of an execution hold the reference alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Literal, overload

from msgspec import Struct, structs

LIMIT = 64 * 1024
"""Bytes of JSON up to which a value lies in the journal itself."""

Part = int | tuple[int, int]


class Artifact(Struct, frozen=True, tag_field="$type", tag="artifact", omit_defaults=True):
    """A value that lies in a file: ``digest`` is the SHA-256 of its ``size`` bytes.

    ``length`` counts the items of a list or mapping. ``part`` means one item of it, or those from
    one index up to another; of a mapping an item is ``{"key": ..., "value": ...}``.
    """

    digest: str
    size: int
    kind: Literal["json", "bytes"] = "json"
    length: int | None = None
    part: Part | None = None

    def __str__(self) -> str:
        return f"{self.digest[:12]} ({self.size:,} bytes)"


class Held(Struct, frozen=True):
    """The value of a file; ``nested`` says that there are references in it."""

    value: Any
    nested: bool = False


Loaded = Mapping[str, Held]
"""What was read, by digest."""


class Parts(Sequence[Artifact]):
    """The items of a list that lies in a file, as references; with ``size`` they are groups."""

    def __init__(self, whole: Artifact, size: int | None = None) -> None:
        self._whole = whole
        self._size = size

    def __len__(self) -> int:
        count = self._whole.length or 0
        return count if self._size is None else -(-count // self._size)

    @overload
    def __getitem__(self, index: int) -> Artifact: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Artifact]: ...
    def __getitem__(self, index: int | slice) -> Artifact | Sequence[Artifact]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        part: Part = index
        if self._size is not None:
            part = (index * self._size, min((index + 1) * self._size, self._whole.length or 0))
        return structs.replace(self._whole, part=part)


def artifacts_in(value: Any) -> Iterator[Artifact]:
    """Every reference in a JSON-like value."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, Artifact):
            yield item
        elif isinstance(item, Mapping):
            pending.extend(item.values())
        elif isinstance(item, list | tuple):
            pending.extend(item)


def value_of(artifact: Artifact, held: Held) -> Any:
    """The value that a reference means, out of what its file holds."""
    if artifact.part is None:
        return held.value
    first, last = (
        (artifact.part, artifact.part + 1) if isinstance(artifact.part, int) else artifact.part
    )
    if isinstance(held.value, Mapping):
        pairs = islice(held.value.items(), first, last)
        found: Sequence[Any] = [{"key": key, "value": item} for key, item in pairs]
    else:
        found = held.value[first:last]
    return found[0] if isinstance(artifact.part, int) else found


def resolved(value: Any, loaded: Loaded) -> Any:
    """A JSON-like value with every reference that was read replaced by what it means."""
    if isinstance(value, Artifact):
        held = loaded.get(value.digest)
        if held is None:
            return value
        found = value_of(value, held)
        return resolved(found, loaded) if held.nested else found
    if isinstance(value, Mapping):
        return {key: resolved(item, loaded) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolved(item, loaded) for item in value]
    return value
