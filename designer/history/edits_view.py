"""The list of edits: a click goes back or forward to how things were after one of them."""

from PySide6.QtCore import (
    Signal,
)
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.document import Document, DocumentError
from designer.history.delegate import Row
from designer.history.rows import RowList
from designer.theme import Theme
from designer.theme.widgets import lay_out


class EditsView(QWidget):
    """Oldest first, the state on the screen marked; what was undone stands below it, faint.

    ``failed`` tells why it could not be gone to a state.
    """

    failed = Signal(str)

    def __init__(self, theme: Theme, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.list = RowList(theme, "Edits")
        self.list.chosen.connect(self._go_to)
        column = QVBoxLayout(self)
        lay_out(column)
        column.addWidget(self.list)
        self.setFocusProxy(self.list)
        document.status_changed.connect(self._refresh)

    @property
    def rows(self) -> list[Row]:
        """What is shown."""
        return self.list.rows

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        """Shows the history as it is; while nobody looks, it waits."""
        if self.isVisible():
            self.list.show_rows(edit_rows(self._document))
            self.list.mark(self._document.edits.position)

    def _go_to(self, row: int) -> None:
        try:
            self._document.go_to(row)
        except DocumentError as error:
            self.failed.emit(str(error))
        self._refresh()


def edit_rows(document: Document) -> list[Row]:
    """The states that can be gone to: as it was opened, then after each edit."""
    history = document.edits
    names = ("Opened", *history.names, *history.redo_names)
    return [
        _row(number, name, history.position, history.saved) for number, name in enumerate(names)
    ]


def _row(number: int, name: str, position: int, saved: int | None) -> Row:
    current, undone = number == position, number > position
    notes = ("saved" if number == saved else "", "undone" if undone else "")
    note = ", ".join(part for part in notes if part)
    words = (name, note, "on the screen" if current else "")
    return Row(
        name,
        note=note,
        glyph="chevron-right" if current else "",
        strong=current,
        faint=undone,
        spoken=", ".join(part for part in words if part),
    )
