"""The outlines that sprites are made of: cards, rings, ports, badges, pills, arrow heads."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from designer.canvas.geometry import BADGE, CARD_WIDTH, CORNER, PORT, TILE, Shape
from designer.canvas.paint.style import Style
from designer.canvas.wires import ARROW
from designer.theme.icons import draw_icon, has_icon

RING = 4.0
"""Gap and ring around a selected card reach this far out."""
STACK = 4.0
"""How far each card behind a card with a body peeks out below it."""


@dataclass(frozen=True, slots=True)
class CardLook:
    """All that tells one card's ground from another's; ``role`` is the border's colour role."""

    height: float
    role: str = ""
    head: bool = False
    handler: bool = False
    selected: bool = False
    hovered: bool = False
    target: bool = False
    enabled: bool = True
    stacked: bool = False


def outline(rect: QRectF, left: float, right: float) -> QPainterPath:
    """A rectangle with one radius at its left corners and another at its right ones."""
    path = QPainterPath(QPointF(rect.left() + left, rect.top()))
    path.lineTo(rect.right() - right, rect.top())
    path.arcTo(rect.right() - 2 * right, rect.top(), 2 * right, 2 * right, 90, -90)
    path.lineTo(rect.right(), rect.bottom() - right)
    path.arcTo(rect.right() - 2 * right, rect.bottom() - 2 * right, 2 * right, 2 * right, 0, -90)
    path.lineTo(rect.left() + left, rect.bottom())
    path.arcTo(rect.left(), rect.bottom() - 2 * left, 2 * left, 2 * left, 270, -90)
    path.lineTo(rect.left(), rect.top() + left)
    path.arcTo(rect.left(), rect.top(), 2 * left, 2 * left, 180, -90)
    return path


def draw_card(painter: QPainter, style: Style, look: CardLook, zoom: float) -> None:
    rect = QRectF(0, 0, CARD_WIDTH, look.height)
    left = CORNER * 2.4 if look.head else CORNER
    _shadow(painter, style, rect, left, look)
    thin = max(1.0, 1.0 / zoom)
    if look.stacked:
        _stack(painter, style, rect, thin)
    role = look.role or ("wire" if look.hovered else "strong_line")
    width = max(1.5, 1.0 / zoom) if look.role or look.hovered else thin
    line = Qt.PenStyle.SolidLine if look.enabled else Qt.PenStyle.DashLine
    painter.setPen(_pen(style, "accent" if look.target else role, width, line))
    painter.setBrush(style.color("canvas") if look.handler else style.card)
    inset = width / 2
    painter.drawPath(outline(rect.adjusted(inset, inset, -inset, -inset), left, CORNER))
    if look.selected or look.target:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_pen(style, "accent", max(2.0, 1.2 / zoom)))
        painter.drawPath(
            outline(rect.adjusted(-RING, -RING, RING, RING), left + RING, CORNER + RING)
        )


def _shadow(painter: QPainter, style: Style, rect: QRectF, left: float, look: CardLook) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    strength = (0.10 if style.theme.is_dark else 0.022) * (1.6 if look.hovered else 1.0)
    painter.setBrush(style.color("shadow", strength))
    for spread in (0.0, 1.0, 2.0, 3.0):
        grown = rect.adjusted(-spread, 1.5 - spread / 2, spread, 1.5 + spread)
        painter.drawPath(outline(grown, left + spread, CORNER + spread))


def _stack(painter: QPainter, style: Style, rect: QRectF, thin: float) -> None:
    """Two more cards behind, peeking out below."""
    painter.setBrush(style.card)
    painter.setPen(_pen(style, "strong_line", thin))
    for nth in (2, 1):
        inset = STACK * nth
        behind = rect.adjusted(inset, rect.height() / 2, -inset, inset)
        painter.drawPath(outline(behind, CORNER, CORNER))


def draw_tile(painter: QPainter, style: Style, icon: str, group: str, type_name: str) -> None:
    """The icon of a step type on its faint tile."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.theme.kind_tint(group, type_name))
    painter.drawRoundedRect(QRectF(0, 0, TILE, TILE), CORNER - 1, CORNER - 1)
    side = TILE * 0.55
    edge = (TILE - side) / 2
    name = icon if has_icon(icon) else "dot"
    ink = style.theme.kind_color(group, type_name)
    draw_icon(painter, name, ink, QRectF(edge, edge, side, side))


def draw_badge(painter: QPainter, style: Style, role: str, glyph: str) -> None:
    """A state's glyph on a disc of its colour, set off from the card by a rim; (0, 0) is its
    middle."""
    half = BADGE / 2
    painter.setPen(QPen(style.color("canvas"), 1.5))
    painter.setBrush(style.color(role))
    painter.drawEllipse(QPointF(0, 0), half, half)
    side = BADGE * 0.64
    box = QRectF(-side / 2, -side / 2, side, side)
    draw_icon(painter, glyph, style.color("on_badge"), box)


def draw_port(painter: QPainter, style: Style, shape: Shape, role: str, filled: bool) -> None:
    """A port around (0, 0)."""
    painter.setPen(_pen(style, role, 1.5))
    painter.setBrush(style.color(role) if filled else style.card)
    half = PORT - 0.5
    if shape == "diamond":
        point = half + 1.5
        corners = [QPointF(0, -point), QPointF(point, 0), QPointF(0, point), QPointF(-point, 0)]
        painter.drawPolygon(QPolygonF(corners))
    elif shape == "point":
        tip = half + 1.5
        corners = [QPointF(-half, -half), QPointF(0.5, -half), QPointF(tip, 0), QPointF(0.5, half)]
        painter.drawPolygon(QPolygonF([*corners, QPointF(-half, half)]))
    elif shape == "square":
        painter.drawRoundedRect(QRectF(-half, -half, 2 * half, 2 * half), 1.5, 1.5)
    else:
        painter.drawEllipse(QPointF(0, 0), half, half)
        if shape == "ring":
            painter.setBrush(style.card if filled else style.color(role))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QPointF(0, 0), half / 2.2, half / 2.2)


def draw_arrow(painter: QPainter, style: Style, role: str) -> None:
    """An arrow head that points right and begins at (0, 0)."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.color(role))
    half = ARROW * 0.55
    painter.drawPolygon(QPolygonF([QPointF(-1, -half), QPointF(ARROW - 1, 0), QPointF(-1, half)]))


def draw_glow(painter: QPainter, style: Style, role: str) -> None:
    """A soft light around (0, 0)."""
    painter.setPen(Qt.PenStyle.NoPen)
    for radius, strength in ((7.5, 0.12), (5.5, 0.22), (3.2, 1.0)):
        painter.setBrush(style.color(role, strength))
        painter.drawEllipse(QPointF(0, 0), radius, radius)


def draw_pill(
    painter: QPainter,
    style: Style,
    width: float,
    height: float,
    ground: str,
    line: str,
    thin: float,
) -> None:
    """A pill from (0, 0); its words are drawn apart, so that they stay letters."""
    painter.setPen(_pen(style, line, thin))
    painter.setBrush(style.card if ground == "card" else style.color(ground))
    painter.drawRoundedRect(QRectF(0, 0, width, height), height / 2, height / 2)


def _pen(style: Style, role: str, width: float, line: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    pen = QPen(style.color(role), width, line)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if line is Qt.PenStyle.DashLine:
        pen.setDashPattern([4.0, 3.0])
    return pen
