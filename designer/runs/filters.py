"""Which executions are shown: by workflow, state and time."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from designer.theme import Theme
from designer.theme.segments import SegmentedControl
from designer.theme.widgets import Button, Combo, lay_out
from designer.theme.wording import FAILURES, ONGOING, states_word
from engine import api

Period = Literal["day", "week", "month", "all"]
PERIODS: dict[Period, timedelta] = {
    "day": timedelta(hours=24),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
}
CHOICES: tuple[tuple[str, ...], ...] = (
    (), ONGOING, FAILURES,
    ("running",), ("queued",), ("waiting",), ("paused",),
    ("completed",), ("failed",), ("timed_out",), ("cancelled",),
)  # fmt: skip
"""The states that can be chosen, alone or together; none stands for any."""

UP_TO_NOW = timedelta(minutes=5)
"""A span that ends no longer ago leads up to now."""


class Filter(Struct, frozen=True, kw_only=True):
    """Empty values let everything through. ``span`` (from, to, UTC) wins over ``period``."""

    workflow_id: str = ""
    statuses: tuple[str, ...] = ()
    period: Period = "all"
    span: tuple[datetime, datetime] | None = None

    @property
    def since(self) -> datetime | None:
        if self.span is not None:
            return self.span[0]
        length = PERIODS.get(self.period)
        return None if length is None else datetime.now(UTC) - length

    @property
    def until(self) -> datetime | None:
        return self.span[1] if self.span is not None else None

    @property
    def narrow(self) -> bool:
        """Whether something may be left out."""
        return self != Filter()


class FilterBar(QWidget):
    """Chooses a Filter; ``changed`` tells when another is chosen."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._span: tuple[datetime, datetime] | None = None
        self._workflows = Combo("Workflow", "button")
        self._workflows.addItem("All workflows", "")
        self._states = Combo("State", "button")
        for states in CHOICES:
            self._states.addItem(states_word(states).capitalize() or "Any state")
        self._periods = SegmentedControl(
            theme, (("all", "All"), ("month", "30 days"), ("week", "7 days"), ("day", "24 hours"))
        )
        self._chip = Button(theme, "", "segment", "close")
        self._chip.setCheckable(True)
        row = QHBoxLayout(self)
        lay_out(row, theme.space("s"))
        for widget in (self._periods, self._workflows, self._states, self._chip):
            row.addWidget(widget)
        for box in (self._workflows, self._states):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.setMaximumWidth(220)
            box.currentIndexChanged.connect(self._tell)
        self._periods.chosen.connect(self._drop_span)
        self._chip.clicked.connect(self._drop_span)
        self._chip.hide()

    @property
    def filter(self) -> Filter:
        period = self._periods.current
        return Filter(
            workflow_id=str(self._workflows.currentData() or ""),
            statuses=CHOICES[self._states.currentIndex()],
            period=period if period in PERIODS else "all",
            span=self._span,
        )

    def choose(self, wanted: Filter) -> None:
        """Shows a filter that was chosen elsewhere, and tells."""
        workflow = max(0, self._workflows.findData(wanted.workflow_id))
        state = CHOICES.index(wanted.statuses) if wanted.statuses in CHOICES else 0
        for box, index in ((self._workflows, workflow), (self._states, state)):
            box.blockSignals(True)
            box.setCurrentIndex(index)
            box.blockSignals(False)
        self._periods.choose(wanted.period)
        self._span = wanted.span
        self._show_chip()
        self.changed.emit()

    def set_workflows(self, workflows: Iterable[api.Workflow]) -> None:
        """The workflows that can be chosen; the choice stays where it is still there."""
        chosen = self._workflows.currentData()
        self._workflows.blockSignals(True)
        while self._workflows.count() > 1:
            self._workflows.removeItem(1)
        for workflow in workflows:
            self._workflows.addItem(workflow.name or "unnamed", workflow.id)
        self._workflows.setCurrentIndex(max(0, self._workflows.findData(chosen)))
        self._workflows.blockSignals(False)

    def _drop_span(self) -> None:
        self._span = None
        self._show_chip()
        self._tell()

    def _show_chip(self) -> None:
        if self._span is not None:
            self._chip.setText(span_words(*self._span, datetime.now(UTC)))
        self._chip.setChecked(self._span is not None)
        self._chip.setVisible(self._span is not None)

    def _tell(self) -> None:
        self.changed.emit()


def span_words(start: datetime, end: datetime, now: datetime) -> str:
    """A span on the user's clock: ``Since 25 Oct, 21:03`` where it leads up to now, ``24 Nov,
    14:00 – 15:00`` or ``24 Nov, 00:00 – 25 Nov, 00:00``."""
    first, last = start.astimezone(), end.astimezone()
    begin = f"{first.day} {first:%b, %H:%M}"
    if end > now - UP_TO_NOW:
        return f"Since {begin}"
    same = first.date() == last.date()
    return f"{begin} – {last:%H:%M}" if same else f"{begin} – {last.day} {last:%b, %H:%M}"
