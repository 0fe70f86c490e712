"""Gives the inspector what the last run knows of the selected step: its state and its data."""

from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from designer.document import Document
from designer.inspector import InspectorView
from designer.runs import RunPanel, RunSession
from designer.runs.waits import needs_answer, wait_note
from designer.theme.wording import clock_text, duration_text, state_word
from engine import Workflow, api

TICK_MS = 1000


class InspectorLink(QObject):
    """Follows one document's run and selection."""

    context_given = Signal(object)
    """The data of the last run as templates see them; None for none."""

    def __init__(
        self,
        document: Document,
        inspector: InspectorView,
        session: RunSession,
        panel: RunPanel,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._inspector = inspector
        self._session = session
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self._show_state)
        document.selection.changed.connect(self._show_state)
        session.states_changed.connect(self._show_state)
        session.reset.connect(self._forget)
        session.finished.connect(self._give_context)
        panel.data.shown.connect(self._give_data)

    def _show_state(self) -> None:
        step = self._session.steps.get(self._document.selection.current or "")
        if step is None:
            self._inspector.set_state("")
            self._clock.stop()
            return
        self._inspector.set_state(step.status, state_words(step, datetime.now(UTC)))
        if step.status == "running" and not self._clock.isActive():
            self._clock.start()
        elif step.status != "running":
            self._clock.stop()

    def _forget(self) -> None:
        self._inspector.set_run_data()
        self._tell_context(None)
        self._show_state()

    def _give_data(self, step: api.StepExecution | None) -> None:
        if step is None:
            self._inspector.set_run_data()
            return
        error = {"type": step.error.type, "message": step.error.message} if step.error else None
        self._inspector.set_run_data(step.input, step.output, error)

    def _give_context(self) -> None:
        execution, workflow = self._session.execution, self._document.workflow
        if execution is not None and workflow is not None:
            self._tell_context(template_context(workflow, execution))

    def _tell_context(self, context: dict[str, Any] | None) -> None:
        self._inspector.set_context(context)
        self.context_given.emit(context)


def state_words(step: api.StepExecution, now: datetime) -> str:
    """``running 0:14``, ``waiting until 14:00``, ``answer needed``, ``completed 1.2 s``."""
    word = state_word(step.status)
    note = wait_note(step, now)
    if step.origin or note:
        return step.origin or (note if needs_answer(step) else f"{word} {note}")
    if step.duration is not None:
        return f"{word} {duration_text(step.duration)}"
    if step.status == "running" and step.start_time is not None:
        return f"{word} {clock_text((now - step.start_time).total_seconds())}"
    return word


def template_context(workflow: Workflow, execution: api.Execution) -> dict[str, Any]:
    """What templates see of an ended execution: for previews, so without secrets."""
    properties = (workflow.inputs or {}).get("properties")
    described = properties if isinstance(properties, dict) else {}
    defaults = {
        name: schema["default"]
        for name, schema in described.items()
        if isinstance(schema, dict) and "default" in schema
    }
    steps = {
        step.step_id: {
            "output": step.output if step.status == "completed" else None,
            "status": step.status,
            "attempt": step.attempt,
            "error": {"type": step.error.type, "message": step.error.message}
            if step.error
            else None,
        }
        for step in execution.step_executions
    }
    return {
        "input": execution.input,
        "variables": {**workflow.variables, **defaults, **execution.input},
        "steps": steps,
        "execution": {"id": execution.id, "status": execution.status},
        "workflow": {"id": execution.workflow_id, "name": execution.workflow_name},
    }
