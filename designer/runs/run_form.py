"""Asks for an execution's input by the workflow's JSON Schema, before it runs."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from designer.runs.input_fields import MISSING, InputField, make_field
from designer.theme import Theme
from designer.theme.widgets import Button, ElidedLabel, Label, lay_out
from engine import Workflow

WIDTH, TALLEST = 460, 680
FRAME_HEIGHT = 170
"""What is above and below the fields."""


def asks_for_input(workflow: Workflow) -> bool:
    """Whether the workflow declares inputs that a person can give."""
    properties = (workflow.inputs or {}).get("properties")
    return isinstance(properties, Mapping) and bool(properties)


class RunForm(QDialog):
    """A form over a workflow's ``inputs``, shown by ``open()``; ``submitted`` carries the input."""

    submitted = Signal(dict)

    def __init__(
        self,
        theme: Theme,
        workflow: Workflow,
        remembered: Mapping[str, Any],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Run")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._theme = theme
        self.fields = self._make_fields(workflow, remembered)
        self._lay_out(workflow)

    def _make_fields(
        self, workflow: Workflow, remembered: Mapping[str, Any]
    ) -> dict[str, InputField]:
        schema = workflow.inputs or {}
        required = schema.get("required") or ()
        fields: dict[str, InputField] = {}
        for name, described in schema.get("properties", {}).items():
            given = described if isinstance(described, Mapping) else {}
            default = given.get("default", workflow.variables.get(name))
            field = make_field(self._theme, name, given, name in required)
            field.show_value(remembered.get(name, default))
            fields[name] = field
        return fields

    def _lay_out(self, workflow: Workflow) -> None:
        theme = self._theme
        column = QVBoxLayout(self)
        lay_out(column, theme.space("m"), (20, 18, 20, 16))
        column.addWidget(ElidedLabel(theme, f"Run {workflow.name or 'this workflow'}", "heading"))
        column.addWidget(Label(theme, "What it gets as its input.", "body", "muted"))
        form = QWidget()
        form.setProperty("ground", "panel")
        rows = QVBoxLayout(form)
        lay_out(rows, theme.space("m"))
        for field in self.fields.values():
            rows.addWidget(field)
        rows.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(form)
        column.addWidget(scroll, 1)
        room = form.sizeHint().height() + FRAME_HEIGHT
        self.resize(WIDTH, min(TALLEST, room))
        foot = QHBoxLayout()
        foot.addStretch(1)
        cancel = Button(theme, "Cancel")
        cancel.clicked.connect(self.reject)
        run = Button(theme, "Run", "primary", "play")
        run.setDefault(True)
        run.clicked.connect(self.submit)
        foot.addWidget(cancel)
        foot.addWidget(run)
        column.addLayout(foot)

    def submit(self) -> None:
        """Hands the input over when every field fits; else the errors stand at the fields."""
        values: dict[str, Any] = {}
        wrong: list[InputField] = []
        for name, field in self.fields.items():
            try:
                value = field.value()
            except ValueError:
                wrong.append(field)
                continue
            if value is not MISSING:
                values[name] = value
        if wrong:
            wrong[0].editor.setFocus()
            return
        self.accept()
        self.submitted.emit(values)
