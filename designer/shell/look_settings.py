"""The settings of the look: colours, size of texts, motion."""

from typing import cast

from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.shell.look import PERCENTS, choose_mode, choose_motion, choose_percent
from designer.shell.memory import Memory
from designer.shell.settings_card import settings_card
from designer.theme import Mode, Motion, Theme
from designer.theme.segments import SegmentedControl
from designer.theme.widgets import lay_out

MODES = (
    ("system", "Like the system"),
    ("light", "Light"),
    ("dark", "Dark"),
    ("contrast", "High contrast"),
)
MOTIONS = (("system", "Like the system"), ("on", "On"), ("off", "Off"))


class LookSettings(QWidget):
    """Each choice takes effect at once and is remembered."""

    def __init__(self, theme: Theme, memory: Memory) -> None:
        super().__init__()
        self._theme = theme
        self._memory = memory
        self.mode = SegmentedControl(theme, MODES)
        self.percent = SegmentedControl(theme, [(str(one), f"{one} %") for one in PERCENTS])
        self.motion = SegmentedControl(theme, MOTIONS)
        column = QVBoxLayout(self)
        lay_out(column, theme.space("m"))
        for title, words, control in (
            (
                "Colours",
                "High contrast is light or dark as the system is; lines and texts stand out "
                "at least twice as much.",
                self.mode,
            ),
            ("Size of texts", "In the window and on the canvas.", self.percent),
            (
                "Motion",
                "Gliding views, pulses on wires and moving panels. Off shows the end at once.",
                self.motion,
            ),
        ):
            column.addWidget(settings_card(theme, title, words, control))
        column.addStretch(1)
        self.mode.chosen.connect(lambda key: choose_mode(theme, memory, cast(Mode, key)))
        self.percent.chosen.connect(lambda key: choose_percent(theme, memory, int(key)))
        self.motion.chosen.connect(lambda key: choose_motion(theme, memory, cast(Motion, key)))
        theme.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.mode.choose(self._theme.mode)
        self.motion.choose(self._theme.motion_mode)
        if self._theme.percent in PERCENTS:
            self.percent.choose(str(self._theme.percent))
