"""A step or trigger dragged in from the palette."""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from designer.canvas.adding import add_node
from designer.canvas.geometry import CARD_HEIGHT
from designer.canvas.gestures.base import Gesture, Surface
from designer.canvas.offer import Offer, centred_card
from designer.canvas.paint.frame import Frame
from designer.canvas.paint.overlay import paint_ghost, paint_hint
from designer.canvas.placement import free_spot
from designer.canvas.viewport import Point
from designer.document.views import Wire


class Drop(Gesture):
    """Shows where the card would lie; over a wire, that it would go in between."""

    def __init__(self, surface: Surface, offer: Offer) -> None:
        self._surface = surface
        self._offer = offer
        self._at = QPointF()
        self._wire: Wire | None = None

    def hover(self, at: QPointF) -> None:
        self._at = at
        self._wire = self._wire_under(at)
        self._surface.redraw()

    def drop(self, at: QPointF) -> str | None:
        """Adds what is dragged, its middle under the pointer; gives its node key if that worked.

        What goes into a wire lies clear of the two cards that it goes between.
        """
        self.hover(at)
        place = self._place()
        if self._wire is not None:
            place = free_spot(place, CARD_HEIGHT, self._surface.scene.rects)
        return add_node(self._surface, self._offer, place, insert_into=self._wire)

    def dress(self, frame: Frame) -> None:
        if self._wire is not None:
            frame.lit_wires = frozenset({frame.scene.edge_index[self._wire]})

    def paint(self, painter: QPainter, frame: Frame) -> None:
        paint_ghost(painter, frame, *self._place())
        if self._wire is not None:
            paint_hint(painter, frame, self._at, "Let go to insert it into this wire", "accent")

    def _place(self) -> Point:
        return centred_card(self._surface.scene_point(self._at))

    def _wire_under(self, at: QPointF) -> Wire | None:
        hit = self._surface.hit(at)
        if self._offer.kind != "step" or hit.kind != "wire":
            return None
        edge = self._surface.scene.edges[hit.wire]
        return edge.key if edge.stored else None
