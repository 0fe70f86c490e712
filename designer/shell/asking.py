"""Brings questions of waiting steps to the user: a count in the rail, and toasts elsewhere."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from designer.runs.answers import this_person
from designer.runs.waits import option_word, question_of
from designer.theme.notices import Choice
from engine import api

if TYPE_CHECKING:
    from designer.shell.window import MainWindow

MOST_OPTIONS = 3
"""Buttons of a toast; a question with more is answered where its run is shown."""


class Asking(QObject):
    """Follows the inbox of the Runs page."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._inbox = window.runs.inbox
        self._known: set[str] | None = None
        """The questions that were told or seen; None before the first were read."""
        self._told: set[str] = set()
        self._inbox.changed.connect(self._changed)
        window.link.state_changed.connect(self._engine_changed)
        window.pages.stack.currentChanged.connect(self._dismiss_seen)
        window.runs.opened.connect(self._dismiss_seen)

    def _engine_changed(self, state: str) -> None:
        if state == "ready":
            self._inbox.refresh()

    def _changed(self) -> None:
        items = {_mark(step): step for step in self._inbox.items}
        self._window.rail.button("runs").set_count(self._inbox.count_text, "waiting for an answer")
        for mark in self._told - items.keys():
            self._window.toasts.dismiss(mark)
        self._told &= items.keys()
        fresh = items.keys() - self._known if self._known is not None else set()
        self._known = set(items)
        for mark in fresh:
            if not self._is_seen(items[mark]):
                self._tell(mark, items[mark])

    def _dismiss_seen(self) -> None:
        """Another page or run is shown: what is asked there needs no toast."""
        for step in self._inbox.items:
            if _mark(step) in self._told and self._is_seen(step):
                self._told.discard(_mark(step))
                self._window.toasts.dismiss(_mark(step))

    def _is_seen(self, step: api.StepExecution) -> bool:
        """Whether the window shows the run, and with it the question, or the inbox."""
        window = self._window
        if window.pages.current == "runs":
            return window.runs.shown_execution in ("", step.execution_id)
        space = window.desk.current
        run = space.session.execution if space is not None else None
        shown = window.pages.current == "design" and not window.design.is_folded("bottom")
        return shown and run is not None and run.id == step.execution_id

    def _tell(self, mark: str, step: api.StepExecution) -> None:
        self._told.add(mark)
        name = step.workflow_name or "A workflow"
        choices: list[Choice] = []
        if len(step.options) <= MOST_OPTIONS and self._may_answer(step):
            choices = [(option_word(step, o), self._answering(step, o)) for o in step.options]
        choices.append(("Open", lambda: self._window.pages.open_execution(step.execution_id)))
        self._window.toasts.ask(mark, f"{name}: {question_of(step)}", choices)

    def _may_answer(self, step: api.StepExecution) -> bool:
        return not step.assignees or this_person() in step.assignees

    def _answering(self, step: api.StepExecution, option: str) -> Callable[[], object]:
        """What the button of an answer does."""
        write = api.AnswerWrite(decision=option, by=this_person())

        def answer() -> None:
            self._window.tasks.spawn(self._inbox.answer(step.id, write))

        return answer


def _mark(step: api.StepExecution) -> str:
    """What tells one question from another: a step may ask anew at its next attempt."""
    return f"{step.id} {step.attempt}"
