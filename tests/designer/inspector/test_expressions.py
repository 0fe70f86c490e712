"""Expressions in forms: completed over what is really upstream, dropped, previewed, switched."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.theme.drag import expression_mime
from designer.theme.offer_list import OfferList

TEXT = """\
name: Nightly
variables: {least: 100}
steps:
  - {id: fetch, name: Fetch orders, type: http, config: {url: "https://example.com"}}
  - {id: late, type: script, config: {script: "x.py"}}
  - id: keep
    type: transform
    depends_on: [fetch]
    config: {expression: "1 > 0"}
  - id: send
    type: http
    depends_on: [keep]
    config:
      url: https://example.com/in
"""
RAN = {
    "steps": {"fetch": {"output": {"json": {"items": [{"name": "Ana", "total": 3}], "page": 1}}}},
    "variables": {"least": 7},
}
COPY = Qt.DropAction.CopyAction


@pytest.fixture
def bench(bench_of):
    return bench_of(TEXT).select("send")


def offers(bench):
    """The titles of the list that shows; none without one."""
    QApplication.processEvents()
    found = [one for one in bench.view.findChildren(OfferList) if one.isVisible()]
    return [found[0].rows.item(row).text() for row in range(found[0].rows.count())] if found else []


def url(bench):
    return bench.row("config", "url").editor.edit


def retype(edit, text):
    edit.setFocus()
    edit.selectAll()
    QTest.keyClick(edit, Qt.Key.Key_Delete)
    QTest.keyClicks(edit, text)


def test_only_steps_upstream_are_offered(bench):
    retype(url(bench), "{{ steps.")
    assert offers(bench) == ["keep", "fetch"]


def test_the_data_of_the_last_run_is_offered_down_to_its_last_key(bench):
    bench.view.set_context(RAN)
    retype(url(bench), "{{ steps.fetch.output.json.items[0].")
    assert offers(bench)[:2] == ["name", "total"]
    QTest.keyClick(url(bench), Qt.Key.Key_Down)
    QTest.keyClick(url(bench), Qt.Key.Key_Return)
    assert url(bench).text() == "{{ steps.fetch.output.json.items[0].total}}"
    assert offers(bench) == []


def test_without_a_run_the_type_says_what_a_step_gives(bench):
    retype(url(bench), "{{ steps.fetch.output.")
    assert offers(bench)[:2] == ["status_code", "json"]


def test_a_few_letters_of_a_step_give_the_whole_way_to_it(bench):
    retype(url(bench), "{{ fet")
    assert offers(bench) == ["fetch"]
    QTest.keyClick(url(bench), Qt.Key.Key_Return)
    QTest.keyClicks(url(bench), " }}")
    bench.flush()
    assert bench.document.value(("steps", 3, "config", "url")) == "{{ steps.fetch.output }}"


def test_filters_are_offered_behind_a_bar(bench):
    retype(url(bench), "{{ variables.least | def")
    assert offers(bench)[0] == "default"
    QTest.keyClick(url(bench), Qt.Key.Key_Tab)
    assert url(bench).text() == "{{ variables.least | default()}}"
    assert url(bench).hasFocus()
    QTest.keyClicks(url(bench), "1")
    assert url(bench).text() == "{{ variables.least | default(1)}}"


def test_escape_puts_the_offers_away_and_ctrl_space_brings_them_back(bench):
    retype(url(bench), "{{ steps.")
    assert offers(bench)
    QTest.keyClick(url(bench), Qt.Key.Key_Escape)
    assert offers(bench) == []
    QTest.keyClick(url(bench), Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert offers(bench) == ["keep", "fetch"]


def test_nothing_is_offered_in_plain_text(bench):
    retype(url(bench), "https://steps.")
    assert offers(bench) == []


def test_an_expression_field_needs_no_braces(bench):
    bench.select("keep")
    edit = bench.row("config", "expression").editor.edit
    retype(edit, "variables.")
    assert offers(bench)[0] == "least"


def test_secrets_of_this_machine_are_offered_by_name(bench, monkeypatch):
    monkeypatch.setenv("TREADLE_SECRET_API_TOKEN", "never shown")
    retype(url(bench), "{{ secrets.")
    assert offers(bench) == ["api_token"]


def test_the_item_of_a_loop_is_known_by_its_list(bench_of):
    text = """\
steps:
  - id: each
    type: loop
    config:
      items: [{name: Ana}]
      steps:
        - {id: greet, type: transform, config: {expression: "1"}}
"""
    bench = bench_of(text).select("greet")
    edit = bench.row("config", "expression").editor.edit
    retype(edit, "loop.item.")
    assert offers(bench)[0] == "name"


def test_code_is_completed_with_its_own_words(bench_of):
    text = 'steps:\n  - {id: a, type: script, config: {script: "total = 1\\n"}}\n'
    bench = bench_of(text).select("a")
    edit = bench.row("config", "script").editor.edit
    edit.moveCursor(edit.textCursor().MoveOperation.End)
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_Return)
    QTest.keyClicks(edit, "pr")
    assert "print" in offers(bench)
    QTest.keyClicks(edit, "int(to")
    assert offers(bench)[0] == "total"
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    assert edit.text() == "total = 1\nprint(total"


def test_braces_close_themselves_and_are_typed_over(bench):
    retype(url(bench), "a{{ variables.least }}b")
    assert url(bench).text() == "a{{ variables.least }}b"


def drop(widget, place, expression):
    """A drag that comes in and is let go."""
    mime = expression_mime(expression)
    button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, COPY, mime, button, none)
    QApplication.sendEvent(widget, enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(place), COPY, mime, button, none)
    QApplication.sendEvent(widget, event)
    assert event.isAccepted()


def test_a_value_dropped_into_a_text_becomes_an_expression_there(bench):
    edit = url(bench)
    retype(edit, "https://a/")
    end = edit.cursorRect().center()
    drop(edit.viewport(), end, "variables.least")
    bench.flush()
    found = bench.document.value(("steps", 3, "config", "url"))
    assert found == "https://a/{{ variables.least }}"
    bench.document.undo()
    assert "{{" not in bench.document.value(("steps", 3, "config", "url"))


def test_a_value_dropped_on_a_choice_takes_its_place(bench):
    row = bench.row("config", "method")
    drop(row, QPoint(5, 5), "steps.fetch.output.json.page")
    bench.flush()
    wanted = "{{ steps.fetch.output.json.page }}"
    assert bench.document.value(("steps", 3, "config", "method")) == wanted
    assert row.editor.edit.text() == wanted


def test_a_value_dropped_on_the_input_becomes_an_entry_with_its_name(bench):
    bench.view.choose_tab("input")
    drop(bench.row("input_mapping"), QPoint(5, 5), "steps.fetch.output.json.items")
    drop(bench.row("input_mapping"), QPoint(5, 5), "steps.keep.output")
    assert bench.document.value(("steps", 3, "input_mapping")) == {
        "items": "{{ steps.fetch.output.json.items }}",
        "keep": "{{ steps.keep.output }}",
    }


def test_a_value_dropped_into_code_becomes_its_input_and_lands_as_the_name(bench):
    bench.select("late")
    edit = bench.row("config", "script").editor.edit
    edit.selectAll()
    QTest.keyClick(edit, Qt.Key.Key_Delete)
    QTest.keyClicks(edit, "use(")
    drop(edit.viewport(), edit.cursorRect().center(), "variables.least")
    bench.flush()
    assert edit.text() == "use(least"
    assert bench.document.value(("steps", 1, "input_mapping")) == {"least": "{{ variables.least }}"}


def test_the_cases_of_a_condition_are_completed(bench_of):
    config = "{cases: [{name: large, when: 1 > 0}]}"
    text = f"variables: {{least: 1}}\nsteps:\n  - {{id: a, type: condition, config: {config}}}\n"
    bench = bench_of(text).select("a")
    cell = bench.row("config", "cases").editor.rows[0].cells[1]
    retype(cell, "variables.")
    assert offers(bench)[0] == "least"


def test_the_switch_gives_back_what_was_there_before(bench):
    row = bench.row("config", "url")
    QTest.mouseClick(row._button, Qt.MouseButton.LeftButton)
    assert row.editor.edit.text() == "{{  }}"
    QTest.keyClicks(row.editor.edit, "variables.least")
    bench.flush()
    assert bench.document.value(("steps", 3, "config", "url")) == "{{ variables.least }}"
    QTest.mouseClick(row._button, Qt.MouseButton.LeftButton)
    assert bench.document.value(("steps", 3, "config", "url")) == "https://example.com/in"
    QTest.mouseClick(row._button, Qt.MouseButton.LeftButton)
    assert bench.document.value(("steps", 3, "config", "url")) == "{{ variables.least }}"


def test_what_is_wrong_is_underlined_at_its_place(bench, qtbot):
    row = bench.row("config", "url")
    retype(row.editor.edit, "{{ variables.leest }}")
    bench.flush()
    qtbot.waitUntil(lambda: bool(row.editor.edit.extraSelections()))
    (mark,) = row.editor.edit.extraSelections()
    assert "leest" in mark.cursor.selectedText()
    assert "there is no variable" in row._error.text().lower()


def test_a_preview_is_computed_with_the_item_of_the_loop(bench_of, qtbot):
    text = """\
steps:
  - id: each
    type: loop
    config:
      items: [{name: Ana}]
      steps:
        - {id: greet, type: transform, config: {expression: loop.item.name}}
"""
    bench = bench_of(text).select("greet")
    bench.view.set_context({"steps": {}})
    row = bench.row("config", "expression")
    qtbot.waitUntil(lambda: row._preview.text() == "Preview from the last run: “Ana”")


def test_enter_in_code_is_a_new_line_unless_an_offer_was_chosen(bench_of):
    text = 'steps:\n  - {id: a, type: script, config: {script: "total = 1\\n"}}\n'
    bench = bench_of(text).select("a")
    edit = bench.row("config", "script").editor.edit
    edit.moveCursor(edit.textCursor().MoveOperation.End)
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_Return)
    QTest.keyClicks(edit, "pri")
    assert "print" in offers(bench)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert edit.toPlainText() == "total = 1\npri\n"
    QTest.keyClicks(edit, "pri")
    assert "print" in offers(bench)
    QTest.keyClick(edit, Qt.Key.Key_Down)
    QTest.keyClick(edit, Qt.Key.Key_Up)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert edit.toPlainText().startswith("total = 1\npri\nprint")
