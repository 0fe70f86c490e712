"""The step executions inside a loop or parallel step: read page by page, live at their end."""

from bisect import bisect_right
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from designer.runs.session import RunSession, Spawn
from designer.runs.waits import place_of
from designer.theme.widgets import plain_tooltip
from designer.theme.wording import duration_text, state_word
from engine import api

Index = QModelIndex | QPersistentModelIndex
PAGE = 200
MOST_LIVE = 1000
"""Rows up to which new ones come by themselves; more are read when they are scrolled to."""
STEP_ROLE = Qt.ItemDataRole.UserRole


class InnerModel(QAbstractListModel):
    """Rows are the step executions of one parent, round by round."""

    def __init__(self, session: RunSession, spawn: Spawn, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._spawn = spawn
        self._parent_id = ""
        self._rows: list[api.StepExecution] = []
        self._places: dict[str, int] = {}
        self._cursor: str | None = None
        self._more = False
        self._reading = False
        session.inner_changed.connect(self._take)

    @property
    def parent_id(self) -> str:
        """The step execution whose inside is shown."""
        return self._parent_id

    @property
    def rows(self) -> list[api.StepExecution]:
        return self._rows

    @property
    def more(self) -> bool:
        """Whether there are rows that have not been read."""
        return self._more

    def show(self, parent_id: str) -> None:
        """Shows what is inside another step execution; nothing for an empty id."""
        self.beginResetModel()
        self._parent_id = parent_id
        self._rows, self._places = [], {}
        self._cursor, self._more, self._reading = None, bool(parent_id), False
        self.endResetModel()
        self.read_on()

    def read_on(self) -> None:
        """Reads the next page, where there is one."""
        if self._more and not self._reading:
            self._reading = True
            self._spawn(self._read(self._parent_id))

    def row_of(self, step_execution_id: str) -> int:
        """The row of a step execution; -1 where it has not been read."""
        return self._places.get(step_execution_id, -1)

    async def _read(self, parent_id: str) -> None:
        page = await self._session.inner_page(parent_id, self._cursor, PAGE)
        if parent_id != self._parent_id:
            return
        self._reading = False
        self._more = page.next_cursor is not None
        self._cursor = page.next_cursor or self._cursor
        self._put_all(page.items)

    def _take(self, steps: list[api.StepExecution]) -> None:
        """Shows what happened inside; the newest event of each step execution counts."""
        newest = {step.id: step for step in steps if step.parent_id == self._parent_id}
        wanted = [s for s in newest.values() if s.id in self._places or self._may_append(s)]
        if len(wanted) < len(newest) and not self._reading:
            self._more = True
        self._put_all(wanted)

    def _put_all(self, steps: list[api.StepExecution]) -> None:
        """Shows step executions; those that follow the last row come at once."""
        fresh = [step for step in steps if step.id not in self._places]
        last = _round(self._rows[-1]) if self._rows else 0
        rounds = [last, *map(_round, fresh)]
        if len(fresh) > 1 and rounds == sorted(rounds):
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self._rows += fresh
            self._places |= {step.id: first + n for n, step in enumerate(fresh)}
            self.endInsertRows()
            steps = [step for step in steps if self._rows[self._places[step.id]] is not step]
        for step in steps:
            self._put(step)

    def _may_append(self, step: api.StepExecution) -> bool:
        """Whether a new row has its place among those that have been read."""
        if len(self._rows) >= MOST_LIVE:
            return False
        return not self._more or _round(step) < _round(self._rows[-1]) if self._rows else True

    def _put(self, step: api.StepExecution) -> None:
        """Shows a step execution: in its row, or in a new one at the end of its round."""
        row = self._places.get(step.id)
        if row is not None:
            self._rows[row] = step
            index = self.index(row)
            self.dataChanged.emit(index, index)
            return
        row = bisect_right(self._rows, _round(step), key=_round)
        self.beginInsertRows(QModelIndex(), row, row)
        self._rows.insert(row, step)
        for number in range(row, len(self._rows)):
            self._places[self._rows[number].id] = number
        self.endInsertRows()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._more and not self._reading

    def fetchMore(self, _parent: Index) -> None:
        self.read_on()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        step = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return inner_name(step)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(inner_tip(step))
        return step if role == STEP_ROLE else None


def inner_name(step: api.StepExecution) -> str:
    """``3 · fetch`` in an iteration, ``left · fetch`` in a branch."""
    return f"{place_of(step)} · {step.step_id}"


def inner_tip(step: api.StepExecution) -> str:
    """The state of a step execution in words."""
    parts = [f"{inner_name(step)}: {state_word(step.status)}"]
    if step.duration is not None:
        parts.append(f"in {duration_text(step.duration)}")
    if step.origin:
        parts.append(f"({step.origin})")
    reason = f"\n{step.reason}" if step.reason else ""
    return " ".join(parts) + reason


def _round(step: api.StepExecution) -> int:
    return step.index or 0
