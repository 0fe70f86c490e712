"""The inspector: forms for what is selected, beside the data of its last run and its docs."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from designer.document import Change, Document, DocumentError, NodeView, trigger_name
from designer.inspector.book import Book, make_book
from designer.inspector.head import Head
from designer.inspector.pages import SeveralPage
from designer.inspector.spring import SpringTabs
from designer.theme import Theme
from designer.theme.segments import SegmentedControl
from designer.theme.widgets import Label, Separator, lay_out
from engine import Path

TABS = {
    "setup": "Set up",
    "input": "Input",
    "output": "Output",
    "retry": "Retry",
    "docs": "Docs",
}


class InspectorView(QWidget):
    """Shows the step, trigger or steps that are selected; the workflow where none is.

    The shell gives the last run: ``set_run_data``, ``set_state`` and ``set_context``.
    """

    failed = Signal(str)
    """Why something could not be done."""

    def __init__(self, theme: Theme, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Inspector")
        self._theme = theme
        self._document = document
        self._shown: tuple[str, str] = ("", "")
        self._tab = "setup"
        self._context: Mapping[str, Any] | None = None
        self._book: Book | None = None
        self._area: QScrollArea | None = None
        self.head = Head(theme)
        self.tabs = SegmentedControl(theme, list(TABS.items()), "tab")
        self.tabs.chosen.connect(self._choose_tab)
        SpringTabs(self.tabs, list(TABS), self.choose_tab)
        self._reason = Label(theme, "", "detail", "warning")
        self._reason.setWordWrap(True)
        self._several = SeveralPage(theme, self._common_actions())
        self._pages = QStackedWidget()
        self._pages.addWidget(self._scrolled(self._several))
        self._lay_out()
        document.selection.changed.connect(self._select)
        document.changed.connect(self._follow)
        document.problems_changed.connect(self._show_problems)
        document.status_changed.connect(self._show_reason)
        self._select()
        self._show_reason()

    # From the shell

    def set_run_data(self, received: Any = None, gave: Any = None, error: Any = None) -> None:
        """What the selected step received and gave in the last run; None for nothing."""
        if self._book is not None:
            self._book.show_run_data(received, gave, error)

    def set_state(self, status: str, words: str = "") -> None:
        """The selected step's state in the last run; empty for none."""
        self.head.show_state(status, words)

    def set_context(self, context: Mapping[str, Any] | None) -> None:
        """The data of the last run, as templates see them, for previews; None for none."""
        self._context = context
        if self._book is not None:
            self._book.set_context(context)

    def choose_tab(self, tab: str) -> None:
        """Shows ``setup``, ``input``, ``output``, ``retry`` or ``docs``, where there is such a
        page."""
        self._tab = tab
        if self._book is not None:
            self.tabs.choose(self._book.show_page(tab))
            self._show_reason()

    def focus_name(self) -> None:
        """Puts the keyboard into the name of what is shown."""
        self.choose_tab("setup")
        if self._book is not None:
            self._book.setup.row("name").editor.setFocus()

    def show_field(self, path: Path, *, keyboard: bool) -> bool:
        """Shows the field of what is selected that a path leads to, and puts the keyboard into it
        if wanted; False where no form has it."""
        found = self._book.find_row(path) if self._book is not None else None
        if found is None or self._area is None:
            return False
        tab, row = found
        self.choose_tab(tab)
        QTimer.singleShot(0, self._area, partial(self._scroll_to, row))  # when it is laid out
        if keyboard:
            row.editor.setFocus()
        return True

    def _scroll_to(self, row: QWidget) -> None:
        if self._area is not None and isValid(row) and self._area.isAncestorOf(row):
            self._area.ensureWidgetVisible(row)

    # Selection

    def _select(self) -> None:
        keys = [key for key in self._document.selection.ids if self._document.node(key)]
        if len(keys) > 1:
            self._show_several(keys)
        elif keys:
            self._show_node(keys[0])
        else:
            self._show_workflow()

    def _show_several(self, keys: list[str]) -> None:
        nodes = [node for key in keys if (node := self._document.node(key)) is not None]
        self._close_book()
        self.head.show_node(
            "select-all", "decide", "", f"{len(nodes)} selected", "steps and triggers"
        )
        self.head.show_state("")
        self._several.show_nodes(nodes)
        self._set_tabs(False)
        self._pages.setCurrentIndex(0)

    def _show_node(self, key: str) -> None:
        node = self._document.node(key)
        if node is None:
            return
        self._show_head(node)
        if self._shown != (key, node.type):
            self.head.show_state("")
            self._open_book(make_book(self._theme, self._document, node), (key, node.type))
        self._refresh()

    def _show_workflow(self) -> None:
        workflow = self._document.workflow
        name = workflow.name if workflow else ""
        self.head.show_node("workflow", "start", "", name or "Untitled workflow", "workflow")
        if self._shown != ("", "workflow"):
            self.head.show_state("")
            self._open_book(make_book(self._theme, self._document, None), ("", "workflow"))
        self._refresh()

    def _show_head(self, node: NodeView) -> None:
        place = trigger_name(node.key)
        what = f"{node.type} · {node.key}" if place is None else f"{node.type} trigger"
        self.head.show_node(node.icon, node.group, node.type, node.title, what)

    def _open_book(self, book: Book, shown: tuple[str, str]) -> None:
        self._close_book()
        self._book, self._shown = book, shown
        self._area = self._scrolled(book)
        self._pages.addWidget(self._area)
        self._pages.setCurrentWidget(self._area)
        self._set_tabs(len(book.tabs) > 1)
        for tab in TABS:
            self.tabs.button(tab).setVisible(tab in book.tabs)
        book.set_context(self._context)
        self.tabs.choose(book.show_page(self._tab))
        self._show_reason()

    def _close_book(self) -> None:
        if self._book is None:
            return
        self._book.flush()
        if self._area is not None:
            self._pages.removeWidget(self._area)
            self._area.hide()
            self._area.deleteLater()
        self._book, self._area, self._shown = None, None, ("", "")

    def _choose_tab(self, tab: str) -> None:
        self._tab = tab
        if self._book is not None:
            self._book.show_page(tab)
            self._show_reason()

    def _set_tabs(self, shown: bool) -> None:
        self.tabs.setVisible(shown)

    # Document

    def _follow(self, change: Change) -> None:
        several = self._book is None
        touched = change.structure or change.workflow or self._shown[0] in change.steps
        if several or touched:
            self._select()

    def _refresh(self) -> None:
        if self._book is None:
            return
        self._book.refresh()

    def _show_problems(self) -> None:
        self._show_reason()
        if self._book is not None:
            self._book.show_problems()

    def _show_reason(self) -> None:
        """Says why nothing can be typed here now; a form that has no values to show stays away."""
        trouble = self._document.trouble
        reason = self._document.read_only or trouble
        mended = not reason and not self._pages.isEnabled()
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        self._pages.setEnabled(not reason)
        self._pages.setVisible(not (trouble and self._book is not None and self._book.blank))
        if mended and self._book is not None:
            self._book.start_afresh()

    def _common_actions(self) -> dict[str, tuple[str, Callable[[], None]]]:
        return {
            "Duplicate": ("duplicate", lambda: self._act(self._document.duplicate)),
            "Enable": ("eye", lambda: self._act(self._document.set_enabled, True)),
            "Disable": ("eye-off", lambda: self._act(self._document.set_enabled, False)),
            "Remove": ("trash", lambda: self._act(self._document.remove)),
        }

    def _act(self, action: Callable[..., object], *given: object) -> None:
        try:
            action(self._document.selection.ids, *given)
        except DocumentError as error:
            self.failed.emit(str(error))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        try:
            if event.matches(QKeySequence.StandardKey.Undo):
                self._document.undo()
            elif event.matches(QKeySequence.StandardKey.Redo):
                self._document.redo()
            else:
                super().keyPressEvent(event)
        except DocumentError as error:
            self.failed.emit(str(error))

    # Layout

    def _lay_out(self) -> None:
        theme = self._theme
        edge = theme.space("l")
        top = QVBoxLayout()
        lay_out(top, theme.space("m"), (edge, theme.space("m") + 2, edge, theme.space("s")))
        top.addWidget(self.head)
        top.addWidget(self._reason)
        top.addWidget(self.tabs, alignment=Qt.AlignmentFlag.AlignLeft)
        self._line = Separator()
        line = QVBoxLayout()
        lay_out(line, 0, (edge, 0, edge, 0))
        line.addWidget(self._line)
        column = QVBoxLayout(self)
        lay_out(column)
        column.addLayout(top)
        column.addLayout(line)
        column.addWidget(self._pages, 1)

    def _scrolled(self, page: QWidget) -> QScrollArea:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its fields scroll it
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setProperty("ground", "panel")
        holder = QWidget()
        holder.setProperty("ground", "panel")
        edge = self._theme.space("l")
        column = QVBoxLayout(holder)
        lay_out(column, 0, (edge, self._theme.space("m") + 2, edge, edge))
        column.addWidget(page)
        area.setWidget(holder)
        bar = area.verticalScrollBar()
        bar.rangeChanged.connect(partial(_keep_edge, column, edge, bar))
        return area


def _keep_edge(column: QVBoxLayout, edge: int, bar: QScrollBar, _low: int, high: int) -> None:
    """Keeps fields as wide as they are when the scroll bar comes and goes beside them."""
    if not isValid(bar):  # it goes before the area does
        return
    room = bar.sizeHint().width() if high > 0 else 0
    margins = column.contentsMargins()
    margins.setRight(edge - room)
    column.setContentsMargins(margins)
