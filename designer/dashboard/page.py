"""The Dashboard page: figures, charts and the latest executions of a period, live."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from designer.dashboard.bar_list import Bar, BarList
from designer.dashboard.charts import DaysChart, DurationsChart, TrendChart
from designer.dashboard.figures import Figures
from designer.dashboard.latest import LatestList
from designer.dashboard.series import STATES, slots, unit_of
from designer.theme import Theme
from designer.theme.segments import SegmentedControl
from designer.theme.widgets import Card, Combo, EmptyState, Label, lay_out
from designer.theme.wording import FAILURES, ONGOING, count_text, duration_text, state_word
from engine import EngineClient, api

Spawn = Callable[[Coroutine[Any, Any, None]], object]
PERIODS = (("month", "30 days"), ("week", "7 days"), ("day", "24 hours"))
LENGTHS = {"month": timedelta(days=30), "week": timedelta(days=7), "day": timedelta(hours=24)}
REFRESH_MS = 1000
LATEST = 8
BY_DAY = "Executions by day"


class DashboardPage(QWidget):
    """``filter_wanted`` carries a workflow id, the states (a tuple, empty for any), and a (from,
    to) or None."""

    execution_wanted = Signal(str)
    filter_wanted = Signal(str, object, object)
    design_wanted = Signal()
    schedule_wanted = Signal()

    def __init__(
        self, theme: Theme, client: EngineClient, spawn: Spawn, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("ground", "canvas")
        self._theme = theme
        self._client = client
        self._spawn = spawn
        self._stats: api.Stats | None = None
        self._reading = 0
        self.periods = SegmentedControl(theme, PERIODS)
        self.workflows, self.states = _box("Workflow"), _box("State")
        self.figures = Figures(theme)
        self.days, self.trend = DaysChart(theme), TrendChart(theme)
        self.durations = DurationsChart(theme)
        self.slowest = BarList(theme, "accent", "No step has ended in this period")
        self.errors = BarList(theme, "failed", "No errors in this period")
        self.latest = LatestList(theme, LATEST)
        self._titles: dict[str, Label | None] = {}
        self._places = QStackedWidget()
        self._waiting = QWidget()  # rather than charts of nothing, until there is something to show
        self._soon = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._fill_boxes()
        self._lay_out()
        self._connect()

    def _fill_boxes(self) -> None:
        self.workflows.addItem("All workflows", "")
        self.states.addItem("Any state", "")
        for state in STATES:
            self.states.addItem(state_word(state).capitalize(), state)

    def _lay_out(self) -> None:
        theme = self._theme
        inner = QWidget()
        inner.setProperty("ground", "canvas")
        grid = QGridLayout(inner)
        grid.setContentsMargins(20, 0, 20, 16)
        grid.setSpacing(theme.space("m"))
        for column in range(12):
            grid.setColumnStretch(column, 1)
        grid.addWidget(self.figures, 0, 0, 1, 12)
        for title, widget, row, column, span in (
            (BY_DAY, self.days, 1, 0, 6),
            ("Success rate", self.trend, 1, 6, 6),
            ("Duration", self.durations, 2, 0, 4),
            ("Slowest steps, p95", self.slowest, 2, 4, 4),
            ("Errors by type", self.errors, 2, 8, 4),
            ("Latest executions", self.latest, 3, 0, 12),
        ):
            card = Card(theme, title=title)
            self._titles[title] = card.title_label
            card.body.addWidget(widget)
            grid.addWidget(card, row, column, 1, span)
        grid.setRowStretch(4, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        self._places.addWidget(scroll)
        self._places.addWidget(
            EmptyState(
                theme,
                "dashboard",
                "Nothing to chart yet",
                "Run a workflow; how often, how fast and how well it ran is shown here.",
                ("Go to Design", self.design_wanted.emit),
            )
        )
        self._places.addWidget(self._waiting)
        self._places.setCurrentWidget(self._waiting)
        outer = QVBoxLayout(self)
        lay_out(outer)
        outer.addWidget(self._make_head())
        outer.addWidget(self._places, 1)

    def _make_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        lay_out(row, self._theme.space("s"), (20, 16, 20, 12))
        row.addWidget(Label(self._theme, "Dashboard", "page"))
        row.addSpacing(12)
        for widget in (self.periods, self.workflows, self.states):
            row.addWidget(widget)
        row.addStretch(1)
        return head

    def _connect(self) -> None:
        self.periods.chosen.connect(self.refresh)
        self.workflows.currentIndexChanged.connect(self.refresh)
        self.states.currentIndexChanged.connect(self.refresh)
        self._soon.timeout.connect(self.refresh)
        self.figures.chosen.connect(self._open_figure)
        self.days.clicked.connect(self._open_slot)
        self.trend.clicked.connect(self._open_slot)
        self.slowest.chosen.connect(self._open_step)
        self.errors.chosen.connect(lambda _row: self._open(FAILURES, self._period()))
        self.latest.chosen.connect(self.execution_wanted)

    # What is shown

    def refresh(self) -> None:
        """Reads the statistics of the chosen period."""
        self._spawn(self._read())

    def take_events(self, events: list[api.Event]) -> None:
        """Notices executions that came or ended; reads once for many of them."""
        wanted = any(event.type.startswith("execution.") for event in events)
        if wanted and self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def set_workflows(self, workflows: list[api.Workflow]) -> None:
        """The workflows that can be chosen; the choice stays where it is still there."""
        chosen = self.workflows.currentData()
        self.workflows.blockSignals(True)
        while self.workflows.count() > 1:
            self.workflows.removeItem(1)
        for workflow in workflows:
            self.workflows.addItem(workflow.name or "unnamed", workflow.id)
        self.workflows.setCurrentIndex(max(0, self.workflows.findData(chosen)))
        self.workflows.blockSignals(False)

    async def _read(self) -> None:
        self._reading += 1
        mine = self._reading
        since, until = self._period()
        workflow = self.workflows.currentData() or None
        stats = await self._client.stats(since, until, workflow)
        scheduler = await self._client.scheduler()
        latest = await self._client.executions(
            workflow_id=workflow, status=self.states.currentData() or None, limit=LATEST
        )
        if mine == self._reading:
            self._show(stats, scheduler, latest.items)

    def _show(
        self, stats: api.Stats, scheduler: api.SchedulerStatus, latest: list[api.Execution]
    ) -> None:
        self._stats = stats
        found, unit = slots(stats), unit_of(stats)
        self.figures.show_stats(stats, found, dict(PERIODS)[self.periods.current])
        self.figures.show_next(scheduler)
        if (title := self._titles[BY_DAY]) is not None:
            title.setText(f"Executions by {unit}")
        self.days.show_slots(found, unit, str(self.states.currentData() or ""))
        self.trend.show_slots(found, unit)
        self.durations.show_durations(stats.durations, stats.duration_p95)
        self.slowest.show_bars([_step_bar(step) for step in stats.slowest_steps])
        self.errors.show_bars(
            [Bar(error.type, error.count, count_text(error.count)) for error in stats.errors]
        )
        self.latest.show_items(latest)
        filtered = bool(self.workflows.currentData() or self.states.currentData())
        nothing = not (stats.total or stats.running or stats.queued or latest or filtered)
        self._places.setCurrentIndex(1 if nothing else 0)

    def _period(self) -> tuple[datetime, datetime]:
        now = datetime.now(UTC)
        return now - LENGTHS[self.periods.current], now

    # Where clicks lead

    def _open(self, states: tuple[str, ...], span: tuple[datetime, datetime] | None) -> None:
        self.filter_wanted.emit(str(self.workflows.currentData() or ""), states, span)

    def _open_slot(self, number: int) -> None:
        if 0 <= number < len(self.days.slots):
            slot = self.days.slots[number]
            state = self.states.currentData()
            self._open((state,) if state else (), (slot.start, slot.end))

    def _open_step(self, row: int) -> None:
        if self._stats is not None and row < len(self._stats.slowest_steps):
            step = self._stats.slowest_steps[row]
            self.filter_wanted.emit(step.workflow_id, (), self._period())

    def _open_figure(self, key: str) -> None:
        if key == "next":
            self.schedule_wanted.emit()
        elif key == "now":
            self._open(ONGOING, None)
        else:
            self._open(FAILURES if key == "failed" else (), self._period())


def _box(name: str) -> QComboBox:
    box = Combo(name, "button")
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setMaximumWidth(240)
    return box


def _step_bar(step: api.StepTiming) -> Bar:
    tip = (
        f"{step.step_id} of {step.workflow_name or 'unnamed'}, {count_text(step.count)} times\n"
        f"95 of 100 took at most {duration_text(step.p95)}, mean {duration_text(step.mean)}"
    )
    return Bar(step.step_id, step.p95, duration_text(step.p95), tip)
