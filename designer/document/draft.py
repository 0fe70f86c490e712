"""A gesture being made: changes of one text, gathered until they become one undo step."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine import Edit, Path, Source, edit, reread


class Draft:
    """Changes of the text of ``source``. Those that stand apart are made at once; one that touches
    an earlier one is made on the text that the earlier ones left.

    Paths are those of the source until then. Raises EditError for a change that cannot be written.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._values: dict[Path, Any] = {}
        self._removed: list[Path] = []
        self._touched: set[Path] = set()
        self._above: set[Path] = set()
        self._done: list[Edit] = []

    @property
    def source(self) -> Source:
        """The text with everything that was done so far."""
        self._flush()
        return self._source

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What was done: sets of splices, each on the text that the set before it left."""
        self._flush()
        return tuple(self._done)

    def set(self, path: Path, value: Any) -> None:
        """Replaces or adds the value at ``path``; of a collection only what differs is written."""
        self._touch(path)
        self._values[path] = value

    def remove(self, path: Path) -> None:
        self._touch(path)
        self._removed.append(path)

    def rename_key(self, path: Path, new: str) -> None:
        self._make(edit.rename_key(self.source, path, new))

    def insert(self, path: Path, index: int, values: Sequence[Any]) -> None:
        """Puts values into the list at ``path`` before ``index``; a missing list is made."""
        if values:
            self._make(edit.insert_items(self.source, path, index, values))

    def merge(self, path: Path, items: Mapping[str, Any]) -> None:
        """Sets many keys of the mapping at ``path``; a missing mapping is made."""
        for key, value in items.items():
            self.set((*path, key), value)

    def _touch(self, path: Path) -> None:
        beginnings = {path[:length] for length in range(len(path) + 1)}
        if path in self._above or not beginnings.isdisjoint(self._touched):
            self._flush()
        self._touched.add(path)
        self._above |= beginnings

    def _flush(self) -> None:
        if not self._touched:
            return
        made = edit.change(self._source, self._values, self._removed)
        self._values, self._removed = {}, []
        self._touched, self._above = set(), set()
        self._make(made)

    def _make(self, made: Edit) -> None:
        if made:
            self._source = reread(self._source, made)
            self._done.append(made)
