"""Trees of data in the inspector, as tall as their rows."""

import json
from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QTreeView, QVBoxLayout, QWidget

from designer.theme import Theme
from designer.theme.json_model import JsonModel
from designer.theme.widgets import IconButton, Label, lay_out

MOST_UNFOLDED = 200
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
        self.tree = FittedTree(theme, self.model, title)
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


class FittedTree(QTreeView):
    def __init__(self, theme: Theme, model: JsonModel, title: str) -> None:
        super().__init__()
        self._json = model
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

    def unfolded(self) -> set[tuple[str | int, ...]]:
        """The paths of the rows that are open, as far as they show."""
        found: set[tuple[str | int, ...]] = set()
        index = self.model().index(0, 0)
        while index.isValid() and len(found) < MOST_UNFOLDED:
            if self.isExpanded(index):
                found.add(self._json.path(index))
            index = self.indexBelow(index)
        return found

    def unfold(self, paths: set[tuple[str | int, ...]]) -> None:
        """Opens the rows with these paths."""
        index = self.model().index(0, 0)
        while index.isValid() and paths:
            path = self._json.path(index)
            if path in paths:
                paths.discard(path)
                self.expand(index)
            index = self.indexBelow(index)
