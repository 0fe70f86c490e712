import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest

from designer.document import Document
from designer.source_view import SourceView
from designer.source_view.mapping import Shown
from designer.theme import Theme

TEXT = """\
name: 数据 😀
steps:
  - id: fetch
    type: http
    config: {url: x}   # the 🌍
  - id: clean
    type: script
    depends_on: [fetch]
    config: {script: x}
"""


def opened(qtbot, text):
    document = Document.from_text(text)
    view = SourceView(Theme("light"), document)
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show()
    qtbot.waitUntil(lambda: not document.checking)
    view.edit.setFocus()
    return document, view


@pytest.fixture(params=["unix", "dos"])
def both(request, qtbot):
    text = TEXT if request.param == "unix" else "\ufeff" + TEXT.replace("\n", "\r\n")
    return opened(qtbot, text)


def put_cursor(view, after):
    edit = view.edit
    found = edit.document().find(after)
    found.clearSelection()
    edit.setTextCursor(found)


def shown(view):
    return view.edit.document().toRawText().replace("\u2029", "\n")


def test_the_view_shows_the_text_without_mark_and_carriage_returns(both):
    _, view = both
    assert shown(view) == TEXT


def test_typing_changes_only_what_was_typed(both, qtbot):
    document, view = both
    before = document.text
    put_cursor(view, "url: x")
    QTest.keyClicks(view.edit, "yz")
    with qtbot.waitSignal(document.changed):
        pass
    assert document.text == before.replace("url: x", "url: xyz")
    assert document.undo_name == "Edit text"


def test_a_new_line_gets_the_line_end_of_the_file(both, qtbot):
    document, view = both
    newline = "\r\n" if "\r\n" in document.text else "\n"
    put_cursor(view, "type: http")
    QTest.keyClick(view.edit, Qt.Key.Key_Return)
    QTest.keyClicks(view.edit, "name: Get")
    view.edit.flush()
    assert f"type: http{newline}    name: Get{newline}" in document.text


def test_undo_and_redo_go_to_the_document(both, qtbot):
    document, view = both
    before = document.text
    put_cursor(view, "url: x")
    QTest.keyClicks(view.edit, "y")
    QTest.keyClick(view.edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert document.text == before
    assert shown(view) == TEXT
    QTest.keyClick(
        view.edit,
        Qt.Key.Key_Z,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    assert "url: xy" in document.text


def test_the_cursor_stays_at_its_place_when_others_change_the_text(both):
    document, view = both
    put_cursor(view, "depends_on")
    document.set_value(("steps", 0, "config", "url"), "https://example.com/a/long/one")
    document.move({"fetch": (1, 2)})
    cursor = view.edit.textCursor()
    assert cursor.block().text()[: cursor.positionInBlock()] == "    depends_on"
    assert Shown(document.text).plain == shown(view)


def test_the_cursor_in_a_step_selects_it(both):
    document, view = both
    put_cursor(view, "url: x")
    assert document.selection.ids == ("fetch",)
    QTest.keyClick(view.edit, Qt.Key.Key_Down)
    QTest.keyClick(view.edit, Qt.Key.Key_Down)
    assert document.selection.ids == ("clean",)


def test_selecting_a_step_scrolls_to_it(both):
    document, view = both
    document.selection.set(["clean"])
    assert view.edit.textCursor().block().text() == "  - id: clean"
    assert document.selection.ids == ("clean",)


def test_what_is_typed_is_saved_even_within_the_delay(both, tmp_path):
    document, view = both
    put_cursor(view, "url: x")
    QTest.keyClicks(view.edit, "9")
    document.save(tmp_path / "w.yaml")
    assert "url: x9" in (tmp_path / "w.yaml").read_text(encoding="utf-8-sig")


def test_a_gesture_right_after_typing_keeps_what_was_typed(both):
    document, view = both
    put_cursor(view, "url: x")
    QTest.keyClicks(view.edit, "9")
    document.move({"clean": (3, 4)})
    assert "url: x9" in document.text
    assert "clean: [3, 4]" in document.text


def test_problems_are_underlined_at_their_place(qtbot):
    document, view = opened(qtbot, "steps:\n  - {id: a, type: htpt}\n")
    (problem,) = [p for p in document.problems if p.severity == "error"]
    marks = [m.cursor.selectedText() for m in view.edit.extra_marks()]
    assert "htpt" in marks
    assert view.edit.problem_at(problem.start + 1) == problem
    view.go_to(problem)
    assert view.edit.cursor_offset() == problem.start


def test_a_hidden_view_follows_when_it_is_shown(both):
    document, view = both
    view.hide()
    document.set_value(("name",), "Other")
    view.show()
    assert "name: Other" in shown(view)


def test_a_newer_format_can_only_be_read(qtbot):
    document, view = opened(qtbot, 'version: "9.0"\nsteps: []\n')
    assert view.edit.isReadOnly()
    QTest.keyClicks(view.edit, "abc")
    assert document.text == 'version: "9.0"\nsteps: []\n'


def test_tab_indents_and_takes_back(both, qtbot):
    _, view = both
    put_cursor(view, "    type: http")
    cursor = view.edit.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock)
    view.edit.setTextCursor(cursor)
    QTest.keyClick(view.edit, Qt.Key.Key_Tab)
    assert "      type: http" in shown(view)
    QTest.keyClick(view.edit, Qt.Key.Key_Backtab)
    assert shown(view) == TEXT


TEXTS = st.text(st.sampled_from(["a", "\n", "\r", "😀", "é", "\u2029"]), max_size=12)


@given(st.booleans(), TEXTS, TEXTS, st.data())
def test_places_map_there_and_back(mark, text, typed, data):
    view = Shown("\ufeff" + text if mark else text)
    start = data.draw(st.integers(0, len(view.plain)))
    end = data.draw(st.integers(start, len(view.plain)))
    assert view.shown_offset(view.text_offset(start)) == start
    assert view.offset(view.position(start)) == start
    new = view.with_shown(Shown(typed).plain, start, end)
    head, tail = view.text[: view.text_offset(start)], view.text[view.text_offset(end) :]
    assert new.startswith(head)
    assert new.endswith(tail)


def test_a_view_that_comes_to_be_shown_goes_to_the_selected_step(both):
    document, view = both
    view.hide()
    document.selection.set(["clean"])
    view.show()
    assert view.edit.textCursor().block().text() == "  - id: clean"


def test_gestures_with_several_edits_at_one_place_show_as_they_are_written(both):
    document, view = both
    first = document.text

    def same():
        before = document.text
        document.settle()
        assert document.text == before
        assert shown(view) == before.removeprefix("\ufeff").replace("\r\n", "\n")

    document.add_step("http", (10.0, 20.0))
    same()
    document.add_trigger("schedule", (10.0, 90.0))
    same()
    document.paste(document.copy(["fetch", "clean"]), (50.0, 60.0))
    same()
    document.connect("clean", "success", "http")
    same()
    document.remove([node.key for node in document.nodes()])
    same()
    while document.can_undo:
        document.undo()
        same()
    assert document.text == first
    while document.redo():
        same()


def test_undo_in_a_file_of_a_newer_format_says_why_not(qtbot):
    document, view = opened(qtbot, 'version: "99.0"\n' + TEXT)
    with qtbot.waitSignal(view.failed) as told:
        QTest.keyClick(view.edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert told.args == [document.read_only]
