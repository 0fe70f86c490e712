"""The head of the inspector: icon, name, what it is, and the state of the last run."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from designer.theme import Theme
from designer.theme.widgets import ElidedLabel, IconLabel, Pill, lay_out
from designer.theme.wording import state_word

TILE = 32
"""Logical pixels of the icon tile."""


class Head(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._tile = IconLabel(theme, "workflow")
        self.title = ElidedLabel(theme, "", "heading")
        self.subtitle = ElidedLabel(theme, "", "label", "muted")
        self.pill = Pill(theme)
        self.pill.hide()
        words = QVBoxLayout()
        lay_out(words, 1)
        words.addWidget(self.title)
        words.addWidget(self.subtitle)
        row = QHBoxLayout(self)
        lay_out(row, theme.space("s") + 2)
        row.addWidget(self._tile)
        row.addLayout(words, 1)
        row.addWidget(self.pill, alignment=Qt.AlignmentFlag.AlignVCenter)

    def show_node(self, icon: str, group: str, type_name: str, title: str, subtitle: str) -> None:
        """Shows what is selected; every text is plain."""
        self._tile.set_icon(icon, "text")
        self._tile.set_tile(group, type_name, TILE)
        self.title.set_full_text(title)
        self.subtitle.set_full_text(subtitle)
        self.setAccessibleName(f"{title}, {subtitle}")

    def show_state(self, status: str, words: str = "") -> None:
        """Shows the state in the last run; nothing for an empty one."""
        self.pill.setVisible(bool(status))
        if status:
            self.pill.set_state(status, words or state_word(status))
