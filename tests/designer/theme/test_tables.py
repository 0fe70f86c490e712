"""Tables of rows that are read and opened."""

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView

from designer.theme.tables import RowTable


@pytest.fixture
def model(qapp: Any) -> QStandardItemModel:
    model = QStandardItemModel(0, 2)
    for name in ("first", "second"):
        model.appendRow([QStandardItem(name), QStandardItem("")])
    return model


def test_a_row_opens_by_a_click_and_by_enter(model: QStandardItemModel, qtbot: Any) -> None:
    opened: list[int] = []
    table = RowTable(model, "Names", opened.append)
    qtbot.addWidget(table)
    table.resize(400, 300)
    table.show()
    place = QPoint(10, table.rowViewportPosition(1) + 5)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened == [1]
    table.setCurrentIndex(model.index(0, 0))
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened == [1, 0]


def test_rows_are_only_read_and_one_column_takes_the_rest(
    model: QStandardItemModel, qtbot: Any
) -> None:
    table = RowTable(model, "Names", lambda _row: None)
    qtbot.addWidget(table)
    table.set_widths({0: 120}, rest=1)
    assert table.columnWidth(0) == 120
    assert table.horizontalHeader().sectionResizeMode(1) == QHeaderView.ResizeMode.Stretch
    assert table.editTriggers() == QAbstractItemView.EditTrigger.NoEditTriggers
