"""The main window: composes the bars, the pages and the link to the engine."""

from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from designer.document import Document
from designer.document.rescue import RescueFolder
from designer.runs import RunsPage
from designer.shell.actions import Actions
from designer.shell.activation import Activation
from designer.shell.asking import Asking
from designer.shell.autosave import AutoSave
from designer.shell.canvas_link import ExecutionCanvas
from designer.shell.canvas_options import remembered_options
from designer.shell.closing import Closing
from designer.shell.command_palette import CommandPalette
from designer.shell.commands import gather_commands
from designer.shell.design_page import SIDES, DesignPage
from designer.shell.document_status import DocumentStatus
from designer.shell.engine_link import EngineLink
from designer.shell.engine_notice import EngineNotice
from designer.shell.files import FileDesk
from designer.shell.handlers import (
    Handlers,
    arrange_handlers,
    edit_handlers,
    file_handlers,
    fold_handler,
    run_handlers,
    view_handlers,
)
from designer.shell.keymap import Keymap
from designer.shell.memory import Memory
from designer.shell.pages import Pages
from designer.shell.parts import step_part, step_stop
from designer.shell.rail import Rail
from designer.shell.recent import RecentMenu, SampleMenu
from designer.shell.recovery import RecoveryNotice
from designer.shell.run_control import RunControl
from designer.shell.samples import sample_copy
from designer.shell.schedule_page import SchedulePage
from designer.shell.session import wanted_tabs
from designer.shell.settings_page import SettingsPage
from designer.shell.shortcut_settings import ShortcutSettings
from designer.shell.shortcut_sheet import ShortcutSheet
from designer.shell.space import DocumentSpace
from designer.shell.statusbar import StatusBar
from designer.shell.tasks import Tasks
from designer.shell.topbar import TopBar
from designer.theme import Theme
from designer.theme.notices import Toasts
from designer.theme.widgets import lay_out

GEOMETRY = "window/geometry"
FIRST_SIZE, FIRST_SHARE = QSize(1600, 1000), 0.9
"""At the first start: so large, but no more than this share of the screen."""


class MainWindow(QMainWindow):
    """``closed`` tells that the user is done, and whether the engine is to stop."""

    closed = Signal(bool)

    def __init__(self, theme: Theme, memory: Memory, link: EngineLink) -> None:
        super().__init__()
        self.theme = theme
        self.memory = memory
        self.link = link
        self._ended = False
        self.canvas_options = remembered_options(memory, self)
        self.tasks = Tasks(lambda text: self.tell(text, "failed"))
        spawn, client = self.tasks.spawn, link.client
        self.actions_ = Actions(theme, self)
        self.keymap = Keymap(self.actions_, memory, self)
        self.desk = FileDesk(theme, memory, self.tasks.spawn, self._make_space, self)
        self.rescues = RescueFolder(memory.folder)
        self.autosave = AutoSave(self.desk, self.rescues, spawn)
        self.recovery = RecoveryNotice(theme, self.desk, self.rescues, self.autosave, spawn)
        self.control = RunControl(theme, link, memory, spawn, self.tell, self)
        self.activation = Activation(link, self.desk, spawn, self.tell, self)
        self.closing = Closing(theme, self.desk, link, memory, spawn, self._end, self)
        self.topbar = TopBar(theme, self.actions_)
        self.rail = Rail(theme)
        self.statusbar = StatusBar(theme, link)
        self.design = DesignPage(theme, memory)
        self.runs = RunsPage(theme, client, spawn, self._make_canvas)
        self.schedule = SchedulePage(theme, client, spawn)
        self.settings = SettingsPage(theme, memory, link)
        self.pages = Pages(self)
        self.engine_notice = EngineNotice(theme, link, self.tell)
        self.commands = CommandPalette(
            theme, lambda: gather_commands(self.actions_, self.keymap, self.desk), self
        )
        self.sheet = ShortcutSheet(theme, self.keymap, self._change_shortcuts, self)
        self.settings.add_page("shortcuts", "Shortcuts", ShortcutSettings(theme, self.keymap))
        self._lay_out()
        self.toasts = Toasts(theme, self)
        self.status = DocumentStatus(self)
        self.asking = Asking(self)
        self._connect()
        self._restore()

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        lay_out(middle)
        middle.addWidget(self.rail)
        middle.addWidget(self.pages.stack, 1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        lay_out(column)
        column.addWidget(self.topbar)
        column.addWidget(self.recovery)
        column.addWidget(self.engine_notice)
        column.addLayout(middle, 1)
        column.addWidget(self.statusbar)
        self.setCentralWidget(whole)
        menus = {
            "new": SampleMenu(self.open_sample, self),
            "open": RecentMenu(self.desk, self),
        }
        self.actions_.fill_menu(self.topbar.menu, menus)

    def _connect(self) -> None:
        pages, design = self.pages, self.design
        self.actions_.connect_all(
            file_handlers(self.desk)
            | edit_handlers(self.desk)
            | arrange_handlers(self.desk)
            | run_handlers(self.desk, self.control, self.activation)
            | view_handlers(self.desk, design, self.theme, self.memory)
            | pages.handlers()
            | {f"toggle-{side}": fold_handler(self.actions_, design, side) for side in SIDES}
            | self._own_handlers()
        )
        design.new_wanted.connect(self.desk.new)
        self.topbar.active_wanted.connect(self.activation.switch)
        self.activation.shown.connect(self.topbar.show_active)
        self.activation.errors_found.connect(self.control.validate)
        self.desk.told.connect(self.tell)
        self.recovery.told.connect(self.tell)
        self.autosave.failed.connect(lambda text: self.tell(text, "failed"))
        self.control.problems_wanted.connect(lambda _space: design.show_tab("problems"))
        self.control.started.connect(self._show_run)

    def _own_handlers(self) -> Handlers:
        return {
            "quit": self.close,
            "commands": self.commands.open,
            "shortcuts": self.sheet.open,
            "change-shortcuts": self._change_shortcuts,
            "next-part": lambda: step_part(self._parts(), 1),
            "previous-part": lambda: step_part(self._parts(), -1),
        }

    def _change_shortcuts(self) -> None:
        self.pages.show("settings")
        self.settings.show_page("shortcuts")

    def _parts(self) -> list[QWidget]:
        """What the keyboard goes through, in the order of reading."""
        space = self.desk.current
        around = [self.topbar, self.engine_notice, self.rail]
        if self.pages.current != "design" or space is None:
            return [*around, self.pages.stack, self.toasts]
        middle = [self.design.left, space.notice, space.canvas, space.inspector, space.panel]
        return [*around, *middle, self.toasts]

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes through one part after another, whenever their fields were made."""
        return step_stop(self._parts(), forward=forward) or super().focusNextPrevChild(forward)

    def _restore(self) -> None:
        self.setMinimumSize(880, 560)
        self.resize(FIRST_SIZE.boundedTo(self.screen().availableSize() * FIRST_SHARE))
        self.restoreGeometry(self.memory.get_bytes(GEOMETRY))

    def _make_space(self, document: Document) -> DocumentSpace:
        space = DocumentSpace(
            self.theme, document, self.link.client, self.tasks.spawn, self, self.canvas_options
        )
        space.told.connect(self.tell)
        space.execution_wanted.connect(self.pages.open_execution)
        space.file_wanted.connect(self.desk.open)
        self.control.watch(space)
        self.keymap.watch(space.canvas)
        return space

    def _make_canvas(self, text: str, parent: QWidget) -> ExecutionCanvas:
        return ExecutionCanvas(self.theme, text, parent)

    def open_files(self, files: list[Path], sample: str = "") -> None:
        """Opens these files, else those of the last time, else a shipped sample, else a new one;
        offers what a crash left."""
        wanted = wanted_tabs(self.memory, files)
        if sample and not wanted:
            self.open_sample(sample)
        self.desk.open_tabs(wanted)
        if not self.desk.spaces:
            self.desk.new()
        self.tasks.spawn(self.recovery.look())

    def open_sample(self, name: str) -> None:
        """Opens the user's own copy of a shipped sample."""
        try:
            self.desk.open(sample_copy(name, self.memory.folder))
        except OSError as error:
            self.tell(f"The sample {name} cannot be opened: {error}", "failed")
        self.pages.show_design()

    def tell(self, text: str, tone: str = "info") -> None:
        """Shows a short message that goes by itself."""
        self.toasts.tell(text, tone)

    def _show_run(self) -> None:
        if self.memory.get("panels/tab", "log") not in ("log", "data", "timeline"):
            self.design.show_tab("log")

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._ended:
            event.accept()
            return
        event.ignore()
        self.closing.begin()

    def _end(self, stop_engine: bool) -> None:
        self._ended = True
        self.autosave.stop()
        self.memory.put_bytes(GEOMETRY, self.saveGeometry())
        self.design.remember()
        self.desk.remember()
        self.memory.save()
        self.hide()
        self.closed.emit(stop_engine)
