"""What waits for a person in all executions: read from the engine, brought up to date by events."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from designer.runs.answers import AnswerCards
from designer.runs.session import Spawn
from designer.runs.waits import ANSWERED
from designer.theme import Theme
from designer.theme.widgets import Label, lay_out
from designer.theme.wording import count_text
from engine import EngineClient, api

SOON_MS = 150
MOST = 50
"""Questions read and shown; more are counted as ``50+``."""
TALLEST = 260


class Inbox(QObject):
    """Holds the questions, the newest first; ``changed`` tells when they are known for the first
    time, and when there are others."""

    changed = Signal()

    def __init__(self, client: EngineClient, spawn: Spawn, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._spawn = spawn
        self._items: list[api.StepExecution] = []
        self._reading = 0
        self.was_read = False
        """Whether what waits is known."""
        self.has_more = False
        """Whether there are questions besides those that were read."""
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self.refresh)

    @property
    def items(self) -> list[api.StepExecution]:
        return list(self._items)

    @property
    def count_text(self) -> str:
        """``3``, ``50+``; empty for none."""
        if not self._items:
            return ""
        return f"{count_text(len(self._items))}{'+' if self.has_more else ''}"

    def refresh(self) -> None:
        """Reads what waits now."""
        self._spawn(self._read())

    async def answer(self, step_execution_id: str, write: api.AnswerWrite) -> None:
        """Answers a question. Raises ClientError."""
        await self._client.answer(step_execution_id, write)

    def take_events(self, events: Iterable[api.Event]) -> None:
        """Notices questions that came or were answered; reads them once for many events."""
        known = {step.id for step in self._items}
        runs = {step.execution_id for step in self._items}
        if any(_concerns(event, known, runs) for event in events) and not self._soon.isActive():
            self._soon.start()

    async def _read(self) -> None:
        self._reading += 1
        mine = self._reading
        page = await self._client.waiting(ANSWERED, limit=MOST)
        if mine != self._reading:
            return
        self.has_more = page.next_cursor is not None
        if page.items != self._items or not self.was_read:
            self._items, self.was_read = page.items, True
            self.changed.emit()


def _concerns(event: api.Event, known: set[str], runs: set[str]) -> bool:
    """Whether an event asks a question, or ends one that is known."""
    if event.type.startswith("step.") and isinstance(event.data, dict):
        return event.data.get("waits_for") in ANSWERED or event.data.get("id") in known
    ended = event.type.removeprefix("execution.") in api.ENDED
    return ended and event.execution_id in runs


class InboxView(QFrame):
    """The questions as cards that can be answered in place; hidden while there are none."""

    opened = Signal(str)

    def __init__(self, theme: Theme, inbox: Inbox, spawn: Spawn) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._inbox = inbox
        self._count = Label(theme, "", "body", "muted")
        self.cards = AnswerCards(theme, inbox.answer, spawn, listed=True, most=MOST)
        self.cards.opened.connect(self.opened)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setMaximumHeight(TALLEST)
        inside = QWidget()
        inside.setProperty("ground", "panel")
        column = QVBoxLayout(inside)
        lay_out(column)
        column.addWidget(self.cards)
        column.addStretch(1)
        self._area.setWidget(inside)
        head = QHBoxLayout()
        lay_out(head, theme.space("s"), (12, 9, 12, 7))
        head.addWidget(Label(theme, "Waiting for your answer", "strong"))
        head.addWidget(self._count)
        head.addStretch(1)
        outer = QVBoxLayout(self)
        lay_out(outer, 0, (1, 1, 1, 6))
        outer.addLayout(head)
        outer.addWidget(self._area)
        inbox.changed.connect(self._show_items)
        self._show_items()

    def _show_items(self) -> None:
        items = self._inbox.items
        self._count.setText(self._inbox.count_text)
        self.cards.show_questions(items)
        self.setVisible(bool(items))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As tall as the questions are at this width, up to a limit; then they scroll."""
        height = self.cards.heightForWidth(self._area.viewport().width())
        self._area.setFixedHeight(min(TALLEST, max(height, 0)))
