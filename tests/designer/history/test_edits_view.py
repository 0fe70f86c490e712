"""The list of edits: everything that was done is there, and each state can be gone to."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from designer.history import EditsView


@pytest.fixture
def edits(qtbot, theme, document):
    view = EditsView(theme, document)
    qtbot.addWidget(view)
    view.resize(400, 240)
    view.show()
    return view


def click(edits, row):
    place = edits.list.visualRect(edits.list.model().index(row, 0)).center()
    QTest.mouseClick(edits.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def shown(edits):
    return [edits.list.model().index(n, 0).data() for n in range(len(edits.rows))]


def test_each_edit_is_listed_by_its_name_and_the_last_is_marked(edits, document):
    document.set_value(("name",), "Second")
    document.add_step("http", (0, 0))
    assert shown(edits) == ["Opened, saved", "Change name", "Add HTTP request, on the screen"]


def test_a_click_goes_back_to_a_state_and_forward_again(edits, document):
    first = document.text
    document.set_value(("name",), "Second")
    document.add_step("http", (0, 0))
    last = document.text
    click(edits, 0)
    assert document.text == first
    assert shown(edits)[0] == "Opened, saved, on the screen"
    assert shown(edits)[2] == "Add HTTP request, undone"
    click(edits, 2)
    assert document.text == last


def test_enter_goes_to_the_state_that_the_arrows_chose(edits, document):
    first = document.text
    document.set_value(("name",), "Second")
    edits.list.setFocus()
    QTest.keyClick(edits.list, Qt.Key.Key_Up)
    assert document.text != first
    QTest.keyClick(edits.list, Qt.Key.Key_Return)
    assert document.text == first


def test_an_edit_after_going_back_drops_what_was_undone(edits, document):
    document.set_value(("name",), "Second")
    click(edits, 0)
    document.set_value(("name",), "Third")
    assert shown(edits) == ["Opened, saved", "Change name, on the screen"]


def test_the_saved_state_is_marked_as_long_as_it_can_be_gone_to(edits, document, tmp_path):
    document.set_value(("name",), "Second")
    document.save(tmp_path / "one.yaml")
    assert [row.note for row in edits.rows] == ["", "saved"]
    click(edits, 0)
    assert [row.note for row in edits.rows] == ["", "saved, undone"]
    document.set_value(("name",), "Third")
    assert [row.note for row in edits.rows] == ["", ""]


def test_a_drag_of_many_moves_is_one_row(edits, document):
    for x in range(5):
        document.move({"one": (x * 8.0, 0.0)}, merge_key="drag")
    assert len(edits.rows) == 2


def test_a_document_that_may_not_be_changed_says_so(edits, document):
    document.set_value(("name",), "Second")
    told = []
    edits.failed.connect(told.append)
    document.read_only = "It is from a newer version."
    click(edits, 0)
    assert told == ["It is from a newer version."]
