"""All triggers of the registered workflows: what they wait for and when they fire next."""

from datetime import UTC, datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from designer.runs import Spawn
from designer.theme import Theme
from designer.theme.tables import RowTable
from designer.theme.widgets import Card, EmptyState, Label, lay_out, plain_tooltip
from designer.theme.wording import ago_text, count_text, local_date_time, plural, until_text
from engine import EngineClient, api, catalogue

NEXT, LAST = 3, 4
COLUMNS = ("Trigger", "Workflow", "Starts", "Next", "Last", "Fired", "State")
WIDTHS = (200, 220, 240, 130, 120, 70)
REFRESH_MS = 600
CLOCK_MS = 1000
MOST_WORKFLOWS = 200
PATH = Qt.ItemDataRole.UserRole


class SchedulePage(QWidget):
    """``open_wanted`` carries the path of a workflow's file that was clicked."""

    open_wanted = Signal(str)
    design_wanted = Signal()

    def __init__(
        self, theme: Theme, client: EngineClient, spawn: Spawn, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("ground", "canvas")
        self._theme = theme
        self._client = client
        self._spawn = spawn
        self._rows: list[tuple[api.Workflow, api.Trigger]] = []
        self._model = QStandardItemModel(self)
        self.table = RowTable(self._model, "Triggers", self._open)
        self._count = Label(theme, "", "body", "muted")
        self._places = QStackedWidget()
        self._soon = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._clock = QTimer(self, interval=CLOCK_MS)
        self._lay_out()
        self._soon.timeout.connect(self.refresh)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        theme.changed.connect(self._fill)

    def _lay_out(self) -> None:
        theme = self._theme
        column = QVBoxLayout(self)
        lay_out(column, theme.space("m"), (20, 16, 20, 16))
        head = QHBoxLayout()
        head.addWidget(Label(theme, "Schedule", "page"))
        head.addStretch(1)
        head.addWidget(self._count)
        column.addLayout(head)
        card = Card(theme)
        card.body.setContentsMargins(8, 6, 8, 8)
        self._places.addWidget(self.table)
        self._places.addWidget(
            EmptyState(
                theme,
                "schedule",
                "Nothing starts by itself yet",
                "Put a schedule at the head of a workflow and switch it to Active.",
                ("Go to Design", self.design_wanted.emit),
            )
        )
        card.body.addWidget(self._places)
        column.addWidget(card, 1)

    def refresh(self) -> None:
        """Reads the triggers of all workflows that have any."""
        self._spawn(self._read())

    def take_events(self, events: list[api.Event]) -> None:
        """Notices triggers that fired and workflows that changed."""
        wanted = any(event.type.startswith(("trigger.", "workflow.")) for event in events)
        if wanted and self.isVisible() and not self._soon.isActive():
            self._soon.start()

    async def _read(self) -> None:
        page = await self._client.workflows(limit=MOST_WORKFLOWS)
        rows: list[tuple[api.Workflow, api.Trigger]] = []
        for workflow in page.items:
            triggers = await self._client.triggers(workflow.id)
            rows += [(workflow, trigger) for trigger in triggers]
        rows.sort(key=_due_order)
        self._rows = rows
        self._fill()

    def _fill(self) -> None:
        self._model.clear()
        self._model.setHorizontalHeaderLabels(list(COLUMNS))
        for workflow, trigger in self._rows:
            self._model.appendRow(self._row(workflow, trigger))
        self.table.set_widths(dict(enumerate(WIDTHS)), rest=len(COLUMNS) - 1)
        self._count.setText(plural(len(self._rows), "trigger") if self._rows else "")
        self._places.setCurrentIndex(0 if self._rows else 1)

    def _tick(self) -> None:
        """Goes on with what is told by the clock; the rows stay, and what is selected."""
        if not self.isVisible():
            return
        now = datetime.now(UTC)
        for row, (workflow, trigger) in enumerate(self._rows):
            self._model.item(row, NEXT).setText(_next_words(workflow, trigger, now))
            self._model.item(row, LAST).setText(_last_words(trigger, now))

    def _row(self, workflow: api.Workflow, trigger: api.Trigger) -> list[QStandardItem]:
        now = datetime.now(UTC)
        fires = _fires(workflow, trigger)
        texts = (
            trigger.name or trigger.type,
            workflow.name or "unnamed",
            trigger_text(trigger),
            _next_words(workflow, trigger, now),
            _last_words(trigger, now),
            count_text(trigger.trigger_count),
            trigger.error or ("active" if fires else _why_quiet(workflow, trigger)),
        )
        row = [QStandardItem(text) for text in texts]
        row[0].setIcon(self._theme.icon(trigger.type, "kind:start"))
        row[0].setData(workflow.path or "", PATH)
        if trigger.next_due is not None:
            row[NEXT].setToolTip(plain_tooltip(local_date_time(trigger.next_due)))
        tone = "failed_text" if trigger.error else "completed_text" if fires else "muted"
        row[6].setForeground(self._theme.color(tone))
        for item in row[2:6]:
            item.setForeground(self._theme.color("muted"))
        return row

    def _open(self, row: int) -> None:
        path = self._model.item(row, 0).data(PATH)
        if path:
            self.open_wanted.emit(path)


def trigger_text(trigger: api.Trigger) -> str:
    """What a trigger waits for, in a line: its type says it."""
    kind = catalogue().trigger_types.get(trigger.type)
    return (kind.summary(trigger.config) if kind else "") or trigger.type


def _why_quiet(workflow: api.Workflow, trigger: api.Trigger) -> str:
    return workflow.status if trigger.is_enabled else "switched off"


def _fires(workflow: api.Workflow, trigger: api.Trigger) -> bool:
    return workflow.status == "active" and trigger.is_enabled


def _next_words(workflow: api.Workflow, trigger: api.Trigger, now: datetime) -> str:
    due = trigger.next_due
    return until_text(due, now) if due and _fires(workflow, trigger) else "–"


def _last_words(trigger: api.Trigger, now: datetime) -> str:
    return ago_text(trigger.last_triggered, now) if trigger.last_triggered else "–"


def _due_order(row: tuple[api.Workflow, api.Trigger]) -> tuple[bool, datetime, str]:
    """What fires next comes first, what never does last."""
    workflow, trigger = row
    quiet = workflow.status != "active" or trigger.next_due is None
    return quiet, trigger.next_due or datetime.max.replace(tzinfo=UTC), workflow.name
