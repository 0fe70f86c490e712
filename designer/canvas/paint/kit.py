"""Sprites and texts at hand while painting: each made when first needed, then kept."""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont, QPainter, QTransform

from designer.canvas.geometry import CARD_WIDTH, TILE, Shape
from designer.canvas.paint import shapes
from designer.canvas.paint.faces import Faces
from designer.canvas.paint.frame import Frame
from designer.canvas.paint.shapes import CardLook
from designer.canvas.paint.sprites import Sprite, Sprites
from designer.canvas.paint.text import TextBook
from designer.document.views import NodeView

PILL_HEIGHT = 18.0


class Kit:
    """One per canvas; emptied when the theme changes."""

    def __init__(self) -> None:
        self.sprites = Sprites()
        self.notes = Sprites(most=60)
        self.texts = TextBook()
        self.faces = Faces()

    def clear(self) -> None:
        self.sprites.clear()
        self.notes.clear()
        self.texts.clear()
        self.faces.clear()

    def card(self, frame: Frame, look: CardLook) -> Sprite:
        return self.sprites.get(
            look,
            frame,
            (CARD_WIDTH, look.height),
            14.0,
            lambda p: shapes.draw_card(p, frame.style, look, frame.zoom),
        )

    def tile(self, frame: Frame, node: NodeView) -> Sprite:
        icon = node.icon or node.type
        return self.sprites.get(
            ("tile", icon, node.group, node.type),
            frame,
            (TILE, TILE),
            1.0,
            lambda p: shapes.draw_tile(p, frame.style, icon, node.group, node.type),
        )

    def badge(self, frame: Frame, role: str, glyph: str) -> Sprite:
        return self.sprites.get(
            ("badge", role, glyph),
            frame,
            (0.0, 0.0),
            11.0,
            lambda p: shapes.draw_badge(p, frame.style, role, glyph),
        )

    def port(self, frame: Frame, shape: Shape, role: str, filled: bool = False) -> Sprite:
        return self.sprites.get(
            ("port", shape, role, filled),
            frame,
            (0.0, 0.0),
            9.0,
            lambda p: shapes.draw_port(p, frame.style, shape, role, filled),
        )

    def arrow(self, frame: Frame, role: str) -> Sprite:
        return self.sprites.get(
            ("arrow", role),
            frame,
            (0.0, 0.0),
            9.0,
            lambda p: shapes.draw_arrow(p, frame.style, role),
        )

    def glow(self, frame: Frame, role: str) -> Sprite:
        return self.sprites.get(
            ("glow", role),
            frame,
            (0.0, 0.0),
            9.0,
            lambda p: shapes.draw_glow(p, frame.style, role),
        )

    def pill(self, frame: Frame, width: float, ground: str, line: str) -> Sprite:
        thin = max(1.0, 1.0 / frame.zoom)
        return self.sprites.get(
            ("pill", width, ground, line),
            frame,
            (width, PILL_HEIGHT),
            2.0,
            lambda p: shapes.draw_pill(p, frame.style, width, PILL_HEIGHT, ground, line, thin),
        )

    def write(
        self, painter: QPainter, text: str, font: QFont, at: tuple[float, float], room: float
    ) -> None:
        """Writes one line with its left middle at ``at``, in the painter's units, elided to
        ``room``."""
        prepared = self.texts.get(text, font, room)
        painter.setFont(font)
        painter.drawStaticText(QPointF(at[0], at[1] - prepared.size().height() / 2), prepared)


def in_units(painter: QPainter, frame: Frame, x: float, y: float) -> None:
    """Lets the painter draw in scene units from the logical pixel (x, y)."""
    painter.setTransform(QTransform(frame.zoom, 0, 0, frame.zoom, x, y))
