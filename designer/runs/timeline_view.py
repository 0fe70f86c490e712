"""The course of an execution in time: one bar for each step, from its start to its end."""

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import Struct
from PySide6.QtCore import QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from designer.runs.inner_model import InnerModel, inner_name
from designer.runs.session import RunSession, Spawn
from designer.runs.waits import key_of, origin_word, place_of, wait_note
from designer.theme import Theme
from designer.theme.widgets import plain_tooltip
from designer.theme.wording import duration_text, state_word
from engine import api

ROW, AXIS, LABELS, MARGIN = 26, 28, 180, 72
INDENT = 14
"""Pixels that the steps inside a body stand further right, and that its arrow takes."""
TICK_MS = 500
STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600)


class Row(Struct, frozen=True):
    """A line of the timeline. ``more``: it offers what has not been read of the body around it."""

    step: api.StepExecution
    depth: int = 0
    more: bool = False


class TimelineView(QAbstractScrollArea):
    """Shows the started steps of a RunSession, those inside bodies folded under them.

    ``step_chosen`` tells a click on a step, ``inner_chosen`` one on a step execution in a body.
    """

    step_chosen = Signal(str)
    inner_chosen = Signal(str)

    def __init__(
        self, theme: Theme, session: RunSession, spawn: Spawn, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._spawn = spawn
        self._rows: list[Row] = []
        self._open: dict[str, InnerModel] = {}
        """The bodies that are unfolded, by their ids."""
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._refresh)
        self._ticking = QTimer(self, interval=TICK_MS)
        self._ticking.timeout.connect(self.viewport().update)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName("Timeline of the steps")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        session.reset.connect(self._forget)
        session.inner_changed.connect(lambda _steps: self._soon.start())
        session.states_changed.connect(self._refresh)
        session.execution_changed.connect(self._refresh)
        theme.changed.connect(self.viewport().update)

    def _forget(self) -> None:
        for model in self._open.values():
            model.deleteLater()
        self._open.clear()
        self._refresh()

    def _refresh(self) -> None:
        started = [step for step in self._session.steps.values() if step.start_time is not None]
        ordered = sorted(started, key=lambda step: (step.start_time, step.step_id))
        self._rows = [row for step in ordered for row in self._unfolded(step, 0)]
        if self._session.running:
            self._ticking.start()
        else:
            self._ticking.stop()
        self._fit_scroll_bar()
        self.viewport().update()

    def _unfolded(self, step: api.StepExecution, depth: int) -> Iterator[Row]:
        """A step and, where it is unfolded, what is inside it."""
        yield Row(step, depth)
        model = self._open.get(step.id)
        if model is None:
            return
        for inner in model.rows:
            yield from self._unfolded(inner, depth + 1)
        if model.more:
            yield Row(step, depth + 1, more=True)

    def toggle(self, step_execution_id: str) -> None:
        """Unfolds a body, or folds it again."""
        model = self._open.pop(step_execution_id, None)
        if model is not None:
            model.deleteLater()
            self._refresh()
            return
        model = InnerModel(self._session, self._spawn, self)
        self._open[step_execution_id] = model
        for signal in (model.rowsInserted, model.dataChanged, model.modelReset):
            signal.connect(self._soon.start)
        model.show(step_execution_id)

    @property
    def words(self) -> list[str]:
        """What stands in the lines, for a test or a screen reader."""
        return [self._name(row) for row in self._rows]

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
        self, painter: QPainter, row: Row, top: int, start: datetime, span: float
    ) -> None:
        self._paint_name(painter, row, top)
        step = row.step
        if row.more or step.start_time is None:
            return
        left, seconds = self._bar(step, start)
        scale = self._width() / span
        bar = QRectF(LABELS + left * scale, top + 7, max(3.0, seconds * scale), ROW - 14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.state_color(step.status))
        painter.drawRoundedRect(bar, 3, 3)
        painter.setFont(self._theme.font("detail"))
        painter.setPen(self._theme.color("muted"))
        said = self._said(step, seconds)
        width = painter.fontMetrics().horizontalAdvance(said) + 2
        place = bar.right() + 6
        if place + width > self.viewport().width() and bar.width() > width + 12:
            place = bar.right() - width - 4  # beside it there is no room, on it there is
            painter.setPen(self._theme.color("on_badge"))
        painter.drawText(QRectF(place, top, width, ROW), Qt.AlignmentFlag.AlignVCenter, said)

    def _paint_name(self, painter: QPainter, row: Row, top: int) -> None:
        left = 10 + row.depth * INDENT
        if not row.more and row.step.id in self._session.bodies:
            icon = "chevron-down" if row.step.id in self._open else "chevron-right"
            ratio = self.devicePixelRatioF()
            arrow = self._theme.pixmap(icon, "muted", 12, ratio)
            painter.drawPixmap(QRectF(left, top + 7, 12, 12), arrow, QRectF(arrow.rect()))
        left += INDENT
        font = self._theme.font("label")
        tone = "accent_text" if row.more else "text" if row.depth == 0 else "muted"
        painter.setFont(font)
        painter.setPen(self._theme.color(tone))
        room = LABELS - left - 8
        name = QFontMetrics(font).elidedText(self._name(row), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, top, room + 6, ROW), Qt.AlignmentFlag.AlignVCenter, name)

    def _name(self, row: Row) -> str:
        if row.more:
            return "Show more"
        return inner_name(row.step) if place_of(row.step) else row.step.step_id

    def _said(self, step: api.StepExecution, seconds: float) -> str:
        """What stands beside a bar: how long it took, what it waits for, where it is from."""
        note = wait_note(step, datetime.now(UTC)) or self._session.counts.text(key_of(step))
        if step.origin:
            return origin_word(step)
        taken = duration_text(seconds)
        return f"{taken} · {note}" if note else taken

    def _period(self) -> tuple[datetime, float]:
        steps = [row.step for row in self._rows if row.step.start_time is not None]
        start = min(step.start_time for step in steps if step.start_time is not None)
        end = max(self._end(step) for step in steps)
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

    def _row_at(self, place: QPoint) -> Row | None:
        number = (place.y() - AXIS - 4 + self.verticalScrollBar().value()) // ROW
        inside = place.y() >= AXIS and 0 <= number < len(self._rows)
        return self._rows[number] if inside else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().toPoint())
        if row is None or row.more:
            QToolTip.hideText()
            return
        step = row.step
        text = f"{self._name(row)}: {state_word(step.status)}"
        if step.duration is not None and not step.origin:
            text += f" in {duration_text(step.duration)}"
        if step.attempt > 1:
            text += f", attempt {step.attempt} of {step.max_attempts}"
        text += f", {origin_word(step)}" if step.origin else ""
        text += f"\n{step.reason}" if step.reason else ""
        QToolTip.showText(event.globalPosition().toPoint(), plain_tooltip(text), self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        row = self._row_at(place)
        if row is None:
            return
        arrow = 10 + row.depth * INDENT
        if row.more:
            self._open[row.step.id].read_on()
        elif row.step.id in self._session.bodies and arrow - 6 <= place.x() < arrow + INDENT:
            self.toggle(row.step.id)
        elif row.depth:
            self.inner_chosen.emit(row.step.id)
        else:
            self.step_chosen.emit(row.step.step_id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().toPoint())
        if row is not None and not row.more and row.step.id in self._session.bodies:
            self.toggle(row.step.id)


def tick_step(span: float) -> float:
    """Seconds between the marks of an axis that is ``span`` seconds long: about six marks."""
    fitting = [step for step in STEPS if span / step <= 6]
    return fitting[0] if fitting else 3600.0 * max(1, round(span / 6 / 3600))
