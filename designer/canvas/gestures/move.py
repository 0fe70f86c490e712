"""Drag of the selected nodes: only the canvas moves until the end, which is one edit."""

from time import monotonic

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from designer.canvas.gestures.base import Gesture, Modifiers, Surface
from designer.canvas.gestures.shake import Shake
from designer.canvas.gestures.snapping import Line, Snapping
from designer.canvas.hit import wire_at
from designer.canvas.paint.frame import Frame
from designer.canvas.paint.overlay import paint_ghost, paint_guides, paint_hint
from designer.canvas.room import give_way
from designer.canvas.shaping import joined
from designer.canvas.viewport import Point
from designer.document import framing

_MOST_GHOSTS = 200


class Move(Gesture):
    """The card under the pointer snaps to its neighbours and its wires, else to the grid; Ctrl lets
    it go free. The others keep their distance to it.

    With Alt, copies are dragged and the nodes stay. A step without wires that is dropped on a wire
    goes into it. Shaking takes the nodes out of their wires, whose ends are joined.
    """

    edge_pan = True

    def __init__(self, surface: Surface, at: QPointF, key: str) -> None:
        self._surface = surface
        self._at = at
        self._start = surface.scene_point(at)
        self._key = key
        scene = surface.scene
        self._keys = [k for k in surface.document.selection.ids if k in scene.index]
        self._before = {k: scene.position(k) for k in self._keys}
        self._now = dict(self._before)
        self._moved = scene.indices(self._keys)
        self._ties = frozenset(scene.edges_at(self._moved).tolist())
        self._snapping = Snapping(scene, key, self._moved)
        self._lines: tuple[Line, ...] = ()
        self._shake = Shake(at)
        self._copying = self._loose = False
        self._attached = surface.document.attached(self._keys)
        self._wire = -1

    @property
    def cursor(self) -> Qt.CursorShape:  # type: ignore[override]
        return Qt.CursorShape.DragCopyCursor if self._copying else Qt.CursorShape.ClosedHandCursor

    def move(self, at: QPointF, modifiers: Modifiers) -> None:
        self._at = at
        self._copying = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        if self._shake.feed(at, monotonic()) and self._attached and not self._copying:
            self._loose = not self._loose
        free = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        self._now = self._settled(self._surface.scene_point(at), free)
        self._surface.scene.place(self._before if self._copying else self._now, settled=False)
        self._wire = self._wire_below()
        self._surface.redraw()

    def _settled(self, at: Point, free: bool) -> dict[str, Point]:
        x0, y0 = self._before[self._key]
        place = (x0 + at[0] - self._start[0], y0 + at[1] - self._start[1])
        self._lines = ()
        if not free:
            zoom, grid = self._surface.viewport.zoom, self._surface.options.grid
            place, self._lines = self._snapping.settle(place, zoom, grid)
        dx, dy = place[0] - x0, place[1] - y0
        return {key: (a + dx, b + dy) for key, (a, b) in self._before.items()}

    def _wire_below(self) -> int:
        """The wire that letting go would put the step into: one under the pointer, or under the
        middle of the card. Steps that are wired stay so, unless they were shaken loose."""
        scene = self._surface.scene
        node = scene.nodes[scene.index[self._key]]
        tied = self._attached and not self._loose
        if self._copying or tied or len(self._keys) != 1 or not node.has_input:
            return -1
        x, y, w, h = scene.rects[scene.index[self._key]].tolist()
        for at in (self._surface.scene_point(self._at), (x + w / 2, y + h / 2)):
            wire = wire_at(scene, at, self._surface.viewport.zoom, self._ties).wire
            if wire >= 0:
                return wire
        return -1

    def finish(self, at: QPointF, modifiers: Modifiers) -> None:
        self.move(at, modifiers)
        if self._now == self._before and not self._loose:
            return
        surface, places = self._surface, dict(self._now)
        if self._copying:
            surface.attempt(lambda: surface.document.duplicate(self._keys, places))
            return
        if not surface.attempt(lambda: self._edit(places)):
            self.cancel()

    def _edit(self, places: dict[str, Point]) -> None:
        document, scene = self._surface.document, self._surface.scene
        frames = joined(self._surface, self._keys)
        if self._wire >= 0:
            room = give_way(scene, self._wire, places[self._key], self._moved)
            wire = scene.edges[self._wire].key
            document.insert(self._key, wire, places | room, self._loose, frames)
        elif self._loose:
            document.detach(self._keys, places, frames)
        else:
            framing.move(document, places, {}, frames)

    def cancel(self) -> None:
        self._surface.scene.place(self._before)
        self._surface.redraw()

    def dress(self, frame: Frame) -> None:
        frame.joining = self._joining()
        if self._loose:
            frame.hidden_wires = self._ties
        if self._wire >= 0:
            frame.lit_wires = frozenset({self._wire})

    def _joining(self) -> str:
        """The frame that the card under the pointer would come into."""
        scene, areas = self._surface.scene, self._surface.areas
        if not areas.items or self._copying or self._now == self._before:
            return ""
        x, y, w, h = scene.rects[scene.index[self._key]].tolist()
        frame = areas.frame_at((x + w / 2, y + h / 2))
        return frame if frame is not None and frame != areas.owner(self._key) else ""

    def paint(self, painter: QPainter, frame: Frame) -> None:
        paint_guides(painter, frame, self._lines)
        if self._copying:
            for place in list(self._now.values())[:_MOST_GHOSTS]:
                paint_ghost(painter, frame, *place)
        if words := self._words():
            paint_hint(painter, frame, self._at, words, "accent")

    def _words(self) -> str:
        if self._wire >= 0:
            return "Let go to insert it into this wire"
        if self._loose:
            return "Let go to take it out; the ends of its wires are joined"
        return ""
