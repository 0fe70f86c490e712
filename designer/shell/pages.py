"""The pages of the window: which one is shown, and what reaches it from outside."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QStackedWidget, QWidget

from designer.runs import Filter
from engine import api

if TYPE_CHECKING:
    from designer.dashboard import DashboardPage
    from designer.shell.window import MainWindow

KEYS = ("design", "runs", "dashboard", "schedule", "settings")
MOST_WORKFLOWS = 200


class Pages(QObject):
    """The dashboard is made when it is first shown, as its charts take long to load."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.stack = QStackedWidget()
        self.current = "design"
        self._dashboard: DashboardPage | None = None
        self._widgets: dict[str, QWidget] = {
            "design": window.design,
            "runs": window.runs,
            "schedule": window.schedule,
            "settings": window.settings,
        }
        for widget in self._widgets.values():
            self.stack.addWidget(widget)
        window.rail.chosen.connect(self.show)
        window.rail.choose("design")
        window.link.events.connect(self._take_events)
        window.link.workflows_changed.connect(self._workflows_changed)
        window.link.state_changed.connect(self._engine_changed)
        window.runs.edit_wanted.connect(self.open_file)
        window.schedule.open_wanted.connect(self.open_file)
        window.runs.design_wanted.connect(self.show_design)
        window.schedule.design_wanted.connect(self.show_design)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """The actions that change the page or the tab."""

        def page(key: str) -> Callable[[], object]:
            return lambda: self.show(key)

        found = {f"go-{key}": page(key) for key in KEYS}
        return found | {
            "next-tab": lambda: self._step_tab(1),
            "previous-tab": lambda: self._step_tab(-1),
        }

    def show(self, key: str) -> None:
        """Shows a page and brings it up to date."""
        self.current = key
        if key == "dashboard":
            self.stack.setCurrentWidget(self.dashboard())
        else:
            self.stack.setCurrentWidget(self._widgets[key])
        self._window.rail.choose(key)
        self._window.topbar.show_run_side(key == "design")
        self._refresh()

    def show_design(self) -> None:
        self.show("design")

    def open_file(self, path: str) -> None:
        """Opens a workflow's file and shows it."""
        if self._window.desk.open(Path(path)) is not None:
            self.show("design")

    def open_execution(self, execution_id: str) -> None:
        """Shows one execution on the Runs page."""
        self.show("runs")
        self._window.runs.open_execution(execution_id)

    def dashboard(self) -> "DashboardPage":
        """The dashboard; made now if it was not yet shown."""
        if self._dashboard is None:
            from designer.dashboard import DashboardPage

            window = self._window
            page = DashboardPage(window.theme, window.link.client, window.tasks.spawn)
            page.execution_wanted.connect(self.open_execution)
            page.filter_wanted.connect(self._show_filter)
            page.design_wanted.connect(self.show_design)
            page.schedule_wanted.connect(lambda: self.show("schedule"))
            self.stack.addWidget(page)
            self._dashboard = page
        return self._dashboard

    def _show_filter(self, workflow_id: str, statuses: tuple[str, ...], span: object) -> None:
        self.show("runs")
        wanted = span if isinstance(span, tuple) else None
        self._window.runs.show_filter(
            Filter(workflow_id=workflow_id, statuses=statuses, span=wanted)
        )

    def _refresh(self) -> None:
        window = self._window
        if window.link.state != "ready":
            return
        if self.current == "runs":
            window.runs.refresh()
        elif self.current == "schedule":
            window.schedule.refresh()
        elif self.current == "dashboard":
            self.dashboard().refresh()
        if self.current in ("runs", "dashboard"):
            self._workflows_changed()

    def _engine_changed(self, state: str) -> None:
        if state == "ready":
            self._refresh()

    def _take_events(self, events: list[api.Event]) -> None:
        self._window.runs.take_events(events)
        self._window.schedule.take_events(events)
        if self._dashboard is not None:
            self._dashboard.take_events(events)

    def _workflows_changed(self) -> None:
        if self.current in ("runs", "dashboard"):
            self._window.tasks.spawn(self._read_workflows())

    async def _read_workflows(self) -> None:
        page = await self._window.link.client.workflows(limit=MOST_WORKFLOWS)
        self._window.runs.set_workflows(page.items)
        if self._dashboard is not None:
            self._dashboard.set_workflows(page.items)

    def _step_tab(self, by: int) -> None:
        spaces = self._window.desk.spaces
        if spaces:
            current = self._window.desk.current
            place = spaces.index(current) if current in spaces else 0
            self._window.desk.show(spaces[(place + by) % len(spaces)])
            self.show("design")
