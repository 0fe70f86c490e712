"""Search over a document's steps, fields and expressions; what is chosen is gone to."""

from collections.abc import Iterator
from time import monotonic

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStackedLayout, QVBoxLayout, QWidget

from designer.document import Document
from designer.outline.finding import Found, Sort, finding
from designer.outline.search_list import FOUND_ROLE, FoundDelegate, FoundModel
from designer.theme import Theme
from designer.theme.widgets import Combo, EmptyState, Label, SearchField, lay_out
from designer.theme.wording import plural

TURN = 0.006
"""Seconds that the search may hold the window at a time."""
MOST_FOUND = 1000
EDIT_MS = 250
SORTS: tuple[tuple[Sort | None, str], ...] = (
    (None, "Everything"),
    ("name", "Names and ids"),
    ("field", "Fields"),
    ("expression", "Expressions"),
)


class SearchView(QWidget):
    """Follows one document at a time. ``chosen`` carries a Found to go to; the keyboard stays
    here. ``entered`` asks for the keyboard to go there too."""

    chosen = Signal(object)
    entered = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Find in the workflow")
        self._document: Document | None = None
        self._walk: Iterator[list[Found]] | None = None
        self._model = FoundModel(self)
        self.field = SearchField(theme, "Find in the workflow…")
        self.sorts = Combo("Where to search")
        self.list = QListView()
        self.count = Label(theme, "", "detail", "muted")
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._go_on)
        self._edited = QTimer(self, singleShot=True, interval=EDIT_MS)
        self._edited.timeout.connect(self.start)
        self._stack = QStackedLayout()
        self._lay_out(theme)
        self._connect(theme)

    def _lay_out(self, theme: Theme) -> None:
        for sort, words in SORTS:
            self.sorts.addItem(words, sort)
        self.list.setModel(self._model)
        self.list.setItemDelegate(FoundDelegate(theme, self.list))
        self.list.setAccessibleName("Found in the workflow")
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        teach = EmptyState(
            theme,
            "search",
            "Find anything",
            "Names, ids, fields and their values, scripts, expressions such as steps.fetch.",
        )
        nothing = EmptyState(
            theme, "search", "Not found", "No step, field or expression has these letters."
        )
        for page in (self.list, nothing, teach):
            self._stack.addWidget(page)
        self._stack.setCurrentIndex(2)
        column = QVBoxLayout(self)
        edge = theme.space("s") + 2
        lay_out(column, theme.space("s"), (edge, edge, edge, theme.space("xs")))
        column.addWidget(self.field)
        column.addWidget(self.sorts)
        column.addLayout(self._stack, 1)
        column.addWidget(self.count)
        self.setFocusProxy(self.field)

    def _connect(self, theme: Theme) -> None:
        self.field.textChanged.connect(self.start)
        self.field.installEventFilter(self)
        self.list.installEventFilter(self)
        self.sorts.currentIndexChanged.connect(self.start)
        self.list.clicked.connect(self._choose)
        self.list.doubleClicked.connect(self._enter)
        theme.changed.connect(self.list.viewport().update)

    def focus_search(self, words: str = "") -> None:
        """Puts the cursor into the field, its text selected; ``words`` are searched for."""
        if words:
            self.field.setText(words)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def show_document(self, document: Document | None) -> None:
        """Searches in another document; in none where it is None."""
        if document is self._document:
            return
        if self._document is not None:
            self._document.changed.disconnect(self._follow)
        self._document = document
        if document is not None:
            document.changed.connect(self._follow)
        self.start()

    @property
    def found(self) -> list[Found]:
        return list(self._model.found)

    @property
    def searching(self) -> bool:
        return self._walk is not None

    def start(self) -> None:
        """Searches from the beginning; what was found before is forgotten."""
        self._edited.stop()
        self._model.clear()
        words = self.field.text()
        if self._document is None or not words.strip():
            self._walk = None
            self._turn.stop()
            self._stack.setCurrentIndex(2)
            self.count.setText("")
            return
        self._walk = finding(self._document, words, self.sorts.currentData())
        self._turn.start()
        self._go_on()

    def _go_on(self) -> None:
        """Searches for a moment, then lets the window live."""
        if self._walk is None or not self.isVisible():
            self._turn.stop()
            return
        until = monotonic() + TURN
        more: list[Found] = []
        ended = False
        while monotonic() < until and len(self._model.found) + len(more) < MOST_FOUND:
            step = next(self._walk, None)
            if step is None:
                ended = True
                break
            more.extend(step)
        self._model.add(more)
        if ended or len(self._model.found) >= MOST_FOUND:
            self._walk = None
            self._turn.stop()
        self._say()

    def _say(self) -> None:
        found = self._model.found
        if found or self._walk is None:
            self._stack.setCurrentIndex(0 if found else 1)
        steps = len({one.key for one in found if one.key})
        words = plural(len(found), "place") if found else ""
        words += f" in {plural(steps, 'step')}" if steps else ""
        if len(found) >= MOST_FOUND:
            words = f"The first {words}"
        self.count.setText(words)
        if found and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self._model.index(0))

    def _follow(self, _change: object) -> None:
        """The document changed: what was found may stand elsewhere."""
        if self.field.text().strip():
            self._edited.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._walk is not None:
            self._turn.start()

    # Choosing

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys in the field go through what was found; Enter goes in."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        key = Qt.Key(event.key())
        if watched is self.field and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.step(1 if key == Qt.Key.Key_Down else -1)
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter(self.list.currentIndex())
            return True
        return False

    def step(self, by: int) -> None:
        """Goes to the next place that was found, or to the one before; round at the ends."""
        rows = self._model.rowCount()
        if rows:
            row = self.list.currentIndex().row()
            index = self._model.index((row + by) % rows if row >= 0 else 0)
            self.list.setCurrentIndex(index)
            self._choose(index)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.data(FOUND_ROLE))

    def _enter(self, index: QModelIndex) -> None:
        if index.isValid():
            self.entered.emit(index.data(FOUND_ROLE))
