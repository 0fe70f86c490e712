"""A gesture being made: edits of one text, gathered until they become one undo step."""

from bisect import bisect_left, insort
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine import Edit, Path, Source, Splice, edit, read_source

Make = Callable[[Source], Edit]


class Draft:
    """Edits on the text of ``source``. Edits that do not touch each other are made at once; an edit
    that touches an earlier one is made on the text that the earlier ones left, which is then read
    again.

    Paths are those of the text as it stands; remove items of a list from the last to the first.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._pending: list[tuple[int, int, Splice]] = []
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
        """Replaces or adds the value at ``path``."""
        self._do(lambda source: edit.set_value(source, path, value))

    def remove(self, path: Path) -> None:
        self._do(lambda source: edit.remove(source, path))

    def rename_key(self, path: Path, new: str) -> None:
        self._do(lambda source: edit.rename_key(source, path, new))

    def insert(self, path: Path, index: int, values: Sequence[Any]) -> None:
        """Puts values into the list at ``path`` before ``index``; a missing list is made."""
        if not _holds_items(self.source, path):
            self.set(path, list(values))
            return
        self._do_all([_insertion(path, index, value) for value in values])

    def merge(self, path: Path, items: Mapping[str, Any]) -> None:
        """Sets many keys of the mapping at ``path``; a missing mapping is made."""
        if not _holds_items(self.source, path):
            self.set(path, dict(items))
            return
        present = [key for key in items if self._source.node((*path, key)) is not None]
        for key in present:
            self.set((*path, key), items[key])
        missing = [key for key in items if key not in present]
        self._do_all([_setting((*path, key), items[key]) for key in missing])

    def _do(self, make: Make) -> None:
        made = make(self._source)
        if any(self._touches(splice) for splice in made):
            self._flush()
            made = make(self._source)
        for splice in made:
            insort(self._pending, (splice.start, splice.end, splice))

    def _do_all(self, makers: Sequence[Make]) -> None:
        """Additions at one place, made at once where each is a plain insertion there."""
        self._flush()
        made = [make(self._source) for make in makers]
        places = {(s.start, s.end) for one in made for s in one}
        if len(places) == 1 and all(len(one) == 1 for one in made):
            ((start, end),) = places
            if start == end:
                text = "".join(one[0].text for one in made)
                self._do(lambda _source: (Splice(start, end, text),))
                return
        for backwards in reversed(makers):
            self._do(backwards)

    def _touches(self, splice: Splice) -> bool:
        at = bisect_left(self._pending, (splice.start, splice.start))
        near = self._pending[max(0, at - 1) : at + 1]
        return any(start <= splice.end and splice.start <= end for start, end, _ in near)

    def _flush(self) -> None:
        if not self._pending:
            return
        made = tuple(splice for _, _, splice in self._pending)
        self._pending.clear()
        self._source = read_source(edit.apply(self._source.text, made))
        self._done.append(made)


def _insertion(path: Path, index: int, value: Any) -> Make:
    return lambda source: edit.insert_item(source, path, index, value)


def _setting(path: Path, value: Any) -> Make:
    return lambda source: edit.set_value(source, path, value)


def _holds_items(source: Source, path: Path) -> bool:
    node = source.node(path)
    return node is not None and bool(node.items or node.members)
