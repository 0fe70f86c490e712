"""The settings of the designer: the look, shortcuts, what becomes of the engine, the data."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from designer.shell.engine_link import EngineLink, EngineStatus
from designer.shell.look_settings import LookSettings
from designer.shell.memory import Memory
from designer.shell.session import RESTORE, restores
from designer.shell.settings_card import settings_card
from designer.theme import Theme
from designer.theme.segments import SegmentedControl
from designer.theme.widgets import Button, Label, lay_out

ON_CLOSE = "engine/on-close"
PAGES = (("general", "General"), ("look", "Look"))


class SettingsPage(QWidget):
    """Each choice takes effect at once and is remembered."""

    def __init__(
        self, theme: Theme, memory: Memory, link: EngineLink, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("ground", "canvas")
        self._theme = theme
        self._memory = memory
        self._link = link
        self.look = LookSettings(theme, memory)
        self.on_close = SegmentedControl(
            theme, (("ask", "Ask"), ("keep", "Keep it running"), ("stop", "Stop it"))
        )
        self.at_start = SegmentedControl(
            theme, (("restore", "Open what was open"), ("empty", "Start empty"))
        )
        self._facts = Label(theme, "Not connected yet.", "body", "muted")
        self.on_close.choose(on_close(memory))
        self.at_start.choose("restore" if restores(memory) else "empty")
        self.tabs = SegmentedControl(theme, PAGES, "tab")
        self._pages = QStackedWidget()
        self._keys: list[str] = []
        self._lay_out()
        self.tabs.chosen.connect(self.show_page)
        self.on_close.chosen.connect(lambda key: memory.put(ON_CLOSE, key))
        self.at_start.chosen.connect(lambda key: memory.put(RESTORE, key == "restore"))
        link.status_changed.connect(self._show_facts)

    def _lay_out(self) -> None:
        theme = self._theme
        column = QVBoxLayout(self)
        lay_out(column, theme.space("m"), (20, 16, 20, 0))
        column.addWidget(Label(theme, "Settings", "page"))
        row = QHBoxLayout()
        row.addWidget(self.tabs)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self._pages, 1)
        for key, page in (("general", self._general()), ("look", self.look)):
            self._keys.append(key)
            self._pages.addWidget(_scrolled(page))

    def add_page(self, key: str, title: str, page: QWidget) -> None:
        """Adds a tab at the end; a page that scrolls by itself fills the room."""
        self.tabs.add(key, title)
        self._keys.append(key)
        self._pages.addWidget(page)

    def show_page(self, key: str) -> None:
        """Shows ``general``, ``look`` or a page that was added."""
        self.tabs.choose(key)
        self._pages.setCurrentIndex(self._keys.index(key))

    def _general(self) -> QWidget:
        theme, page = self._theme, QWidget()
        column = QVBoxLayout(page)
        lay_out(column, theme.space("m"))
        for title, help_text, control in (
            (
                "At the start",
                "The files that were open, in their tabs and where you looked at them, or an empty "
                "workflow. Work that a crash interrupted is offered in any case.",
                self.at_start,
            ),
            (
                "When the last window closes",
                "While executions run or workflows are active, the engine can stay, so that "
                "schedules go on. With nothing to do it always ends.",
                self.on_close,
            ),
            ("Data folder", str(self._memory.folder), self._folder_buttons()),
            ("Engine", "", self._facts),
        ):
            column.addWidget(settings_card(theme, title, help_text, control))
        column.addStretch(1)
        return page

    def _folder_buttons(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        lay_out(layout, self._theme.space("s"))
        show = Button(self._theme, "Open the folder", icon="folder")
        show.clicked.connect(lambda: _open_folder(self._memory.folder))
        copy = Button(self._theme, "Copy its path", icon="copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(str(self._memory.folder)))
        layout.addWidget(show)
        layout.addWidget(copy)
        return row

    def _show_facts(self, status: EngineStatus) -> None:
        health, scheduler = status.health, status.scheduler
        checks = ", ".join(f"{name} {said}" for name, said in sorted(health.checks.items()))
        self._facts.setText(
            f"Version {health.version} {self._link.place}, {health.status}: {checks}. "
            f"{scheduler.workers} workers."
        )


def on_close(memory: Memory) -> str:
    """What becomes of a busy engine at the end: ask, keep or stop."""
    found = memory.get(ON_CLOSE, "ask")
    return str(found) if found in ("ask", "keep", "stop") else "ask"


def _scrolled(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its controls scroll it
    page.setProperty("ground", "canvas")
    area.viewport().setProperty("ground", "canvas")
    area.setWidget(page)
    return area


def _open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
