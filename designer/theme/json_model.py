"""A JSON-like value as a tree of keys and values, made as it is unfolded."""

import json
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from designer.theme.drag import MIME, expression_mime
from designer.theme.wording import plural

Index = QModelIndex | QPersistentModelIndex
CHUNK = 200
"""Children shown at once; scrolling on shows more."""
LONGEST = 2000
"""Characters of a text that a row shows."""


class _Node:
    """One value in the tree; ``children`` are made when the node is first looked into."""

    __slots__ = ("children", "key", "parent", "row", "shown", "value")

    def __init__(self, key: str | int, value: Any, parent: "_Node | None", row: int) -> None:
        self.key = key
        self.value = value
        self.parent = parent
        self.row = row
        self.children: list[_Node] | None = None
        self.shown = 0

    @property
    def size(self) -> int:
        return len(self.value) if isinstance(self.value, (dict, list)) else 0

    def unfold(self) -> "list[_Node]":
        if self.children is None:
            items = self.value.items() if isinstance(self.value, dict) else enumerate(self.value)
            self.children = [_Node(key, value, self, i) for i, (key, value) in enumerate(items)]
        return self.children

    def path(self) -> tuple[str | int, ...]:
        return () if self.parent is None else (*self.parent.path(), self.key)


class JsonModel(QAbstractItemModel):
    """Two columns, key and value; shows a value handed over by ``show_value``."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = _Node("", {}, None, 0)
        self._base = ""
        self._whole = False

    def show_value(self, value: Any, base: str = "") -> None:
        """Shows another value; anything but a mapping or list is shown as one row. ``base`` is the
        expression that gives it, where there is one: its parts can then be dragged."""
        self.beginResetModel()
        self._base, self._whole = base, not isinstance(value, (dict, list))
        tree = value if isinstance(value, (dict, list)) else {"value": value}
        self._root = _Node("", {} if value is None else tree, None, 0)
        self._root.shown = min(CHUNK, self._root.size)
        self.endResetModel()

    def expression(self, index: Index) -> str:
        """The expression that gives the value of a row; empty where there is none."""
        if not self._base:
            return ""
        return self._base if self._whole else expression_path(self._base, self.path(index))

    def flags(self, index: Index) -> Qt.ItemFlag:
        drags = index.isValid() and bool(self.expression(index))
        found = super().flags(index)
        return found | Qt.ItemFlag.ItemIsDragEnabled if drags else found

    def mimeTypes(self) -> list[str]:
        return [MIME, "text/plain"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        return expression_mime(self.expression(indexes[0]))

    def path(self, index: Index) -> tuple[str | int, ...]:
        """Keys and indices from the root to a row."""
        return self._node(index).path()

    def value(self, index: Index) -> Any:
        return self._node(index).value

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        node = self._node(parent)
        if not 0 <= row < node.shown or not 0 <= column < 2:
            return QModelIndex()
        return self.createIndex(row, column, node.unfold()[row])

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        above = self._node(index).parent if index.isValid() else None
        if above is None or above is self._root:
            return QModelIndex()
        return self.createIndex(above.row, 0, above)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.column() > 0 else self._node(parent).shown

    def columnCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 2

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        return parent.column() <= 0 and self._node(parent).size > 0

    def canFetchMore(self, parent: Index) -> bool:
        node = self._node(parent)
        return node.shown < node.size

    def fetchMore(self, parent: Index) -> None:
        node = self._node(parent)
        last = min(node.size, node.shown + CHUNK)
        if last > node.shown:
            self.beginInsertRows(self._place(node), node.shown, last - 1)
            node.unfold()
            node.shown = last
            self.endInsertRows()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role != Qt.ItemDataRole.DisplayRole:
            return None
        node = self._node(index)
        return str(node.key) if index.column() == 0 else value_text(node.value)

    def _place(self, node: _Node) -> QModelIndex:
        return QModelIndex() if node is self._root else self.createIndex(node.row, 0, node)

    def _node(self, index: Index) -> _Node:
        node = index.internalPointer() if index.isValid() else None
        return node if isinstance(node, _Node) else self._root


def value_text(value: Any) -> str:
    """A value on one line: texts as they are, collections by their size."""
    if isinstance(value, dict):
        return "{ }" if not value else plural(len(value), "key")
    if isinstance(value, list):
        return "[ ]" if not value else plural(len(value), "item")
    if isinstance(value, str):
        shown = value[:LONGEST].replace("\n", " ↵ ")
        return f"{shown} …" if len(value) > LONGEST else shown
    return json.dumps(value, ensure_ascii=False)


def expression_path(base: str, path: tuple[str | int, ...]) -> str:
    """A path as templates write it: ``steps.fetch.output.json.orders[0]``."""
    text = base
    for part in path:
        plain = isinstance(part, str) and part.isidentifier()
        text += f".{part}" if plain else f"[{json.dumps(part, ensure_ascii=False)}]"
    return text
