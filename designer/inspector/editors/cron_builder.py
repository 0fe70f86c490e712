"""Builds a cron expression from choices: how often, on which day, at what time."""

from msgspec.structs import replace
from PySide6.QtCore import QTime, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QTimeEdit, QWidget

from designer.inspector.editors.cron_plan import LAST_DAY, STEPS, Plan, cron_of, plan_of
from designer.theme import Theme
from designer.theme.widgets import Combo, Label, lay_out
from designer.theme.wording import plural

OFTEN = {
    "minutes": "Every few minutes",
    "hour": "Every hour",
    "day": "Every day",
    "weekday": "Every weekday",
    "week": "Every week",
    "month": "Every month",
    "custom": "Custom",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIMED = ("day", "weekday", "week", "month")


class CronBuilder(QWidget):
    """``built`` carries the expression that was chosen."""

    built = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.plan = Plan(every="custom")
        self.often = Combo("How often")
        for key, words in OFTEN.items():
            self.often.addItem(words, key)
        self.steps = _numbers("Minutes between", [(plural(n, "minute"), n) for n in STEPS])
        self.minutes = _numbers("Minute", [(f":{n:02}", n) for n in range(60)])
        self.weekdays = _numbers("Day of the week", [(day, n) for n, day in enumerate(DAYS, 1)])
        self.days = _numbers("Day of the month", [(f"on {n}.", n) for n in range(1, LAST_DAY + 1)])
        self.time = _Time()
        self._at = Label(theme, "at", "label", "muted")
        row = QHBoxLayout(self)
        lay_out(row, theme.space("xs"))
        row.addWidget(self.often, 3)
        for widget in (self.steps, self.weekdays, self.days, self._at, self.minutes, self.time):
            row.addWidget(widget, 0 if widget is self._at else 2)
        self.often.activated.connect(self._choose)
        for combo in (self.steps, self.minutes, self.weekdays, self.days):
            combo.activated.connect(self._choose)
        self.time.timeChanged.connect(self._choose)
        self._show()

    def show_text(self, text: str) -> None:
        """Shows what an expression means, ``Custom`` where the choices cannot say it."""
        plan = plan_of(text)
        if plan == plan_of(cron_of(self.plan)) and plan.every != "custom":
            return
        self.plan = replace(self.plan, every="custom") if plan.every == "custom" else plan
        self._show()

    def _choose(self) -> None:
        """Takes what was chosen into the plan, and tells its expression."""
        time = self.time.time()
        hourly = self.often.currentData() == "hour"
        self.plan = Plan(
            every=self.often.currentData(),
            step=self.steps.currentData(),
            hour=time.hour(),
            minute=self.minutes.currentData() if hourly else time.minute(),
            weekday=self.weekdays.currentData(),
            day=self.days.currentData(),
        )
        self._show()
        if text := cron_of(self.plan):
            self.built.emit(text)

    def _show(self) -> None:
        plan = self.plan
        self.often.setCurrentIndex(list(OFTEN).index(plan.every))
        self.steps.setCurrentIndex(self.steps.findData(plan.step))
        self.minutes.setCurrentIndex(plan.minute)
        self.weekdays.setCurrentIndex(plan.weekday - 1)
        self.days.setCurrentIndex(plan.day - 1)
        blocked = self.time.blockSignals(True)
        self.time.setTime(QTime(plan.hour, plan.minute))
        self.time.blockSignals(blocked)
        self.steps.setVisible(plan.every == "minutes")
        self.minutes.setVisible(plan.every == "hour")
        self.weekdays.setVisible(plan.every == "week")
        self.days.setVisible(plan.every == "month")
        self.time.setVisible(plan.every in _TIMED)
        self._at.setVisible(plan.every in ("hour", *_TIMED))


class _Time(QTimeEdit):
    """A time of day; the wheel scrolls the form, unless the keyboard is here."""

    def __init__(self) -> None:
        super().__init__()
        self.setDisplayFormat("HH:mm")
        self.setAccessibleName("Time of day")

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _numbers(name: str, choices: list[tuple[str, int]]) -> Combo:
    combo = Combo(name)
    for words, number in choices:
        combo.addItem(words, number)
    return combo
