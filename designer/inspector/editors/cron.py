"""The editor of a cron expression: what it means in English, and the next times it is due."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QVBoxLayout

from designer.inspector.editors.base import Editor
from designer.inspector.editors.cron_builder import CronBuilder
from designer.inspector.editors.text import TextEditor
from designer.inspector.fields import Field
from designer.theme import Theme
from designer.theme.widgets import Label, lay_out
from engine import describe_cron, next_times

SHOWN = 5
"""How many next times are listed."""


class CronEditor(Editor):
    """``config`` gives the trigger's whole config, whose time zone and dates the times follow."""

    def __init__(self, theme: Theme, field: Field, config: Callable[[], Mapping[str, Any]]) -> None:
        super().__init__(theme)
        self._config = config
        self.builder = CronBuilder(theme)
        self.builder.built.connect(self._take)
        self.line = TextEditor(theme, field)
        self.line.edit.setFont(theme.font("mono"))
        self.line.edit.setPlaceholderText("0 2 * * *")
        self.line.edited.connect(self.edited)
        self.line.edited.connect(self.refresh)
        self.line.left.connect(self.left)
        self.setFocusProxy(self.line)
        self.words = Label(theme, "", "label", "text")
        self.words.setWordWrap(True)
        self.times = Label(theme, "", "detail", "muted")
        self.times.setWordWrap(True)
        column = QVBoxLayout(self)
        lay_out(column, 2)
        column.addWidget(self.builder)
        column.addSpacing(theme.space("xs"))
        column.addWidget(self.line)
        column.addSpacing(2)
        column.addWidget(self.words)
        column.addWidget(self.times)

    def fits(self, value: Any) -> bool:
        return self.line.fits(value)

    def set_value(self, value: Any) -> None:
        self.line.set_value(value)
        self.refresh()

    def value(self) -> Any:
        return self.line.value()

    def set_invalid(self, invalid: bool) -> None:
        self.line.set_invalid(invalid)

    def _take(self, text: str) -> None:
        self.line.edit.set_text(text)
        self.refresh()
        self.edited.emit()
        self.left.emit()

    def refresh(self) -> None:
        """Says what the expression means now."""
        text = self.line.edit.text().strip()
        self.builder.show_text(text)
        words, times = "", ""
        if text:
            try:
                described = describe_cron(text)
                words = described[:1].upper() + described[1:]
                times = next_words({**self._config(), "cron": text}, datetime.now(UTC))
            except ValueError as error:
                times = str(error)
        self.words.setText(words)
        self.times.setText(times)
        self.words.setVisible(bool(words))
        self.times.setVisible(bool(times))


def next_words(config: Mapping[str, Any], now: datetime) -> str:
    """The next due times in the schedule's own time zone. Raises ValueError for a wrong config."""
    times = next_times(config, now, SHOWN)
    if not times:
        return "It is never due again."
    zone = ZoneInfo(str(config.get("timezone") or "UTC"))
    listed = [due.astimezone(zone).strftime("%a %d %b %Y, %H:%M") for due in times]
    return "Next: " + "\n".join(listed).replace("\n", "\n          ")
