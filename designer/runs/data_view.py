"""What a step received and gave, and why it is where it is: input, output, error and log."""

import json
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QMenu,
    QPlainTextEdit,
    QSplitter,
    QStackedWidget,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from designer.runs.inner_list import InnerList, is_inside
from designer.runs.session import RunSession, Spawn
from designer.runs.step_head import StepHead
from designer.theme import Theme
from designer.theme.json_model import JsonModel, expression_path
from designer.theme.segments import SegmentedControl
from designer.theme.widgets import EmptyState, lay_out
from designer.theme.wording import local_time
from engine import api

PARTS = (("output", "Output"), ("input", "Input"), ("error", "Error"), ("log", "Log"))
SOON_MS = 60
AGAIN_MS = 2000
"""How often what is shown is read again while it has not ended: times and reasons move on."""
STEP_ENDED = frozenset({"completed", "failed", "skipped", "cancelled", "timed_out"})
LIST_WIDTH = 230


class Shown(Struct, frozen=True, kw_only=True):
    """What was read of one step execution."""

    step: api.StepExecution
    words: str = ""
    """Why it is where it is."""
    lines: list[api.LogLine] = []


class DataView(QWidget):
    """Shows one step of a RunSession; ``show_step`` chooses it, ``shown`` tells what is there."""

    shown = Signal(object)
    execution_wanted = Signal(str)
    """The execution of a sub-workflow is to be opened."""

    def __init__(
        self, theme: Theme, session: RunSession, spawn: Spawn, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._spawn = spawn
        self._step_id = ""
        self._wanted = ""
        """The id of the step execution that is to be shown: the step's, or one inside it."""
        self._shown: Shown | None = None
        self.model = JsonModel(self)
        self._tree = self._make_tree()
        self._log = self._make_log()
        self.head = StepHead(theme)
        self._parts = SegmentedControl(theme, PARTS, "tab")
        self.inner = InnerList(theme, session, spawn)
        self._empty = EmptyState(
            theme, "data", "No data yet", "Run the workflow, then select a step to see its data."
        )
        self._stack = QStackedWidget()
        self._bodies = QStackedWidget()
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._again = QTimer(self, interval=AGAIN_MS)
        self._lay_out()
        self._connect()

    def _make_tree(self) -> QTreeView:
        tree = QTreeView()
        tree.setModel(self.model)
        tree.setFont(self._theme.font("mono"))
        tree.setUniformRowHeights(True)
        tree.setHeaderHidden(True)
        tree.setAccessibleName("Data of the step")
        tree.setColumnWidth(0, 220)
        tree.setDragEnabled(True)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.customContextMenuRequested.connect(self._show_menu)
        return tree

    def _make_log(self) -> QPlainTextEdit:
        text = QPlainTextEdit()
        text.setReadOnly(True)
        text.setUndoRedoEnabled(False)
        text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        text.setProperty("role", "flat")
        text.setFont(self._theme.font("mono"))
        text.document().setDocumentMargin(8)
        text.setAccessibleName("Log of the step")
        text.setPlaceholderText("It wrote no lines.")
        return text

    def _lay_out(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        lay_out(column, 0)
        self.head.row.insertWidget(0, self._parts)
        column.addWidget(self.head)
        self._bodies.addWidget(self._tree)
        self._bodies.addWidget(self._log)
        self._bodies.setMinimumHeight(30)  # where room is short, the words above stay whole
        column.addWidget(self._bodies, 1)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.addWidget(self.inner)
        across.addWidget(page)
        across.setHandleWidth(1)
        across.setChildrenCollapsible(False)
        across.setStretchFactor(1, 1)
        across.setSizes([LIST_WIDTH, 1000])
        self.inner.setMinimumWidth(160)
        self.inner.hide()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(across)
        outer = QVBoxLayout(self)
        lay_out(outer)
        outer.addWidget(self._stack)

    def _connect(self) -> None:
        session = self._session
        self._parts.chosen.connect(self._show_part)
        self._soon.timeout.connect(self._refresh)
        self._again.timeout.connect(self._look_again)
        self.head.copy.clicked.connect(self._copy_all)
        self.head.opened.connect(self.execution_wanted)
        self.head.inside.clicked.connect(self._go_inside)
        self.inner.chosen.connect(self._show_inner)
        self.inner.filled.connect(self.inner.show)
        self.inner.list.activated.connect(self._go_inside)
        session.reset.connect(self._forget)
        session.states_changed.connect(self._refresh_if_touched)
        session.inner_changed.connect(self._refresh_if_inside)
        session.execution_changed.connect(self._refresh_unbegun)
        session.finished.connect(self._soon.start)

    def show_step(self, step_id: str) -> None:
        """Shows another step; nothing for an empty id or one that the execution has not."""
        if step_id == self._step_id and is_inside(
            self._wanted, self._session.step_execution_id(step_id)
        ):
            return  # one of its rounds is looked at
        self._step_id = step_id
        self._aim()

    def show_inner(self, step_execution_id: str) -> None:
        """Shows a step execution inside a body."""
        around = step_execution_id.rsplit(".", 2)[0]
        self._step_id = step_execution_id.partition(".")[2].partition(".")[0]
        self._wanted = step_execution_id
        self.inner.show_body(around)
        self.inner.choose(step_execution_id)
        self.inner.show()
        self._refresh()

    def _aim(self) -> None:
        self._wanted = self._session.step_execution_id(self._step_id) if self._step_id else ""
        self.inner.hide()
        self.inner.show_body(self._wanted)
        self.inner.setVisible(not self.inner.empty)
        self._refresh()

    def _show_inner(self, step_execution_id: str) -> None:
        self._wanted = step_execution_id
        self._refresh()

    def _go_inside(self) -> None:
        """Shows the rounds of a body that is itself inside one."""
        if self._wanted in self._session.bodies and self._is_inner():
            self.inner.show_body(self._wanted)

    def _is_inner(self) -> bool:
        return is_inside(self._wanted, self._session.step_execution_id(self._step_id))

    def _forget(self) -> None:
        self._wanted = ""
        self.inner.show_body("")
        self.inner.hide()
        self._show(None)
        if self._session.execution is not None:
            self._aim()

    def _refresh_if_touched(self, steps: frozenset[str]) -> None:
        if self._step_id in steps:
            self._soon.start()

    def _refresh_if_inside(self, steps: list[api.StepExecution]) -> None:
        if self._step_id and any(step.id == self._wanted for step in steps):
            self._soon.start()

    def _refresh_unbegun(self) -> None:
        """The execution changed: what has not begun may wait for something else now."""
        if self._shown is None or self._shown.step.status not in STEP_ENDED:
            self._soon.start()

    def _look_again(self) -> None:
        if self.isVisible():
            self._refresh()

    def _refresh(self) -> None:
        self._soon.stop()
        if self._wanted:
            self._spawn(self._read(self._wanted))
        else:
            self._show(None)

    async def _read(self, identity: str) -> None:
        step = await self._session.step_detail(identity)
        words = await self._session.explain_step(identity)
        if step is None and words:
            step = _unbegun(identity)
        if step is None:
            self._show_if_wanted(identity, None)
            return
        lines = (await self._session.step_log(identity)).items
        found = Shown(step=step, words=words, lines=lines)
        self._show_if_wanted(identity, found)

    def _show_if_wanted(self, identity: str, found: Shown | None) -> None:
        if identity == self._wanted:
            self._show(found)

    def _show(self, found: Shown | None) -> None:
        previous, self._shown = self._shown, found
        self._keep_looking(found)
        if found is None:
            self.shown.emit(None)
            self._stack.setCurrentIndex(0)
            return
        step = found.step
        if not self._is_inner():
            self.shown.emit(step if step.attempt or step.status != "pending" else None)
        has_body = step.id in self._session.bodies and step.id != self.inner.model.parent_id
        self.head.show_step(step, found.words, has_body=has_body)
        was = previous.step if previous is not None else None
        if step.error is not None and (was is None or was.id != step.id or was.error is None):
            self._parts.choose("error")
        elif step.error is None and self._parts.current == "error":
            self._parts.choose("output")
        if was != step or (previous is not None and previous.lines != found.lines):
            self._show_part()
        self._stack.setCurrentIndex(1)

    def _keep_looking(self, found: Shown | None) -> None:
        moving = found is not None and found.step.status not in STEP_ENDED
        if moving and self._session.running:
            self._again.start()
        else:
            self._again.stop()

    def _show_part(self) -> None:
        if self._parts.current == "log":
            self._bodies.setCurrentWidget(self._log)
            self._show_lines()
            return
        self._bodies.setCurrentWidget(self._tree)
        self.model.show_value(self._value(), self._expression())
        self._tree.expandToDepth(0)

    def _show_lines(self) -> None:
        lines = self._shown.lines if self._shown is not None else []
        text = "\n".join(f"{local_time(line.time)} {line.line}" for line in lines)
        if text != self._log.toPlainText():
            self._log.setPlainText(text)

    def _value(self) -> Any:
        if self._shown is None:
            return None
        step = self._shown.step
        if self._parts.current == "error":
            return {"type": step.error.type, "message": step.error.message} if step.error else None
        return step.input if self._parts.current == "input" else step.output

    def _expression(self) -> str:
        """How a template names what is shown; only an output has a name."""
        if self._shown is None or self._parts.current != "output":
            return ""
        return expression_path("steps", (self._shown.step.step_id, "output"))

    def _copy_all(self) -> None:
        _copy(self._log.toPlainText() if self._parts.current == "log" else self._value())

    def _show_menu(self, place: QPoint) -> None:
        index = self._tree.indexAt(place)
        if not index.isValid() or self._shown is None:
            return
        expression, value = self.model.expression(index), self.model.value(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy value").triggered.connect(lambda: _copy(value))
        if expression:
            text = f"{{{{ {expression} }}}}"
            menu.addAction("Copy as expression").triggered.connect(
                lambda: QGuiApplication.clipboard().setText(text)
            )
        menu.popup(self._tree.viewport().mapToGlobal(place))


def _unbegun(identity: str) -> api.StepExecution:
    """A step of the definition that has no history yet."""
    execution_id, _, key = identity.partition(".")
    step_id = key.rpartition(".")[2]
    return api.StepExecution(
        id=identity, execution_id=execution_id, step_id=step_id, status="pending"
    )


def _copy(value: Any) -> None:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    QGuiApplication.clipboard().setText(text)
