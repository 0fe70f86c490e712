"""The step palette: find a type, drag it onto the canvas or add it with a key."""

import json

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QStackedLayout, QVBoxLayout, QWidget

from designer.palette.delegate import PaletteDelegate
from designer.palette.entries import Entry, find, read_entries
from designer.palette.model import MIME, PaletteModel
from designer.theme import Theme
from designer.theme.widgets import EmptyState, SearchField, lay_out
from engine import Catalogue

__all__ = ["MIME", "PaletteView"]


class PaletteView(QWidget):
    """``step_requested`` carries what a drag would: ``{"type": NAME}`` or ``{"trigger": NAME}``."""

    step_requested = Signal(dict)

    def __init__(self, theme: Theme, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Step palette")
        self._theme = theme
        self._entries = read_entries(catalogue)
        self._model = PaletteModel(self)
        self.search = SearchField(theme, "Find a step…")
        self.search.textChanged.connect(self._show_found)
        self.search.returnPressed.connect(self._add_current)
        self.search.installEventFilter(self)
        self.list = _List(theme, self._model)
        self.list.chosen.connect(self._add)
        self._empty = EmptyState(
            theme,
            "search",
            "No step fits",
            "Try another word, or a type such as script or http.",
            ("Show all steps", self.search.clear),
        )
        self._stack = QStackedLayout()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        edge = theme.space("s") + 2
        lay_out(column, theme.space("s"), (edge, edge, edge, 0))
        column.addWidget(self.search)
        column.addLayout(self._stack)
        self._show_found("")
        theme.changed.connect(self.list.viewport().update)

    def focus_search(self) -> None:
        """Puts the cursor into the search field, its text selected."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def current_entry(self) -> Entry | None:
        return self._model.entry(self.list.currentIndex().row())

    def _show_found(self, query: str) -> None:
        found = find(self._entries, query)
        self._model.show_entries(found, grouped=not query.strip())
        self._stack.setCurrentIndex(0 if found else 1)
        first = self._model.first_entry()
        if query.strip() and first >= 0:
            self.list.setCurrentIndex(self._model.index(first))

    def _add_current(self) -> None:
        if (entry := self.current_entry()) is not None:
            self._add(entry)

    def _add(self, entry: Entry) -> None:
        self.step_requested.emit(json.loads(entry.mime))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys in the search field move through what was found; Escape empties it."""
        if watched is self.search and isinstance(event, QKeyEvent):
            pressed = event.type() == QEvent.Type.KeyPress
            if pressed and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self.list.move(1 if event.key() == Qt.Key.Key_Down else -1)
                return True
            if pressed and event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)


class _List(QListView):
    """Rows that can be dragged and added; group titles are passed over."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, model: PaletteModel) -> None:
        super().__init__()
        self._theme = theme
        self._entries = model
        self.setModel(model)
        self.setItemDelegate(PaletteDelegate(theme, self))
        self.setAccessibleName("Steps")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty("role", "plain-list")
        self.doubleClicked.connect(self._choose)

    def move(self, by: int) -> None:  # type: ignore[override]
        """Makes the next or the previous entry current."""
        row = self.currentIndex().row() + by
        while 0 <= row < self._entries.rowCount() and self._entries.entry(row) is None:
            row += by
        if self._entries.entry(row) is not None:
            self.setCurrentIndex(self._entries.index(row))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.currentIndex())
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.move(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def startDrag(self, supported: Qt.DropAction) -> None:
        entry = self._entries.entry(self.currentIndex().row())
        if entry is None:
            return
        drag = QDrag(self)
        drag.setMimeData(self._entries.mimeData([self.currentIndex()]))
        pixmap = self._picture(self.currentIndex())
        drag.setPixmap(pixmap)
        drag.setHotSpot(QPoint(20, int(pixmap.deviceIndependentSize().height() / 2)))
        drag.exec(Qt.DropAction.CopyAction)

    def _picture(self, index: QModelIndex) -> QPixmap:
        """The row as it is dragged along."""
        rect = self.visualRect(index)
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(QSize(rect.width(), rect.height()) * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setOpacity(0.9)
        painter.drawPixmap(QPoint(0, 0), self.viewport().grab(rect))
        painter.end()
        return pixmap

    def _choose(self, index: QModelIndex) -> None:
        if (entry := self._entries.entry(index.row())) is not None:
            self.chosen.emit(entry)
