"""A short list of named bars: the slowest steps, the most frequent errors."""

from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from designer.theme import Theme
from designer.theme.widgets import plain_tooltip

ROW, BAR = 30, 12
MOST_ROWS = 6


class Bar(Struct, frozen=True):
    """One row: its name, how long the bar is, the value in words, and what hovering tells."""

    name: str
    value: float
    text: str
    tip: str = ""


class BarList(QWidget):
    """``chosen`` carries the row that was clicked; ``empty`` is shown when there is nothing."""

    chosen = Signal(int)

    def __init__(
        self, theme: Theme, color_role: str, empty: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._role = color_role
        self._empty = empty
        self._bars: list[Bar] = []
        self._hot = -1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        self._bars = list(bars[:MOST_ROWS])
        self.setAccessibleDescription("; ".join(f"{bar.name} {bar.text}" for bar in self._bars))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, MOST_ROWS * ROW + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, MOST_ROWS * ROW + 8)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._bars:
            painter.setFont(self._theme.font("body"))
            painter.setPen(self._theme.color("faint"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._empty)
            return
        for row in range(len(self._bars)):
            self._paint_row(painter, row)

    def _paint_row(self, painter: QPainter, row: int) -> None:
        bar, top = self._bars[row], 2 + row * ROW
        names = min(150, self.width() * 0.38)
        painter.setFont(self._theme.font("label"))
        painter.setPen(self._theme.color("text"))
        metrics = painter.fontMetrics()
        name = metrics.elidedText(bar.name, Qt.TextElideMode.ElideRight, round(names) - 10)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, top, names, ROW), middle, name)
        most = max(1e-9, *(other.value for other in self._bars))
        room = max(20.0, self.width() - names - 64)
        width = max(3.0, bar.value / most * room)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(self._role, 1.0 if row != self._hot else 0.8))
        painter.drawRoundedRect(QRectF(names, top + (ROW - BAR) / 2, width, BAR), 2, 2)
        painter.setFont(self._theme.font("detail"))
        painter.setPen(self._theme.color("muted"))
        painter.drawText(QRectF(names + width + 8, top, 64, ROW), middle, bar.text)

    def _row_at(self, event: QMouseEvent) -> int:
        row = int((event.position().y() - 2) // ROW)
        return row if 0 <= row < len(self._bars) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hot = self._row_at(event)
        hand = Qt.CursorShape.PointingHandCursor
        self.setCursor(hand if self._hot >= 0 else Qt.CursorShape.ArrowCursor)
        if self._hot >= 0:
            bar = self._bars[self._hot]
            text = bar.tip or f"{bar.name}: {bar.text}"
            QToolTip.showText(event.globalPosition().toPoint(), plain_tooltip(text), self)
        else:
            QToolTip.hideText()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event)
        if row >= 0:
            self.chosen.emit(row)
