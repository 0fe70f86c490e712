"""Frames and notes under the cards, and the blocks of folded frames among them."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from designer.canvas.areas import Area, title_height
from designer.canvas.geometry import CARD_WIDTH, CORNER, PADDING, TEXT_X, TILE
from designer.canvas.paint.frame import BLOCK_ZOOM, CARD_ZOOM, Frame
from designer.canvas.paint.kit import PILL_HEIGHT, Kit, in_units
from designer.canvas.paint.note import paint_note
from designer.canvas.paint.shapes import CardLook, draw_tile
from designer.document.shapes import Box
from designer.theme.icons import draw_icon

_HUES = {
    "blue": "do",
    "teal": "script",
    "green": "ask",
    "amber": "data",
    "pink": "tell",
    "violet": "think",
    "grey": "decide",
}
_CHEVRON = 12.0
_WORST = (
    "failed", "timed_out", "waiting", "running", "paused", "queued",
    "cancelled", "skipped", "completed",
)  # fmt: skip
"""The state of many steps is the first of these that one of them has."""


def hue(colour: str) -> str:
    """The group of step types whose ink and tint a frame's colour shares."""
    return _HUES.get(colour, "do")


def paint_areas(painter: QPainter, frame: Frame, kit: Kit) -> None:
    """Open frames, then notes."""
    for area in frame.areas.seen():
        if area.folded or not _visible(frame, frame.areas.drawn(area.key)):
            continue
        if area.kind == "note":
            selected = area.key in frame.selected_shapes
            paint_note(painter, frame, kit, area, frame.areas.boxes[area.key], selected)
        else:
            _paint_frame(painter, frame, kit, area)


def paint_folded(painter: QPainter, frame: Frame, kit: Kit) -> None:
    """The blocks that folded frames are, above the wires."""
    for area in frame.areas.seen():
        if area.folded and _visible(frame, frame.areas.drawn(area.key)):
            _paint_block(painter, frame, kit, area)


def _visible(frame: Frame, box: Box) -> bool:
    x, y, width, height = frame.seen
    margin = 16.0 / frame.zoom
    return (
        box[0] <= x + width + margin
        and box[0] + box[2] >= x - margin
        and box[1] <= y + height + margin
        and box[1] + box[3] >= y - margin
    )


def view_rect(frame: Frame, box: Box) -> QRectF:
    """A scene box in logical pixels, on whole device pixels."""
    left, top = frame.snapped(box[0], box[1])
    right, bottom = frame.snapped(box[0] + box[2], box[1] + box[3])
    return QRectF(left, top, right - left, bottom - top)


def _paint_frame(painter: QPainter, frame: Frame, kit: Kit, area: Area) -> None:
    theme = frame.style.theme
    ground = theme.kind_color(hue(area.colour))
    ground.setAlphaF(0.13 if theme.is_dark else 0.07)
    line = theme.kind_color(hue(area.colour))
    line.setAlphaF(0.55)
    selected = area.key in frame.selected_shapes
    rect = view_rect(frame, frame.areas.boxes[area.key])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(ground)
    pen = QPen(line, 1.0, Qt.PenStyle.DashLine)
    pen.setDashPattern([4.0, 3.0])
    if selected:
        pen = QPen(frame.style.color("accent"), 2.0)
    painter.setPen(pen)
    radius = min(CORNER * 1.3 * frame.zoom, rect.width() / 2, rect.height() / 2)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    _paint_title(painter, frame, kit, area, rect)
    if area.key == frame.joining:
        painter.setPen(QPen(frame.style.color("accent"), 2.0))
        painter.setBrush(frame.style.color("accent", 0.06))
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius)


def _paint_title(painter: QPainter, frame: Frame, kit: Kit, area: Area, rect: QRectF) -> None:
    """The chevron that folds it and its title; both keep a size that can be read when the drawing
    is small."""
    theme = frame.style.theme
    strip = title_height(frame.zoom) * frame.zoom
    scale = strip / 30.0
    ink = theme.kind_color(hue(area.colour))
    if rect.width() < 40.0 or rect.height() < strip:
        return
    side = _CHEVRON * scale
    spot = QRectF(rect.left() + 9.0 * scale, rect.top() + (strip - side) / 2, side, side)
    draw_icon(painter, "chevron-down", ink, spot)
    room = (rect.width() - 40.0 * scale) / scale
    if room < 16.0:
        return
    painter.save()
    painter.translate(rect.left() + 26.0 * scale, rect.top())
    painter.scale(scale, scale)
    painter.setPen(ink)
    kit.write(painter, area.text or "Frame", frame.style.strong_label, (0.0, 15.0), room)
    painter.restore()


def _paint_block(painter: QPainter, frame: Frame, kit: Kit, area: Area) -> None:
    style, theme, z = frame.style, frame.style.theme, frame.zoom
    box = frame.areas.drawn(area.key)
    group = hue(area.colour)
    if z < CARD_ZOOM:
        rect = view_rect(frame, box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, z >= BLOCK_ZOOM)
        ink = theme.kind_color(group)
        painter.setPen(QPen(style.color("accent"), 2.0) if _chosen(frame, area) else QPen(ink, 1.0))
        painter.setBrush(theme.kind_tint(group))
        painter.drawRoundedRect(rect, CORNER * z, CORNER * z)
        return
    x, y = frame.snapped(box[0], box[1])
    status = _status(frame, area)
    role = style.state_role(status) if status else ""
    look = CardLook(box[3], role=role, selected=_chosen(frame, area), stacked=True)
    kit.card(frame, look).draw(painter, x, y)
    _paint_tile(painter, frame, kit, area, x, y)
    in_units(painter, frame, x, y)
    room = CARD_WIDTH - TEXT_X - PADDING
    painter.setPen(style.color("text"))
    kit.write(painter, area.text or "Frame", style.title, (TEXT_X, 22.0), room)
    painter.setPen(style.color("muted"))
    kit.write(painter, _counted(frame, area), style.subtitle, (TEXT_X, 38.5), room)
    painter.resetTransform()
    for left in (0.0, CARD_WIDTH):
        kit.port(frame, "round", "wire", True).draw(painter, x + left * z, y + box[3] / 2 * z)
    if status:
        seen = theme.state(status)
        kit.badge(frame, seen.color, seen.glyph).draw(painter, x + (CARD_WIDTH - 3) * z, y + 3 * z)
    _paint_problems(painter, frame, kit, area, x, y)


def _paint_tile(painter: QPainter, frame: Frame, kit: Kit, area: Area, x: float, y: float) -> None:
    group, z = hue(area.colour), frame.zoom
    tile = kit.sprites.get(
        ("fold", group),
        frame,
        (TILE, TILE),
        1.0,
        lambda p: draw_tile(p, frame.style, "chevron-right", group, ""),
    )
    tile.draw(painter, x + PADDING * z, y + (frame.areas.drawn(area.key)[3] - TILE) / 2 * z)


def _paint_problems(
    painter: QPainter, frame: Frame, kit: Kit, area: Area, x: float, y: float
) -> None:
    scene = frame.scene
    nodes = [scene.nodes[i] for i in scene.indices(area.nodes).tolist()]
    errors, warnings = sum(n.errors for n in nodes), sum(n.warnings for n in nodes)
    if not errors and not warnings:
        return
    role = "failed" if errors else "warning"
    text = f"{'!' if errors else '▲'} {errors or warnings}"
    width = max(kit.texts.width(text, frame.style.small) + 12.0, PILL_HEIGHT)
    left, top = x - 8.0 * frame.zoom, y - 8.0 * frame.zoom
    kit.pill(frame, width, role, role).draw(painter, left, top)
    in_units(painter, frame, left, top)
    painter.setPen(frame.style.color("on_badge"))
    kit.write(painter, text, frame.style.small, (6.0, PILL_HEIGHT / 2), width)
    painter.resetTransform()


def _status(frame: Frame, area: Area) -> str:
    """What the steps inside say together."""
    found = {state.status for key in area.nodes if (state := frame.state(key)) is not None}
    return next((status for status in _WORST if status in found), "")


def _counted(frame: Frame, area: Area) -> str:
    count = len(area.nodes)
    words = f"{count} step" if count == 1 else f"{count} steps"
    states = [frame.state(key) for key in area.nodes]
    done = sum(1 for state in states if state is not None and state.status == "completed")
    return f"{done} of {words} completed" if any(states) else words


def _chosen(frame: Frame, area: Area) -> bool:
    return area.key in frame.selected_shapes
