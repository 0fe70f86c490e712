"""Keeps tabs, title, status bar and actions true to the document on the screen."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from designer.shell.design_page import SIDES
from designer.shell.space import DocumentSpace

if TYPE_CHECKING:
    from designer.shell.window import MainWindow

NEEDS_DOCUMENT = (
    "save", "save-as", "close-tab", "run", "validate", "cut", "copy", "paste", "duplicate",
    "delete", "select-all", "rename", "toggle-enabled", "fit", "fit-selection", "zoom-in",
    "zoom-out", "actual-size", "tidy", "tidy-down", "next-tab", "previous-tab", "insert-step",
    "detach", "delete-join", "frame", "unframe", "fold", "note", "collapse", "expand",
    "align-left", "align-centre", "align-right", "align-top", "align-middle", "align-bottom",
    "distribute-across", "distribute-down", "toggle-grid",
)  # fmt: skip


class DocumentStatus(QObject):
    """Follows the window's FileDesk."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._tabs = window.topbar.tabs
        desk = window.desk
        desk.opened.connect(self._opened)
        desk.closed.connect(self._closed)
        desk.current_changed.connect(self._show_current)
        self._tabs.close_wanted.connect(self._close_tab)
        self._tabs.currentChanged.connect(self._tab_chosen)
        self._tabs.tabBarClicked.connect(self._tab_clicked)
        self._tabs.tabMoved.connect(self._tab_moved)
        window.design.folded_changed.connect(self._show_folded)
        for side in SIDES:
            self._show_folded(side, window.design.is_folded(side))
        self._show_current()

    def _opened(self, space: DocumentSpace) -> None:
        self._window.design.add(space)
        self._tabs.blockSignals(True)
        self._tabs.add(space.document.title)
        self._tabs.blockSignals(False)
        space.document.status_changed.connect(lambda: self._show_document(space))
        space.document.changed.connect(lambda _change: self._show_document(space))
        space.session.execution_changed.connect(lambda: self._show_running(space))
        self._show_document(space)

    def _closed(self, _space: DocumentSpace, index: int) -> None:
        self._tabs.blockSignals(True)
        self._tabs.removeTab(index)
        self._tabs.blockSignals(False)

    def _show_current(self) -> None:
        desk, window = self._window.desk, self._window
        space = desk.current
        window.design.show_space(space)
        for action_id in NEEDS_DOCUMENT:
            window.actions_[action_id].setEnabled(space is not None)
        if space is None:
            window.setWindowTitle("Treadle")
            window.statusbar.hide_document()
            window.topbar.show_running(False)
            return
        self._tabs.blockSignals(True)
        self._tabs.setCurrentIndex(desk.spaces.index(space))
        self._tabs.blockSignals(False)
        self._show_document(space)
        self._show_running(space)

    def _show_document(self, space: DocumentSpace) -> None:
        desk, document = self._window.desk, space.document
        if space not in desk.spaces:
            return
        self._tabs.show_document(
            desk.spaces.index(space),
            document.title,
            str(document.path or ""),
            unsaved=document.modified,
        )
        if space is not desk.current:
            return
        mark = "● " if document.modified else ""
        self._window.setWindowTitle(f"{mark}{document.title} – Treadle")
        kind = "JSON" if document.source.format == "json" else "YAML"
        steps = sum(node.kind == "step" for node in document.nodes())
        self._window.statusbar.show_document(steps, len(document.edges()), kind)
        self._show_history(space)

    def _show_history(self, space: DocumentSpace) -> None:
        document, actions = space.document, self._window.actions_
        for action_id, possible, name in (
            ("undo", document.can_undo, document.undo_name),
            ("redo", document.can_redo, document.redo_name),
        ):
            word = action_id.capitalize()
            actions[action_id].setEnabled(possible)
            actions[action_id].setText(f"{word} {name[:1].lower()}{name[1:]}" if name else word)
        actions["reload"].setEnabled(document.path is not None)

    def _show_running(self, space: DocumentSpace) -> None:
        if space is self._window.desk.current:
            session = space.session
            ended = bool(session.status) and not session.running
            self._window.topbar.show_running(session.running, ended=ended)

    def _show_folded(self, side: str, folded: bool) -> None:
        self._window.actions_[f"toggle-{side}"].setChecked(not folded)

    def _tab_chosen(self, index: int) -> None:
        spaces = self._window.desk.spaces
        if 0 <= index < len(spaces):
            self._window.desk.show(spaces[index])

    def _tab_clicked(self, index: int) -> None:
        if index >= 0:
            self._window.pages.show_design()

    def _tab_moved(self, old: int, new: int) -> None:
        spaces = self._window.desk.spaces
        spaces.insert(new, spaces.pop(old))

    def _close_tab(self, index: int) -> None:
        self._window.desk.close(self._window.desk.spaces[index])
