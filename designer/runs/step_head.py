"""The head over a step's data: its name and state, how long it took, and why it is where it is."""

from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from designer.runs.inner_model import inner_name
from designer.runs.waits import origin_tip, origin_word, place_of, wait_note
from designer.theme import Theme
from designer.theme.widgets import (
    Button,
    ElidedLabel,
    IconButton,
    Label,
    Pill,
    WrappedLabel,
    lay_out,
    plain_tooltip,
)
from designer.theme.wording import duration_text, state_word
from engine import api

_SAYS_NOTHING = frozenset({"It completed.", "It was completed.", "It runs."})
"""Words that the state tells as well."""


class StepHead(QWidget):
    """``opened`` carries the id of a sub-workflow's execution; ``row`` takes what stands before."""

    opened = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._child = ""
        self._name = ElidedLabel(theme, "", "strong")
        self._facts = Label(theme, "", "detail", "muted")
        self._pill = Pill(theme)
        self.child = Button(theme, "Open its execution", "link", "external")
        self.inside = Button(theme, "Its rounds", "link", "loop")
        self.copy = IconButton(theme, "copy", "Copy as JSON")
        self._why = WrappedLabel(theme, "", "body", "muted")
        self.row = QHBoxLayout()
        lay_out(self.row, theme.space("s"), (12, 6, 8, 4))
        self.row.addSpacing(8)
        self.row.addWidget(self._name, 1)
        for widget in (self.inside, self.child, self._facts, self._pill, self.copy):
            self.row.addWidget(widget)
        column = QVBoxLayout(self)
        lay_out(column)
        column.addLayout(self.row)
        column.addWidget(self._why)
        self._why.setContentsMargins(14, 2, 12, 6)
        self.child.clicked.connect(self._open_child)

    @property
    def why(self) -> str:
        """The words that are shown."""
        return self._why.text() if self._why.isVisibleTo(self) else ""

    @property
    def facts(self) -> str:
        return self._facts.text()

    def show_step(self, step: api.StepExecution, words: str, *, has_body: bool) -> None:
        self._name.set_full_text(inner_name(step) if place_of(step) else step.step_id)
        self._pill.set_state(step.status, state_word(step.status))
        self._facts.setText(facts_of(step, datetime.now(UTC)))
        self._facts.setToolTip(plain_tooltip(origin_tip(step.origin or "")))
        said = words or step.reason or ""
        self._why.setText("" if said in _SAYS_NOTHING else said)
        self._why.setVisible(bool(self._why.text()))
        self._why.set_tone(_tone(step))
        self._child = step.child_execution_id or ""
        self.child.setVisible(bool(self._child))
        self.inside.setVisible(has_body)

    def _open_child(self) -> None:
        self.opened.emit(self._child)


def facts_of(step: api.StepExecution, now: datetime) -> str:
    """``until 14:00``, ``reused``, ``attempt 2 of 3 · 1.2 s · true``."""
    attempt = f"attempt {step.attempt} of {step.max_attempts}" if step.max_attempts > 1 else ""
    known = duration_text(step.duration) if step.duration is not None and not step.origin else ""
    parts = (wait_note(step, now), origin_word(step), attempt, known, step.branch or "")
    return " · ".join(part for part in parts if part)


def _tone(step: api.StepExecution) -> str:
    if step.error is not None and step.status in ("failed", "timed_out"):
        return "failed"
    return "warning" if step.status == "waiting" else "muted"
