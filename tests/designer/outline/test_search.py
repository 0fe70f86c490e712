"""Search in the workflow: names, fields, scripts and expressions, each with the line it is in."""

import pytest
from PySide6.QtCore import Qt

from designer.document import Document
from designer.outline import SearchView
from designer.outline.finding import finding
from designer.theme import Theme

ORDERS = """version: "1.0"
name: Nightly orders
variables: {shop: "https://shop.example.com"}
output: {total: "{{ steps.fetch.output.total }}"}
steps:
  - id: fetch
    name: Fetch orders
    type: http
    config: {url: "{{ variables.shop }}/orders", headers: {Accept: text/plain}}
    retry_policy: {max_attempts: 7}
  - id: clean
    type: script
    when: steps.fetch.output.count > 100
    depends_on: [fetch.failure]
    config:
      script: |
        import json
        orders = json.load(open("orders.json"))
  - id: each
    type: loop
    config:
      items: "{{ steps.fetch.output.json }}"
      steps:
        - {id: pay, name: Pay, type: http, config: {url: "https://pay.example.com"}}
triggers:
  - {type: schedule, name: Nightly, config: {cron: "0 2 * * *"}}
"""


@pytest.fixture
def document(qapp):
    return Document.from_text(ORDERS)


def places(document, words, sort=None):
    return [(one.key, one.label) for found in finding(document, words, sort) for one in found]


def test_a_value_is_found_in_the_workflow_its_triggers_and_the_steps_in_bodies(document):
    assert places(document, "example.com") == [("", "variables › shop"), ("pay", "url")]
    assert places(document, "0 2 *") == [("trigger:Nightly", "cron")]


def test_expressions_can_be_asked_for_alone(document):
    assert places(document, "fetch", "expression") == [
        ("", "output › total"), ("clean", "when"), ("each", "items"),
    ]  # fmt: skip
    assert places(document, "fetch", "name") == [("fetch", "id"), ("fetch", "name")]


def test_a_field_is_found_by_its_name_and_a_number_by_its_digits(document):
    assert places(document, "Accept") == [("fetch", "headers › Accept")]
    assert places(document, "7") == [("fetch", "retry policy › max attempts")]


def test_what_a_step_waits_for_is_found_as_it_is_written(document):
    assert places(document, "fetch.failure") == [("clean", "depends on › 1")]


def test_the_line_that_holds_it_is_shown_and_the_words_marked(document):
    (one,) = [one for found in finding(document, "JSON.LOAD") for one in found]
    assert one.line == 'orders = json.load(open("orders.json"))'
    assert one.line[one.start : one.end] == "json.load"


def test_a_very_long_line_is_cut_around_the_words(qapp):
    document = Document.from_text(
        f'steps: [{{id: a, type: script, config: {{script: "{"x" * 5000} needle {"y" * 5000}"}}}}]'
    )
    (one,) = [one for found in finding(document, "needle") for one in found]
    assert len(one.line) <= 161
    assert one.line[one.start : one.end] == "needle"


@pytest.fixture
def search(document, qtbot):
    view = SearchView(Theme("light"))
    qtbot.addWidget(view)
    view.resize(260, 500)
    view.show_document(document)
    view.show()
    qtbot.waitExposed(view)
    return view


def test_typing_finds_and_the_arrow_keys_go_there(search, qtbot):
    search.focus_search()
    qtbot.keyClicks(search.field, "fetch")
    qtbot.waitUntil(lambda: not search.searching)
    assert search.count.text() == "6 places in 3 steps"
    with qtbot.waitSignal(search.chosen) as chosen:
        qtbot.keyClick(search.field, Qt.Key.Key_Down)
    assert chosen.args[0] == search.found[1]
    with qtbot.waitSignal(search.entered) as entered:
        qtbot.keyClick(search.field, Qt.Key.Key_Return)
    assert entered.args[0] == search.found[1]


def test_the_search_follows_the_document(search, document, qtbot):
    search.field.setText("Pay")
    qtbot.waitUntil(lambda: bool(search.found))
    document.remove(["each"])
    qtbot.waitUntil(lambda: not search.found and not search.list.isVisible())


def test_a_search_through_ten_thousand_steps_lets_the_window_live(qapp, qtbot):
    steps = "".join(
        f"  - {{id: s{i}, type: wait, config: {{duration: 1s}}}}\n" for i in range(10_000)
    )
    view = SearchView(Theme("light"))
    qtbot.addWidget(view)
    view.show_document(Document.from_text(f"steps:\n{steps}"))
    view.show()
    view.field.setText("s9999")
    assert view.searching
    qtbot.waitUntil(lambda: not view.searching)
    assert [one.key for one in view.found] == ["s9999"]
