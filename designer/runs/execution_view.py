"""One execution: its canvas with the states as they were or are, its log and its data."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from designer.runs.executions_model import duration_of
from designer.runs.node_actions import RunMenu, run_menu
from designer.runs.panel import RunPanel
from designer.runs.run_controls import RunControls
from designer.runs.session import RunSession, Spawn
from designer.theme import Theme
from designer.theme.widgets import Button, ElidedLabel, IconButton, Label, lay_out
from designer.theme.wording import local_date_time, state_word
from engine import EngineClient

SAYS_NOTHING = frozenset({"It completed.", "It goes on."})
"""Words that the state tells as well."""


class StateCanvas(Protocol):
    """A picture of a workflow that shows the states of its steps; the shell makes it."""

    @property
    def widget(self) -> QWidget: ...

    def show_run(self, session: RunSession) -> None:
        """Draws the states of the steps."""
        ...

    def on_menu(self, fill: RunMenu) -> None:
        """Lets the menu of a node be added to."""
        ...

    def on_step(self, callback: Callable[[str], None]) -> None:
        """Calls back with the id of a step that is selected."""
        ...

    def select(self, step_id: str) -> None:
        """Selects a step and brings it into view."""
        ...

    def close(self) -> None:
        """Lets go of what it holds."""
        ...


CanvasMaker = Callable[[str, QWidget], StateCanvas]
"""Makes a canvas from a definition's text, as a child of a widget."""


class ExecutionView(QWidget):
    """Shows one execution after the other; ``left`` tells that the user goes back."""

    left = Signal()
    edit_wanted = Signal(str)
    """The path of the workflow's file."""
    execution_wanted = Signal(str)
    """Another execution is to be shown."""

    def __init__(
        self,
        theme: Theme,
        client: EngineClient,
        spawn: Spawn,
        make_canvas: CanvasMaker,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = RunSession(client, spawn, self)
        self._theme = theme
        self._client = client
        self._spawn = spawn
        self._make_canvas = make_canvas
        self.canvas: StateCanvas | None = None
        self._path = ""
        self._words = ""
        self._sized = False
        self._title = ElidedLabel(theme, "", "heading")
        self._facts = Label(theme, "", "body", "muted")
        self.relative = Button(theme, "", "link")
        self._why = ElidedLabel(theme, "", "body", "failed")
        self.controls = RunControls(theme, self.session, spawn)
        self._edit = Button(theme, "Open the file", icon="design")
        self.panel = RunPanel(theme, self.session, spawn, self.controls)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._clock = QTimer(self, interval=1000)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        theme = self._theme
        head = QFrame()
        head.setProperty("role", "section-head")
        column = QVBoxLayout(head)
        lay_out(column, 4, (8, 8, 12, 8))
        row = QHBoxLayout()
        lay_out(row, theme.space("s"))
        back = IconButton(theme, "chevron-left", "Back to all runs")
        back.clicked.connect(self.left)
        row.addWidget(back)
        row.addWidget(self._title, 1)
        row.addWidget(self.relative)
        row.addWidget(self._facts)
        row.addWidget(self.controls)
        row.addWidget(self._edit)
        column.addLayout(row)
        self._why.setContentsMargins(36, 0, 0, 0)
        column.addWidget(self._why)
        self._splitter.addWidget(QWidget())
        self._splitter.addWidget(self.panel)
        self._splitter.setStretchFactor(0, 1)
        outer = QVBoxLayout(self)
        lay_out(outer)
        outer.addWidget(head)
        outer.addWidget(self._splitter, 1)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._sized:
            self._sized = True
            bottom = self._theme.tokens.size["bottom"]
            self._splitter.setSizes([max(bottom, self.height() - bottom), bottom])

    def _connect(self) -> None:
        self.session.states_changed.connect(self._draw_states)
        self.session.execution_changed.connect(self._show_facts)
        self.session.execution_changed.connect(self._draw_states)
        self._clock.timeout.connect(self._show_facts)
        self.controls.explained.connect(self._show_why)
        self.controls.retried.connect(self.execution_wanted)
        self.relative.clicked.connect(self._open_relative)
        self._edit.clicked.connect(self._ask_edit)
        self.panel.step_chosen.connect(self._select)
        self.panel.execution_wanted.connect(self.execution_wanted)

    async def show_execution(self, execution_id: str) -> None:
        """Shows another execution. Raises ClientError when it is not there."""
        self._words = ""
        await self.session.attach(execution_id)
        execution = self.session.execution
        if execution is None or execution.id != execution_id:
            return
        self._show_canvas(execution.source or "")
        failed = next((s for s in execution.step_executions if s.error is not None), None)
        self.panel.show_step(failed.step_id if failed else "")
        workflow = await self._client.workflow(execution.workflow_id)
        self._path = workflow.path or ""
        self._edit.setVisible(bool(self._path))

    def close_execution(self) -> None:
        """Follows nothing and lets go of the canvas."""
        self._clock.stop()
        self.session.clear()
        self._show_canvas("")

    def _show_canvas(self, text: str) -> None:
        sizes, before = self._splitter.sizes(), self.canvas
        self.canvas = self._make_canvas(text, self) if text else None
        shown = self.canvas.widget if self.canvas else QWidget(self)  # the splitter keeps none
        old = self._splitter.replaceWidget(0, shown)  # as visible as what it replaces
        shown.show()
        if before is not None:
            before.close()
        if old is not None:
            old.deleteLater()
        if self._sized:
            self._splitter.setSizes(sizes)
        if self.canvas is not None:
            self.canvas.on_step(self.panel.show_step)
            self.canvas.on_menu(run_menu(self._theme, self.session, self._spawn, self.panel))
            self._draw_states()

    def _draw_states(self) -> None:
        if self.canvas is not None:
            self.canvas.show_run(self.session)

    def _show_facts(self) -> None:
        execution = self.session.execution
        if execution is None:
            return
        self._title.set_full_text(execution.workflow_name or "unnamed")
        started = local_date_time(execution.start_time or execution.created_at)
        taken = duration_of(execution, datetime.now(UTC))
        cause = "repeated" if execution.retry_of else state_word(execution.trigger_type)
        self._facts.setText(f"{cause} · {started} · {taken}")
        self.relative.setText("The run it is part of" if execution.parent_execution_id else "")
        if execution.retry_of:
            self.relative.setText("The run it repeats")
        self.relative.setVisible(bool(self.relative.text()))
        self._show_why(self._words)
        if self.session.running and not self._clock.isActive():
            self._clock.start()
        elif not self.session.running:
            self._clock.stop()

    def _select(self, step_id: str) -> None:
        if self.canvas is not None:
            self.canvas.select(step_id)

    def _show_why(self, words: str) -> None:
        """The error of a run that failed, else the engine's words."""
        self._words = words
        execution = self.session.execution
        error = execution.error_message if execution is not None else None
        said = error or words or (execution.reason if execution is not None else "") or ""
        shown = "" if said in SAYS_NOTHING else said
        self._why.set_full_text(shown)
        self._why.setVisible(bool(shown))
        waits = self.session.status in ("waiting", "paused")
        self._why.set_tone("failed" if error else "warning" if waits else "muted")

    def _open_relative(self) -> None:
        """Shows the execution that this one repeats, or is part of."""
        execution = self.session.execution
        if execution is not None:
            self.execution_wanted.emit(execution.retry_of or execution.parent_execution_id or "")

    def _ask_edit(self) -> None:
        self.edit_wanted.emit(self._path)
