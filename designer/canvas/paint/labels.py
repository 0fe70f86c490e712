"""What a wire is for, in words on its middle: for the one under the pointer and those selected."""

import numpy as np
from PySide6.QtGui import QPainter

from designer.canvas.paint.curves import along, to_view
from designer.canvas.paint.frame import CARD_ZOOM, Frame
from designer.canvas.paint.kit import PILL_HEIGHT, Kit, in_units

_MOST = 40
_ROOM = 120.0
_PAD = 8.0


def paint_labels(painter: QPainter, frame: Frame, kit: Kit) -> None:
    """A pill with the name of the port, where that is not plain success."""
    if frame.zoom < CARD_ZOOM:
        return
    scene = frame.scene
    wanted = set(scene.wire_indices(list(frame.selected_wires)[:_MOST]).tolist())
    if frame.hover.kind == "wire":
        wanted.add(frame.hover.wire)
    for i in sorted(wanted - frame.hidden_wires):
        if scene.edges[i].port != "success":
            pieces, _ = scene.pieces(np.array([i]))
            x, y = to_view(frame, along(pieces, 0.5)).tolist()
            _pill(painter, frame, kit, scene.edges[i].port, x, y)


def _pill(painter: QPainter, frame: Frame, kit: Kit, text: str, x: float, y: float) -> None:
    style, zoom = frame.style, frame.zoom
    width = min(kit.texts.width(text, style.small), _ROOM) + 2 * _PAD
    left, top = x - width / 2 * zoom, y - PILL_HEIGHT / 2 * zoom
    kit.pill(frame, width, "card", "accent").draw(painter, left, top)
    in_units(painter, frame, left, top)
    painter.setPen(style.color("text"))
    kit.write(painter, text, style.small, (_PAD, PILL_HEIGHT / 2), width - 2 * _PAD + 1)
    painter.resetTransform()
