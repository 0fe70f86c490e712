"""Shows what an execution did on a canvas: states of steps as states of nodes."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from designer.canvas import CanvasView, NodeState
from designer.document import Document
from designer.theme import Theme
from engine import api


def node_states(steps: Mapping[str, api.StepExecution]) -> dict[str, NodeState]:
    """What the canvas draws of each step's execution."""
    return {
        key: NodeState(
            status=step.status,
            duration=step.duration,
            attempt=max(1, step.attempt),
            max_attempts=step.max_attempts,
            started=step.start_time,
        )
        for key, step in steps.items()
    }


class ExecutionCanvas:
    """A read-only canvas of the text that an execution ran."""

    def __init__(self, theme: Theme, text: str, parent: QWidget) -> None:
        self._document = Document.from_text(text)
        self._canvas = CanvasView(self._document, theme, parent, read_only=True)
        self._document.setParent(self._canvas)

    @property
    def widget(self) -> QWidget:
        return self._canvas

    def show_steps(self, steps: Mapping[str, api.StepExecution]) -> None:
        self._canvas.set_states(node_states(steps))

    def on_step(self, callback: Callable[[str], None]) -> None:
        selection = self._document.selection
        selection.changed.connect(lambda: callback(selection.current or ""))

    def select(self, step_id: str) -> None:
        self._document.selection.set([step_id])
        self._canvas.center_on(step_id)

    def close(self) -> None:
        self._canvas.hide()
