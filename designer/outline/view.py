"""The outline of a document: all its steps in a list that can be filtered; a click goes there."""

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from designer.document import Document
from designer.outline.delegate import OutlineDelegate
from designer.outline.model import OutlineModel
from designer.outline.rows import OutlineRow, RowFilter, RowReader
from designer.theme import Theme
from designer.theme.widgets import Combo, EmptyState, IconButton, Label, SearchField, lay_out

SETTLE_MS = 40
"""Edits that follow each other so soon are shown at once."""
ALL_TYPES = "All types"


class OutlineView(QWidget):
    """Follows one document at a time, and its selection both ways.

    ``chosen`` carries the key of a node to go to, ``opened`` of one whose form is wanted.
    """

    chosen = Signal(str)
    opened = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Outline")
        self._document: Document | None = None
        self._reader = RowReader()
        self._rows: list[OutlineRow] = []
        self._stale = True
        self._following = False
        self._model = OutlineModel(self)
        self.search = SearchField(theme, "Filter steps…")
        self.types = Combo("Type of step")
        self.problems = _toggle(theme, "warning", "Only steps with problems")
        self.disabled = _toggle(theme, "eye-off", "Only disabled steps")
        self.list = _List(theme, self._model)
        self.count = Label(theme, "", "detail", "muted")
        self._stack = QStackedLayout()
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._read)
        self._lay_out(theme)
        self._connect(theme)

    def _lay_out(self, theme: Theme) -> None:
        nothing = EmptyState(
            theme,
            "search",
            "No step fits",
            "Try fewer letters, or let all types in.",
            ("Show all steps", self.show_all),
        )
        empty = EmptyState(theme, "layout", "No steps yet", "What you add is listed here.")
        for page in (self.list, nothing, empty):
            self._stack.addWidget(page)
        row = QHBoxLayout()
        lay_out(row, theme.space("xs"))
        row.addWidget(self.types, 1)
        row.addWidget(self.problems)
        row.addWidget(self.disabled)
        column = QVBoxLayout(self)
        edge = theme.space("s") + 2
        lay_out(column, theme.space("s"), (edge, edge, edge, theme.space("xs")))
        column.addWidget(self.search)
        column.addLayout(row)
        column.addLayout(self._stack, 1)
        column.addWidget(self.count)
        self.setFocusProxy(self.search)

    def _connect(self, theme: Theme) -> None:
        self.types.addItem(ALL_TYPES, "")
        self.search.textChanged.connect(self._show)
        self.search.installEventFilter(self.list)
        self.search.returnPressed.connect(self.list.choose_first)
        self.types.currentIndexChanged.connect(self._show)
        for button in (self.problems, self.disabled):
            button.toggled.connect(self._show)
        self.list.chosen.connect(self._choose)
        self.list.opened.connect(self.opened)
        self.list.selectionModel().selectionChanged.connect(self._tell_selection)
        theme.changed.connect(self.list.viewport().update)

    def focus_search(self) -> None:
        """Puts the cursor into the filter, its text selected."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def show_document(self, document: Document | None) -> None:
        """Follows another document; none where it is None."""
        if document is self._document:
            return
        if self._document is not None:
            self._document.changed.disconnect(self._mark)
            self._document.problems_changed.disconnect(self._mark)
            self._document.selection.changed.disconnect(self._show_selection)
        self._document = document
        if document is not None:
            document.changed.connect(self._mark)
            document.problems_changed.connect(self._mark)
            document.selection.changed.connect(self._show_selection)
        self._mark()

    def show_all(self) -> None:
        """Takes every filter away."""
        self.search.clear()
        self.types.setCurrentIndex(0)
        self.problems.setChecked(False)
        self.disabled.setChecked(False)

    @property
    def filter(self) -> RowFilter:
        return RowFilter(
            self.search.text(),
            str(self.types.currentData() or ""),
            self.problems.isChecked(),
            self.disabled.isChecked(),
        )

    def titles(self) -> list[str]:
        """Titles of the rows that show."""
        kept = self.filter.keep(self._rows)
        return [row.node.title for row in kept]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._read()

    # From the document

    def _mark(self, _change: object = None) -> None:
        self._stale = True
        if self.isVisible():
            self._settle.start()

    def _read(self) -> None:
        self._stale = False
        self._rows = self._reader.read(self._document) if self._document is not None else []
        self._offer_types()
        self._show()

    def _offer_types(self) -> None:
        """The types that are there; the chosen one stays chosen."""
        types = sorted({row.node.type for row in self._rows})
        if types == [self.types.itemData(i) for i in range(1, self.types.count())]:
            return
        chosen = self.types.currentData()
        self.types.blockSignals(True)
        self.types.clear()
        self.types.addItem(ALL_TYPES, "")
        for name in types:
            self.types.addItem(name, name)
        self.types.setCurrentIndex(max(0, self.types.findData(chosen)))
        self.types.blockSignals(False)

    def _show(self) -> None:
        wanted = self.filter
        kept = wanted.keep(self._rows) if wanted.active else self._rows
        self._following = True
        self._model.show_rows(kept, flat=wanted.active)
        self._following = False
        self._stack.setCurrentIndex(0 if kept else 1 if self._rows else 2)
        total = len(self._rows)
        shown = f"{len(kept):,} of {total:,}" if wanted.active else f"{total:,}"
        self.count.setText(f"{shown} {'step' if total == 1 else 'steps'}" if total else "")
        self._show_selection()

    # Selection

    def _show_selection(self) -> None:
        """Selects what is selected in the document, and shows it."""
        if self._following or self._document is None or not self.isVisible():
            return
        self._following = True
        selection, model = self._document.selection, self.list.selectionModel()
        flags = QItemSelectionModel.SelectionFlag
        model.select(self._model.selection_of(selection.ids), flags.ClearAndSelect)
        row = self._model.row_of(selection.current or "")
        if row is not None:
            index = self._model.index(row)
            model.setCurrentIndex(index, flags.NoUpdate)
            self.list.scrollTo(index)
        self._following = False

    def _tell_selection(self) -> None:
        """Selects in the document what was selected here, the current node last."""
        if self._following or self._document is None:
            return
        chosen = self.list.selectionModel().selectedIndexes()
        keys = [self._model.key(index.row()) for index in chosen]
        current = self.list.currentIndex()
        if current.isValid() and self._model.key(current.row()) in keys:
            last = self._model.key(current.row())
            keys = [*(key for key in keys if key != last), last]
        self._following = True
        self._document.selection.set(keys)
        self._following = False

    def _choose(self, row: int) -> None:
        self.chosen.emit(self._model.key(row))


def _toggle(theme: Theme, icon: str, tip: str) -> IconButton:
    button = IconButton(theme, icon, tip)
    button.setCheckable(True)
    return button


class _List(QListView):
    """``chosen`` tells the row that one goes to: by a click, by the arrow keys; ``opened`` the key
    of the node of a double click or Enter."""

    chosen = Signal(int)
    opened = Signal(str)

    def __init__(self, theme: Theme, model: OutlineModel) -> None:
        super().__init__()
        self._outline = model
        self.setModel(model)
        self.setItemDelegate(OutlineDelegate(theme, self))
        self.setAccessibleName("Steps of the workflow")
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._go)
        self.doubleClicked.connect(self._open)

    def choose_first(self) -> None:
        """Goes to the chosen row, or to the first one."""
        index = self.currentIndex() if self.currentIndex().isValid() else self._outline.index(0)
        if index.isValid():
            self.setCurrentIndex(index)
            self._go(index)

    def step(self, by: int) -> None:
        """Goes to the next or the previous row."""
        row = self.currentIndex().row() + by
        if 0 <= row < self._outline.rowCount():
            self.setCurrentIndex(self._outline.index(row))
            self._go(self.currentIndex())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys in the filter move through what it keeps."""
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if by is not None:
                self.step(by)
                return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
            return
        before = self.currentIndex()
        super().keyPressEvent(event)
        if self.currentIndex() != before and self.currentIndex().isValid():
            self._go(self.currentIndex())

    def _go(self, index: QModelIndex) -> None:
        self.chosen.emit(index.row())

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self._outline.key(index.row()))
