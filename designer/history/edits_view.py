"""The list of edits: a click goes back or forward to how things were after one of them."""

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QVBoxLayout, QWidget

from designer.document import Document, DocumentError
from designer.history.delegate import ROW_ROLE, Row, RowDelegate
from designer.theme import Theme
from designer.theme.widgets import lay_out

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class EditsView(QWidget):
    """Oldest first, the state on the screen marked; what was undone stands below it, faint.

    ``failed`` tells why it could not be gone to a state.
    """

    failed = Signal(str)

    def __init__(self, theme: Theme, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._model = _Model(self)
        self.list = _List(theme, self._model)
        self.list.chosen.connect(self._go_to)
        column = QVBoxLayout(self)
        lay_out(column)
        column.addWidget(self.list)
        self.setFocusProxy(self.list)
        document.status_changed.connect(self._refresh)
        theme.changed.connect(self.list.viewport().update)

    @property
    def rows(self) -> list[Row]:
        """What is shown."""
        return self._model.rows

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        """Shows the history as it is; while nobody looks, it waits."""
        if self.isVisible():
            self._model.show_rows(edit_rows(self._document))
            self._mark(self._document.edits.position)

    def _mark(self, row: int) -> None:
        index = self._model.index(row, 0)
        if index != self.list.currentIndex():
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)

    def _go_to(self, row: int) -> None:
        try:
            self._document.go_to(row)
        except DocumentError as error:
            self.failed.emit(str(error))
        self._refresh()


def edit_rows(document: Document) -> list[Row]:
    """The states that can be gone to: as it was opened, then after each edit."""
    history = document.edits
    names = ("Opened", *history.names, *history.redo_names)
    return [
        Row(
            name,
            note=_note(number, history.position, history.saved),
            glyph="chevron-right" if number == history.position else "",
            strong=number == history.position,
            faint=number > history.position,
        )
        for number, name in enumerate(names)
    ]


def _note(number: int, position: int, saved: int | None) -> str:
    parts = ("saved" if number == saved else "", "undone" if number > position else "")
    return ", ".join(part for part in parts if part)


class _Model(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def show_rows(self, rows: list[Row]) -> None:
        if rows != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            current = "on the screen" if row.strong else ""
            return ", ".join(part for part in (row.text, row.note, current) if part)
        return None


class _List(QListView):
    chosen = Signal(int)

    def __init__(self, theme: Theme, model: _Model) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(RowDelegate(theme, self))
        self.setAccessibleName("Edits")
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(lambda index: self.chosen.emit(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.chosen.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)
