"""The canvas for screen readers: a list with an item for each node, though none of it is a widget.

Nodes are gone to and opened with the canvas's own keys, which a reader follows. They offer it no
actions: an interface that is handed over from Python by ``interface_cast`` reaches Qt as a pointer
to nowhere (PySide6 up to 6.11), and the program ends when a reader asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Protocol, cast
from weakref import ref

import numpy as np
from PySide6.QtCore import QObject, QPoint, QPointF, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QAccessibleInterface,
    QColor,
    QWindow,
)
from PySide6.QtWidgets import QAccessibleWidget, QWidget
from shiboken6 import isValid

from designer.canvas import words
from designer.canvas.hit import Hit
from designer.canvas.scene import Ints, Scene
from designer.canvas.states import NodeState
from designer.canvas.viewport import Viewport
from designer.document import Document

_KEPT = "accessible-tree"
_MOST_RELATED = 8
"""So many steps before and after are named; more would never be listened to."""

ALL_RELATIONS = QAccessible.RelationFlag(-1)
Relations = list[tuple[QAccessibleInterface, QAccessible.RelationFlag]]


class AccessibleCanvas(Protocol):
    """What a screen reader's view needs of the canvas."""

    @property
    def document(self) -> Document: ...
    @property
    def scene(self) -> Scene: ...
    @property
    def viewport(self) -> Viewport: ...
    @property
    def states(self) -> Mapping[str, NodeState]: ...
    def hit(self, at: QPointF) -> Hit: ...


class CanvasInterface(QAccessibleWidget):
    """The canvas itself. Items are made when they are asked for, and kept by their node's key, so
    that a reader finds again what it knows."""

    def __init__(self, widget: QWidget, canvas: AccessibleCanvas) -> None:
        super().__init__(widget, QAccessible.Role.List)
        self._widget = ref(widget)  # a strong one would keep both for ever
        self._canvas = ref(canvas)
        self._items: dict[str, NodeInterface] = {}
        items = self._items
        widget.destroyed.connect(lambda: _let_go(items, list(items)))

    @property
    def host(self) -> QWidget:
        widget = self._widget()
        assert widget is not None, "Qt lets go of the tree before the canvas goes"
        return widget

    @property
    def canvas(self) -> AccessibleCanvas:
        canvas = self._canvas()
        assert canvas is not None, "Qt lets go of the tree before the canvas goes"
        return canvas

    def item(self, index: int) -> NodeInterface | None:
        nodes = self.canvas.scene.nodes
        if not 0 <= index < len(nodes):
            return None
        key = nodes[index].key
        if key not in self._items:
            self._items[key] = NodeInterface(self, key)
        return self._items[key]

    def forget_lost(self) -> None:
        """Lets go of the items whose nodes are no longer there."""
        known = self.canvas.scene.index
        _let_go(self._items, [key for key in self._items if key not in known])

    # What Qt asks

    def childCount(self) -> int:
        return len(self.canvas.scene.nodes)

    def child(self, index: int) -> QAccessibleInterface:
        return self.item(index)  # type: ignore[return-value]  # none is allowed, the stub forgot it

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        key = child.key if isinstance(child, NodeInterface) else ""
        return self.canvas.scene.index.get(key, -1)

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        at = self.host.mapFromGlobal(QPoint(x, y))
        inside = self.host.rect().contains(at)
        index = self.canvas.hit(QPointF(at)).node if inside else -1
        return self.item(index)  # type: ignore[return-value]

    def focusChild(self) -> QAccessibleInterface:
        current = self.canvas.document.selection.current or ""
        index = self.canvas.scene.index.get(current, -1) if self.host.hasFocus() else -1
        return self.item(index)  # type: ignore[return-value]


class NodeInterface(QAccessibleInterface):
    """One node: its name, its state in words, where it is, and what comes before and after."""

    def __init__(self, parent: CanvasInterface, key: str) -> None:
        super().__init__()
        self._parent = ref(parent)
        self.key = key

    def _place(self) -> tuple[CanvasInterface, int] | None:
        """The canvas, and the place of the node in its scene, while there are such."""
        parent = self._parent()
        if parent is None:
            return None
        index = parent.canvas.scene.index.get(self.key)
        return None if index is None else (parent, index)

    def isValid(self) -> bool:
        return self._place() is not None

    def object(self) -> QObject:
        return None  # type: ignore[return-value]  # a node is no object of Qt's

    def window(self) -> QWindow:
        parent = self._parent()
        return parent.host.window().windowHandle() if parent else None  # type: ignore[return-value]

    def parent(self) -> QAccessibleInterface:
        return self._parent()  # type: ignore[return-value]

    def child(self, index: int) -> QAccessibleInterface:
        return None  # type: ignore[return-value]

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        return None  # type: ignore[return-value]

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def rect(self) -> QRect:
        """Where it is on the screen."""
        place = self._place()
        if place is None:
            return QRect()
        parent, index = place
        viewport = parent.canvas.viewport
        x, y, width, height = parent.canvas.scene.rects[index].tolist()
        left, top = viewport.to_view(x, y)
        corner = parent.host.mapToGlobal(QPoint(round(left), round(top)))
        return QRect(
            corner.x(), corner.y(), round(width * viewport.zoom), round(height * viewport.zoom)
        )

    def text(self, kind: QAccessible.Text) -> str:
        place = self._place()
        if place is None:
            return ""
        canvas, index = place[0].canvas, place[1]
        node = canvas.scene.nodes[index]
        state = canvas.states.get(self.key)
        if kind == QAccessible.Text.Name:
            return node.title
        if kind == QAccessible.Text.Value:
            return state.word if state is not None else ""
        if kind == QAccessible.Text.Description:
            return ". ".join(filter(None, (words.describe(node, state), self._way(canvas, index))))
        return ""

    def _way(self, canvas: AccessibleCanvas, index: int) -> str:
        """What it follows and what follows it, in words."""
        scene = canvas.scene
        before = [
            scene.nodes[other].title for other, _ in _ends(scene.targets, scene.sources, index)
        ]
        after = []
        for other, wire in _ends(scene.sources, scene.targets, index):
            port = scene.edges[wire].port
            title = scene.nodes[other].title
            after.append(title if port == "success" else f"{title} on {port}")
        told = (("after", before), ("then", after))
        return ", ".join(f"{word} {' and '.join(names)}" for word, names in told if names)

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """A node is renamed by its own command, which reaches all that names it."""

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        place = self._place()
        if place is None:
            state.invalid = True
            return state
        parent, index = place
        selection = parent.canvas.document.selection
        state.focusable = state.selectable = state.multiSelectable = True
        state.selected = self.key in selection.keys
        state.focused = self.key == selection.current and parent.host.hasFocus()
        state.offscreen = not parent.rect().intersects(self.rect())
        run = parent.canvas.states.get(self.key)
        state.busy = run is not None and run.status == "running"
        state.disabled = not parent.canvas.scene.nodes[index].enabled
        return state

    def relations(self, match: QAccessible.RelationFlag = ALL_RELATIONS) -> Relations:
        """The nodes that its wires come from and lead to."""
        place = self._place()
        if place is None:
            return []
        parent, index = place
        scene, flag = parent.canvas.scene, QAccessible.RelationFlag
        found: Relations = []
        for kind, here, there in (
            (flag.FlowsFrom, scene.targets, scene.sources),
            (flag.FlowsTo, scene.sources, scene.targets),
        ):
            if match & kind:
                items = (parent.item(other) for other, _ in _ends(here, there, index))
                found.extend((item, kind) for item in items if item is not None)
        return found

    def backgroundColor(self) -> QColor:
        return QColor()

    def foregroundColor(self) -> QColor:
        return QColor()

    def focusChild(self) -> QAccessibleInterface:
        return None  # type: ignore[return-value]


@cache
def install(kind: type[QWidget]) -> None:
    """Has Qt ask for a tree of ours where it meets a canvas of this kind; it does so once a screen
    reader listens. The kind has what ``AccessibleCanvas`` names."""

    def make(_name: str, found: QObject) -> QAccessibleInterface | None:
        if not isinstance(found, kind):
            return None
        made = CanvasInterface(found, cast(AccessibleCanvas, found))
        found.setProperty(_KEPT, made)  # Qt owns it, Python must not let go of it before
        return made

    QAccessible.installFactory(make)


def tell_current(widget: QWidget, scene: Scene, key: str) -> None:
    """Tells a screen reader, where one listens, that the keyboard went to a node."""
    if not QAccessible.isActive() or not widget.hasFocus() or key not in scene.index:
        return
    event = QAccessibleEvent(widget, QAccessible.Event.Focus)
    event.setChild(scene.index[key])
    QAccessible.updateAccessibility(event)


def tell_structure(widget: QWidget) -> None:
    """Tells a screen reader, where one listens, that nodes came or went."""
    if not QAccessible.isActive():
        return
    made = QAccessible.queryAccessibleInterface(widget)
    if isinstance(made, CanvasInterface):
        made.forget_lost()
    QAccessible.updateAccessibility(QAccessibleEvent(widget, QAccessible.Event.ObjectReorder))


def _ends(here: Ints, there: Ints, node: int) -> list[tuple[int, int]]:
    """The nodes that the first wires of a node lead to, in the order of the file, each with its
    wire."""
    wires = np.flatnonzero(here == node)[:_MOST_RELATED].tolist()
    return sorted((int(there[wire]), wire) for wire in wires)


def _let_go(items: dict[str, NodeInterface], keys: list[str]) -> None:
    """Has Qt forget items before Python does."""
    for key in keys:
        item = items.pop(key)
        if isValid(item):
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(item))
