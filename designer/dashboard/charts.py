"""The charts over time and over duration, with pyqtgraph: no frames, light axes, exact on hover."""

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QCursor, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from designer.dashboard.series import (
    STATES,
    Slot,
    Unit,
    bucket_place,
    label_places,
    slot_label,
    trend_floor,
    trimmed,
)
from designer.theme import Theme
from designer.theme.widgets import plain_tooltip
from designer.theme.wording import count_text, duration_text, percent_text, state_word
from engine import api

pg.setConfigOptions(antialias=True)
HEIGHT = 190


class Chart(pg.PlotWidget):  # type: ignore[misc]
    """A plot that is looked at, not handled: no dragging, no menu. ``clicked`` carries a place."""

    clicked = Signal(int)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        self.theme = theme
        self.setAccessibleName(name)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.plotItem.setContentsMargins(0, 6, 0, 0)
        box = self.plotItem.getViewBox()
        box.setMouseEnabled(x=False, y=False)
        box.setBorder(None)
        box.setDefaultPadding(0)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents, False)
        self.scene().sigMouseMoved.connect(self._moved)
        self.scene().sigMouseClicked.connect(self._pressed)
        theme.changed.connect(self.draw)

    def draw(self) -> None:
        """Draws what was last shown, in the colours of the moment."""

    def wheelEvent(self, event: object) -> None:
        """Lets the page scroll."""
        event.ignore()  # type: ignore[attr-defined]

    def tip(self, place: float) -> str:
        """What is told at a place on the horizontal axis, "" for nothing."""
        return ""

    def pen(self, role: str, width: float = 1.0) -> QPen:
        return pg.mkPen(self.theme.color(role), width=width)  # type: ignore[no-any-return]

    def dress_axes(
        self, bottom: Sequence[tuple[float, str]], left: Sequence[tuple[float, str]]
    ) -> None:
        """Labels without lines, and a hair line across for each label at the left."""
        for side, ticks in (("bottom", bottom), ("left", left)):
            axis = self.plotItem.getAxis(side)
            axis.setTicks([list(ticks)])
            axis.setStyle(
                tickLength=0,
                tickFont=self.theme.font("detail"),
                tickTextOffset=6,
                hideOverlappingLabels=False,
            )
            axis.setPen(pg.mkPen(None))
            axis.setTickPen(pg.mkPen(self.theme.color("panel")))
            axis.setTextPen(self.theme.color("muted"))
        for value, _ in left:
            line = pg.InfiniteLine(pos=value, angle=0, pen=self.pen("line"), movable=False)
            line.setZValue(-10)
            self.addItem(line)

    def _place(self, where: QPointF) -> float:
        return float(self.plotItem.getViewBox().mapSceneToView(where).x())

    def _moved(self, where: QPointF) -> None:
        inside = self.plotItem.getViewBox().sceneBoundingRect().contains(where)
        text = self.tip(self._place(where)) if inside else ""
        if text:
            QToolTip.showText(QCursor.pos(), plain_tooltip(text), self)
        else:
            QToolTip.hideText()

    def _pressed(self, event: object) -> None:
        where = event.scenePos()  # type: ignore[attr-defined]
        self.clicked.emit(round(self._place(where)))


class DaysChart(Chart):
    """Executions by day or hour, stacked by how they ended."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Executions over time", parent)
        self.slots: list[Slot] = []
        self._unit: Unit = "day"
        self._only = ""

    def show_slots(self, slots: list[Slot], unit: Unit, only: str = "") -> None:
        """Shows these; ``only`` names the one state that is of interest."""
        self.slots, self._unit, self._only = slots, unit, only
        self.draw()

    def draw(self) -> None:
        self.clear()
        count = len(self.slots)
        tops = [0] * count
        for number, state in enumerate(STATES):
            if self._only and state != self._only:
                continue
            heights = [slot.counts[number] for slot in self.slots]
            full = [place for place in range(count) if heights[place]]
            brush = self.theme.state_color(state)
            if state == "timed_out":
                brush = self.theme.color("warning")
            bars = pg.BarGraphItem(
                x=full,
                y0=[tops[place] for place in full],
                height=[heights[place] for place in full],
                width=0.66,
                brush=brush,
                pen=self.pen("panel", 1.0),
            )
            self.addItem(bars)
            tops = [top + height for top, height in zip(tops, heights, strict=True)]
        marks = even_marks(max(tops, default=0))
        self.dress_axes(
            [(n, slot_label(self.slots[n], self._unit)) for n in label_places(count)],
            [(mark, count_text(mark)) for mark in marks],
        )
        self.plotItem.setXRange(-0.7, max(1, count) - 0.3, padding=0)
        self.plotItem.setYRange(0, marks[-1] * 1.04, padding=0)

    def tip(self, place: float) -> str:
        number = round(place)
        if not 0 <= number < len(self.slots):
            return ""
        slot = self.slots[number]
        lines = [f"{slot_label(slot, self._unit)}: {count_text(slot.total)} ended"]
        lines += [
            f"{state_word(state)} {count_text(count)}"
            for state, count in zip(STATES, slot.counts, strict=True)
            if count
        ]
        return "\n".join(lines)


class TrendChart(Chart):
    """The success rate over time."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Success rate over time", parent)
        self.slots: list[Slot] = []
        self._unit: Unit = "day"

    def show_slots(self, slots: list[Slot], unit: Unit) -> None:
        self.slots, self._unit = slots, unit
        self.draw()

    def draw(self) -> None:
        self.clear()
        points = [
            (number, slot.success_rate)
            for number, slot in enumerate(self.slots)
            if slot.success_rate is not None
        ]
        x = [float(number) for number, _ in points]
        rates = [rate for _, rate in points]
        y = [rate * 100 for rate in rates]
        curve = pg.PlotDataItem(x, y, pen=self.pen("accent", 2.0))
        self.addItem(curve)
        if len(points) <= 31:
            dots = pg.ScatterPlotItem(
                x, y, size=6, brush=self.theme.color("accent"), pen=self.pen("panel", 1.0)
            )
            self.addItem(dots)
        floor = trend_floor(rates)
        marks = [floor, (floor + 100) / 2, 100.0]
        count = len(self.slots)
        self.dress_axes(
            [(n, slot_label(self.slots[n], self._unit)) for n in label_places(count)],
            [(mark, f"{mark:g} %") for mark in marks],
        )
        self.plotItem.setXRange(-0.7, max(1, count) - 0.3, padding=0)
        room = 100 - floor
        self.plotItem.setYRange(floor - room * 0.04, 100 + room * 0.08, padding=0)

    def tip(self, place: float) -> str:
        number = round(place)
        if not 0 <= number < len(self.slots):
            return ""
        slot = self.slots[number]
        if slot.success_rate is None:
            return ""
        label = slot_label(slot, self._unit)
        return f"{label}: {percent_text(slot.success_rate)} of {count_text(slot.total)}"


class DurationsChart(Chart):
    """How long executions took, with the duration that 95 of 100 stay under."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Durations", parent)
        self._buckets: list[api.Bucket] = []
        self._p95: float | None = None

    def show_durations(self, buckets: list[api.Bucket], p95: float | None) -> None:
        self._buckets, self._p95 = trimmed(buckets), p95
        self.draw()

    def draw(self) -> None:
        self.clear()
        count = len(self._buckets)
        heights = [bucket.count for bucket in self._buckets]
        self.addItem(
            pg.BarGraphItem(
                x=list(range(count)),
                height=heights,
                width=0.9,
                brush=self.theme.color("accent", 0.8),
                pen=pg.mkPen(None),
            )
        )
        marks = even_marks(max(heights, default=0))
        self.dress_axes(
            [(n - 0.5, duration_text(self._buckets[n].low)) for n in label_places(count, 5)],
            [(mark, count_text(mark)) for mark in marks],
        )
        self.plotItem.setXRange(-0.8, max(1, count) - 0.2, padding=0)
        self.plotItem.setYRange(0, marks[-1] * 1.18, padding=0)
        self._draw_p95()

    def _draw_p95(self) -> None:
        place = None if self._p95 is None else bucket_place(self._buckets, self._p95)
        if place is None:
            return
        line = pg.InfiniteLine(
            pos=place,
            angle=90,
            pen=self.pen("warning", 1.5),
            label=f"p95 {duration_text(self._p95)}",
            labelOpts={"position": 0.94, "color": self.theme.color("warning_text")},
        )
        line.label.setFont(self.theme.font("detail"))
        right = place > len(self._buckets) / 2
        line.label.setAnchor((1.0, 0.5) if right else (0.0, 0.5))
        self.addItem(line)

    def tip(self, place: float) -> str:
        number = round(place)
        if not 0 <= number < len(self._buckets):
            return ""
        bucket = self._buckets[number]
        span = f"{duration_text(bucket.low)} to {duration_text(bucket.high)}"
        return f"{span}: {count_text(bucket.count)}"


def even_marks(most: int) -> list[int]:
    """0, a middle and a top mark that hold ``most``, in round figures."""
    if most <= 2:
        return [0, 1, 2]
    scale = 10 ** (len(str(most)) - 1)
    for factor in (0.1, 0.2, 0.4, 0.5, 1, 2, 4, 5):
        step = scale * factor
        if step >= 1 and step == int(step) and step * 3 >= most:
            return [int(step) * n for n in range(-(-most // int(step)) + 1)]
    return [0, scale * 5, scale * 10]
