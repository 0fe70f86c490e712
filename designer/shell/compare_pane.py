"""Two versions of a workflow compared in place of the canvas: as a drawing, or as text."""

import asyncio
from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from designer.canvas.compare import CompareCanvas
from designer.document import Document
from designer.document.comparison import Comparison, compare
from designer.history import ChangesView, Legend
from designer.runs import Spawn
from designer.shell.compare import TextCompare
from designer.theme import Theme
from designer.theme.notices import Choice
from designer.theme.segments import SegmentedControl
from designer.theme.widgets import Button, ElidedLabel, EmptyState, IconButton, IconLabel, lay_out
from engine import Catalogue, parse_workflow, read_source

SETTLE = 300
"""Milliseconds after an edit until it is compared again."""
LIST_WIDTH = 300


class Sides(Struct, frozen=True):
    """What is compared with the document's text. ``older``: it stands before that in time."""

    title: str
    text: str
    name: str
    older: bool = True


class ComparePane(QWidget):
    """Follows the document while it shows; ``closed`` gives the place back to the canvas."""

    closed = Signal()

    def __init__(
        self, theme: Theme, document: Document, spawn: Spawn, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._document = document
        self._spawn = spawn
        self._sides = Sides("", "", "")
        self._asked = 0
        self.canvas: CompareCanvas | None = None
        self.text = TextCompare(theme)
        self.legend = Legend(theme)
        self.changes = ChangesView(theme)
        self.changes.chosen.connect(self._go_to)
        self.shown = SegmentedControl(theme, (("drawing", "Drawing"), ("text", "Text")))
        self.shown.chosen.connect(self._show_page)
        self._title = ElidedLabel(theme, "", "strong")
        self._buttons: list[Button] = []
        self._head = QHBoxLayout()
        self._pages = QStackedWidget()
        self._across = QSplitter(Qt.Orientation.Horizontal)
        self._empty = EmptyState(
            theme,
            "warning",
            "This cannot be drawn",
            "One of the two texts is no workflow. Compare them as text.",
        )
        self._timer = QTimer(self, singleShot=True, interval=SETTLE)
        self._timer.timeout.connect(self._begin)
        document.changed.connect(self._follow)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Comparison")
        self._lay_out()
        self._show_page("drawing")
        self.hide()

    def _lay_out(self) -> None:
        theme = self._theme
        lay_out(self._head, theme.space("s"))
        close = IconButton(theme, "close", "Close the comparison (Esc)")
        close.clicked.connect(self.close_comparison)
        self._head.addWidget(IconLabel(theme, "compare", "muted"))
        self._head.addWidget(self._title, 1)
        self._head.addWidget(self.shown)
        self._head.addWidget(close)
        bar = QFrame()
        bar.setProperty("role", "section-head")
        column = QVBoxLayout(bar)
        lay_out(column, theme.space("s"), (theme.space("m"), 6, theme.space("s"), 8))
        column.addLayout(self._head)
        column.addWidget(self.legend)
        side = QFrame()
        side.setProperty("ground", "panel")
        inside = QVBoxLayout(side)
        lay_out(inside)
        inside.addWidget(self.changes)
        self._across.setHandleWidth(1)
        self._across.setChildrenCollapsible(False)
        self._across.addWidget(self._empty)
        self._across.addWidget(side)
        self._across.setStretchFactor(0, 1)
        self._across.setSizes([1000, LIST_WIDTH])
        self._pages.addWidget(self._across)
        self._pages.addWidget(self.text)
        whole = QVBoxLayout(self)
        lay_out(whole)
        whole.addWidget(bar)
        whole.addWidget(self._pages, 1)

    def show_sides(self, sides: Sides, choices: Sequence[Choice]) -> None:
        """Compares; each choice is a word and what it does, and closes the comparison."""
        self._sides = sides
        self._title.set_full_text(sides.title)
        for button in self._buttons:
            self._head.removeWidget(button)
            button.deleteLater()
        self._buttons = []
        for word, action in choices:
            button = Button(self._theme, word)
            button.clicked.connect(action)
            button.clicked.connect(self.close_comparison)
            self._head.insertWidget(self._head.count() - 1, button)
            self._buttons.append(button)
        self.show()
        self.setFocus()
        self._begin()

    def close_comparison(self) -> None:
        if self.isHidden():
            return
        self._asked += 1
        self.hide()
        self._put(None)
        self.closed.emit()

    @property
    def comparison(self) -> Comparison | None:
        """What is drawn; None while it is worked out, or cannot be."""
        return self.canvas.comparison if self.canvas is not None else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_comparison()
        else:
            super().keyPressEvent(event)

    def _follow(self) -> None:
        if not self.isHidden():
            self._timer.start()

    def _begin(self) -> None:
        if self.isHidden():
            return
        self._asked += 1
        mine, sides = self._document.text, self._sides
        pair = (sides.text, mine) if sides.older else (mine, sides.text)
        names = (sides.name, "On the screen")
        self.text.show_texts(*pair, names if sides.older else (names[1], names[0]))
        self._spawn(self._compare(self._asked, *pair))

    async def _compare(self, number: int, old: str, new: str) -> None:
        found = await asyncio.to_thread(compared, old, new, self._document.catalogue)
        if number == self._asked:
            self._put(found)

    def _put(self, comparison: Comparison | None) -> None:
        """Shows a drawing in place of the one before, seen from where that was."""
        before, view = self.canvas, self.canvas.seen_from if self.canvas else None
        self.canvas = CompareCanvas(comparison, self._theme) if comparison else None
        if self.canvas is not None and view is not None:
            self.canvas.open_at(view)
        self._across.replaceWidget(0, self.canvas or self._empty)
        (self.canvas or self._empty).show()
        if before is not None:
            before.hide()
            before.deleteLater()
        self.legend.setVisible(comparison is not None)
        if comparison is not None:
            self.legend.show_comparison(comparison)
            self.changes.show_comparison(comparison)

    def _show_page(self, key: str) -> None:
        self.shown.choose(key)
        self._pages.setCurrentIndex(1 if key == "text" else 0)

    def _go_to(self, key: str) -> None:
        if self.canvas is not None:
            self.canvas.document.selection.set([key])
            self.canvas.center_on(key)


def compared(old: str, new: str, catalogue: Catalogue) -> Comparison | None:
    """Reads and compares two texts, on any thread; None where one is no workflow."""
    before, _ = parse_workflow(read_source(old), catalogue)
    after, _ = parse_workflow(read_source(new), catalogue)
    if before is None or after is None:
        return None
    return compare(before, after, catalogue)
