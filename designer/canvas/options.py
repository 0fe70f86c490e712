"""What a person chose for all canvases: the grid, and the types that were added last."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

_MOST_RECENT = 5


class CanvasOptions(QObject):
    """Shared by the canvases of a window. ``changed`` follows every change."""

    changed = Signal()

    def __init__(
        self, parent: QObject | None = None, *, grid: bool = True, recent: Iterable[str] = ()
    ) -> None:
        super().__init__(parent)
        self._grid = grid
        self._recent = tuple(recent)[:_MOST_RECENT]

    @property
    def grid(self) -> bool:
        """Whether nodes that are dragged snap to the grid."""
        return self._grid

    @grid.setter
    def grid(self, value: bool) -> None:
        if value != self._grid:
            self._grid = value
            self.changed.emit()

    @property
    def recent(self) -> tuple[str, ...]:
        """The types of step added last, the newest first."""
        return self._recent

    def used(self, step_type: str) -> None:
        """A step of this type was added."""
        others = (known for known in self._recent if known != step_type)
        self._recent = (step_type, *others)[:_MOST_RECENT]
        self.changed.emit()
