"""What a step received and gave: input, output and error as a tree."""

import json
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QTreeView, QVBoxLayout, QWidget

from designer.runs.session import RunSession, Spawn
from designer.theme import Theme
from designer.theme.json_model import JsonModel, expression_path
from designer.theme.segments import SegmentedControl
from designer.theme.widgets import (
    ElidedLabel,
    EmptyState,
    IconButton,
    Label,
    Pill,
    lay_out,
)
from designer.theme.wording import duration_text, state_word
from engine import api

PARTS = (("output", "Output"), ("input", "Input"), ("error", "Error"))


class DataView(QWidget):
    """Shows one step of a RunSession; ``show_step`` chooses it, ``shown`` tells what is there."""

    shown = Signal(object)

    def __init__(
        self, theme: Theme, session: RunSession, spawn: Spawn, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._spawn = spawn
        self._step_id = ""
        self._shown: api.StepExecution | None = None
        self.model = JsonModel(self)
        self._tree = self._make_tree()
        self._name = ElidedLabel(theme, "", "strong")
        self._pill = Pill(theme)
        self._facts = Label(theme, "", "detail", "muted")
        self._parts = SegmentedControl(theme, PARTS, "tab")
        self._message = ElidedLabel(theme, "", "body", "failed")
        self._empty = EmptyState(
            theme, "data", "No data yet", "Run the workflow, then select a step to see its data."
        )
        self._stack = QStackedWidget()
        self._lay_out()
        self._parts.chosen.connect(self._show_part)
        session.reset.connect(self._forget)
        session.states_changed.connect(self._refresh_if_touched)
        session.finished.connect(self._refresh)

    def _make_tree(self) -> QTreeView:
        tree = QTreeView()
        tree.setModel(self.model)
        tree.setFont(self._theme.font("mono"))
        tree.setUniformRowHeights(True)
        tree.setHeaderHidden(True)
        tree.setAccessibleName("Data of the step")
        tree.setColumnWidth(0, 220)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.customContextMenuRequested.connect(self._show_menu)
        return tree

    def _lay_out(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        lay_out(column, 0)
        head = QHBoxLayout()
        lay_out(head, self._theme.space("s"), (12, 6, 8, 4))
        head.addWidget(self._parts)
        head.addSpacing(8)
        head.addWidget(self._name, 1)
        head.addWidget(self._facts)
        head.addWidget(self._pill)
        copy = IconButton(self._theme, "copy", "Copy as JSON")
        copy.clicked.connect(self._copy_all)
        head.addWidget(copy)
        column.addLayout(head)
        self._message.setContentsMargins(14, 4, 12, 4)
        column.addWidget(self._message)
        column.addWidget(self._tree, 1)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(page)
        outer = QVBoxLayout(self)
        lay_out(outer)
        outer.addWidget(self._stack)

    def show_step(self, step_id: str) -> None:
        """Shows another step; nothing for an empty id or one that did not run."""
        self._step_id = step_id
        self._refresh()

    def _forget(self) -> None:
        self._show(None)

    def _refresh_if_touched(self, steps: frozenset[str]) -> None:
        if self._step_id in steps:
            self._refresh()

    def _refresh(self) -> None:
        if self._step_id in self._session.steps:
            self._spawn(self._read(self._step_id))
        else:
            self._show(None)

    async def _read(self, step_id: str) -> None:
        detail = await self._session.step_detail(step_id)
        if step_id == self._step_id:
            self._show(detail)

    def _show(self, step: api.StepExecution | None) -> None:
        previous, self._shown = self._shown, step
        self.shown.emit(step)
        if step is None:
            self._stack.setCurrentIndex(0)
            return
        self._name.set_full_text(step.step_id)
        self._pill.set_state(step.status, state_word(step.status))
        attempt = f"attempt {step.attempt} of {step.max_attempts}" if step.max_attempts > 1 else ""
        known = duration_text(step.duration) if step.duration is not None else ""
        self._facts.setText(
            " · ".join(part for part in (attempt, known, step.branch or "") if part)
        )
        self._message.set_full_text(step.reason or "")
        self._message.setVisible(bool(step.reason))
        self._message.set_tone("failed" if step.error else "muted")
        new_failure = step.error is not None and (previous is None or previous.error is None)
        if new_failure:
            self._parts.choose("error")
        elif step.error is None and self._parts.current == "error":
            self._parts.choose("output")
        self._show_part()
        self._stack.setCurrentIndex(1)

    def _show_part(self) -> None:
        self.model.show_value(self._value())
        self._tree.expandToDepth(0)

    def _value(self) -> Any:
        step = self._shown
        if step is None:
            return None
        if self._parts.current == "error":
            return {"type": step.error.type, "message": step.error.message} if step.error else None
        return step.input if self._parts.current == "input" else step.output

    def _copy_all(self) -> None:
        _copy(self._value())

    def _show_menu(self, place: QPoint) -> None:
        index = self._tree.indexAt(place)
        if not index.isValid():
            return
        path, value = self.model.path(index), self.model.value(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy value").triggered.connect(lambda: _copy(value))
        if self._parts.current == "output":
            base = expression_path("steps", (self._step_id, "output"))
            text = f"{{{{ {expression_path(base, path)} }}}}"
            menu.addAction("Copy as expression").triggered.connect(
                lambda: QGuiApplication.clipboard().setText(text)
            )
        menu.popup(self._tree.viewport().mapToGlobal(place))


def _facts(step: api.StepExecution) -> str:
    parts = [step.branch or ""]
    if step.max_attempts > 1:
        parts.append(f"attempt {step.attempt} of {step.max_attempts}")
    if step.duration is not None:
        parts.append(duration_text(step.duration))
    return " · ".join(part for part in parts if part)


def _copy(value: Any) -> None:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    QGuiApplication.clipboard().setText(text)
