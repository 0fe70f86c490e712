"""Run, Stop and Validate: what is on the screen goes to the engine, and problems to the user."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from designer.runs import RunForm, Spawn, asks_for_input
from designer.shell.engine_link import EngineLink
from designer.shell.memory import Memory
from designer.shell.space import DocumentSpace
from designer.theme import Theme
from designer.theme.wording import duration_text, one_line, plural, state_word
from engine import ClientError, api

INPUTS = "runs/inputs"
MOST_INPUTS = 50
Tell = Callable[[str, str], None]
"""Shows a short message in a tone: info, completed, warning or failed."""


class RunControl(QObject):
    """``started`` carries the space whose document began to run."""

    started = Signal(object)
    problems_wanted = Signal(object)

    def __init__(
        self,
        theme: Theme,
        link: EngineLink,
        memory: Memory,
        spawn: Spawn,
        tell: Tell,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._link = link
        self._memory = memory
        self._spawn = spawn
        self._tell = tell
        self._window = window

    def run(self, space: DocumentSpace) -> None:
        """Runs the text on the screen, saved or not; asks for its input where it has any."""
        space.document.settle()
        workflow = space.document.workflow
        if workflow is None or self._errors(space):
            self.validate(space)
            return
        if not asks_for_input(workflow):
            self._spawn(self._start(space, {}))
            return
        form = RunForm(self._theme, workflow, self._remembered(space), self._window)
        form.submitted.connect(lambda given: self._submit(space, given))
        form.open()

    def stop(self, space: DocumentSpace) -> None:
        """Cancels the execution that the document shows."""
        self._spawn(space.session.cancel())

    def pause(self, space: DocumentSpace) -> None:
        """Pauses the execution that the document shows; goes on with it where it is paused."""
        session = space.session
        self._spawn(session.resume() if session.status == "paused" else session.pause())

    def retry(self, space: DocumentSpace) -> None:
        """Repeats the ended execution from what did not complete, and shows that."""
        space.controls.begin_again(api.RetryWrite())

    def validate(self, space: DocumentSpace) -> None:
        """Says whether the workflow can run; shows what is wrong."""
        space.document.settle()
        errors = self._errors(space)
        warnings = len(space.document.problems) - errors
        if errors:
            self.problems_wanted.emit(space)
            self._tell(f"{plural(errors, 'error')} to mend before it can run.", "failed")
        elif warnings:
            self.problems_wanted.emit(space)
            self._tell(f"Valid, with {plural(warnings, 'warning')}.", "warning")
        else:
            self._tell("Valid: the workflow is ready to run.", "completed")

    def _errors(self, space: DocumentSpace) -> int:
        return sum(problem.severity == "error" for problem in space.document.problems)

    def _submit(self, space: DocumentSpace, given: dict[str, Any]) -> None:
        self._remember(space, given)
        self._spawn(self._start(space, given))

    async def _start(self, space: DocumentSpace, given: dict[str, Any]) -> None:
        document = space.document
        path = str(document.path) if document.path and self._link.local else None
        write = api.ExecutionWrite(source=document.text, path=path, input=given)
        try:
            await space.session.start(write)
        except ClientError as error:
            self._tell(refusal_text(error), "failed")
            if error.document.problems:
                self.problems_wanted.emit(space)
            return
        self.started.emit(space)

    def watch(self, space: DocumentSpace) -> None:
        """Says from now on how each run of a document ends, where the canvas does not."""
        space.session.finished.connect(lambda status: self._tell_end(space, status))

    def _tell_end(self, space: DocumentSpace, status: str) -> None:
        execution = space.session.execution
        if execution is None:
            return
        name = execution.workflow_name or "The workflow"
        if status == "completed":
            if not space.canvas.isVisible():  # else its nodes have told it
                taken = duration_text(execution.duration)
                self._tell(f"{name} completed in {taken}.", "completed")
        else:
            why = f": {one_line(execution.error_message)}" if execution.error_message else "."
            tone = "info" if status == "cancelled" else "failed"
            self._tell(f"{name} {state_word(status)}{why}", tone)

    def _remembered(self, space: DocumentSpace) -> dict[str, Any]:
        known = self._memory.get(INPUTS, {})
        found = known.get(str(space.document.path), {}) if isinstance(known, dict) else {}
        return found if isinstance(found, dict) else {}

    def _remember(self, space: DocumentSpace, given: dict[str, Any]) -> None:
        if space.document.path is None:
            return
        known = self._memory.get(INPUTS, {})
        known = known if isinstance(known, dict) else {}
        known.pop(str(space.document.path), None)
        known[str(space.document.path)] = given
        self._memory.put(INPUTS, dict(list(known.items())[-MOST_INPUTS:]))


def refusal_text(error: ClientError) -> str:
    """Why the engine refused, with the first problem it names."""
    problems = error.document.problems or []
    first = next((p for p in problems if p.severity == "error"), None)
    return f"{error}: {first.message}" if first and first.message not in str(error) else str(error)
