"""Questions that steps put to a person: what is asked, and the ways to answer."""

import getpass
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from designer.runs.session import RunSession, Spawn
from designer.runs.waits import key_of, option_word, question_of, takes_output
from designer.theme import Theme
from designer.theme.widgets import (
    Button,
    Combo,
    ElidedLabel,
    IconLabel,
    Label,
    WrappedLabel,
    lay_out,
    set_style_property,
)
from designer.theme.wording import ago_text, plural
from engine import ClientError, api

MOST = 2
"""Questions shown at once over a run."""
NO_JSON = 'This is no JSON: write {"id": 7}, "text" or 12'
OUTPUT_TIP = 'What it had made, for "It completed"'
COMPLETED = "completed"
"""The answer that an output goes with."""
Answer = Callable[[str, api.AnswerWrite], Awaitable[None]]
"""Sends an answer to a step execution. Raises ClientError."""


def this_person() -> str:
    """Who answers: the name of the user of this machine, empty where it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


class AnswerCard(QFrame):
    """One question with its answers; ``opened`` asks for the run it belongs to."""

    opened = Signal(str)

    def __init__(
        self,
        theme: Theme,
        step: api.StepExecution,
        answer: Answer,
        spawn: Spawn,
        *,
        listed: bool = False,
    ) -> None:
        """``listed``: it stands in a list of several runs, and says to which it belongs."""
        super().__init__()
        self._theme = theme
        self.step = step
        self._answer = answer
        self._spawn = spawn
        self._listed = listed
        self.buttons: dict[str, Button] = {}
        self.comment = QLineEdit()
        self.output = QLineEdit()
        self._people = Combo("Who answers", "inline")
        self._lay_out()
        self._dress()
        theme.changed.connect(self._dress)

    def _lay_out(self) -> None:
        theme, step = self._theme, self.step
        column = QVBoxLayout(self)
        lay_out(column, 6, (12, 8, 12, 9))
        head = QHBoxLayout()
        lay_out(head, theme.space("s"))
        head.addWidget(IconLabel(theme, "state-waiting", "warning_text"))
        head.addWidget(WrappedLabel(theme, question_of(step), "strong"), 1)
        head.addWidget(Label(theme, self._place_words(), "detail", "muted"))
        column.addLayout(head)
        column.addLayout(self._make_row())

    def _make_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        lay_out(row, self._theme.space("s"), (24, 0, 0, 0))
        self._add_field(row, self.comment, "Comment")
        if takes_output(self.step):
            self._add_field(row, self.output, "Output (JSON)")
            self.output.setToolTip(OUTPUT_TIP)
            self.output.textChanged.connect(lambda: self._mark_output(True))
        if self.step.assignees:
            self._people.addItems(self.step.assignees)
            me = self._people.findText(this_person())
            self._people.setCurrentIndex(max(0, me))
            self._people.setToolTip("This question is for these people; answer as one of them")
            row.addWidget(self._people)
        for option in self.step.options:
            button = Button(self._theme, option_word(self.step, option))
            button.clicked.connect(lambda _checked=False, option=option: self._choose(option))
            self.buttons[option] = button
            row.addWidget(button)
        if self._listed:
            link = Button(self._theme, "Open the run", "link")
            link.clicked.connect(lambda: self.opened.emit(self.step.execution_id))
            row.addWidget(link)
        return row

    def _add_field(self, row: QHBoxLayout, field: QLineEdit, words: str) -> None:
        field.setPlaceholderText(words)
        field.setAccessibleName(words)
        field.setMinimumWidth(90)
        row.addWidget(field, 1)

    def _place_words(self) -> str:
        since = self.step.start_time
        ago = ago_text(since, datetime.now(UTC)) if since is not None and self._listed else ""
        name = (self.step.workflow_name or "unnamed") if self._listed else ""
        return " · ".join(part for part in (name, key_of(self.step), ago) if part)

    def _choose(self, option: str) -> None:
        try:
            output = self._output(option)
        except ValueError:
            self._mark_output(False)
            return
        self._enable(False)
        write = api.AnswerWrite(
            decision=option, by=self._who(), comment=self.comment.text().strip(), output=output
        )
        self._spawn(self._send(write))

    async def _send(self, write: api.AnswerWrite) -> None:
        try:
            await self._answer(self.step.id, write)
        except ClientError:
            self._enable(True)
            raise

    def _output(self, option: str) -> Any:
        """The output that goes with an answer. Raises ValueError where it is no JSON."""
        text = self.output.text().strip()
        return json.loads(text) if text and option == COMPLETED else None

    def _mark_output(self, valid: bool) -> None:
        set_style_property(self.output, "invalid", not valid)
        self.output.setToolTip(OUTPUT_TIP if valid else NO_JSON)

    def _who(self) -> str:
        return self._people.currentText() if self.step.assignees else this_person()

    def _enable(self, enabled: bool) -> None:
        for widget in (*self.buttons.values(), self.comment, self.output, self._people):
            widget.setEnabled(enabled)

    def _dress(self) -> None:
        ground = self._theme.color("panel" if self._listed else "warning_soft").name()
        line = self._theme.color("line").name()
        self.setStyleSheet(
            f"AnswerCard {{ background: {ground}; border: none; border-bottom: 1px solid {line}; }}"
        )


class AnswerCards(QWidget):
    """Cards for some questions; those that are there already keep what was typed in them."""

    opened = Signal(str)

    def __init__(
        self,
        theme: Theme,
        answer: Answer,
        spawn: Spawn,
        *,
        listed: bool = False,
        most: int = MOST,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._answer = answer
        self._spawn = spawn
        self._listed = listed
        self._most = most
        self._cards: dict[str, AnswerCard] = {}
        self._more = ElidedLabel(theme, "", "detail", "muted")
        self._more.setContentsMargins(36, 4, 12, 4)
        self._column = QVBoxLayout(self)
        lay_out(self._column)
        self._column.addWidget(self._more)
        self.hide()

    @property
    def cards(self) -> list[AnswerCard]:
        return list(self._cards.values())

    def show_questions(self, steps: list[api.StepExecution]) -> None:
        """Shows these, in this order; at most so many, and how many there are besides."""
        shown = {_mark(step): step for step in steps[: self._most]}
        for mark in [mark for mark in self._cards if mark not in shown]:
            card = self._cards.pop(mark)
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        for place, (mark, step) in enumerate(shown.items()):
            if mark not in self._cards:
                card = AnswerCard(self._theme, step, self._answer, self._spawn, listed=self._listed)
                card.opened.connect(self.opened)
                self._cards[mark] = card
            self._column.insertWidget(place, self._cards[mark])
        left = len(steps) - len(shown)
        self._more.setVisible(left > 0)
        self._more.set_full_text(f"{plural(left, 'more question')} after these")
        self.setVisible(bool(steps))


class RunQuestions(AnswerCards):
    """The questions of the execution that a RunSession follows."""

    def __init__(self, theme: Theme, session: RunSession, spawn: Spawn) -> None:
        super().__init__(theme, session.answer, spawn)
        self._session = session
        session.asking_changed.connect(self._refresh)

    def _refresh(self) -> None:
        self.show_questions(self._session.asking)


def _mark(step: api.StepExecution) -> str:
    """What tells one question from another: a step may ask anew at its next attempt."""
    return f"{step.id} {step.attempt} {step.waits_for}"
