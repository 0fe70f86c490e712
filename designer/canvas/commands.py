"""Edits of what is selected, each one undo step: what keys, menus and the shell's actions call."""

from PySide6.QtGui import QGuiApplication

from designer.canvas.drawing import Drawing
from designer.canvas.geometry import GRID, snap
from designer.canvas.gestures.base import Surface
from designer.canvas.viewport import Point
from designer.document import Document, framing
from designer.document.shapes import Box

_BESIDE = 5 * GRID
"""From an original to its copy, both ways."""


class Commands:
    """Acts on the selection of the surface's document. Nothing happens where nothing fits."""

    def __init__(self, surface: Surface, drawing: Drawing) -> None:
        self._surface = surface
        self._drawing = drawing

    @property
    def _document(self) -> Document:
        return self._surface.document

    def delete(self) -> None:
        """Removes the selected nodes and wires."""
        selection = self._document.selection
        keys, stored = list(selection.ids), self._removable_wires()
        shapes = [key for key in selection.shapes if key in self._drawing.areas.items]
        if keys or stored or shapes:
            self._surface.attempt(lambda: framing.remove_all(self._document, keys, stored, shapes))

    def _removable_wires(self) -> list[tuple[str, str, str]]:
        scene = self._drawing.scene
        chosen = (scene.edge_index.get(wire) for wire in self._document.selection.wires)
        edges = (scene.edges[i] for i in chosen if i is not None)
        return [edge.key for edge in edges if not edge.src.startswith("trigger:")]

    def copy(self) -> bool:
        """Puts the selected nodes on the clipboard as YAML; False when there are none."""
        keys, frames = self._copied()
        if not keys:
            return False
        texts: list[str] = []
        places = {key: self._drawing.scene.position(key) for key in keys}
        copied = self._surface.attempt(
            lambda: texts.append(self._document.copy(keys, places, frames))
        )
        if copied and texts[0]:
            QGuiApplication.clipboard().setText(texts[0])
        return copied

    def _copied(self) -> tuple[list[str], list[str]]:
        """The selected nodes with those in selected frames, in the order of the file, and these
        frames."""
        scene = self._drawing.scene
        inside, shapes = self._drawing.areas.carried(self._document.selection.shapes)
        found = scene.indices({*self._document.selection.keys, *inside}).tolist()
        return [scene.nodes[i].key for i in found], shapes

    def cut(self) -> None:
        (keys, frames), wires = self._copied(), self._removable_wires()
        if self.copy():
            document = self._document
            self._surface.attempt(lambda: framing.remove_all(document, keys, wires, frames))

    def paste(self, at: Point) -> None:
        """Adds what the clipboard holds, its top left corner at a scene point."""
        text = QGuiApplication.clipboard().text()
        if text.strip():
            place = self._clear_of_corners((snap(at[0]), snap(at[1])))
            self._surface.attempt(lambda: self._document.paste(text, place))

    def _clear_of_corners(self, at: Point) -> Point:
        """So that a second paste at the same place does not hide the first."""
        corners = {(x, y) for x, y in self._drawing.scene.rects[:, :2].tolist()}
        while at in corners:
            at = (at[0] + _BESIDE, at[1] + _BESIDE)
        return at

    def duplicate(self) -> None:
        """Copies the selected nodes, and frames with their steps, to a place beside them."""
        keys, frames = self._copied()
        if not keys:
            return
        before = {key: self._drawing.scene.position(key) for key in keys}
        left, top = (min(place[axis] for place in before.values()) for axis in (0, 1))
        x, y = self._clear_of_corners((snap(left + _BESIDE), snap(top + _BESIDE)))
        places = {key: (a + x - left, b + y - top) for key, (a, b) in before.items()}
        self._surface.attempt(lambda: self._document.duplicate(keys, places, frames))

    def select_all(self) -> None:
        scene = self._drawing.scene
        wires = [edge.key for edge in scene.edges]
        self._document.selection.set([node.key for node in scene.nodes], wires)

    def nudge(self, dx: float, dy: float) -> None:
        """Moves the selected nodes; presses that follow each other are one undo step."""
        scene, areas = self._drawing.scene, self._drawing.areas
        inside, shapes = areas.carried(self._document.selection.shapes)
        moved = {}
        for key in dict.fromkeys((*self._in_order(), *inside)):
            x, y = scene.position(key)
            moved[key] = (x + dx, y + dy)
        boxes: dict[str, Box] = {}
        for key in shapes:
            x, y, width, height = areas.boxes[key]
            boxes[key] = (x + dx, y + dy, width, height)
        if moved or boxes:
            self._surface.attempt(
                lambda: framing.move(self._document, moved, boxes, merge_key="nudge")
            )

    def set_enabled(self, enabled: bool) -> None:
        keys = self._in_order()
        if keys:
            self._surface.attempt(lambda: self._document.set_enabled(keys, enabled))

    def toggle_enabled(self) -> None:
        """Switches the selected nodes off if any is on, else on."""
        scene = self._drawing.scene
        keys = self._in_order()
        any_on = any(scene.nodes[scene.index[key]].enabled for key in keys)
        self.set_enabled(not any_on)

    def undo(self) -> None:
        self._surface.attempt(self._document.undo)

    def redo(self) -> None:
        self._surface.attempt(self._document.redo)

    def _in_order(self) -> list[str]:
        """The selected nodes that are drawn, in the order of the file."""
        scene = self._drawing.scene
        return [scene.nodes[i].key for i in scene.indices(self._document.selection.keys).tolist()]
