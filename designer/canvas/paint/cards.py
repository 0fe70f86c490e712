"""Nodes close up: cards with icon, title, subtitle, state, time, ports and labels."""

from PySide6.QtGui import QPainter

from designer.canvas.geometry import (
    CARD_HEIGHT,
    CARD_WIDTH,
    PADDING,
    TEXT_X,
    TILE,
    PortSpot,
)
from designer.canvas.hit import DRAWER_WIDTH, reveal_of
from designer.canvas.paint.frame import Frame
from designer.canvas.paint.kit import PILL_HEIGHT, Kit, in_units
from designer.canvas.paint.shapes import CardLook
from designer.canvas.paint.sprites import Sprite
from designer.canvas.states import NodeState
from designer.document.views import NodeView

_TITLE_Y = 20.5
_SUBTITLE_Y = 36.0
_TIME_Y = 51.0
_MARGIN = 126.0
"""Scene units around a card that its ring, badge and labels may take."""
_LABEL_ROOM = 126.0
"""Scene units to the right of a card that the pills of its ports may take."""
_FADED = 0.35
_HANDLER_WORDS = {
    "on_failure": "on failure",
    "on_success": "on success",
    "on_cancel": "on cancel",
    "finally": "finally",
    "compensate": "compensates",
}


def paint_cards(painter: QPainter, frame: Frame, kit: Kit) -> None:
    """All cards in view, each a copy of its face where there is one."""
    kit.faces.begin(frame)
    for i in frame.scene.nodes_in(frame.seen, _MARGIN).tolist():
        x, y = frame.snapped(*frame.scene.rects[i, :2].tolist())
        painter.setOpacity(_FADED if i in frame.refused else 1.0)
        card = _Card(frame, kit, i)
        face = None if card.live else card.face()
        if face is not None:
            face.draw(painter, x, y)
        else:
            card.paint(painter, x, y)
    painter.setOpacity(1.0)


class _Card:
    """One node in one painting."""

    def __init__(self, frame: Frame, kit: Kit, i: int) -> None:
        self.frame, self.kit, self.i = frame, kit, i
        self.node = frame.scene.nodes[i]
        self.plan = frame.scene.plans[i]
        self.state = frame.state(self.node.key)
        self.time = _time_line(frame, self.state)
        under_pointer = frame.opened == i or frame.hover.node == i or frame.target == i
        self.live = under_pointer or (self.state is not None and self.state.ticking)
        """It changes too often to be worth a picture."""

    def face(self) -> Sprite | None:
        status = self.state.status if self.state else ""
        selected = self.node.key in self.frame.selected
        origin = self.state.origin if self.state else ""
        key = (self.node, status, self.time, origin, selected)
        labels = any(spot.label for spot in self.plan.fixed)
        margins = (14.0, 14.0, _LABEL_ROOM if labels else 14.0, 16.0)
        size = (CARD_WIDTH, self.plan.height)
        return self.kit.faces.get(key, self.frame, size, margins, self.paint)

    def paint(self, painter: QPainter, x: float, y: float) -> None:
        frame, kit, node, plan = self.frame, self.kit, self.node, self.plan
        z, height = frame.zoom, plan.height
        opacity = painter.opacity()
        painter.setOpacity(opacity * (1.0 if node.enabled else 0.5))
        kit.card(frame, _look(frame, self.i, node, self.state)).draw(painter, x, y)
        kit.tile(frame, node).draw(painter, x + PADDING * z, y + (height - TILE) / 2 * z)
        in_units(painter, frame, x, y)
        _write(painter, frame, kit, node, self.state, self.time, (height - CARD_HEIGHT) / 2)
        painter.resetTransform()
        painter.setOpacity(opacity)
        _paint_ports(painter, frame, kit, self.i, x, y)
        _paint_marks(painter, frame, kit, node, self.state, height, x, y)


def _look(frame: Frame, i: int, node: NodeView, state: NodeState | None) -> CardLook:
    return CardLook(
        height=frame.scene.plans[i].height,
        role=frame.style.state_role(state.status) if state else "",
        head=node.kind == "trigger",
        handler=bool(node.handler),
        selected=node.key in frame.selected,
        hovered=frame.hover.node == i,
        target=frame.target == i,
        enabled=node.enabled,
        stacked=node.inner > 0,
    )


def _write(
    painter: QPainter,
    frame: Frame,
    kit: Kit,
    node: NodeView,
    state: NodeState | None,
    time: str,
    top: float,
) -> None:
    """Title, subtitle and time, each in a line of its own."""
    style = frame.style
    room = CARD_WIDTH - TEXT_X - PADDING
    larger = max(0.0, style.theme.percent / 100 - 1.0)
    title_y, subtitle_y = _TITLE_Y - 6.0 * larger, _SUBTITLE_Y + 6.0 * larger
    shift = 0.0 if node.subtitle or time else (CARD_HEIGHT / 2 - title_y)
    painter.setPen(style.color("text"))
    kit.write(painter, node.title, style.title, (TEXT_X, top + title_y + shift), room)
    if time and state is not None:
        painter.setPen(style.color(style.theme.state(state.status).text))
        width = min(kit.texts.width(time, style.small), room)
        line = subtitle_y if larger else _TIME_Y + top  # large texts share the second line
        kit.write(
            painter, time, style.small, (CARD_WIDTH - PADDING + 2 - width, top + line), width + 1
        )
        room -= (width + 6.0) if larger else 0.0
    if node.subtitle:
        painter.setPen(style.color("muted"))
        kit.write(painter, node.subtitle, style.subtitle, (TEXT_X, top + subtitle_y), room)


def _time_line(frame: Frame, state: NodeState | None) -> str:
    if state is None:
        return ""
    time = "" if state.origin else state.time_text(frame.now)
    parts = (state.note, state.attempt_text(), time)
    return " · ".join(part for part in parts if part)


def _paint_ports(painter: QPainter, frame: Frame, kit: Kit, i: int, x: float, y: float) -> None:
    scene, z = frame.scene, frame.zoom
    node, plan = scene.nodes[i], scene.plans[i]
    if node.has_input:
        lit = frame.target == i or (frame.hover.kind == "input" and frame.hover.node == i)
        role = "accent" if lit else "wire"
        kit.port(frame, "round", role, lit).draw(painter, x, y + plan.height / 2 * z)
    reveal = reveal_of(scene, i, frame.opened, frame.reveal)
    if reveal == "all":
        _paint_drawer(painter, frame, kit, i, x, y)
    for spot in plan.shown(reveal):
        lit = (
            frame.hover.kind == "output" and frame.hover.node == i and frame.hover.port == spot.name
        )
        role = "accent" if lit and spot.role == "wire" else spot.role
        kit.port(frame, spot.shape, role, lit).draw(painter, x + spot.x * z, y + spot.y * z)
        if spot.label and spot in plan.fixed:
            _paint_label(painter, frame, kit, spot, x, y)


def _paint_label(
    painter: QPainter, frame: Frame, kit: Kit, spot: PortSpot, x: float, y: float
) -> None:
    """The pill beside a port, on the wire that leaves it."""
    z, style = frame.zoom, frame.style
    words = kit.texts.width(spot.label, style.small)
    width = min(words, 92.0) + 16.0
    left, top = x + (spot.x + 13.0) * z, y + (spot.y - PILL_HEIGHT / 2) * z
    kit.pill(frame, width, "card", "line").draw(painter, left, top)
    in_units(painter, frame, left, top)
    painter.setPen(style.color("muted"))
    kit.write(painter, spot.label, style.small, (8.0, PILL_HEIGHT / 2), width - 15.0)
    painter.resetTransform()


def _paint_drawer(painter: QPainter, frame: Frame, kit: Kit, i: int, x: float, y: float) -> None:
    """Names of the ports that only show while the pointer is here, hanging below the card."""
    plan, z, style = frame.scene.plans[i], frame.zoom, frame.style
    for spot in plan.hidden:
        if spot.y <= plan.height:
            continue
        left = x + (CARD_WIDTH - DRAWER_WIDTH + 6.0) * z
        top = y + (spot.y - PILL_HEIGHT / 2) * z
        kit.pill(frame, DRAWER_WIDTH - 6.0, "card", "line").draw(painter, left, top)
        in_units(painter, frame, left, top)
        painter.setPen(style.color("muted"))
        words = kit.texts.width(spot.label, style.small)
        at = (DRAWER_WIDTH - 6.0 - 12.0 - words, PILL_HEIGHT / 2)
        kit.write(painter, spot.label, style.small, at, words + 1)
        painter.resetTransform()


def _paint_marks(
    painter: QPainter,
    frame: Frame,
    kit: Kit,
    node: NodeView,
    state: NodeState | None,
    height: float,
    x: float,
    y: float,
) -> None:
    """State badge, problem count, handler's name and number of inner steps, on the card's edges."""
    z, style = frame.zoom, frame.style
    if state is not None:
        look = style.theme.state(state.status)
        kit.badge(frame, look.color, look.glyph).draw(painter, x + (CARD_WIDTH - 3) * z, y + 3 * z)
        if state.origin:
            _paint_origin(painter, frame, kit, state.origin, x, y)
    left = 10.0
    if node.errors or node.warnings:
        role = "failed" if node.errors else "warning"
        text = f"{'!' if node.errors else '▲'} {node.errors or node.warnings}"
        _mark(painter, frame, kit, text, (role, role, "on_badge"), (x - 8.0 * z, y - 8.0 * z))
        left = 34.0
    if node.handler:
        words = _HANDLER_WORDS.get(node.handler, node.handler.replace("_", " "))
        roles = ("paused_soft", "paused", "paused_text")
        _mark(painter, frame, kit, words, roles, (x + left * z, y - PILL_HEIGHT / 2 * z))
    if node.inner:
        words = f"{node.inner} step" if node.inner == 1 else f"{node.inner} steps"
        at = (x + TEXT_X * z, y + (height - PILL_HEIGHT / 2 + 1) * z)
        _mark(painter, frame, kit, words, ("card", "strong_line", "muted"), at)


def _paint_origin(painter: QPainter, frame: Frame, kit: Kit, word: str, x: float, y: float) -> None:
    """Says beside the badge that the step did not run."""
    width = kit.texts.width(word, frame.style.small) + 12.0
    at = (x + (CARD_WIDTH - 16.0 - width) * frame.zoom, y - PILL_HEIGHT / 2 * frame.zoom)
    _mark(painter, frame, kit, word, ("card", "strong_line", "muted"), at)


def _mark(
    painter: QPainter,
    frame: Frame,
    kit: Kit,
    text: str,
    roles: tuple[str, str, str],
    at: tuple[float, float],
) -> None:
    """A pill with a word; ``roles`` are its ground, line and ink."""
    ground, line, ink = roles
    width = max(kit.texts.width(text, frame.style.small) + 12.0, PILL_HEIGHT)
    kit.pill(frame, width, ground, line).draw(painter, *at)
    in_units(painter, frame, *at)
    painter.setPen(frame.style.color(ink))
    kit.write(painter, text, frame.style.small, (6.0, PILL_HEIGHT / 2), width)
    painter.resetTransform()
