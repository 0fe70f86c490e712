"""The table of executions: newest first, read page by page, brought up to date by events."""

from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from designer.theme import Theme
from designer.theme.widgets import plain_tooltip
from designer.theme.wording import (
    ago_text,
    clock_text,
    duration_text,
    local_date_time,
    one_line,
    state_word,
)
from engine import api

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("State", "Workflow", "Started by", "Started", "Duration", "What happened")
STATE, WORKFLOW, TRIGGER, STARTED, DURATION, NOTE = range(len(COLUMNS))
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ExecutionsModel(QAbstractTableModel):
    """Rows are executions; ``execution(row)`` gives the value behind one."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._items: list[api.Execution] = []

    @property
    def items(self) -> list[api.Execution]:
        return list(self._items)

    def execution(self, row: int) -> api.Execution:
        return self._items[row]

    def show(self, items: list[api.Execution]) -> None:
        """Shows these; rows that are the same executions in the same order keep their selection."""
        if [item.id for item in items] == [item.id for item in self._items]:
            self._items = list(items)
            self.tick()
            return
        self.beginResetModel()
        self._items = list(items)
        self.endResetModel()

    def add(self, items: list[api.Execution]) -> None:
        """Adds the next page at the end, but for what is there already."""
        known = {item.id for item in self._items}
        fresh = [item for item in items if item.id not in known]
        if fresh:
            first = len(self._items)
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self._items += fresh
            self.endInsertRows()

    def tick(self) -> None:
        """Times have moved on."""
        if self._items:
            last = self.index(len(self._items) - 1, NOTE)
            self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._items)

    def columnCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return COLUMNS[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                side = (
                    Qt.AlignmentFlag.AlignRight
                    if section == DURATION
                    else Qt.AlignmentFlag.AlignLeft
                )
                return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        item, column = self._items[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(item, column)
        if role == Qt.ItemDataRole.DecorationRole and column == STATE:
            look = self._theme.state(item.status)
            return self._theme.icon(look.glyph, look.text, 14)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._theme.color(self._tone(item, column))
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._tip(item, column))
        if role == Qt.ItemDataRole.TextAlignmentRole and column == DURATION:
            return _RIGHT
        return None

    def _text(self, item: api.Execution, column: int) -> str:
        now = datetime.now(UTC)
        if column == STATE:
            return state_word(item.status)
        if column == WORKFLOW:
            return item.workflow_name or "unnamed"
        if column == TRIGGER:
            return "retry" if item.retry_of else state_word(item.trigger_type)
        if column == STARTED:
            return ago_text(item.start_time or item.created_at, now)
        if column == DURATION:
            return duration_of(item, now)
        return one_line(item.error_message or item.reason or "")

    def _tone(self, item: api.Execution, column: int) -> str:
        if column == STATE:
            return self._theme.state(item.status).text
        if column in (TRIGGER, STARTED):
            return "muted"
        return "failed_text" if column == NOTE and item.error_message else "text"

    def _tip(self, item: api.Execution, column: int) -> str:
        if column == STARTED:
            return local_date_time(item.start_time or item.created_at)
        if column == NOTE:
            return item.error_message or item.reason or ""
        if column == TRIGGER and item.retry_of:
            return "It repeats an earlier run."
        return item.trigger_name or "" if column == TRIGGER else ""


def duration_of(item: api.Execution, now: datetime) -> str:
    """How long an execution took, or has been running."""
    if item.duration is not None:
        return duration_text(item.duration)
    if item.start_time is not None and item.status not in api.ENDED:
        return clock_text((now - item.start_time).total_seconds())
    return "–"
