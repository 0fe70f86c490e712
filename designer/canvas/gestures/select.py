"""Click and rubber band: what is selected."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from designer.canvas.gestures.base import ADDING, Gesture, Modifiers, Surface, far_enough
from designer.canvas.gestures.move import Move
from designer.canvas.hit import Hit
from designer.canvas.paint.frame import Frame
from designer.canvas.paint.overlay import paint_band


class PressNode(Gesture):
    """A press on a card: a click selects it, a drag moves what is selected."""

    def __init__(self, surface: Surface, at: QPointF, hit: Hit, modifiers: Modifiers) -> None:
        self._surface = surface
        self._start = at
        self._key = surface.scene.nodes[hit.node].key
        self._selection = surface.document.selection
        self._before = (self._selection.ids, self._selection.wires)
        self._was_selected = self._key in self._selection.keys
        if not self._was_selected and not modifiers & ADDING:
            self._selection.set([self._key])

    def move(self, at: QPointF, modifiers: Modifiers) -> None:
        if not self._surface.editable or not far_enough(self._start, at):
            return
        if self._key not in self._selection.keys:
            self._selection.add([self._key])
        drag = Move(self._surface, self._start, self._key)
        self._surface.replace_gesture(drag)
        drag.move(at, modifiers)

    def finish(self, at: QPointF, modifiers: Modifiers) -> None:
        if modifiers & ADDING:
            self._selection.toggle(self._key)
        elif self._was_selected:
            self._selection.set([self._key])

    def cancel(self) -> None:
        self._selection.set(*self._before)


class PressWire(Gesture):
    """A press on a wire selects it."""

    def __init__(self, surface: Surface, hit: Hit) -> None:
        self._surface = surface
        self._key = surface.scene.edges[hit.wire].key

    def finish(self, at: QPointF, modifiers: Modifiers) -> None:
        selection = self._surface.document.selection
        if modifiers & ADDING:
            selection.set(selection.ids, selection.wires ^ {self._key})
        else:
            selection.set((), [self._key])


class RubberBand(Gesture):
    """A drag over empty canvas selects the nodes it touches; with Shift or Ctrl they are added."""

    edge_pan = True

    def __init__(self, surface: Surface, at: QPointF, modifiers: Modifiers) -> None:
        self._surface = surface
        self._start = at
        self._adding = bool(modifiers & ADDING)
        self._anchor = surface.scene_point(at)
        selection = surface.document.selection
        self._before = (selection.ids, selection.wires)
        self._rect = QRectF()

    def move(self, at: QPointF, modifiers: Modifiers) -> None:
        if self._rect.isNull() and not far_enough(self._start, at):
            return
        start = self._surface.viewport.to_view(*self._anchor)
        self._rect = QRectF(QPointF(*start), at).normalized()
        x, y = self._surface.scene_point(self._rect.topLeft())
        zoom = self._surface.viewport.zoom
        box = (x, y, self._rect.width() / zoom, self._rect.height() / zoom)
        scene = self._surface.scene
        touched = [scene.nodes[i].key for i in sorted(scene.nodes_in(box).tolist())]
        kept = self._before[0] if self._adding else ()
        self._surface.document.selection.set((*kept, *touched))
        self._surface.redraw()

    def finish(self, at: QPointF, modifiers: Modifiers) -> None:
        if self._rect.isNull() and not self._adding:
            self._surface.document.selection.clear()
        self._surface.redraw()

    def cancel(self) -> None:
        self._surface.document.selection.set(*self._before)

    def paint(self, painter: QPainter, frame: Frame) -> None:
        if not self._rect.isNull():
            paint_band(painter, frame, self._rect)
