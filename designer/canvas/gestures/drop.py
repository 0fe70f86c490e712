"""A step or trigger dragged in from the palette."""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from designer.canvas.adding import add_node, insert_node
from designer.canvas.gestures.base import Gesture, Surface
from designer.canvas.offer import Offer, centred_card
from designer.canvas.paint.frame import Frame
from designer.canvas.paint.overlay import paint_ghost, paint_hint
from designer.canvas.room import place_between
from designer.canvas.viewport import Point


class Drop(Gesture):
    """Shows where the card would lie; over a wire, that it would go in between."""

    def __init__(self, surface: Surface, offer: Offer) -> None:
        self._surface = surface
        self._offer = offer
        self._at = QPointF()
        self._wire = -1

    def hover(self, at: QPointF) -> None:
        self._at = at
        self._wire = self._wire_under(at)
        self._surface.redraw()

    def drop(self, at: QPointF) -> str | None:
        """Adds what is dragged, its middle under the pointer; gives its node key if that worked.

        What goes into a wire lies between its two cards, which give way.
        """
        self.hover(at)
        if self._wire < 0:
            return add_node(self._surface, self._offer, self._place())
        wire = self._surface.scene.edges[self._wire].key
        return insert_node(self._surface, self._offer, wire, self._surface.scene_point(at))

    def dress(self, frame: Frame) -> None:
        if self._wire >= 0:
            frame.lit_wires = frozenset({self._wire})

    def paint(self, painter: QPainter, frame: Frame) -> None:
        paint_ghost(painter, frame, *self._place())
        if self._wire >= 0:
            paint_hint(painter, frame, self._at, "Let go to insert it into this wire", "accent")

    def _place(self) -> Point:
        at = self._surface.scene_point(self._at)
        if self._wire >= 0:
            return place_between(self._surface.scene, self._wire, at)
        return centred_card(at)

    def _wire_under(self, at: QPointF) -> int:
        hit = self._surface.hit(at)
        return hit.wire if self._offer.kind == "step" and hit.kind == "wire" else -1
