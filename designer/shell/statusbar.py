"""The line at the foot: where the engine is and how it does, and what the document holds."""

from datetime import UTC, datetime

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from designer.shell.engine_link import EngineLink, EngineStatus
from designer.theme import Theme
from designer.theme.widgets import IconLabel, Label, lay_out
from designer.theme.wording import count_text, local_date_time, plural, until_text

_STATES = {
    "connecting": ("warning", "Starting the engine…"),
    "lost": ("failed", "The engine stopped"),
    "restarting": ("warning", "Starting the engine again…"),
    "failed": ("failed", "No engine"),
}
CLOCK_MS = 1000


class StatusBar(QFrame):
    """Shows an EngineLink, and what the shell says of the document."""

    def __init__(self, theme: Theme, link: EngineLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "statusbar")
        self._theme = theme
        theme.changed.connect(self._fit)
        self._fit()
        self._link = link
        self._dot = IconLabel(theme, "dot", "warning_text", 18)
        self.engine = Label(theme, "", "detail", "muted")
        self.running = Label(theme, "", "detail", "muted")
        self.scheduled = Label(theme, "", "detail", "muted")
        self.document = Label(theme, "", "detail", "muted")
        self.format = Label(theme, "", "detail", "muted")
        row = QHBoxLayout(self)
        lay_out(row, theme.space("l"), (theme.space("m"), 1, theme.space("m"), 0))
        place = QHBoxLayout()
        lay_out(place, 2)
        place.addWidget(self._dot)
        place.addWidget(self.engine)
        row.addLayout(place)
        row.addWidget(self.running)
        row.addWidget(self.scheduled)
        row.addStretch(1)
        row.addWidget(self.document)
        row.addWidget(self.format)
        link.state_changed.connect(self._show_engine)
        link.status_changed.connect(self._show_status)
        self._clock = QTimer(self, interval=CLOCK_MS)
        self._clock.timeout.connect(self._show_engine)
        self._clock.start()
        self._show_engine()

    def _fit(self) -> None:
        self.setFixedHeight(self._theme.tokens.size["statusbar"] + 1)

    def show_document(self, steps: int, wires: int, kind: str) -> None:
        """``kind`` is YAML or JSON."""
        self.document.setText(f"{plural(steps, 'step')} · {plural(wires, 'wire')}")
        self.format.setText(f"{kind} · UTF-8")

    def hide_document(self) -> None:
        self.document.setText("")
        self.format.setText("")

    def _show_engine(self) -> None:
        tone, text = _STATES.get(self._link.state, ("completed", f"Engine {self._link.place}"))
        status = self._link.status
        if self._link.state == "ready" and status and status.health.status != "healthy":
            bad = [name for name, said in status.health.checks.items() if said != "ok"]
            tone, text = "failed", f"Engine unwell: {', '.join(bad)}"
        self._dot.set_icon("dot", f"{tone}_text")
        self.engine.setText(text)
        self.engine.set_tone(tone)
        self.engine.setToolTip(self._link.failure)
        if status is not None:
            self._show_status(status)

    def _show_status(self, status: EngineStatus) -> None:
        scheduler = status.scheduler
        queued = f", {count_text(scheduler.queued)} queued" if scheduler.queued else ""
        self.running.setText(f"{count_text(scheduler.running)} running{queued}")
        text = f"{count_text(scheduler.scheduled)} scheduled"
        tip = ""
        if scheduler.next_due is not None:
            text += f" · next {until_text(scheduler.next_due, datetime.now(UTC))}"
            tip = f"{scheduler.next_workflow_name or 'A workflow'}: "
            tip += local_date_time(scheduler.next_due)
        self.scheduled.setText(text)
        self.scheduled.setToolTip(tip)
