"""The YAML of a document beside its canvas, both live; selecting goes both ways."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from designer.document import Document
from designer.source_view.completing import offers_in_yaml
from designer.source_view.edit import SourceEdit
from designer.theme import Theme
from designer.theme.offer_list import Completer
from designer.theme.offers import Offer
from engine import Problem


class SourceView(QWidget):
    """``failed`` tells why what was typed could not be taken."""

    failed = Signal(str)

    def __init__(self, theme: Theme, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._selecting = False
        self.edit = SourceEdit(theme, document)
        self.edit.moved.connect(self._select_at_cursor)
        self.edit.failed.connect(self.failed)
        self._context: Mapping[str, Any] | None = None
        Completer(theme, self.edit, self._offers)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.edit)
        self.setFocusProxy(self.edit)
        document.selection.changed.connect(self._show_selected)

    def set_context(self, context: Mapping[str, Any] | None) -> None:
        """The data of the last run, for completion; None for none."""
        self._context = context

    def _offers(self, text: str, cursor: int) -> list[Offer]:
        line = text.rfind("\n", 0, cursor) + 1
        indent = len(text[line:cursor]) - len(text[line:cursor].lstrip(" -"))
        place = self.edit.text_offset(line + indent)  # what was typed behind it may be unread yet
        return offers_in_yaml(self._document, text, cursor, place, self._context)

    def go_to(self, problem: Problem) -> None:
        """Shows what a problem marks and puts the cursor there."""
        self.edit.go_to(problem.start)
        self.edit.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_selected()

    def _select_at_cursor(self) -> None:
        """Selects the step that the cursor stands in."""
        if self._document.known_source is None:
            return
        path = self._document.source.path_at(self.edit.cursor_offset())
        key = self._document.places.key_at(path)
        if key is not None and key != self._document.selection.current:
            self._selecting = True
            self._document.selection.set([key])
            self._selecting = False

    def _show_selected(self) -> None:
        """Scrolls to the step that was selected elsewhere."""
        key = self._document.selection.current
        if self._selecting or key is None or not self.isVisible():
            return
        if self._document.known_source is None:
            return
        path = self._document.places.path(key)
        node = self._document.source.node(path) if path else None
        if node is not None:
            self.edit.go_to(node.start)
