"""What lies above the drawing: hints beside the pointer, ghosts of cards, guides, the empty
state."""

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from designer.canvas.geometry import CARD_HEIGHT, CARD_WIDTH, CORNER
from designer.canvas.paint.frame import Frame
from designer.theme.icons import draw_icon

_HINT_GAP = 16.0
_CROSS = 3.0


def paint_hint(painter: QPainter, frame: Frame, at: QPointF, text: str, role: str) -> None:
    """Words in a dark bubble beside the pointer, kept inside the widget; ``role`` colours the
    dot."""
    style = frame.style
    metrics = QFontMetricsF(style.label)
    room = min(360.0, frame.width - 48)
    box = metrics.boundingRect(QRectF(0, 0, room, 400), Qt.TextFlag.TextWordWrap, text)
    width, height = box.width() + 34, box.height() + 14
    left = min(at.x() + _HINT_GAP, frame.width - width - 8)
    if QRectF(left, at.y() - 40, width, 80).intersects(frame.covered):
        left = min(left, frame.covered.left() - width - 8)
    top = at.y() + _HINT_GAP
    below = QRectF(left, top, width, height)
    if below.bottom() > frame.height - 8 or below.intersects(frame.covered):
        top = at.y() - _HINT_GAP - height
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.color("tooltip"))
    painter.drawRoundedRect(QRectF(left, top, width, height), 6, 6)
    painter.setBrush(style.color(role))
    painter.drawEllipse(QPointF(left + 13, top + height / 2), 3.5, 3.5)
    painter.setPen(style.color("on_tooltip"))
    painter.setFont(style.label)
    words = QRectF(left + 24, top + 7, box.width() + 2, box.height())
    painter.drawText(words, Qt.TextFlag.TextWordWrap, text)


def paint_ghost(painter: QPainter, frame: Frame, x: float, y: float) -> None:
    """Where a dropped step would lie: (x, y) is its top left corner in the scene."""
    left, top = frame.snapped(x, y)
    zoom = frame.zoom
    rect = QRectF(left, top, CARD_WIDTH * zoom, CARD_HEIGHT * zoom)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(frame.style.color("accent", 0.10))
    pen = QPen(frame.style.color("accent"), 1.5)
    pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.drawRoundedRect(rect, CORNER * zoom, CORNER * zoom)


def paint_band(painter: QPainter, frame: Frame, rect: QRectF) -> None:
    """The rubber band, in logical pixels."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(frame.style.color("accent"), 1.0))
    painter.setBrush(frame.style.color("accent", 0.10))
    painter.drawRect(rect)


def paint_guides(
    painter: QPainter, frame: Frame, lines: Iterable[tuple[float, float, float, float]]
) -> None:
    """Level lines (x1, y1, x2, y2 in the scene) that join a dragged card to another, with a small
    cross at each end."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(frame.style.color("accent", 0.7), 1.0))
    for x1, y1, x2, y2 in lines:
        ends = QPointF(*frame.snapped(x1, y1)), QPointF(*frame.snapped(x2, y2))
        painter.drawLine(*ends)
        for end in ends:
            painter.drawLine(end + QPointF(-_CROSS, -_CROSS), end + QPointF(_CROSS, _CROSS))
            painter.drawLine(end + QPointF(-_CROSS, _CROSS), end + QPointF(_CROSS, -_CROSS))


def paint_empty(painter: QPainter, frame: Frame, title: str, text: str) -> None:
    """What to do on a canvas with nothing on it."""
    style = frame.style
    middle = QPointF(frame.width / 2, frame.height / 2 - 24)
    card = QRectF(0, 0, CARD_WIDTH * 1.06, CARD_HEIGHT * 1.06)
    card.moveCenter(middle)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(style.color("strong_line"), 1.5)
    pen.setDashPattern([4, 3.5])
    painter.setPen(pen)
    painter.setBrush(style.color("accent", 0.04))
    painter.drawRoundedRect(card, CORNER, CORNER)
    side = 20.0
    icon = QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side)
    draw_icon(painter, "plus", style.color("faint"), icon)
    _centred(painter, frame, card.bottom() + 18, title, "heading", "text")
    _centred(painter, frame, card.bottom() + 42, text, "body", "muted")


def _centred(painter: QPainter, frame: Frame, top: float, text: str, font: str, role: str) -> None:
    painter.setFont(frame.style.theme.font(font))
    painter.setPen(frame.style.color(role))
    room = QRectF(24, top, frame.width - 48, 60)
    painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, text)
