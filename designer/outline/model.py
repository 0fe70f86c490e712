"""The outline as a list model: only what changed is told, so that ten thousand rows stay quick."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelection,
    QItemSelectionRange,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from designer.outline.rows import OutlineRow
from designer.theme.widgets import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
_ROOT = QModelIndex()


class OutlineModel(QAbstractListModel):
    """``flat`` draws every row at the edge: what a filter keeps stands without what is around
    it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[OutlineRow] = []
        self._places: dict[str, int] = {}
        self.flat = False

    def show_rows(self, rows: Sequence[OutlineRow], flat: bool) -> bool:
        """Shows these rows; whether other nodes are shown than before."""
        same = flat == self.flat and len(rows) == len(self._rows)
        if same and all(a.node.key == b.node.key for a, b in zip(rows, self._rows, strict=True)):
            self._replace(rows)
            return False
        self.beginResetModel()
        self._rows, self.flat = list(rows), flat
        self._places = {row.node.key: i for i, row in enumerate(self._rows)}
        self.endResetModel()
        return True

    def _replace(self, rows: Sequence[OutlineRow]) -> None:
        changed = [i for i, row in enumerate(rows) if row is not self._rows[i]]
        self._rows = list(rows)
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.words
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(f"{row.node.title}\n{row.node.subtitle}".strip())
        return None

    def key(self, row: int) -> str:
        return self._rows[row].node.key

    def row_of(self, key: str) -> int | None:
        """Where a node stands; None while it is not shown."""
        return self._places.get(key)

    def selection_of(self, keys: Iterable[str]) -> QItemSelection:
        """These nodes as a selection of as few ranges as will do."""
        rows = sorted(row for key in keys if (row := self._places.get(key)) is not None)
        selection = QItemSelection()
        start = 0
        for i, row in enumerate(rows):
            if i + 1 == len(rows) or rows[i + 1] != row + 1:
                first, last = self.index(rows[start]), self.index(row)
                selection.append(QItemSelectionRange(first, last))
                start = i + 1
        return selection
