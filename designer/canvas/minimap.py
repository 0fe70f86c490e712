"""The whole drawing in a corner, with the part in view; press or drag in it to go there."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from designer.canvas.paint.arrays import draw_rects
from designer.canvas.scene import Scene
from designer.canvas.tints import PLAIN, Tints
from designer.canvas.viewport import Box
from designer.theme.theme import Theme

_SIZE = QSize(150, 95)
_EDGE = 8.0


class Minimap(QWidget):
    """``going`` tells the scene point that should come to the middle."""

    going = Signal(float, float)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scene = Scene()
        self._tints: Tints | None = None
        self._seen: Box = (0.0, 0.0, 1.0, 1.0)
        self._blocks: QPixmap | None = None
        self._drawn: tuple[int, Box] | None = None
        self.setFixedSize(_SIZE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Map of the workflow")
        self.setToolTip("Press or drag to go there")

    def show_scene(self, scene: Scene, tints: Tints, seen: Box) -> None:
        """Shows this drawing; ``seen`` is the part of it that the canvas shows."""
        if scene is not self._scene or tints is not self._tints:
            self._drawn = None
        self._scene, self._tints, self._seen = scene, tints, seen
        self.update()

    def forget(self) -> None:
        """The theme changed: draw anew."""
        self._drawn = None
        self.update()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._drawn = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        whole = self._whole()
        painter.drawPixmap(0, 0, self._picture(whole))
        painter.setPen(QPen(theme.color("accent"), 1.0))
        painter.setBrush(theme.color("accent", 0.06))
        painter.drawRoundedRect(self._seen_rect(whole), 2, 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def _go(self, at: QPointF) -> None:
        x, y, scale = self._frame(self._whole())
        self.going.emit((at.x() - x) / scale, (at.y() - y) / scale)

    def _whole(self) -> Box:
        """The drawing and the part in view, whichever reaches further: steady while the view is
        inside."""
        box = self._scene.bounds()
        if box is None:
            return self._seen
        x, y, w, h = box
        sx, sy, sw, sh = self._seen
        left, top = min(x - 60, sx), min(y - 60, sy)
        right, bottom = max(x + w + 60, sx + sw), max(y + h + 60, sy + sh)
        return left, top, right - left, bottom - top

    def _frame(self, whole: Box) -> tuple[float, float, float]:
        """Offset and scale from the scene to this widget."""
        x, y, w, h = whole
        room_w, room_h = self.width() - 2 * _EDGE, self.height() - 2 * _EDGE
        scale = min(room_w / max(w, 1.0), room_h / max(h, 1.0))
        left = (self.width() - w * scale) / 2 - x * scale
        return left, (self.height() - h * scale) / 2 - y * scale, scale

    def _seen_rect(self, whole: Box) -> QRectF:
        x, y, scale = self._frame(whole)
        sx, sy, sw, sh = self._seen
        rect = QRectF(x + sx * scale, y + sy * scale, max(sw * scale, 4), max(sh * scale, 4))
        edge = 1.5
        return rect.intersected(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge))

    def _picture(self, whole: Box) -> QPixmap:
        """The blocks, drawn again only when the drawing or its frame changed."""
        key = (self._scene.version, whole)
        if self._blocks is None or self._drawn != key:
            self._blocks, self._drawn = self._draw_blocks(whole), key
        return self._blocks

    def _draw_ground(self, pixmap: QPixmap) -> None:
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("line"), 1))
        ground = self._theme.color("panel")
        ground.setAlphaF(0.94)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    def _draw_blocks(self, whole: Box) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        self._draw_ground(pixmap)
        if self._tints is None or not len(self._scene.nodes):
            return pixmap
        x, y, scale = self._frame(whole)
        rects = self._scene.rects * scale
        rects[:, 0] += x
        rects[:, 1] += y
        rects[:, 2:] = np.maximum(rects[:, 2:], 1.5)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for code in np.unique(self._tints.nodes):
            role = self._tints.roles[code] if code != PLAIN else "strong_line"
            painter.setBrush(self._theme.color(role))
            draw_rects(painter, rects[self._tints.nodes == code])
        painter.end()
        return pixmap
