"""What is selected in a document; one value shared by all its views."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from designer.document.views import Wire


class Selection(QObject):
    """Selected node keys, wires, and keys of frames and notes (``shapes``). ``current`` is the node
    selected last, None when there is none."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keys: tuple[str, ...] = ()
        self._wires: frozenset[Wire] = frozenset()
        self._shapes: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        """Selected nodes, steps and triggers alike."""
        return frozenset(self._keys)

    @property
    def ids(self) -> tuple[str, ...]:
        """Selected nodes in the order in which they were selected."""
        return self._keys

    @property
    def wires(self) -> frozenset[Wire]:
        return self._wires

    @property
    def shapes(self) -> frozenset[str]:
        """Selected frames and notes."""
        return self._shapes

    @property
    def current(self) -> str | None:
        return self._keys[-1] if self._keys else None

    def set(
        self,
        keys: Iterable[str] = (),
        wires: Iterable[Wire] = (),
        shapes: Iterable[str] = (),
    ) -> None:
        """Selects exactly these; the last key becomes the current one."""
        wanted = (tuple(dict.fromkeys(keys)), frozenset(wires), frozenset(shapes))
        if wanted != (self._keys, self._wires, self._shapes):
            self._keys, self._wires, self._shapes = wanted
            self.changed.emit()

    def add(self, keys: Iterable[str]) -> None:
        self.set((*self._keys, *keys), self._wires, self._shapes)

    def toggle(self, key: str) -> None:
        if key in self._keys:
            self.set((k for k in self._keys if k != key), self._wires, self._shapes)
        else:
            self.set((*self._keys, key), self._wires, self._shapes)

    def toggle_shape(self, key: str) -> None:
        self.set(self._keys, self._wires, self._shapes ^ {key})

    def clear(self) -> None:
        self.set()

    def rename(self, old: str, new: str) -> None:
        """Follows a node that got another key."""
        swap = {old: new}
        self.set(
            (swap.get(key, key) for key in self._keys),
            ((swap.get(src, src), port, swap.get(dst, dst)) for src, port, dst in self._wires),
            self._shapes,
        )
