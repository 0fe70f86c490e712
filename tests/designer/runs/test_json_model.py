"""The data tree: lazy, exact, and paths as templates write them."""

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from designer.theme.drag import dropped_expression
from designer.theme.json_model import CHUNK, JsonModel, expression_path, value_text

VALUE = {"json": {"orders": [{"id": 1, "total": 2.5}, {"id": 2, "total": 0}]}, "name": "<b>x</b>"}


@pytest.fixture
def model(qapp):
    return JsonModel()


ROOT = QModelIndex()


def rows(model, parent=ROOT):
    return [
        (model.index(row, 0, parent).data(), model.index(row, 1, parent).data())
        for row in range(model.rowCount(parent))
    ]


def test_keys_and_values_stand_in_two_columns(model):
    model.show_value(VALUE)
    assert rows(model) == [("json", "1 key"), ("name", "<b>x</b>")]


def test_a_path_leads_from_the_root_to_a_row(model):
    model.show_value(VALUE)
    place = ROOT
    for row in (0, 0, 1, 1):
        model.fetchMore(place)
        place = model.index(row, 0, place)
    path = model.path(place)
    assert path == ("json", "orders", 1, "total")
    assert expression_path("steps.fetch.output", path) == (
        "steps.fetch.output.json.orders[1].total"
    )


def test_a_name_that_is_no_identifier_is_written_with_brackets():
    assert expression_path("steps", ("fetch-data", "output")) == 'steps["fetch-data"].output'


def test_a_long_list_is_shown_in_parts(model):
    model.show_value(list(range(CHUNK * 2 + 5)))
    root = QModelIndex()
    assert model.rowCount(root) == CHUNK
    while model.canFetchMore(root):
        model.fetchMore(root)
    assert model.rowCount(root) == CHUNK * 2 + 5


def test_a_bare_value_is_one_row(model):
    model.show_value(42)
    assert rows(model) == [("value", "42")]
    model.show_value(None)
    assert rows(model) == []


@pytest.mark.parametrize("value", [VALUE, list(range(CHUNK * 2 + 5)), 42])
def test_the_model_keeps_qts_rules(model, value):
    model.show_value(value)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    while model.canFetchMore(ROOT):
        model.fetchMore(ROOT)
    for row in range(model.rowCount()):
        model.fetchMore(model.index(row, 0))
    assert tester.model() is model


@pytest.mark.parametrize(
    ("value", "text"),
    [({}, "{ }"), ([1, 2], "2 items"), (True, "true"), (None, "null"), ("a\nb", "a ↵ b")],
)
def test_a_value_fits_on_a_line(value, text):
    assert value_text(value) == text


def test_a_part_of_an_output_is_dragged_as_the_expression_that_gives_it(model):
    model.show_value({"orders": [{"id": 7}]}, "steps.fetch.output")
    index = model.index(0, 0)
    assert model.flags(index) & Qt.ItemFlag.ItemIsDragEnabled
    assert dropped_expression(model.mimeData([index])) == "steps.fetch.output.orders"


def test_what_no_template_can_name_is_not_dragged(model):
    model.show_value({"orders": []})
    assert not model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsDragEnabled


def test_an_output_that_is_one_plain_value_is_dragged_as_a_whole(model):
    model.show_value(42, "steps.count.output")
    assert model.expression(model.index(0, 0)) == "steps.count.output"
