"""The latest executions, each a line; a click opens it."""

from datetime import UTC, datetime

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from designer.theme import Theme
from designer.theme.wording import ago_text, clock_text, duration_text, one_line, state_word
from engine import api

ROW = 32
SHARES = (0.15, 0.24, 0.12, 0.13, 0.27, 0.09)
"""Widths of state, workflow, trigger, time, message and duration."""
TICK_MS = 1000


class LatestList(QWidget):
    """``chosen`` carries the id of the execution that was clicked."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, rows: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._most = rows
        self._items: list[api.Execution] = []
        self._hot = -1
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self.update)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Latest executions")
        theme.changed.connect(self.update)

    def show_items(self, items: list[api.Execution]) -> None:
        self._items = items[: self._most]
        ongoing = any(item.status not in api.ENDED for item in self._items)
        if ongoing:
            self._clock.start()
        else:
            self._clock.stop()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(600, max(2, len(self._items)) * ROW)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = datetime.now(UTC)
        if not self._items:
            painter.setFont(self._theme.font("body"))
            painter.setPen(self._theme.color("faint"))
            middle = Qt.AlignmentFlag.AlignCenter
            painter.drawText(self.rect(), middle, "No execution in this selection")
        for row, item in enumerate(self._items):
            self._paint_row(painter, row, item, now)

    def _paint_row(self, painter: QPainter, row: int, item: api.Execution, now: datetime) -> None:
        top = row * ROW
        if row == self._hot:
            painter.fillRect(0, top, self.width(), ROW, self._theme.color("hover"))
        painter.setPen(self._theme.color("line"))
        painter.drawLine(0, top, self.width(), top)
        look = self._theme.state(item.status)
        glyph = self._theme.pixmap(look.glyph, look.text, 14, self.devicePixelRatioF())
        painter.drawPixmap(QRectF(4, top + (ROW - 14) / 2, 14, 14), glyph, QRectF(glyph.rect()))
        cells = (
            (state_word(item.status), look.text),
            (item.workflow_name or "unnamed", "text"),
            (state_word(item.trigger_type), "muted"),
            (ago_text(item.start_time or item.created_at, now), "text"),
            (one_line(item.error_message or item.reason or ""), "muted"),
            (_taken(item, now), "text"),
        )
        painter.setFont(self._theme.font("label"))
        left = 26.0
        for (text, role), share in zip(cells, SHARES, strict=True):
            width = share * (self.width() - 34)
            room = QRectF(left, top, width, ROW)
            self._paint_cell(painter, room, text, role, last=share == SHARES[-1])
            left += width

    def _paint_cell(
        self, painter: QPainter, room: QRectF, text: str, role: str, *, last: bool
    ) -> None:
        painter.setPen(self._theme.color(role))
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, round(room.width()) - 12)
        side = Qt.AlignmentFlag.AlignRight if last else Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, shown)

    def _row_at(self, event: QMouseEvent) -> int:
        row = int(event.position().y() // ROW)
        return row if 0 <= row < len(self._items) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hot = self._row_at(event)
        hand = Qt.CursorShape.PointingHandCursor
        self.setCursor(hand if self._hot >= 0 else Qt.CursorShape.ArrowCursor)
        self.update()

    def leaveEvent(self, _event: object) -> None:
        self._hot = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event)
        if row >= 0:
            self.chosen.emit(self._items[row].id)


def _taken(item: api.Execution, now: datetime) -> str:
    if item.duration is not None:
        return duration_text(item.duration)
    if item.start_time is not None and item.status not in api.ENDED:
        return clock_text((now - item.start_time).total_seconds())
    return "–"
