"""All executions: a table with filters, live, and the one that was opened."""

from datetime import UTC, datetime

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from designer.runs.execution_view import CanvasMaker, ExecutionView
from designer.runs.executions_model import (
    DURATION,
    NOTE,
    STARTED,
    STATE,
    TRIGGER,
    WORKFLOW,
    ExecutionsModel,
)
from designer.runs.filters import Filter, FilterBar
from designer.runs.inbox import Inbox, InboxView
from designer.runs.session import Spawn
from designer.theme import Theme
from designer.theme.tables import RowTable
from designer.theme.widgets import Card, EmptyState, Label, lay_out
from designer.theme.wording import plural
from engine import EngineClient, api

PAGE = 100
REFRESH_MS = 400
WIDTHS = {STATE: 124, WORKFLOW: 240, TRIGGER: 110, STARTED: 130, DURATION: 110}


class RunsPage(QWidget):
    """The Runs page of the window."""

    edit_wanted = Signal(str)
    design_wanted = Signal()
    opened = Signal()
    """An execution is shown now."""

    def __init__(
        self,
        theme: Theme,
        client: EngineClient,
        spawn: Spawn,
        make_canvas: CanvasMaker,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("ground", "canvas")
        self._theme = theme
        self._client = client
        self._spawn = spawn
        self._cursor: str | None = None
        self._reading = 0
        self._model = ExecutionsModel(theme, self)
        self.filters = FilterBar(theme)
        self._count = Label(theme, "", "body", "muted")
        self.table = RowTable(self._model, "Executions", self._open_row)
        self.table.set_widths(WIDTHS, rest=NOTE)
        self.inbox = Inbox(client, spawn, self)
        self.questions = InboxView(theme, self.inbox, spawn)
        self.execution = ExecutionView(theme, client, spawn, make_canvas)
        self._places = QStackedWidget()
        self._stack = QStackedWidget()
        self._refresh_timer = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._clock = QTimer(self, interval=1000)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        theme = self._theme
        page = QWidget()
        column = QVBoxLayout(page)
        lay_out(column, theme.space("m"), (20, 16, 20, 16))
        head = QHBoxLayout()
        lay_out(head, theme.space("l"))
        head.addWidget(Label(theme, "Runs", "page"))
        head.addWidget(self.filters)
        head.addStretch(1)
        head.addWidget(self._count)
        column.addLayout(head)
        column.addWidget(self.questions)
        card = Card(theme)
        card.body.setContentsMargins(8, 6, 8, 8)
        self._places.addWidget(self.table)
        self._places.addWidget(
            EmptyState(
                theme,
                "runs",
                "Nothing has run yet",
                "Open a workflow and press Run; every run is listed here with its log and data.",
                ("Go to Design", self.design_wanted.emit),
            )
        )
        self._places.addWidget(
            EmptyState(
                theme,
                "filter",
                "No run fits these filters",
                "Choose another state, workflow or period.",
                ("Show all runs", self._show_all),
            )
        )
        card.body.addWidget(self._places)
        column.addWidget(card, 1)
        self._stack.addWidget(page)
        self._stack.addWidget(self.execution)
        outer = QVBoxLayout(self)
        lay_out(outer)
        outer.addWidget(self._stack)

    def _connect(self) -> None:
        self.filters.changed.connect(self.refresh)
        self._refresh_timer.timeout.connect(self.refresh)
        self._clock.timeout.connect(self._tick)
        self.table.verticalScrollBar().valueChanged.connect(self._read_on)
        self.execution.left.connect(self.back)
        self.execution.edit_wanted.connect(self.edit_wanted)
        self.execution.execution_wanted.connect(self.open_execution)
        self.questions.opened.connect(self.open_execution)
        self._theme.changed.connect(self._model.tick)

    def refresh(self) -> None:
        """Reads the newest executions that fit the filters."""
        self._spawn(self._read_first())

    def take_events(self, events: list[api.Event]) -> None:
        """Notices executions that came or changed; reads them once for many events."""
        self.inbox.take_events(events)
        wanted = any(event.type.startswith("execution.") for event in events)
        if wanted and self.isVisible() and not self._refresh_timer.isActive():
            self._refresh_timer.start()

    def set_workflows(self, workflows: list[api.Workflow]) -> None:
        self.filters.set_workflows(workflows)

    def show_filter(self, wanted: Filter) -> None:
        """Shows the table with these filters."""
        self.back()
        self.filters.choose(wanted)

    def open_execution(self, execution_id: str) -> None:
        """Shows one execution."""
        self._spawn(self._open(execution_id))

    @property
    def shown_execution(self) -> str:
        """The id of the execution that is open; empty for the table."""
        execution = self.execution.session.execution
        return execution.id if self._stack.currentIndex() == 1 and execution is not None else ""

    def back(self) -> None:
        """Goes back from an execution to the table."""
        if self._stack.currentIndex() == 1:
            self.execution.close_execution()
            self._stack.setCurrentIndex(0)

    async def _open(self, execution_id: str) -> None:
        await self.execution.show_execution(execution_id)
        self._stack.setCurrentIndex(1)
        self.opened.emit()

    async def _read_first(self) -> None:
        self._reading += 1
        mine = self._reading
        page = await self._ask(None)
        if mine != self._reading:
            return
        if self._cursor is None or len(self._model.items) <= PAGE:
            self._cursor = page.next_cursor
            self._model.show(page.items)
        else:
            self._model.show(merged(self._model.items, page.items))
        self._show_place()

    def _read_on(self, value: int) -> None:
        bar = self.table.verticalScrollBar()
        near_end = value >= bar.maximum() - 20 * self.table.verticalHeader().defaultSectionSize()
        if near_end and self._cursor is not None:
            cursor, self._cursor = self._cursor, None
            self._spawn(self._read_next(cursor))

    async def _read_next(self, cursor: str) -> None:
        mine = self._reading
        page = await self._ask(cursor)
        if mine == self._reading:
            self._cursor = page.next_cursor
            self._model.add(page.items)
            self._show_place()
        elif self._cursor is None:
            self._cursor = cursor

    async def _ask(self, cursor: str | None) -> api.Page[api.Execution]:
        chosen = self.filters.filter
        return await self._client.executions(
            workflow_id=chosen.workflow_id or None,
            status=chosen.statuses or None,
            since=chosen.since,
            until=chosen.until,
            limit=PAGE,
            cursor=cursor,
        )

    def _show_place(self) -> None:
        shown = self._model.rowCount()
        more = "+" if self._cursor else ""
        self._count.setText(plural(shown, "run").replace(" ", f"{more} ", 1) if shown else "")
        if shown:
            self._places.setCurrentIndex(0)
        else:
            self._places.setCurrentIndex(2 if self.filters.filter.narrow else 1)
        ongoing = any(item.status not in api.ENDED for item in self._model.items[:PAGE])
        if ongoing and not self._clock.isActive():
            self._clock.start()
        elif not ongoing:
            self._clock.stop()

    def _tick(self) -> None:
        if self.isVisible():
            self._model.tick()

    def _open_row(self, row: int) -> None:
        self.open_execution(self._model.execution(row).id)

    def _show_all(self) -> None:
        self.filters.choose(Filter())


def merged(old: list[api.Execution], newest: list[api.Execution]) -> list[api.Execution]:
    """A longer list with its newest part read again."""
    if not newest:
        return []
    known = {item.id for item in newest}
    last = newest[-1].created_at if newest else datetime.now(UTC)
    return newest + [item for item in old if item.id not in known and item.created_at <= last]
