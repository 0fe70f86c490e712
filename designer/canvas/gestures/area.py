"""Frames and notes under the mouse: select, fold, drag with what is inside, and resize."""

import numpy as np
from PySide6.QtCore import QPointF, Qt

from designer.canvas.areas import TITLE, AreaHit, Part
from designer.canvas.geometry import GRID, snap
from designer.canvas.gestures.base import ADDING, Gesture, Modifiers, Surface, far_enough
from designer.canvas.shaping import fold_shapes, joined
from designer.document.framing import move
from designer.document.shapes import LEAST_SIDE, Box
from designer.document.views import Point

_CURSORS: dict[str, Qt.CursorShape] = {
    "n": Qt.CursorShape.SizeVerCursor,
    "s": Qt.CursorShape.SizeVerCursor,
    "w": Qt.CursorShape.SizeHorCursor,
    "e": Qt.CursorShape.SizeHorCursor,
    "nw": Qt.CursorShape.SizeFDiagCursor,
    "se": Qt.CursorShape.SizeFDiagCursor,
    "ne": Qt.CursorShape.SizeBDiagCursor,
    "sw": Qt.CursorShape.SizeBDiagCursor,
}


def cursor_of(part: Part) -> Qt.CursorShape:
    """The pointer over a part of a frame or note."""
    if part == "fold":
        return Qt.CursorShape.PointingHandCursor
    return _CURSORS.get(part, Qt.CursorShape.SizeAllCursor)


class PressArea(Gesture):
    """A press on a frame or note: a click selects it (or folds it), a drag moves or resizes it."""

    def __init__(self, surface: Surface, at: QPointF, hit: AreaHit, modifiers: Modifiers) -> None:
        self._surface, self._start, self._hit = surface, at, hit
        selection = surface.document.selection
        self._before = (selection.ids, selection.wires, selection.shapes)
        self._was_selected = hit.key in selection.shapes
        if not self._was_selected and not modifiers & ADDING:
            selection.set((), (), [hit.key])

    def move(self, at: QPointF, modifiers: Modifiers) -> None:
        if not self._surface.editable or not far_enough(self._start, at):
            return
        selection = self._surface.document.selection
        if self._hit.key not in selection.shapes:
            selection.toggle_shape(self._hit.key)
        drag: Gesture
        if self._hit.part in _CURSORS:
            drag = ResizeArea(self._surface, self._start, self._hit)
        else:
            drag = MoveArea(self._surface, self._start, self._hit.key)
        self._surface.replace_gesture(drag)
        drag.move(at, modifiers)

    def finish(self, at: QPointF, modifiers: Modifiers) -> None:
        selection = self._surface.document.selection
        if modifiers & ADDING:
            selection.toggle_shape(self._hit.key)
        elif self._hit.part == "fold":
            fold_shapes(self._surface, [self._hit.key])
        elif self._was_selected:
            selection.set((), (), [self._hit.key])

    def cancel(self) -> None:
        self._surface.document.selection.set(*self._before)


class MoveArea(Gesture):
    """Drags the selected frames and notes with all that is inside, and the selected nodes."""

    cursor = Qt.CursorShape.ClosedHandCursor
    edge_pan = True

    def __init__(self, surface: Surface, at: QPointF, key: str) -> None:
        self._surface = surface
        self._start = surface.scene_point(at)
        self._key = key
        selection, areas, scene = surface.document.selection, surface.areas, surface.scene
        inside, shapes = areas.carried(selection.shapes)
        self._keys = [k for k in dict.fromkeys((*inside, *selection.ids)) if k in scene.index]
        self._nodes: dict[str, Point] = {k: scene.position(k) for k in self._keys}
        self._moved = scene.indices(self._keys)
        self._rects = scene.rects[self._moved, :2].copy()
        self._boxes: dict[str, Box] = {k: areas.boxes[k] for k in shapes}
        self._shift: Point = (0.0, 0.0)

    def move(self, at: QPointF, modifiers: Modifiers) -> None:
        x, y = self._surface.scene_point(at)
        left, top = self._boxes[self._key][:2]
        wanted = (left + x - self._start[0], top + y - self._start[1])
        if not modifiers & Qt.KeyboardModifier.AltModifier:
            wanted = (snap(wanted[0]), snap(wanted[1]))
        self._show((wanted[0] - left, wanted[1] - top))

    def _show(self, shift: Point, *, settled: bool = False) -> None:
        self._shift = shift
        scene, areas = self._surface.scene, self._surface.areas
        for key, box in self._boxes.items():
            areas.boxes[key] = _shifted(box, shift)
        scene.shift(self._moved, self._rects + np.array(shift), settled=settled)
        self._surface.redraw()

    def finish(self, at: QPointF, modifiers: Modifiers) -> None:
        self.move(at, modifiers)
        if self._shift == (0.0, 0.0):
            return
        dx, dy = self._shift
        nodes = {key: (x + dx, y + dy) for key, (x, y) in self._nodes.items()}
        boxes = {key: _shifted(box, self._shift) for key, box in self._boxes.items()}
        loose = [key for key in self._keys if key in self._surface.document.selection.keys]
        members = joined(self._surface, loose)
        document = self._surface.document
        if not self._surface.attempt(lambda: move(document, nodes, boxes, members)):
            self.cancel()

    def cancel(self) -> None:
        self._show((0.0, 0.0), settled=True)


class ResizeArea(Gesture):
    """Drags an edge or a corner; a frame takes in the steps that come to lie in it, and lets go of
    those that do not any more."""

    def __init__(self, surface: Surface, at: QPointF, hit: AreaHit) -> None:
        self._surface = surface
        self._key, self._part = hit.key, hit.part
        self._start = surface.scene_point(at)
        self._before = surface.areas.boxes[hit.key]
        self.cursor = cursor_of(hit.part)

    def move(self, at: QPointF, modifiers: Modifiers) -> None:
        x, y = self._surface.scene_point(at)
        grid = 1.0 if modifiers & Qt.KeyboardModifier.AltModifier else GRID
        shift = (x - self._start[0], y - self._start[1])
        self._show(_resized(self._before, self._part, shift, grid))

    def _show(self, box: Box) -> None:
        self._surface.areas.boxes[self._key] = box
        self._surface.redraw()

    def finish(self, at: QPointF, modifiers: Modifiers) -> None:
        self.move(at, modifiers)
        key, box = self._key, self._surface.areas.boxes[self._key]
        if box == self._before:
            return
        scene, document = self._surface.scene, self._surface.document
        area = self._surface.areas.items[key]
        members = {}
        if area.kind == "frame":
            near = [scene.nodes[i].key for i in scene.nodes_in(box).tolist()]
            members = joined(self._surface, [*area.members, *near])
        name = "Resize the frame" if area.kind == "frame" else "Resize the note"
        if not self._surface.attempt(lambda: move(document, {}, {key: box}, members, name=name)):
            self.cancel()

    def cancel(self) -> None:
        self._show(self._before)


def _shifted(box: Box, shift: Point) -> Box:
    return box[0] + shift[0], box[1] + shift[1], box[2], box[3]


def _resized(box: Box, part: Part, shift: Point, grid: float) -> Box:
    left, top, width, height = box
    right, bottom = left + width, top + height
    if "w" in part:
        left = min(snap(left + shift[0], grid), right - LEAST_SIDE)
    if "e" in part:
        right = max(snap(right + shift[0], grid), left + LEAST_SIDE)
    if "n" in part:
        top = min(snap(top + shift[1], grid), bottom - LEAST_SIDE)
    if "s" in part:
        bottom = max(snap(bottom + shift[1], grid), top + max(LEAST_SIDE, TITLE))
    return left, top, right - left, bottom - top
