"""The list of a file's versions, newest first; a click compares one with the screen."""

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from designer.document.versions import FileVersion
from designer.history.delegate import Row
from designer.history.rows import RowList
from designer.theme import Theme
from designer.theme.widgets import EmptyState
from designer.theme.wording import ago_text, local_date_time


class VersionsView(QWidget):
    """``chosen`` carries the FileVersion to compare with; ``wanted`` asks for the list anew."""

    chosen = Signal(object)
    wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.versions: tuple[FileVersion, ...] = ()
        self.list = RowList(theme, "Versions of the file")
        self.list.chosen.connect(lambda row: self.chosen.emit(self.versions[row]))
        self.empty = EmptyState(theme, "history", "No earlier versions", "")
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.list)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.wanted.emit()

    def show_versions(self, versions: Sequence[FileVersion], why_none: str = "") -> None:
        """Shows versions, or says why there are none."""
        self.versions = tuple(versions)
        now = datetime.now(UTC)
        self.list.show_rows([_row(version, now) for version in versions])
        self.empty.text.setText(why_none)
        self._stack.setCurrentIndex(1 if versions else 0)


def _row(version: FileVersion, now: datetime) -> Row:
    ago = ago_text(version.time, now)
    parts = (version.author, ago) if version.author else (ago,)
    tip = (version.title, version.short, version.author, local_date_time(version.time))
    return Row(
        version.title,
        " · ".join(parts),
        "dot",
        tone="muted",
        spoken=", ".join((version.title, version.short, *parts)),
        tip="\n".join(part for part in tip if part),
    )
