"""Parts of the window by themselves: actions, tabs, commands, memory, comparison."""

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QPoint, Qt
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from designer.shell.actions import ACTIONS, Actions
from designer.shell.ask import Question
from designer.shell.command_palette import Command, CommandPalette
from designer.shell.compare import TextCompare, aligned
from designer.shell.fuzzy import score
from designer.shell.memory import Memory
from designer.shell.rail import Rail
from designer.shell.switch import Switch
from designer.shell.tabs import DocumentTabs
from designer.theme import Theme
from designer.theme.icons import has_icon
from designer.theme.segments import SegmentedControl


@pytest.fixture
def theme(qapp):
    theme = Theme("light")
    theme.apply(qapp)
    return theme


@pytest.fixture
def host(qtbot):
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(900, 600)
    host.show()
    return host


def test_no_two_actions_share_an_id_or_a_shortcut():
    ids = [spec.id for spec in ACTIONS]
    keys = [keys for spec in ACTIONS for keys in spec.shortcuts]
    assert len(ids) == len(set(ids))
    assert len(keys) == len(set(keys))


def test_every_action_has_an_icon_that_ships():
    assert all(has_icon(spec.icon) for spec in ACTIONS)


def test_the_menu_holds_every_action(theme, host):
    menu = QMenu(host)
    actions = Actions(theme, host)
    actions.fill_menu(menu)
    shown = {entry for part in menu.findChildren(QMenu) for entry in part.actions()}
    assert all(action in shown for _, action in actions.declared())


def test_an_action_does_what_it_was_connected_to(theme, host):
    actions = Actions(theme, host)
    done = []
    actions.connect_all({"save": lambda: done.append("saved")})
    actions["save"].trigger()
    assert done == ["saved"]
    with pytest.raises(KeyError):
        actions.connect_all({"no-such-action": lambda: None})


def test_a_start_of_a_word_beats_letters_in_between():
    assert score("sl", "Show the log") is not None
    assert score("log", "Show the log") > score("log", "Colours of long ago")
    assert score("xyz", "Show the log") is None
    assert score("log show", "Show the log") is not None


def test_the_palette_finds_runs_and_closes(theme, host, qtbot):
    done = []
    commands = [
        Command("File: Save", lambda: done.append("save"), "save", "Ctrl+S"),
        Command("View: Show the log", lambda: done.append("log"), "log"),
    ]
    palette = CommandPalette(theme, lambda: commands, host)
    palette.open()
    assert palette.shown_titles() == ["File: Save", "View: Show the log"]
    qtbot.keyClicks(palette.field, "sho lo")
    assert palette.shown_titles() == ["View: Show the log"]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert done == ["log"]
    assert not palette.isVisible()


def test_arrow_keys_move_through_the_commands(theme, host, qtbot):
    done = []
    commands = [Command(f"Do {n}", lambda n=n: done.append(n)) for n in range(3)]
    palette = CommandPalette(theme, lambda: commands, host)
    palette.open()
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert done == [1]


def test_an_unsaved_document_is_marked_and_read_out(theme, qtbot):
    tabs = DocumentTabs(theme)
    qtbot.addWidget(tabs)
    index = tabs.add("R&D <b>.yaml")
    tabs.show_document(index, "R&D <b>.yaml", "/x/R&D.yaml", unsaved=True)
    assert tabs.is_unsaved(index)
    assert tabs.tabText(index) == "R&&D <b>.yaml"
    assert tabs.accessibleTabName(index) == "R&D <b>.yaml, not saved"


def test_the_middle_button_and_the_cross_close_a_tab(theme, qtbot):
    tabs = DocumentTabs(theme)
    qtbot.addWidget(tabs)
    tabs.add("one.yaml")
    tabs.add("two.yaml")
    tabs.resize(600, 40)
    tabs.show()
    place = tabs.tabRect(1).center() - QPoint(20, 0)
    with qtbot.waitSignal(tabs.close_wanted) as told:
        qtbot.mouseClick(tabs, Qt.MouseButton.MiddleButton, pos=place)
    assert told.args == [1]
    mark = tabs.tabButton(0, tabs.ButtonPosition.RightSide)
    with qtbot.waitSignal(tabs.close_wanted) as told:
        qtbot.mouseClick(mark, Qt.MouseButton.LeftButton)
    assert told.args == [0]


def test_the_rail_tells_the_page(theme, qtbot):
    rail = Rail(theme)
    qtbot.addWidget(rail)
    with qtbot.waitSignal(rail.chosen) as told:
        qtbot.mouseClick(rail.button("dashboard"), Qt.MouseButton.LeftButton)
    assert told.args == ["dashboard"]
    assert rail.button("dashboard").isChecked()


def test_a_switch_can_be_worked_by_keyboard(theme, qtbot):
    switch = Switch(theme, "Active")
    qtbot.addWidget(switch)
    with qtbot.waitSignal(switch.clicked):
        qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert switch.isChecked()


def test_memory_lasts_and_leaves_out_files_that_are_gone(tmp_path):
    there, gone = tmp_path / "there.yaml", tmp_path / "gone.yaml"
    there.write_text("steps: []")
    memory = Memory(tmp_path / "data")
    memory.put("panels/across", [232, 700, 352])
    memory.put_paths("files/open", [there, gone])
    memory.put_bytes("window/geometry", QByteArray(b"\x00\xffgeometry"))
    memory.add_recent(there)
    memory.save()
    again = Memory(tmp_path / "data")
    assert again.get("panels/across") == [232, 700, 352]
    assert again.paths("files/open") == [there]
    assert again.paths("files/recent") == [there]
    assert again.get_bytes("window/geometry").data() == b"\x00\xffgeometry"


def test_damaged_memory_counts_as_none(tmp_path):
    (tmp_path / "designer.ini").write_text('[panels]\nacross="{not json"\n')
    assert Memory(tmp_path).get("panels/across", [1]) == [1]


def test_lines_are_aligned_where_they_are_the_same():
    rows = aligned(["a", "b", "c"], ["a", "c", "d"])
    assert rows == [("a", "a"), ("b", None), ("c", "c"), (None, "d")]


def test_a_comparison_counts_the_lines_that_differ(theme, qtbot):
    view = TextCompare(theme)
    qtbot.addWidget(view)
    view.show_texts("a\nb\n", "a\nc\n", ("Before", "After"))
    assert view.differences == 1
    assert view.old.toPlainText() == "a\nb"
    assert view.new.toPlainText() == "a\nc"


@pytest.mark.parametrize("key", ["keep", "stop"])
def test_a_question_is_answered_once(theme, host, qtbot, key):
    answers = []
    question = Question(
        theme,
        "Keep the engine running?",
        "Workflows are active.",
        (("stop", "Stop"), ("keep", "Keep")),
        lambda answer, remember: answers.append((answer, remember)),
        "Remember",
        host,
    )
    question.open()
    question.remember.setChecked(True)
    question.buttons[key].click()
    assert answers == [(key, True)]


def test_the_keyboard_is_on_the_answer_that_enter_gives(theme, host, qtbot):
    choices = (("discard", "Don't save"), ("", "Cancel"), ("save", "Save"))
    question = Question(theme, "Save?", "Changed.", choices, lambda *_: None, parent=host)
    question.open()
    qtbot.waitUntil(question.isVisible)
    assert question.focusWidget() is question.buttons["save"]
    assert question.buttons["save"].isDefault()
    question.reject()


def test_a_question_that_is_closed_has_no_answer(theme, host, qtbot):
    answers = []
    question = Question(
        theme, "Save?", "Text", (("no", "No"), ("yes", "Yes")),
        lambda answer, _remember: answers.append(answer), parent=host,
    )  # fmt: skip
    question.open()
    question.reject()
    assert answers == [""]


def test_recent_files_have_the_newest_first(tmp_path):
    memory = Memory(tmp_path)
    files = [tmp_path / f"{n}.yaml" for n in range(3)]
    for file in files:
        file.write_text("")
        memory.add_recent(file)
    memory.add_recent(files[0])
    assert memory.paths("files/recent") == [files[0], files[2], files[1]]
    assert all(isinstance(path, Path) for path in memory.paths("files/recent"))


def test_many_tabs_keep_a_readable_width_and_scroll(theme, host):
    tabs = DocumentTabs(theme, host)
    for number in range(10):
        tabs.add(f"a-rather-long-name-{number}.yaml")
    tabs.resize(300, 40)
    tabs.show()
    assert all(tabs.tabRect(index).width() >= 110 for index in range(10))
    assert any(button.isVisible() for button in tabs.findChildren(QToolButton))


def test_the_tooltip_of_a_tab_names_file_and_path_as_plain_text(theme, host):
    tabs = DocumentTabs(theme, host)
    tabs.add("x.yaml")
    tabs.show_document(0, "<b>x</b>.yaml", "/flows/<b>x</b>.yaml", unsaved=False)
    assert "&lt;b&gt;x&lt;/b&gt;.yaml\n/flows/&lt;b&gt;" in tabs.tabToolTip(0)


@pytest.mark.parametrize("squeezed", [0, 8, 12, 40])
def test_the_words_of_a_tab_end_before_its_badge(theme, host, squeezed):
    tabs = SegmentedControl(theme, [("problems", "Problems")], "tab", host)
    tabs.set_badge("problems", 12, "failed")
    button = tabs.button("problems")
    button.resize(button.sizeHint().width() - squeezed, 28)
    words, badge = button._places()
    assert 0 <= words.left() < words.right() < badge.left()
    assert badge.right() < button.width()
