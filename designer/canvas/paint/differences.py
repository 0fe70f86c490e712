"""What a comparison adds to a drawing: where moved cards were, and the sign of a wire."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from designer.canvas.geometry import CORNER
from designer.canvas.paint.frame import CARD_ZOOM, Frame
from designer.canvas.paint.kit import Kit
from designer.canvas.viewport import Point
from designer.document.views import Wire

_MOST_MARKS = 300
"""So many signs are drawn at once; with more, the colours say it."""
_DASHES = [4.0, 3.0]


def paint_moves(painter: QPainter, frame: Frame, moves: Mapping[str, Point]) -> None:
    """A dashed outline where each moved card was, and a line from there to where it is."""
    scene, zoom = frame.scene, frame.zoom
    look = frame.style.theme.state("moved")
    pen = QPen(frame.style.color(look.color), max(1.5 * zoom, 1.0))
    pen.setDashPattern(_DASHES)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for key, (x, y) in moves.items():
        if key not in scene.index:
            continue
        nx, ny, width, height = scene.rects[scene.index[key]].tolist()
        left, top = frame.viewport.to_view(x, y)
        then = QRectF(left, top, width * zoom, height * zoom)
        now = QRectF(*frame.viewport.to_view(nx, ny), width * zoom, height * zoom)
        if not then.united(now).intersects(frame.area):
            continue
        painter.setPen(pen)
        painter.drawRoundedRect(then, CORNER * zoom, CORNER * zoom)
        way = _between(then, now)
        if way is not None:
            painter.drawLine(way)


def _between(then: QRectF, now: QRectF) -> QLineF | None:
    """The line from one card's rim to the other's; None where they overlap."""
    if then.intersects(now):
        return None
    middle = QLineF(then.center(), now.center())
    return QLineF(_rim(middle, then), _rim(QLineF(middle.p2(), middle.p1()), now))


def _rim(way: QLineF, card: QRectF) -> QPointF:
    """Where a line that starts in the middle of a card leaves it."""
    dx, dy = abs(way.dx()), abs(way.dy())
    across = card.width() / 2 / dx if dx else float("inf")
    down = card.height() / 2 / dy if dy else float("inf")
    return way.pointAt(min(across, down, 1.0))


def paint_wire_marks(painter: QPainter, frame: Frame, kit: Kit, wires: Mapping[Wire, str]) -> None:
    """A plus on each wire that was added and a minus on one that was removed, while cards can be
    read."""
    if frame.zoom < CARD_ZOOM:
        return
    scene = frame.scene
    seen = [int(i) for i in scene.wires_in(frame.seen, 8.0) if scene.edges[int(i)].key in wires]
    if len(seen) > _MOST_MARKS:
        return
    if not seen:
        return
    pieces, owners = scene.pieces(np.array(seen))
    for nth, i in enumerate(seen):
        look = frame.style.theme.state(wires[scene.edges[i].key])
        own = pieces[owners == nth]
        a, b, c, d = own[len(own) // 2]
        x, y = frame.snapped(*((a + 3 * b + 3 * c + d) / 8).tolist())
        kit.badge(frame, look.color, look.glyph).draw(painter, x, y)
