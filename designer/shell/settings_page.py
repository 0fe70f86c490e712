"""The settings of the designer: colours, what becomes of the engine, where the data lie."""

from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from designer.shell.engine_link import EngineLink, EngineStatus
from designer.shell.memory import Memory
from designer.shell.session import RESTORE, restores
from designer.theme import Mode, Theme
from designer.theme.segments import SegmentedControl
from designer.theme.widgets import Button, Card, Label, lay_out

THEME = "theme/mode"
ON_CLOSE = "engine/on-close"
WIDTH = 640


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
        self.mode = SegmentedControl(
            theme, (("system", "Like the system"), ("light", "Light"), ("dark", "Dark"))
        )
        self.on_close = SegmentedControl(
            theme, (("ask", "Ask"), ("keep", "Keep it running"), ("stop", "Stop it"))
        )
        self.at_start = SegmentedControl(
            theme, (("restore", "Open what was open"), ("empty", "Start empty"))
        )
        self._facts = Label(theme, "Not connected yet.", "body", "muted")
        self.mode.choose(theme.mode)
        self.on_close.choose(on_close(memory))
        self.at_start.choose("restore" if restores(memory) else "empty")
        self._lay_out()
        self.mode.chosen.connect(self._choose_mode)
        self.on_close.chosen.connect(lambda key: memory.put(ON_CLOSE, key))
        self.at_start.chosen.connect(lambda key: memory.put(RESTORE, key == "restore"))
        link.status_changed.connect(self._show_facts)
        theme.changed.connect(lambda: self.mode.choose(theme.mode))

    def _lay_out(self) -> None:
        theme = self._theme
        column = QVBoxLayout(self)
        lay_out(column, theme.space("m"), (20, 16, 20, 16))
        column.addWidget(Label(theme, "Settings", "page"))
        for title, help_text, control in (
            ("Colours", "Light, dark, or what the system says.", self.mode),
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
        ):
            column.addWidget(self._card(title, help_text, control))
        column.addWidget(self._card("Engine", "", self._facts))
        column.addStretch(1)

    def _card(self, title: str, help_text: str, control: QWidget) -> Card:
        card = Card(self._theme)
        card.setMaximumWidth(WIDTH)
        card.body.addWidget(Label(self._theme, title, "strong"))
        if help_text:
            text = Label(self._theme, help_text, "body", "muted")
            text.setWordWrap(True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            card.body.addWidget(text)
        card.body.addWidget(control, alignment=Qt.AlignmentFlag.AlignLeft)
        return card

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

    def _choose_mode(self, mode: str) -> None:
        choose_mode(self._theme, self._memory, cast(Mode, mode))

    def _show_facts(self, status: EngineStatus) -> None:
        health, scheduler = status.health, status.scheduler
        checks = ", ".join(f"{name} {said}" for name, said in sorted(health.checks.items()))
        self._facts.setText(
            f"Version {health.version} {self._link.place}, {health.status}: {checks}. "
            f"{scheduler.workers} workers."
        )


def choose_mode(theme: Theme, memory: Memory, mode: Mode) -> None:
    """Takes and remembers a choice of colours."""
    memory.put(THEME, mode)
    theme.set_mode(mode)


def remembered_mode(memory: Memory) -> Mode:
    found = memory.get(THEME, "system")
    return cast(Mode, found) if found in ("light", "dark", "system") else "system"


def on_close(memory: Memory) -> str:
    """What becomes of a busy engine at the end: ask, keep or stop."""
    found = memory.get(ON_CLOSE, "ask")
    return str(found) if found in ("ask", "keep", "stop") else "ask"


def _open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
