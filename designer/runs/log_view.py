"""The log of an execution: lines as they come, by step, searchable, following the end."""

from collections import deque
from collections.abc import Iterable
from typing import Literal

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from designer.runs.session import KEPT_LINES, RunSession
from designer.runs.waits import top_of
from designer.theme import Theme
from designer.theme.focus_ring import FocusRing
from designer.theme.widgets import Combo, IconButton, Label, SearchField, lay_out
from designer.theme.wording import count_text, local_time, plural
from engine import api

FLUSH_MS = 30
SLICE = 100
"""Lines written at once, so that no frame waits for a flood of them."""
RECOLOUR_MS = 400
RECOLOURED = 2000
"""Lines up to which a step's new state recolours its name in the lines that are there."""
Part = Literal["time", "step", "stdout", "stderr", "engine"]


class LogView(QWidget):
    """Shows a RunSession's lines. All of it is plain text."""

    def __init__(self, theme: Theme, session: RunSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._pending: deque[api.LogLine] = deque(maxlen=KEPT_LINES)
        self._known_steps: set[str] = set()
        self._formats: dict[str, QTextCharFormat] = {}
        self._text = self._make_text()
        FocusRing(theme, self._text)
        self._steps = Combo("Steps shown", "inline")
        self._search = SearchField(theme, "Find in the log")
        self._count = Label(theme, "", "detail", "faint")
        self._follow = IconButton(theme, "follow", "Follow the newest lines")
        self._flush_timer = QTimer(self, singleShot=True, interval=FLUSH_MS)
        self._render_timer = QTimer(self, singleShot=True, interval=RECOLOUR_MS)
        self._lay_out()
        self._connect()
        self._reset()

    def _make_text(self) -> QPlainTextEdit:
        text = QPlainTextEdit()
        text.setReadOnly(True)
        text.setUndoRedoEnabled(False)
        text.setMaximumBlockCount(KEPT_LINES)
        text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        text.setProperty("role", "flat")
        text.setFont(self._theme.font("mono"))
        text.document().setDocumentMargin(8)  # in line with the bar above
        text.setAccessibleName("Log")
        text.setPlaceholderText("Lines appear here while a workflow runs.")
        return text

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        lay_out(column)
        bar = QHBoxLayout()
        lay_out(bar, self._theme.space("s"), (12, 6, 8, 2))
        self._search.setProperty("role", "inline")
        self._search.setFixedWidth(220)
        self._follow.setCheckable(True)
        self._follow.setChecked(True)
        bar.addWidget(self._steps)
        bar.addWidget(self._search)
        bar.addWidget(self._count)
        bar.addStretch(1)
        bar.addWidget(self._follow)
        column.addLayout(bar)
        column.addWidget(self._text, 1)

    def _connect(self) -> None:
        self._session.reset.connect(self._reset)
        self._session.log_added.connect(self._take)
        self._session.states_changed.connect(self._recolour_soon)
        self._flush_timer.timeout.connect(self._flush)
        self._render_timer.timeout.connect(self._render)
        self._steps.currentIndexChanged.connect(self._render)
        self._search.textChanged.connect(self._render)
        self._follow.toggled.connect(self._follow_toggled)
        self._text.verticalScrollBar().actionTriggered.connect(self._scrolled_by_hand)
        self._theme.changed.connect(self._retheme)

    def _reset(self) -> None:
        self._pending.clear()
        self._known_steps.clear()
        self._steps.blockSignals(True)
        self._steps.clear()
        self._steps.addItem("All steps", "")
        self._steps.blockSignals(False)
        self._follow.setChecked(True)
        self._render()

    def _take(self, lines: list[api.LogLine]) -> None:
        for line in lines:
            step = step_of(line)
            if step and step not in self._known_steps:
                self._known_steps.add(step)
                self._steps.addItem(step, step)
        self._pending.extend(line for line in lines if self._wanted(line))
        if not self._flush_timer.isActive():
            self._flush_timer.start()

    def _flush(self) -> None:
        """Writes the next slice of what is pending; a flood takes several turns."""
        count = min(SLICE, len(self._pending))
        self._append([self._pending.popleft() for _ in range(count)])
        self._show_count()
        if self._pending:
            self._flush_timer.start()

    def _render(self) -> None:
        """Writes everything again: another filter, another scheme, or states that changed."""
        self._text.clear()
        self._pending.clear()
        self._pending.extend(line for line in self._session.lines if self._wanted(line))
        self._flush()

    def _wanted(self, line: api.LogLine) -> bool:
        step = self._steps.currentData()
        if step and step_of(line) != step:
            return False
        words = self._search.text().casefold()
        return not words or words in line.line.casefold() or words in (line.step_id or "")

    def _append(self, lines: Iterable[api.LogLine]) -> None:
        cursor = QTextCursor(self._text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        empty = self._text.document().isEmpty()
        for line in lines:
            if not empty:
                cursor.insertBlock()
            empty = False
            cursor.insertText(local_time(line.time) + " ", self._format("time"))
            if line.step_id:
                cursor.insertText(line.step_id + " ", self._format("step", line.step_id))
            cursor.insertText(line.line.replace("\n", " "), self._format(line.stream))
        cursor.endEditBlock()
        if self._follow.isChecked():
            bar = self._text.verticalScrollBar()
            bar.setValue(bar.maximum())

    def _format(self, part: Part, step_id: str = "") -> QTextCharFormat:
        roles = {"time": "faint", "stdout": "text", "stderr": "warning_text", "engine": "muted"}
        step = self._session.steps.get(top_of(step_id))
        role = roles.get(part) or self._theme.state(step.status if step else "pending").text
        key = f"{part == 'step'}{role}"
        if key not in self._formats:
            text_format = QTextCharFormat()
            text_format.setForeground(self._theme.color(role))
            if part == "step":
                text_format.setFontWeight(QFont.Weight.Bold)
            self._formats[key] = text_format
        return self._formats[key]

    def _show_count(self) -> None:
        shown = 0 if self._text.document().isEmpty() else self._text.blockCount()
        total = len(self._session.lines) + self._session.dropped
        if not total:
            self._count.setText("")
        elif shown == total:
            self._count.setText(plural(total, "line"))
        else:
            self._count.setText(f"{count_text(shown)} of {plural(total, 'line')}")

    def _recolour_soon(self) -> None:
        few = len(self._session.lines) <= RECOLOURED and self._follow.isChecked()
        if few and not self._render_timer.isActive():
            self._render_timer.start()

    def _follow_toggled(self, follow: bool) -> None:
        if follow:
            bar = self._text.verticalScrollBar()
            bar.setValue(bar.maximum())

    def _scrolled_by_hand(self) -> None:
        bar = self._text.verticalScrollBar()
        self._follow.setChecked(bar.sliderPosition() >= bar.maximum())

    def _retheme(self) -> None:
        self._formats.clear()
        self._render()

    def shown_text(self) -> str:
        """What is on the screen, for copying."""
        return self._text.toPlainText()

    def choose_step(self, step_id: str) -> None:
        """Shows one step's lines only; all for an empty id or a step that wrote none."""
        index = self._steps.findData(step_id, Qt.ItemDataRole.UserRole)
        self._steps.setCurrentIndex(max(0, index))


def step_of(line: api.LogLine) -> str:
    """The step that wrote a line, whichever round of a body it was in."""
    return (line.step_id or "").rpartition(".")[2]
