"""Shows what an execution did on a canvas: states of steps as states of nodes."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtWidgets import QWidget

from designer.canvas import CanvasView, NodeState
from designer.document import Document, trigger_name
from designer.runs import RunMenu, RunSession
from designer.runs.waits import wait_note
from designer.theme import Theme

_ENDED = frozenset({"completed", "failed", "skipped", "cancelled", "timed_out"})


def node_states(session: RunSession, document: Document) -> dict[str, NodeState]:
    """What the canvas draws of each step's execution."""
    now = datetime.now(UTC)
    states = {
        key: NodeState(
            status=step.status,
            duration=step.duration,
            attempt=max(1, step.attempt),
            max_attempts=step.max_attempts,
            started=step.start_time,
            note=wait_note(step, now) or session.counts.text(key),
            origin=step.origin or "",
        )
        for key, step in session.steps.items()
    }
    if session.status == "paused":
        states |= {key: NodeState("paused") for key in held_nodes(session, document)}
    return states


def held_nodes(session: RunSession, document: Document) -> set[str]:
    """The steps that a pause holds back: their turn has come, or they would run again."""
    steps = session.steps
    held = {key for key, step in steps.items() if step.status == "pending"}
    sources: dict[str, set[str]] = {}
    for edge in document.edges():
        if trigger_name(edge.src) is None:
            sources.setdefault(edge.dst, set()).add(edge.src)
    for node in document.nodes():
        if node.kind != "step" or node.key in steps or node.handler or not node.enabled:
            continue
        before = sources.get(node.key, set())
        if all(key in steps and steps[key].status in _ENDED for key in before):
            held.add(node.key)
    return held


class ExecutionCanvas:
    """A read-only canvas of the text that an execution ran."""

    def __init__(self, theme: Theme, text: str, parent: QWidget) -> None:
        self._document = Document.from_text(text)
        self._canvas = CanvasView(self._document, theme, parent, read_only=True)
        self._document.setParent(self._canvas)

    @property
    def widget(self) -> QWidget:
        return self._canvas

    def show_run(self, session: RunSession) -> None:
        self._canvas.set_states(node_states(session, self._document))

    def on_step(self, callback: Callable[[str], None]) -> None:
        selection = self._document.selection
        selection.changed.connect(lambda: callback(selection.current or ""))

    def on_menu(self, fill: RunMenu) -> None:
        self._canvas.node_menu_opening.connect(fill)

    def select(self, step_id: str) -> None:
        self._document.selection.set([step_id])
        self._canvas.center_on(step_id)

    def close(self) -> None:
        self._canvas.hide()
