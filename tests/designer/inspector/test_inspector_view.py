import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from designer.inspector.editors.code import JsonEditor
from designer.inspector.editors.text import TextEditor
from designer.shell.design_page import INSPECTOR_GIVES
from designer.theme.widgets import IconButton


def type_into(edit, text):
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)


def press(button):
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_nothing_selected_shows_the_workflow(bench):
    assert bench.view.head.title.full_text == "Nightly"
    assert not bench.view.tabs.isVisible()
    type_into(bench.row("name").editor.edit, "Daily")
    bench.flush()
    assert bench.document.text.startswith("name: Daily\n")


def test_a_step_shows_its_name_type_and_id(bench):
    bench.select("fetch")
    assert bench.view.head.title.full_text == "Fetch orders"
    assert bench.view.head.subtitle.full_text == "http · fetch"
    assert bench.row("config", "url").editor.edit.text() == "https://example.com"


def test_typing_is_written_after_a_moment_and_undone_as_one_step(bench, qtbot):
    bench.select("fetch")
    before = bench.document.text
    with qtbot.waitSignal(bench.document.changed):
        type_into(bench.row("config", "url").editor.edit, "http://a")
    bench.flush()
    assert "      url: http://a   # the supplier\n" in bench.document.text
    assert bench.document.history == ("Change url",)
    QTest.keyClick(
        bench.row("config", "url").editor.edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier
    )
    assert bench.document.text == before
    assert bench.row("config", "url").editor.edit.text() == "https://example.com"


def test_a_change_from_elsewhere_keeps_the_cursor(bench):
    bench.select("fetch")
    edit = bench.row("config", "url").editor.edit
    edit.setFocus()
    cursor = edit.textCursor()
    cursor.setPosition(3)
    edit.setTextCursor(cursor)
    bench.document.set_value(("steps", 0, "config", "url"), "https://example.com/orders")
    assert edit.text() == "https://example.com/orders"
    assert edit.textCursor().position() == 3


def test_an_emptied_field_takes_its_key_out_of_the_file(bench):
    bench.select("clean")
    type_into(bench.row("timeout").editor.edit, "5m")
    bench.flush()
    assert "    timeout: 5m\n" in bench.document.text
    edit = bench.row("timeout").editor.edit
    edit.selectAll()
    QTest.keyClick(edit, Qt.Key.Key_Delete)
    bench.flush()
    assert "timeout" not in bench.document.text


def test_a_retry_policy_comes_and_goes_with_its_values(bench):
    bench.select("fetch")
    type_into(bench.row("retry_policy", "max_attempts").editor.edit, "3")
    bench.flush()
    assert bench.document.value(("steps", 0, "retry_policy")) == {"max_attempts": 3}
    edit = bench.row("retry_policy", "max_attempts").editor.edit
    edit.selectAll()
    QTest.keyClick(edit, Qt.Key.Key_Delete)
    bench.flush()
    assert bench.document.value(("steps", 0, "retry_policy")) is None


def test_what_is_no_number_is_refused_in_its_place(bench):
    bench.select("fetch")
    row = bench.row("retry_policy", "max_attempts")
    type_into(row.editor.edit, "many")
    before = bench.document.text
    bench.flush()
    assert bench.document.text == before
    assert "A number is needed" in row._error.text()
    type_into(row.editor.edit, "{{ variables.tries }}")
    bench.flush()
    assert row._error.text() == ""
    assert bench.document.value(("steps", 0, "retry_policy", "max_attempts")) == (
        "{{ variables.tries }}"
    )


def test_a_duration_that_cannot_be_read_says_the_way_out(bench):
    bench.select("fetch")
    row = bench.row("timeout")
    type_into(row.editor.edit, "soon")
    bench.flush()
    assert row._error.text()
    assert "timeout" not in bench.document.text


def test_a_choice_is_written_and_the_default_is_not(bench):
    bench.select("fetch")
    combo = bench.row("config", "method").editor.combo
    assert combo.currentText() == "GET (default)"
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert bench.document.value(("steps", 0, "config", "method")) == combo.currentText()
    QTest.keyClick(combo, Qt.Key.Key_Home)
    assert bench.document.value(("steps", 0, "config", "method")) is None


def test_a_switch_is_written_and_going_back_takes_it_out(bench):
    bench.select("fetch")
    before = bench.document.text
    switch = bench.row("enabled").editor.switch
    bench.view.choose_tab("retry")
    press(switch)
    assert bench.document.value(("steps", 0, "enabled")) is False
    press(switch)
    assert bench.document.text == before


def test_a_mapping_changes_only_the_entry_that_was_edited(bench):
    bench.select("clean")
    bench.view.choose_tab("input")
    editor = bench.row("input_mapping").editor
    type_into(editor.rows[0].cells[1], "{{ variables.rows }}")
    bench.flush()
    assert '      rows: "{{ variables.rows }}"   # all of them\n' in bench.document.text
    press(editor._add_button)
    type_into(editor.rows[1].cells[0], "least")
    type_into(editor.rows[1].cells[1], "10")
    bench.flush()
    assert bench.document.value(("steps", 1, "input_mapping", "least")) == 10
    press(editor.rows[1].findChild(IconButton))
    bench.flush()
    assert "least" not in bench.document.text
    assert "# all of them" in bench.document.text


def test_a_name_that_comes_twice_is_refused(bench):
    bench.select("fetch")
    editor = bench.row("config", "headers").editor
    press(editor._add_button)
    type_into(editor.rows[1].cells[0], "Accept")
    type_into(editor.rows[1].cells[1], "x")
    bench.flush()
    assert "stands here twice" in bench.row("config", "headers")._error.text()


def test_code_is_edited_in_its_block(bench):
    bench.select("clean")
    edit = bench.row("config", "script").editor.edit
    edit.setFocus()
    edit.moveCursor(edit.textCursor().MoveOperation.End)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    QTest.keyClicks(edit, "echo {{ not a template }}")
    bench.flush()
    written = "      script: |\n        echo hi\n        echo {{ not a template }}\n    input"
    assert written in bench.document.text


def test_a_new_id_reaches_all_references_when_the_field_is_left(bench):
    bench.select("fetch")
    edit = bench.row("id").editor.edit
    type_into(edit, "orders")
    assert "id: fetch" in bench.document.text
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert "depends_on: [orders]" in bench.document.text
    assert "steps.orders.output.json" in bench.document.text
    assert bench.view.head.subtitle.full_text == "http · orders"


def test_an_id_that_is_taken_is_refused_in_its_place(bench):
    bench.select("fetch")
    row = bench.row("id")
    type_into(row.editor.edit, "clean")
    QTest.keyClick(row.editor.edit, Qt.Key.Key_Return)
    assert "There is a step clean already." in row._error.text()


def test_every_field_takes_an_expression(bench):
    bench.select("fetch")
    row = bench.row("config", "method")
    press(row._button)
    type_into(row.editor.edit, "{{ variables.method }}")
    bench.flush()
    assert bench.document.value(("steps", 0, "config", "method")) == "{{ variables.method }}"
    bench.select("clean").select("fetch")
    assert isinstance(bench.row("config", "method").editor, TextEditor)
    press(bench.row("config", "method")._button)
    assert bench.document.value(("steps", 0, "config", "method")) is None


def test_a_value_that_does_not_fit_its_field_is_shown_as_json(bench_of):
    bench = bench_of(
        "steps:\n  - {id: a, type: http, config: {url: x, headers: {a: [1, {b: 2}]}, query: 5}}\n"
    )
    bench.select("a")
    assert isinstance(bench.row("config", "query").editor, JsonEditor)
    assert bench.row("config", "query").editor.value() == 5


def test_a_preview_shows_what_the_last_run_gives(bench, qtbot):
    bench.select("clean")
    shown = bench.row("input_mapping")._preview
    bench.view.set_context({"steps": {"fetch": {"output": {"json": list(range(4812))}}}})
    qtbot.waitUntil(lambda: "rows: list of 4,812" in shown.text())
    bench.view.set_context(None)
    assert bench.row("input_mapping")._preview.text() == ""


def test_the_data_of_the_last_run_is_shown(bench):
    bench.select("clean")
    bench.view.set_state("failed")
    bench.view.set_run_data({"rows": [1]}, None, {"type": "exit_1", "message": "<b>no</b>"})
    bench.view.choose_tab("output")
    data = bench.view._book._data
    assert data["error"].isVisible()
    assert data["output"].words.isVisible()
    bench.view.choose_tab("input")
    assert data["input"].model.rowCount() == 1
    assert bench.view.head.pill.isVisible()


def test_a_page_is_built_when_it_first_shows_and_knows_what_came_before(bench, qtbot):
    bench.select("clean")
    assert set(bench.view._book._pages) == {"setup"}
    bench.view.set_context({"steps": {"fetch": {"output": {"json": [1, 2]}}}})
    bench.view.set_run_data({"rows": [1]}, None, {"type": "exit_1", "message": "no"})
    bench.view.choose_tab("input")
    assert set(bench.view._book._pages) == {"setup", "input"}
    form = bench.view._book.forms[1]
    shown = form.row("input_mapping")._preview
    qtbot.waitUntil(lambda: "rows: list of 2" in shown.text())
    assert bench.view._book._data["input"].model.rowCount() == 1
    bench.view.choose_tab("output")
    assert bench.view._book._data["error"].isVisible()


def test_a_trigger_says_when_it_fires(bench):
    bench.select("trigger:Every night")
    cron = bench.row("config", "cron").editor
    assert cron.words.text() == "Every day at 02:00"
    assert cron.times.text().count("02:00") == 5
    type_into(cron.line.edit, "61 * * * *")
    assert cron.words.text() == ""
    assert cron.times.text()
    type_into(cron.line.edit, "30 4 * * 1")
    bench.flush()
    assert 'cron: "30 4 * * 1"' in bench.document.text


def test_a_trigger_is_renamed_when_its_name_is_left(bench):
    bench.select("trigger:Every night")
    edit = bench.row("name").editor.edit
    type_into(edit, "Nightly run")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert bench.document.selection.ids == ("trigger:Nightly run",)
    assert bench.view.head.title.full_text == "Nightly run"


def test_several_steps_have_common_actions(bench):
    bench.select("fetch", "clean")
    assert bench.view.head.title.full_text == "2 selected"
    press(bench.view._several.buttons["Disable"])
    assert not bench.document.node("fetch").enabled
    assert not bench.document.node("clean").enabled
    bench.document.undo()
    bench.select("fetch", "clean")
    press(bench.view._several.buttons["Remove"])
    assert bench.document.ids() == frozenset()


def test_a_problem_stands_at_its_field(bench_of):
    bench = bench_of("steps:\n  - {id: a, type: script, config: {script: x}, timeout: soon}\n")
    bench.select("a")
    assert bench.row("timeout")._error.text()
    assert bench.row("config", "script")._error.text() == ""


def test_texts_of_a_file_are_never_rich(bench_of):
    bench = bench_of(
        'name: "<img src=x><b>hi</b>"\nsteps:\n  - {id: a, name: "<b>x</b>", type: script}\n'
    )
    bench.select("a")
    labels = bench.view.findChildren(QLabel)
    assert labels
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)


def test_a_newer_format_is_shown_greyed_with_the_reason(bench_of):
    bench = bench_of('version: "7.0"\nname: x\nsteps: []\n')
    assert "format 7.0" in bench.view._reason.text()
    assert not bench.row("name").editor.isEnabled()


def test_optional_fields_wait_behind_a_button(bench):
    bench.select("fetch")
    fields = bench.view._book.setup.list
    assert not bench.row("config", "proxy").isVisible()
    press(fields._more)
    assert bench.row("config", "proxy").isVisible()


def test_long_and_foreign_names_ask_for_no_more_room(bench):
    bench.select("fetch")
    room = bench.view.minimumSizeHint().width()
    for name in ("Donaudampfschifffahrtsgesellschaftskapitän " * 5, "数据处理工作流" * 20):
        bench.document.set_value(("steps", 0, "name"), name)
        assert bench.view.head.title.full_text == name.strip()
        assert bench.view.minimumSizeHint().width() == room


def test_a_missing_required_value_is_told_at_its_field(bench_of, qtbot):
    bench = bench_of("steps:\n  - {id: a, type: http, config: {}}\n")
    bench.select("a")
    row = bench.row("config", "url")
    assert row._error.text() == "URL is needed."
    with qtbot.waitSignal(bench.document.problems_changed):
        type_into(row.editor.edit, "http://a")
    assert row._error.text() == ""


def test_the_timeout_of_a_step_is_asked_for_once(bench):
    bench.select("fetch")
    assert bench.row("timeout").isVisible()
    assert not bench.row("config", "timeout").isVisible()


def test_a_text_field_grows_with_the_lines_that_it_wraps(bench):
    bench.select("fetch")
    edit = bench.row("description").editor.edit
    before = edit.height()
    edit.set_text("word " * 60)
    assert edit.blockCount() == 1
    assert edit.height() > before
    assert edit.verticalScrollBar().maximum() == 0
    edit.set_text("short")
    assert edit.height() == before


def broken(bench, qtbot):
    """Breaks the text, as typing in the YAML view does; gives the text before."""
    before = bench.document.text
    bench.document.replace_text("x: [\n" + before)
    qtbot.waitUntil(lambda: not bench.document.checking)
    return before


def test_while_the_text_is_broken_the_form_keeps_its_values_and_says_why(bench, qtbot):
    bench.select("fetch")
    broken(bench, qtbot)
    row = bench.row("config", "url")
    assert row.editor.edit.text() == "https://example.com"
    assert not row.isEnabled()
    assert bench.view._reason.text().startswith("Mend the text first: line ")
    bench.document.undo()
    assert row.isEnabled()
    assert not bench.view._reason.isVisible()


def test_a_step_selected_while_the_text_is_broken_shows_no_empty_form(bench, qtbot):
    broken(bench, qtbot)
    bench.select("fetch")
    row = bench.row("config", "url")
    assert not row.isVisible()
    bench.document.undo()
    assert row.isVisible()
    assert row.editor.edit.text() == "https://example.com"


def test_a_page_first_shown_while_the_text_is_broken_shows_no_empty_form(bench, qtbot):
    bench.select("clean")
    broken(bench, qtbot)
    bench.view.choose_tab("retry")
    assert not bench.view._pages.isVisible()
    bench.view.choose_tab("setup")
    assert bench.view._pages.isVisible()
    bench.view.choose_tab("retry")
    bench.document.undo()
    row = bench.row("depends_on")
    assert row.isVisible()
    assert row.value() == ["fetch"]


def test_what_could_not_be_written_stays_until_it_is_mended(bench):
    bench.select("fetch")
    row = bench.row("timeout")
    type_into(row.editor.edit, "soon")
    bench.flush()
    assert "soon" in row._error.text()
    type_into(bench.row("name").editor.edit, "Get")
    bench.flush()
    assert row.editor.edit.text() == "soon"
    assert "soon" in row._error.text()


@pytest.mark.parametrize("key", ["fetch", "clean", "trigger:Every night"])
def test_nothing_is_cut_off_where_the_window_is_narrow(bench, key):
    theme = bench.view._theme
    theme.apply(QApplication.instance())
    bench.select(key)
    bench.view.resize(theme.tokens.size["inspector"] - INSPECTOR_GIVES, 600)
    assert bench.view.minimumSizeHint().width() <= bench.view.width()
    form = bench.view._area
    assert form.widget().minimumSizeHint().width() <= form.viewport().width()


def group(bench, name):
    parts = bench.view._book.setup.list._parts
    return next(part for field, part in parts if field.path[-1] == name)


def test_the_fields_of_a_group_are_built_when_it_is_first_opened(bench_of):
    bench = bench_of("steps:\n  - {id: a, type: http, config: {url: http://x}}\n").select("a")
    auth = group(bench, "auth")
    assert auth.list is None
    auth.button.click()
    kinds = [row.field.path[-1] for row in auth.rows()]
    assert kinds
    auth.button.click()
    assert not auth.list.isVisibleTo(bench.view)


def test_a_group_that_the_file_gives_a_value_is_open_with_its_values(bench_of):
    text = "steps:\n  - {id: a, type: http, config: {url: http://x, auth: {username: ann}}}\n"
    bench = bench_of(text).select("a")
    assert bench.row("config", "auth", "username").editor.value() == "ann"
    assert group(bench, "auth").list.isVisibleTo(bench.view._book)


def test_a_group_opens_when_the_text_gives_it_a_value(bench_of, qtbot):
    bench = bench_of("steps:\n  - {id: a, type: http, config: {url: http://x}}\n").select("a")
    bench.document.set_value(("steps", 0, "config", "auth", "username"), "ann")
    assert bench.row("config", "auth", "username").editor.value() == "ann"


def expression_buttons(bench):
    bench.row("name")  # builds every page
    return {
        row.field.path
        for form in bench.view._book.forms
        for row in form.rows()
        if row._button is not None
    }


def test_an_expression_is_offered_only_where_the_engine_renders_one(bench):
    offered = expression_buttons(bench.select("clean"))
    assert {("config", "runtime"), ("config", "env"), ("config", "cwd")} <= offered
    assert all(path[0] == "config" and path[1] != "script" for path in offered)
    assert expression_buttons(bench.select("trigger:Every night")) == set()
    assert expression_buttons(bench.select()) == {("concurrency", "key")}


def whole(bench):
    return bench.view._book.setup._whole


def test_what_is_wrong_with_the_config_as_a_whole_stands_above_its_fields(bench_of, qtbot):
    bench = bench_of("steps:\n  - {id: c, type: condition, config: {}}\n").select("c")
    assert whole(bench).isVisible()
    assert whole(bench).text().startswith("A condition has an expression or cases")
    bench.document.set_value(("steps", 0, "config", "expression"), "1 > 0")
    qtbot.waitUntil(lambda: not whole(bench).isVisible())


def test_a_placeholder_on_one_line_is_cut_to_the_line(bench_of):
    text = "steps:\n  - {id: t, type: transform, config: {}}\n"
    edit = bench_of(text).select("t").row("config", "expression").editor.edit
    shown = edit.placeholderText()
    assert shown.startswith("e.g. ")
    assert shown.endswith("…")
    assert QFontMetrics(edit.font()).horizontalAdvance(shown) <= edit.viewport().width()
