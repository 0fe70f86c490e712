"""The Design page: palette, canvas, inspector and the panel below, as they were left."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from designer.outline import Found
from designer.palette import PaletteView
from designer.shell.finding import open_node, reveal_node, show_found
from designer.shell.left_panel import LeftPanel
from designer.shell.memory import Memory
from designer.shell.space import DocumentSpace
from designer.theme import Theme
from designer.theme.widgets import EmptyState, IconButton, lay_out
from engine import catalogue

Side = Literal["palette", "inspector", "bottom"]
SIDES: tuple[Side, ...] = ("palette", "inspector", "bottom")
INSPECTOR_GIVES = 12
"""Pixels that the inspector may be narrower than at first: its tabs and forms need the rest."""
PANEL_NARROWEST = 300
"""Pixels: where the window is small, the panel below gives way and no side is cut off."""
ACROSS, DOWN, FOLDED, TAB = "panels/across", "panels/down", "panels/folded", "panels/tab"


class DesignPage(QWidget):
    """Shows one DocumentSpace at a time; ``folded_changed`` tells a panel that was (un)folded."""

    folded_changed = Signal(str, bool)
    new_wanted = Signal()
    open_wanted = Signal()

    def __init__(self, theme: Theme, memory: Memory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._memory = memory
        self._space: DocumentSpace | None = None
        self.palette_view = PaletteView(theme, catalogue())
        self.palette_view.step_requested.connect(self._add_step)
        self.left = LeftPanel(theme, memory, self.palette_view)
        self._canvases = QStackedWidget()
        self._inspectors, self._panels = QStackedWidget(), QStackedWidget()
        self._across = QSplitter(Qt.Orientation.Horizontal)
        self._down = QSplitter(Qt.Orientation.Vertical)
        self._sides: dict[Side, QWidget] = {
            "palette": _framed(self.left),
            "inspector": _framed(self._inspectors),
            "bottom": self._panels,
        }
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect_left()
        self._restore()

    def _lay_out(self) -> None:
        self._down.addWidget(self._canvases)
        self._down.addWidget(self._panels)
        for widget in (self._sides["palette"], self._down, self._sides["inspector"]):
            self._across.addWidget(widget)
        for splitter, stretched in ((self._across, 1), (self._down, 0)):
            splitter.setHandleWidth(1)
            splitter.setChildrenCollapsible(False)
            splitter.setStretchFactor(stretched, 1)
        self._set_widths()
        self._theme.changed.connect(self._set_widths)
        self._panels.setMinimumSize(PANEL_NARROWEST, 120)
        self._stack.addWidget(self._across)
        self._stack.addWidget(self._make_empty())
        self._stack.setCurrentIndex(1)
        outer = QVBoxLayout(self)
        lay_out(outer)
        outer.addWidget(self._stack)

    def _set_widths(self) -> None:
        size = self._theme.tokens.size
        self._sides["palette"].setMinimumWidth(size["palette"] - 60)
        self._sides["inspector"].setMinimumWidth(size["inspector"] - INSPECTOR_GIVES)

    def _make_empty(self) -> QWidget:
        empty = EmptyState(
            self._theme,
            "design",
            "No workflow is open",
            "Draw a new one, or open a file.",
            ("New workflow", self.new_wanted.emit),
        )
        empty.setProperty("ground", "canvas")
        return empty

    # Documents

    def add(self, space: DocumentSpace) -> None:
        """Takes in the views of a document that was opened."""
        self._canvases.addWidget(space.middle)
        self._inspectors.addWidget(space.inspector)
        self._panels.addWidget(space.panel)
        space.form_wanted.connect(lambda: self.fold("inspector", False))
        fold = IconButton(self._theme, "chevron-down", "Fold this panel (Ctrl+J)")
        fold.clicked.connect(lambda: self.fold("bottom", True))
        space.panel.head.addWidget(fold)
        space.panel.page_chosen.connect(self._remember_tab)

    def show_space(self, space: DocumentSpace | None) -> None:
        """Shows a document's views; an empty place where there is none."""
        self._space = space
        self.left.show_document(space.document if space else None)
        self._stack.setCurrentIndex(0 if space else 1)
        if space is None:
            return
        self._canvases.setCurrentWidget(space.middle)
        self._inspectors.setCurrentWidget(space.inspector)
        self._panels.setCurrentWidget(space.panel)
        space.panel.show_page(str(self._memory.get(TAB, "log")))

    def find_step(self) -> None:
        """Puts the cursor into the palette's search field, unfolded."""
        self.fold("palette", False)
        self.left.show_page("add")
        self.palette_view.focus_search()

    def show_outline(self) -> None:
        """Puts the cursor into the filter of the outline, unfolded."""
        self.fold("palette", False)
        self.left.show_page("outline")
        self.left.outline.focus_search()

    def show_search(self) -> None:
        """Puts the cursor into the search in the workflow, unfolded."""
        self.fold("palette", False)
        self.left.show_page("find")
        self.left.search.focus_search()

    def find_next(self, by: int) -> None:
        """Goes to the next place that was found, or to the one before."""
        self.left.search.step(by)

    def show_tab(self, key: str) -> None:
        """Shows a tab of the panel below, unfolded."""
        self.fold("bottom", False)
        if self._space is not None:
            self._space.panel.show_page(key)
            self._remember_tab(key)

    def _connect_left(self) -> None:
        outline, search = self.left.outline, self.left.search
        outline.chosen.connect(lambda key: self._with_space(reveal_node, key))
        outline.opened.connect(lambda key: self._with_space(open_node, key))
        search.chosen.connect(lambda found: self._go_to_found(found, keyboard=False))
        search.entered.connect(lambda found: self._go_to_found(found, keyboard=True))

    def _with_space(self, do: Callable[[DocumentSpace, str], None], key: str) -> None:
        if self._space is not None:
            do(self._space, key)

    def _go_to_found(self, found: Found, *, keyboard: bool) -> None:
        """Where no form has the field, the text is shown at its place."""
        if self._space is None:
            return
        if keyboard:
            self.fold("inspector", False)
        place = show_found(self._space, found, keyboard=keyboard)
        if place is not None:
            self.show_tab("yaml")
            self._space.source.edit.go_to(*place)
            if keyboard:
                self._space.source.edit.setFocus()

    def _add_step(self, what: dict[str, str]) -> None:
        if self._space is not None:
            self._space.add_step(what)

    # Panels

    def fold(self, side: Side, folded: bool) -> None:
        """Hides or shows a panel, and remembers that."""
        self._sides[side].setVisible(not folded)
        self._memory.put(FOLDED, [name for name in SIDES if self.is_folded(name)])
        self.folded_changed.emit(side, folded)

    def is_folded(self, side: Side) -> bool:
        return self._sides[side].isHidden()

    def remember(self) -> None:
        """Keeps the sizes for the next start."""
        if not self.is_folded("palette") and not self.is_folded("inspector"):
            self._memory.put(ACROSS, self._across.sizes())
        if not self.is_folded("bottom"):
            self._memory.put(DOWN, self._down.sizes())

    def _restore(self) -> None:
        size = self._theme.tokens.size
        self._across.setSizes(
            _sizes(self._memory.get(ACROSS), [size["palette"], 1000, size["inspector"]])
        )
        self._down.setSizes(_sizes(self._memory.get(DOWN), [700, size["bottom"]]))
        folded = self._memory.get(FOLDED, [])
        for side in SIDES:
            self._sides[side].setVisible(not (isinstance(folded, list) and side in folded))

    def _remember_tab(self, key: str) -> None:
        self._memory.put(TAB, key)


def _framed(view: QWidget) -> QFrame:
    frame = QFrame()
    frame.setProperty("ground", "panel")
    column = QVBoxLayout(frame)
    lay_out(column)
    column.addWidget(view)
    return frame


def _sizes(found: object, default: list[int]) -> list[int]:
    """Remembered sizes where they make sense."""
    if isinstance(found, list) and len(found) == len(default):
        sizes = [size for size in found if isinstance(size, int) and size > 0]
        if len(sizes) == len(default):
            return sizes
    return default
