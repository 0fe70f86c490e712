"""The pages behind the inspector's tabs that are not forms alone: data of a run, docs, several."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QHeaderView, QTreeView, QVBoxLayout, QWidget

from designer.document import NodeView
from designer.inspector.fields import Field
from designer.theme import Theme
from designer.theme.json_model import JsonModel
from designer.theme.widgets import (
    Button,
    ElidedLabel,
    IconButton,
    IconLabel,
    Label,
    Separator,
    lay_out,
)
from designer.theme.wording import plural

TREE_ROWS = 14
"""Rows of a data tree before it scrolls."""


class DataTree(QWidget):
    """A value of the last run as a tree that is only read; says so where there is none."""

    def __init__(self, theme: Theme, title: str, nothing: str) -> None:
        super().__init__()
        self._theme = theme
        self._value: Any = None
        self._nothing = nothing
        self.title = Label(theme, title, "label", "muted")
        self._copy = IconButton(theme, "copy", "Copy as JSON", size=14, color_role="faint")
        self._copy.clicked.connect(self._copy_value)
        self.words = Label(theme, nothing, "detail", "faint")
        self.words.setWordWrap(True)
        self.model = JsonModel(self)
        self.tree = _Tree(theme, self.model, title)
        head = QHBoxLayout()
        lay_out(head)
        head.addWidget(self.title, 1)
        head.addWidget(self._copy)
        column = QVBoxLayout(self)
        lay_out(column, theme.space("xs"))
        column.addLayout(head)
        column.addWidget(self.words)
        column.addWidget(self.tree)
        self.show_value(None)

    def show_value(self, value: Any) -> None:
        """Shows a value; None for nothing."""
        self._value = value
        self.model.show_value(value)
        self.tree.setVisible(value is not None)
        self._copy.setVisible(value is not None)
        self.words.setVisible(value is None)
        self.tree.fit()

    def _copy_value(self) -> None:
        QGuiApplication.clipboard().setText(json.dumps(self._value, ensure_ascii=False, indent=2))


class _Tree(QTreeView):
    def __init__(self, theme: Theme, model: JsonModel, title: str) -> None:
        super().__init__()
        self._row = theme.tokens.size["row"] - 4
        self.setModel(model)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setFont(theme.font("mono"))
        self.setIndentation(14)
        self.setAccessibleName(title)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.expanded.connect(self.fit)
        self.collapsed.connect(self.fit)

    def fit(self) -> None:
        """Takes the height of its rows, up to a limit."""
        rows, index = 0, self.model().index(0, 0)
        while index.isValid() and rows < TREE_ROWS:
            rows, index = rows + 1, self.indexBelow(index)
        self.setFixedHeight(max(1, rows) * self._row + 4)

    def sizeHint(self) -> QSize:
        return QSize(100, self._row * 4)


class UpstreamList(QWidget):
    """The steps that have ended when this one starts, whose output it can read."""

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: list[QWidget] = []
        self._column = QVBoxLayout(self)
        lay_out(self._column, theme.space("xs"))
        self._column.addWidget(Label(theme, "What is upstream", "label", "muted"))
        self._words = Label(theme, "", "detail", "faint")
        self._words.setWordWrap(True)
        self._column.addWidget(self._words)

    def show_steps(self, steps: Sequence[NodeView]) -> None:
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = [self._make_row(step) for step in steps]
        for row in self._rows:
            self._column.insertWidget(self._column.count() - 1, row)
        none = "Nothing: it starts at once, and reads input and variables only."
        some = "Copy what a field should take, and paste it there."
        self._words.setText(some if steps else none)

    def _make_row(self, step: NodeView) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        lay_out(line, self._theme.space("s"))
        tile = IconLabel(self._theme, step.icon, size=12)
        tile.set_tile(step.group, step.type, 20)
        line.addWidget(tile)
        line.addWidget(ElidedLabel(self._theme, step.title, "body"), 1)
        text = f"{{{{ {output_reference(step.key)} }}}}"
        button = IconButton(self._theme, "copy", f"Copy {text}", size=14, color_role="faint")
        button.clicked.connect(_copier(text))
        line.addWidget(button)
        return row


def output_reference(step_id: str) -> str:
    """How a template names a step's output."""
    plain = step_id.isidentifier()
    return f"steps.{step_id}.output" if plain else f"steps['{step_id}'].output"


def _copier(text: str) -> Callable[[], None]:
    return lambda: QGuiApplication.clipboard().setText(text)


class DocsPage(QWidget):
    """What a type does, and each value of its config."""

    def __init__(
        self, theme: Theme, description: str, fields: Sequence[Field], note: str = ""
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        lay_out(column, theme.space("m"))
        for text, tone in ((description, "text"), (note, "warning")):
            if text:
                label = Label(theme, text, "body", tone)
                label.setWordWrap(True)
                column.addWidget(label)
        table = QGridLayout()
        table.setHorizontalSpacing(theme.space("m"))
        table.setVerticalSpacing(theme.space("s"))
        table.setColumnStretch(1, 1)
        for number, field in enumerate(fields):
            self._add_row(theme, table, 2 * number, field)
        column.addLayout(table)
        column.addStretch(1)

    def _add_row(self, theme: Theme, table: QGridLayout, row: int, field: Field) -> None:
        name = Label(theme, str(field.path[-1]), "mono", "accent")
        facts = [field.title, "required" if field.required else ""]
        if field.default is not None:
            facts.append(f"default {field.placeholder}" if field.placeholder else "")
        words = Label(theme, " · ".join(filter(None, facts)), "label", "muted")
        about = Label(theme, field.help, "detail", "faint")
        for label in (words, about):
            label.setWordWrap(True)
        inside = QVBoxLayout()
        lay_out(inside, 1)
        inside.addWidget(words)
        if field.help:
            inside.addWidget(about)
        table.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
        table.addLayout(inside, row, 1)
        table.addWidget(Separator(), row + 1, 0, 1, 2)


class SeveralPage(QWidget):
    """Several nodes are selected: how many, and what can be done with all of them."""

    def __init__(self, theme: Theme, actions: Mapping[str, tuple[str, Callable[[], None]]]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        lay_out(column, theme.space("s"))
        self.words = Label(theme, "", "body", "muted")
        self.words.setWordWrap(True)
        column.addWidget(self.words)
        column.addSpacing(theme.space("xs"))
        self.buttons: dict[str, Button] = {}
        for title, (icon, action) in actions.items():
            button = Button(theme, title, icon=icon)
            button.clicked.connect(action)
            column.addWidget(button)
            self.buttons[title] = button
        column.addStretch(1)

    def show_nodes(self, nodes: Sequence[NodeView]) -> None:
        kinds: dict[str, int] = {}
        for node in nodes:
            kinds[node.type] = kinds.get(node.type, 0) + 1
        listed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        self.words.setText(f"{plural(len(nodes), 'node')}: {listed}.")
