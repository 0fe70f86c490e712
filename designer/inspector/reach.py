"""What a step can read, as a tree: the data of each step upstream, input, variables and the item of
its loop; any value can be dragged into a field."""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET, Struct
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QIcon, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.document import Document
from designer.document.expressions import Known, scope_of
from designer.document.expressions.completing import joined
from designer.inspector.data_tree import FittedTree
from designer.theme import Theme
from designer.theme.json_model import JsonModel, expression_path
from designer.theme.widgets import Label, lay_out

Index = QModelIndex | QPersistentModelIndex
DEEPEST = 4
"""Levels of a schema that stand in for data that is not there yet."""
HINT = "Drag a value into a field, or press Enter to take it as input."
NOTHING = "It starts at once; there is nothing to read yet."


class TypeWord(str):
    """The type of a value that is not known yet, in its place."""

    __slots__ = ()


class Root(Struct, frozen=True):
    """One thing that can be read, and the expression that names it."""

    title: str
    base: str
    icon: str
    value: Any


def roots_of(document: Document, scope: Known) -> list[Root]:
    """Each step that can be read, the nearest first, then the other data of an execution."""
    found = []
    steps = scope.child("steps")
    for key, step in steps.members() if steps is not None else ():
        node = document.node(str(key))
        output = step.child("output")
        found.append(
            Root(
                title=node.title if node is not None else str(key),
                base=joined(("steps", key, "output")),
                icon=node.icon if node is not None else "script",
                value=sample(output or Known()),
            )
        )
    for name, icon in (("loop", "loop"), ("input", "manual"), ("variables", "tag")):
        known = scope.child(name)
        value = sample(known) if known is not None else None
        if value and not isinstance(value, TypeWord):
            found.append(Root(name.capitalize(), name, icon, value))
    return found


def sample(known: Known, deep: int = 0) -> Any:
    """Its value, else what its schema says with types in place of values."""
    if known.entries is None and known.value is not UNSET and known.value is not None:
        return known.value
    if deep >= DEEPEST or not (known.is_mapping or known.is_list):
        return TypeWord(known.words or "any value")
    below = {key: sample(child, deep + 1) for key, child in known.members()}
    return list(below.values()) if known.is_list else below


class ReachModel(JsonModel):
    """Roots at the top, their values below."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._roots: list[Root] = []

    def show_roots(self, roots: Sequence[Root]) -> None:
        self._roots = list(roots)
        self.show_value([root.value for root in roots])

    def expression(self, index: Index) -> str:
        path = self.path(index)
        if not path or not isinstance(path[0], int):
            return ""
        return expression_path(self._roots[path[0]].base, path[1:])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        top = not index.parent().isValid()
        if top and index.column() == 0:
            root = self._roots[index.row()]
            if role == Qt.ItemDataRole.DisplayRole:
                return root.title
            if role == Qt.ItemDataRole.DecorationRole:
                return self._icon(root)
        if role == Qt.ItemDataRole.FontRole:
            return self._theme.font("label" if top and index.column() == 0 else "mono")
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 1:
            guessed = isinstance(self.value(index), TypeWord)
            return self._theme.color("faint" if guessed else "muted")
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.expression(index)
        return super().data(index, role)

    def _icon(self, root: Root) -> QIcon:
        return self._theme.icon(root.icon, "muted", 14)


class ReachTree(QWidget):
    """``taken`` tells the expression of a value that the user chose by Enter or double-click."""

    taken = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.model = ReachModel(theme, self)
        self.tree = _ReachView(theme, self.model, "What it can read")
        self.tree.setDragEnabled(True)
        self.tree.activated.connect(self._take)
        self.words = Label(theme, "", "detail", "faint")
        self.words.setWordWrap(True)
        column = QVBoxLayout(self)
        lay_out(column, theme.space("xs"))
        column.addWidget(Label(theme, "What it can read", "label", "muted"))
        column.addWidget(self.words)
        column.addWidget(self.tree)

    def show_reach(self, document: Document, scope: Known) -> None:
        """Shows what can be read; what was unfolded stays so."""
        opened = self.tree.unfolded()
        self.model.show_roots(roots_of(document, scope))
        count = self.model.rowCount()
        self.words.setText(HINT if count else NOTHING)
        self.tree.setVisible(count > 0)
        self.tree.unfold(opened)
        self.tree.fit()

    def _take(self, index: QModelIndex) -> None:
        self.taken.emit(self.model.expression(index))


class _ReachView(FittedTree):
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            index = self.currentIndex()
            model = self.model()
            if index.isValid() and isinstance(model, ReachModel):
                text = f"{{{{ {model.expression(index)} }}}}"
                QGuiApplication.clipboard().setText(text)
        else:
            super().keyPressEvent(event)


def scope_of_inputs(document: Document, key: str, context: Any) -> Known:
    """What the input of a step may be made of."""
    return scope_of(document, key, ("input_mapping",), context)
