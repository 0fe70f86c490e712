"""The course of an execution in time: one bar for each step, from its start to its end."""

from datetime import UTC, datetime

from PySide6.QtCore import QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from designer.runs.session import RunSession
from designer.theme import Theme
from designer.theme.widgets import plain_tooltip
from designer.theme.wording import duration_text, state_word
from engine import api

ROW, AXIS, LABELS, MARGIN = 26, 28, 180, 64
TICK_MS = 500
STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600)


class TimelineView(QAbstractScrollArea):
    """Shows the started steps of a RunSession; ``step_chosen`` tells a click."""

    step_chosen = Signal(str)

    def __init__(self, theme: Theme, session: RunSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._rows: list[api.StepExecution] = []
        self._ticking = QTimer(self, interval=TICK_MS)
        self._ticking.timeout.connect(self.viewport().update)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName("Timeline of the steps")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        session.reset.connect(self._refresh)
        session.states_changed.connect(self._refresh)
        session.execution_changed.connect(self._refresh)
        theme.changed.connect(self.viewport().update)

    def _refresh(self) -> None:
        started = [step for step in self._session.steps.values() if step.start_time is not None]
        self._rows = sorted(started, key=lambda step: (step.start_time, step.step_id))
        if self._session.running:
            self._ticking.start()
        else:
            self._ticking.stop()
        self._fit_scroll_bar()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_scroll_bar()

    def _fit_scroll_bar(self) -> None:
        bar = self.verticalScrollBar()
        room = self.viewport().height() - AXIS
        bar.setRange(0, max(0, len(self._rows) * ROW + 8 - room))
        bar.setPageStep(max(1, room))
        bar.setSingleStep(ROW)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.viewport().rect(), self._theme.color("panel"))
        if not self._rows:
            self._paint_empty(painter)
            return
        start, span = self._period()
        self._paint_axis(painter, span)
        painter.setClipRect(0, AXIS, self.viewport().width(), self.viewport().height() - AXIS)
        first = max(0, self.verticalScrollBar().value() // ROW)
        last = first + self.viewport().height() // ROW + 2
        for number in range(first, min(last, len(self._rows))):
            self._paint_row(painter, self._rows[number], self._top(number), start, span)

    def _paint_empty(self, painter: QPainter) -> None:
        painter.setPen(self._theme.color("faint"))
        painter.setFont(self._theme.font("body"))
        painter.drawText(
            self.viewport().rect(),
            Qt.AlignmentFlag.AlignCenter,
            "Bars appear here while a workflow runs.",
        )

    def _paint_axis(self, painter: QPainter, span: float) -> None:
        painter.setFont(self._theme.font("detail"))
        step = tick_step(span)
        for number in range(int(span / step) + 1):
            x = LABELS + number * step / span * self._width()
            painter.setPen(self._theme.color("line"))
            painter.drawLine(round(x), AXIS, round(x), self.viewport().height())
            painter.setPen(self._theme.color("faint"))
            text = duration_text(number * step) if number else "0"
            painter.drawText(QRectF(x - 40, 6, 80, 16), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_row(
        self, painter: QPainter, step: api.StepExecution, top: int, start: datetime, span: float
    ) -> None:
        metrics = QFontMetrics(self._theme.font("label"))
        painter.setFont(self._theme.font("label"))
        painter.setPen(self._theme.color("text"))
        name = metrics.elidedText(step.step_id, Qt.TextElideMode.ElideRight, LABELS - 28)
        painter.drawText(QRectF(14, top, LABELS - 20, ROW), Qt.AlignmentFlag.AlignVCenter, name)
        left, seconds = self._bar(step, start)
        scale = self._width() / span
        bar = QRectF(LABELS + left * scale, top + 7, max(3.0, seconds * scale), ROW - 14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.state_color(step.status))
        painter.drawRoundedRect(bar, 3, 3)
        painter.setFont(self._theme.font("detail"))
        painter.setPen(self._theme.color("muted"))
        painter.drawText(
            QRectF(bar.right() + 6, top, MARGIN, ROW),
            Qt.AlignmentFlag.AlignVCenter,
            duration_text(seconds),
        )

    def _period(self) -> tuple[datetime, float]:
        starts = [step.start_time for step in self._rows if step.start_time is not None]
        start = min(starts)
        end = max(self._end(step) for step in self._rows)
        return start, max(0.001, (end - start).total_seconds())

    def _bar(self, step: api.StepExecution, start: datetime) -> tuple[float, float]:
        begun = step.start_time or start
        left = (begun - start).total_seconds()
        return left, max(0.0, (self._end(step) - begun).total_seconds())

    def _end(self, step: api.StepExecution) -> datetime:
        if step.end_time is not None:
            return step.end_time
        begun = step.start_time or datetime.now(UTC)
        return max(begun, datetime.now(UTC)) if self._session.running else begun

    def _width(self) -> float:
        return max(40.0, self.viewport().width() - LABELS - MARGIN)

    def _top(self, number: int) -> int:
        return AXIS + 4 + number * ROW - self.verticalScrollBar().value()

    def _row_at(self, place: QPoint) -> api.StepExecution | None:
        number = (place.y() - AXIS - 4 + self.verticalScrollBar().value()) // ROW
        inside = place.y() >= AXIS and 0 <= number < len(self._rows)
        return self._rows[number] if inside else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        step = self._row_at(event.position().toPoint())
        if step is None:
            QToolTip.hideText()
            return
        text = f"{step.step_id}: {state_word(step.status)}"
        if step.duration is not None:
            text += f" in {duration_text(step.duration)}"
        if step.attempt > 1:
            text += f", attempt {step.attempt} of {step.max_attempts}"
        QToolTip.showText(event.globalPosition().toPoint(), plain_tooltip(text), self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        step = self._row_at(event.position().toPoint())
        if step is not None:
            self.step_chosen.emit(step.step_id)


def tick_step(span: float) -> float:
    """Seconds between the marks of an axis that is ``span`` seconds long: about six marks."""
    fitting = [step for step in STEPS if span / step <= 6]
    return fitting[0] if fitting else 3600.0 * max(1, round(span / 6 / 3600))
