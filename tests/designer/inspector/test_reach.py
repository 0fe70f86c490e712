"""What a step can read is a tree on its Input tab, whose values go into fields."""

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.inspector.reach import ReachTree
from designer.theme.drag import dropped_expression, expression_mime, name_for

TEXT = """\
name: Nightly
variables: {least: 100}
steps:
  - {id: fetch, name: Fetch orders, type: http, config: {url: "https://example.com"}}
  - {id: other, type: script, config: {script: "x.py"}}
  - {id: my-step, type: script, depends_on: [fetch], config: {script: "x.py"}}
  - {id: send, type: http, depends_on: [my-step], config: {url: "https://example.com/in"}}
"""
RAN = {"steps": {"fetch": {"output": {"json": {"items": [{"name": "Ana"}]}}}}}


@pytest.fixture
def bench(bench_of):
    bench = bench_of(TEXT).select("send")
    bench.view.choose_tab("input")
    return bench


def tree(bench):
    return bench.view.findChild(ReachTree)


def at(bench, *path):
    """The row of a path, unfolded down to it."""
    model, index = tree(bench).model, QModelIndex()
    for key in path:
        if model.canFetchMore(index):
            model.fetchMore(index)
        below = (model.index(row, 0, index) for row in range(model.rowCount(index)))
        index = next(one for one in below if one.data() == str(key))
    return index


def roots(bench):
    model = tree(bench).model
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_the_nearest_step_stands_first_and_what_is_not_upstream_is_missing(bench):
    assert roots(bench) == ["my-step", "Fetch orders", "Variables"]


def test_a_value_of_the_last_run_is_dragged_as_its_expression(bench):
    bench.view.set_context(RAN)
    index = at(bench, "Fetch orders", "json", "items", 0, "name")
    model = tree(bench).model
    assert model.flags(index) & Qt.ItemFlag.ItemIsDragEnabled
    mime = model.mimeData([index])
    assert dropped_expression(mime) == "steps.fetch.output.json.items[0].name"
    assert mime.text() == "{{ steps.fetch.output.json.items[0].name }}"


def test_before_the_first_run_types_stand_in_for_values(bench):
    status = at(bench, "Fetch orders", "status_code")
    assert status.siblingAtColumn(1).data() == "whole number"
    assert tree(bench).model.expression(status) == "steps.fetch.output.status_code"


def test_an_id_that_is_no_name_is_put_in_brackets(bench):
    index = at(bench, "my-step", "result")
    assert tree(bench).model.expression(index) == 'steps["my-step"].output.result'


def test_enter_takes_a_value_as_input(bench):
    view = tree(bench).tree
    view.setFocus()
    view.setCurrentIndex(at(bench, "Variables", "least"))
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert bench.document.value(("steps", 3, "input_mapping")) == {"least": "{{ variables.least }}"}


def test_what_was_unfolded_stays_so_after_an_edit(bench):
    view = tree(bench).tree
    view.expand(at(bench, "Fetch orders"))
    bench.document.set_value(("steps", 3, "config", "url"), "https://example.com/out")
    assert view.isExpanded(at(bench, "Fetch orders"))


def test_a_value_that_rests_on_a_tab_opens_it(bench, qtbot):
    button = bench.view.tabs.button("setup")
    mime = expression_mime("variables.least")
    none = Qt.KeyboardModifier.NoModifier
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(5, 5), copy, mime, left, none)
    QApplication.sendEvent(button, enter)
    assert enter.isAccepted()
    qtbot.waitUntil(lambda: bench.view.tabs.current == "setup")


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("steps.fetch.output.json.orders", "orders"),
        ("steps.fetch.output.json.orders[0]", "orders"),
        ("steps.fetch.output", "fetch"),
        ("loop.item", "item"),
        ("variables.least", "least"),
    ],
)
def test_an_entry_is_named_by_its_value(expression, name):
    assert name_for(expression) == name
