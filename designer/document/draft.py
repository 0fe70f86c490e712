"""A gesture being made: changes of one text, gathered until they become one undo step."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine import Edit, Path, Source, edit, read_source


class Draft:
    """Changes of the text of ``source``. Those that stand apart are made at once; one that touches
    an earlier one is made on the text that the earlier ones left, which is then read again.

    Paths are those of the source until then. Raises EditError for a change that cannot be written.
    """

    def __init__(self, source: Source) -> None:
        self._known: Source | None = source
        self._text, self._file = source.text, source.file
        self._values: dict[Path, Any] = {}
        self._removed: list[Path] = []
        self._touched: set[Path] = set()
        self._above: set[Path] = set()
        self._done: list[Edit] = []

    @property
    def source(self) -> Source:
        """The text with everything that was done so far."""
        self._flush()
        return self._current()

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
            node = self.source.node(path)
            items = node.plain() if node is not None else None
            old = items if isinstance(items, list) else []
            self.set(path, [*old[:index], *values, *old[index:]])

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
        made = edit.change(self._current(), self._values, self._removed)
        self._values, self._removed = {}, []
        self._touched, self._above = set(), set()
        self._make(made)

    def _make(self, made: Edit) -> None:
        if made:
            self._text, self._known = edit.apply(self._text, made), None
            self._done.append(made)

    def _current(self) -> Source:
        """The text as the last edit left it, read when it is needed."""
        if self._known is None:
            self._known = read_source(self._text, self._file)
        return self._known
