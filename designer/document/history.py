"""What was done to a text, so that it can be undone and done again: named sets of splices, never
limited."""

from msgspec import Struct

from engine import Splice

Edits = tuple[tuple[Splice, ...], ...]
"""Sets of splices; each set stands on the text that the set before it left."""


class Entry(Struct, frozen=True):
    """One undo step. ``backward`` undoes ``forward``; entries with the same non-empty ``key``
    merge."""

    name: str
    forward: Edits
    backward: Edits
    key: str = ""


class History:
    """The undo stack of a document; names only, the texts are the document's."""

    def __init__(self) -> None:
        self._done: list[Entry] = []
        self._undone: list[Entry] = []
        self._sealed = True
        self.saved: int | None = 0
        """How many entries were done when the text was saved; None where that can no longer be
        gone back to."""

    @property
    def position(self) -> int:
        """How many entries are done."""
        return len(self._done)

    @property
    def undo_name(self) -> str:
        """What an undo would take back, empty when there is nothing."""
        return self._done[-1].name if self._done else ""

    @property
    def redo_name(self) -> str:
        return self._undone[-1].name if self._undone else ""

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that can be undone, oldest first."""
        return tuple(entry.name for entry in self._done)

    @property
    def redo_names(self) -> tuple[str, ...]:
        """Everything that can be done again, next first."""
        return tuple(entry.name for entry in reversed(self._undone))

    def mergeable(self, key: str) -> Entry | None:
        """The entry that an edit with this key continues, None when it starts a new one."""
        if not key or self._sealed or self._undone or not self._done:
            return None
        last = self._done[-1]
        return last if last.key == key else None

    def push(self, entry: Entry) -> None:
        if self.saved is not None and self.saved > len(self._done):
            self.saved = None
        self._done.append(entry)
        self._undone.clear()
        self._sealed = False

    def replace_last(self, entry: Entry | None) -> None:
        """Puts the merged entry in place of the last one; None when both together changed
        nothing."""
        self._done.pop()
        if entry is not None:
            self._done.append(entry)

    def seal(self) -> None:
        """Ends merging: the next edit starts an entry of its own."""
        self._sealed = True

    def undo(self) -> Entry | None:
        """Moves the last entry over to the undone ones and gives it."""
        if not self._done:
            return None
        self._sealed = True
        self._undone.append(self._done.pop())
        return self._undone[-1]

    def redo(self) -> Entry | None:
        if not self._undone:
            return None
        self._sealed = True
        self._done.append(self._undone.pop())
        return self._done[-1]

    def mark_saved(self) -> None:
        """The text as it is now is the file's."""
        self.saved = len(self._done)
        self._sealed = True

    def travel(self, position: int) -> Edits:
        """Undoes or redoes until ``position`` entries are done; gives the edits that lead there,
        in the order in which they are made."""
        wanted = min(max(position, 0), len(self._done) + len(self._undone))
        edits: list[tuple[Splice, ...]] = []
        while len(self._done) > wanted and (entry := self.undo()) is not None:
            edits += entry.backward
        while len(self._done) < wanted and (entry := self.redo()) is not None:
            edits += entry.forward
        return tuple(edits)
