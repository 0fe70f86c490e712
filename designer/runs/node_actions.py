"""What the menu of a node offers in a run: to repeat it from there, to open its execution."""

from collections.abc import Callable

from PySide6.QtWidgets import QMenu

from designer.runs.panel import RunPanel
from designer.runs.session import RunSession, Spawn
from designer.theme import Theme
from engine import api

RunMenu = Callable[[QMenu, str], None]
"""Adds to the menu of the node with a key."""
RETRIABLE = frozenset({"completed", "failed", "cancelled", "timed_out", "skipped"})


def run_menu(theme: Theme, session: RunSession, spawn: Spawn, panel: RunPanel) -> RunMenu:
    """The entries for a run that a RunSession follows; its panel carries them out."""

    def fill(menu: QMenu, key: str) -> None:
        step = session.steps.get(key)
        if step is None:
            return
        retry = not session.running and step.status in RETRIABLE
        child = step.waits_for == "child" or step.child_execution_id is not None
        if not (retry or child or _may_have_child(session, step)):
            return
        menu.addSeparator()
        if retry:
            again = menu.addAction(theme.icon("refresh", "muted"), "Retry from here")
            write = api.RetryWrite(from_step=key)
            again.triggered.connect(lambda: panel.controls.begin_again(write))
        if child or _may_have_child(session, step):
            open_ = menu.addAction(theme.icon("external", "muted"), "Open its execution")
            open_.triggered.connect(lambda: spawn(_open_child(session, step.id, panel)))

    return fill


def _may_have_child(session: RunSession, step: api.StepExecution) -> bool:
    """Whether an ended step started an execution: its events do not tell, its output does."""
    output = step.output
    return isinstance(output, dict) and "execution_id" in output and "output" in output


async def _open_child(session: RunSession, identity: str, panel: RunPanel) -> None:
    detail = await session.step_detail(identity)
    if detail is not None and detail.child_execution_id is not None:
        panel.execution_wanted.emit(detail.child_execution_id)
