"""The outline: every step in a list, filtered as one types, selected here and on the canvas."""

import time
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.document import Document
from designer.outline import OutlineView
from designer.theme import Theme

ORDERS = """version: "1.0"
name: Nightly orders
steps:
  - {id: fetch, name: Fetch orders, type: http, config: {url: "https://shop.example.com/orders"}}
  - {id: clean, name: Clean the data, type: script, config: {script: "print(1)"}, enabled: false}
  - id: each
    name: Each order
    type: loop
    config:
      items: "{{ steps.fetch.output.json }}"
      steps:
        - {id: pay, name: Pay the order, type: http, config: {url: "https://pay.example.com"}}
  - {id: broken, name: Nowhere, type: http, config: {}}
triggers:
  - {type: schedule, name: Nightly, config: {cron: "0 2 * * *"}}
"""


@pytest.fixture
def document(qapp: QApplication, qtbot: QtBot) -> Document:
    document = Document.from_text(ORDERS)
    qtbot.waitUntil(lambda: not document.checking)
    return document


@pytest.fixture
def outline(document: Document, qtbot: QtBot) -> OutlineView:
    theme = Theme("light")
    view = OutlineView(theme)
    qtbot.addWidget(view)
    view.resize(260, 500)
    view.show_document(document)
    view.show()
    qtbot.waitExposed(view)
    return view


def shown(outline: OutlineView) -> list[str]:
    model = outline.list.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def click(
    outline: OutlineView, qtbot: QtBot, row: int, keys: Any = Qt.KeyboardModifier.NoModifier
) -> None:
    rect = outline.list.visualRect(outline.list.model().index(row, 0))
    qtbot.mouseClick(outline.list.viewport(), Qt.MouseButton.LeftButton, keys, rect.center())


def test_every_step_is_there_with_those_in_bodies_and_says_what_it_is(outline):
    assert [row.split(", ")[0] for row in shown(outline)] == [
        "Nightly", "Fetch orders", "Clean the data", "Each order", "Pay the order", "Nowhere",
    ]  # fmt: skip
    assert shown(outline)[2] == "Clean the data, script, disabled"
    assert shown(outline)[4] == "Pay the order, http, level 2"


def test_letters_typed_keep_the_steps_that_have_them(outline, qtbot):
    qtbot.keyClicks(outline.search, "order http")
    assert outline.titles() == ["Fetch orders", "Pay the order"]
    assert outline.count.text() == "2 of 6 steps"


def test_a_type_the_disabled_and_those_with_problems_can_be_asked_for(outline, qtbot):
    outline.types.setCurrentText("http")
    assert outline.titles() == ["Fetch orders", "Pay the order", "Nowhere"]
    qtbot.mouseClick(outline.problems, Qt.MouseButton.LeftButton)
    assert outline.titles() == ["Nowhere"]
    outline.show_all()
    qtbot.mouseClick(outline.disabled, Qt.MouseButton.LeftButton)
    assert outline.titles() == ["Clean the data"]


def test_what_fits_nothing_says_so_and_offers_all(outline, qtbot):
    qtbot.keyClicks(outline.search, "zebra")
    assert not outline.list.isVisible()
    outline.show_all()
    assert outline.list.isVisible()


def test_a_click_selects_the_step_and_goes_there(outline, document, qtbot):
    with qtbot.waitSignal(outline.chosen) as gone:
        click(outline, qtbot, 1)
    assert gone.args == ["fetch"]
    assert document.selection.ids == ("fetch",)


def test_several_steps_are_selected_as_in_any_list(outline, document, qtbot):
    click(outline, qtbot, 1)
    click(outline, qtbot, 3, Qt.KeyboardModifier.ShiftModifier)
    assert document.selection.keys == {"fetch", "clean", "each"}
    assert document.selection.current == "each"


def test_what_is_selected_elsewhere_is_selected_here(outline, document):
    document.selection.set(["clean", "broken"])
    rows = {index.row() for index in outline.list.selectedIndexes()}
    assert rows == {2, 5}
    assert outline.list.currentIndex().row() == 5


def test_arrow_keys_in_the_filter_go_through_what_it_keeps(outline, document, qtbot):
    outline.focus_search()
    qtbot.keyClicks(outline.search, "order")
    qtbot.keyClick(outline.search, Qt.Key.Key_Down)
    qtbot.keyClick(outline.search, Qt.Key.Key_Down)
    assert document.selection.current == "each"


def test_enter_asks_for_the_form_of_the_step(outline, qtbot):
    click(outline, qtbot, 3)
    with qtbot.waitSignal(outline.opened) as opened:
        qtbot.keyClick(outline.list, Qt.Key.Key_Return)
    assert opened.args == ["each"]


def test_the_outline_follows_edits_and_undo(outline, document, qtbot):
    document.remove(["clean"])
    qtbot.waitUntil(lambda: "Clean the data" not in outline.titles())
    document.undo()
    qtbot.waitUntil(lambda: "Clean the data" in outline.titles())


def test_another_document_takes_the_place_of_the_first(outline, qtbot):
    outline.show_document(Document.new())
    qtbot.waitUntil(lambda: outline.titles() == [])
    outline.show_document(None)


def test_ten_thousand_steps_are_filtered_between_two_keys(qapp, qtbot):
    steps = "".join(
        f"  - {{id: s{i}, type: wait, config: {{duration: 1s}}}}\n" for i in range(10_000)
    )
    view = OutlineView(Theme("light"))
    qtbot.addWidget(view)
    view.resize(260, 500)
    view.show_document(Document.from_text(f"steps:\n{steps}"))
    view.show()
    qtbot.waitUntil(lambda: len(shown(view)) == 10_000)
    begun = time.process_time()
    view.search.setText("s99")
    QApplication.processEvents()
    assert time.process_time() - begun < 0.15
    assert len(view.titles()) == 111
    assert view.list.visualRect(view.list.model().index(0, 0)).contains(QPoint(10, 10))
