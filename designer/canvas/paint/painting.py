"""One painting of the canvas, from the ground up."""

from PySide6.QtGui import QPainter

from designer.canvas.paint.areas import paint_areas, paint_folded
from designer.canvas.paint.background import paint_background
from designer.canvas.paint.blocks import paint_blocks
from designer.canvas.paint.cards import paint_cards
from designer.canvas.paint.curves import paint_wires
from designer.canvas.paint.frame import CARD_ZOOM, Frame
from designer.canvas.paint.kit import Kit
from designer.canvas.paint.labels import paint_labels
from designer.canvas.tints import Tints

_MOST_CARDS = 900
"""With more cards than this in view, blocks are drawn instead, whatever the zoom."""


def paint_drawing(painter: QPainter, frame: Frame, kit: Kit, tints: Tints) -> None:
    paint_background(painter, frame)
    paint_areas(painter, frame, kit)
    paint_wires(painter, frame, kit, tints)
    paint_folded(painter, frame, kit)
    if frame.zoom >= CARD_ZOOM and len(frame.scene.nodes_in(frame.seen)) <= _MOST_CARDS:
        paint_cards(painter, frame, kit)
        paint_labels(painter, frame, kit)
    else:
        paint_blocks(painter, frame, kit, tints)
