"""Tables of rows that are read and opened, set up in one way."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

ROW = 32
"""Pixels of a row's height."""


class RowTable(QTableView):
    """A table without a grid; ``open_row`` is called with the row that was clicked, or on which
    Enter was pressed."""

    def __init__(
        self, model: QAbstractItemModel, name: str, open_row: Callable[[int], object]
    ) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.clicked.connect(lambda index: open_row(index.row()))
        self.activated.connect(lambda index: open_row(index.row()))

    def set_widths(self, widths: Mapping[int, int], rest: int) -> None:
        """Sets columns' widths in pixels; the column ``rest`` takes what is left."""
        for column, width in widths.items():
            self.setColumnWidth(column, width)
        self.horizontalHeader().setSectionResizeMode(rest, QHeaderView.ResizeMode.Stretch)
