import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from designer.palette import MIME, PaletteView
from designer.palette.entries import NOT_YET, find, read_entries
from designer.palette.model import PaletteModel
from designer.theme import Theme
from engine import catalogue


@pytest.fixture
def palette(qtbot):
    view = PaletteView(Theme("light"), catalogue())
    qtbot.addWidget(view)
    view.resize(232, 700)
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def entries():
    return read_entries(catalogue())


def titles(entries, query):
    return [entry.title for entry in find(entries, query)]


def test_every_step_and_trigger_type_is_offered(entries):
    offered = {(entry.kind, entry.type) for entry in entries}
    known = catalogue()
    assert offered == {("step", name) for name in known.step_types} | {
        ("trigger", name) for name in known.trigger_types
    }


def test_what_runs_comes_first_in_its_group(entries):
    for group in {entry.group for entry in entries}:
        runnable = [entry.runnable for entry in entries if entry.group == group]
        assert runnable == sorted(runnable, reverse=True)


def test_search_finds_by_beginning_word_and_scattered_letters(entries):
    assert titles(entries, "scr")[0] == "Script"
    assert titles(entries, "HTTP")[0] == "HTTP request"
    assert titles(entries, "request")[0] == "HTTP request"
    assert "Condition" in titles(entries, "cdtn")
    assert titles(entries, "zzqq") == []
    assert titles(entries, " ") == [entry.title for entry in entries]


def test_a_type_that_cannot_run_yet_says_so_in_plain_text(entries):
    later = next(entry for entry in entries if not entry.runnable)
    assert NOT_YET in later.tip


def test_a_drag_carries_the_type(entries, qtbot):
    model = PaletteModel()
    model.show_entries(entries, grouped=True)
    for row in range(model.rowCount()):
        entry = model.entry(row)
        if entry is None:
            assert model.flags(model.index(row)) == Qt.ItemFlag.NoItemFlags
            continue
        carried = json.loads(bytes(model.mimeData([model.index(row)]).data(MIME).data()))
        key = "type" if entry.kind == "step" else "trigger"
        assert carried == {key: entry.type}


def test_typing_and_enter_adds_what_was_found(palette, qtbot):
    palette.focus_search()
    QTest.keyClicks(palette.search, "scri")
    with qtbot.waitSignal(palette.step_requested) as asked:
        QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert asked.args == [{"type": "script"}]


def test_arrows_in_the_search_field_move_through_what_was_found(palette, qtbot):
    QTest.keyClicks(palette.search, "e")
    first = palette.current_entry()
    QTest.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.current_entry() != first
    QTest.keyClick(palette.search, Qt.Key.Key_Up)
    assert palette.current_entry() == first


def test_arrows_pass_over_the_titles_of_groups(palette):
    seen = []
    palette.list.setFocus()
    for _ in range(30):
        QTest.keyClick(palette.list, Qt.Key.Key_Down)
        seen.append(palette.current_entry())
    assert None not in seen
    assert len({entry.type for entry in seen}) > 10


def test_a_double_click_adds_a_step(palette, qtbot):
    row = next(i for i in range(99) if (e := palette._model.entry(i)) and e.type == "http")
    rect = palette.list.visualRect(palette._model.index(row))
    viewport = palette.list.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=rect.center())
    with qtbot.waitSignal(palette.step_requested) as asked:
        QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=rect.center())
    assert asked.args == [{"type": "http"}]


def test_a_search_without_result_says_so_and_escape_shows_all_again(palette):
    QTest.keyClicks(palette.search, "zzqq")
    assert palette._empty.isVisible()
    assert not palette.list.isVisible()
    QTest.keyClick(palette.search, Qt.Key.Key_Escape)
    assert palette.list.isVisible()
    assert palette.search.text() == ""


def test_a_trigger_is_asked_for_as_one(palette, qtbot):
    QTest.keyClicks(palette.search, "schedule")
    with qtbot.waitSignal(palette.step_requested) as asked:
        QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert asked.args == [{"trigger": "schedule"}]


def test_tooltips_of_rows_hold_no_markup_of_their_own(palette):
    tips = [
        palette._model.index(row).data(Qt.ItemDataRole.ToolTipRole)
        for row in range(palette._model.rowCount())
    ]
    assert any(tip and "cannot run it yet" in tip for tip in tips)
    assert palette.list.indexAt(QPoint(5, 5)).isValid()
