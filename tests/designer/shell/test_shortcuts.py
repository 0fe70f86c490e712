"""Shortcuts: one table for all, none twice, each changeable; every action reachable by key."""

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMainWindow

from designer.shell.actions import ACTIONS, Actions
from designer.shell.keymap import KEYS, RESERVED, Keymap, declared_keys, portable
from designer.shell.memory import Memory
from designer.shell.shortcut_settings import ShortcutSettings
from designer.theme import Theme

TEXT = """version: "1.0"
name: Orders
steps:
  - {id: fetch, name: Fetch, type: http, config: {url: "https://shop.example.com"}}
"""
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def memory(tmp_path):
    return Memory(tmp_path)


@pytest.fixture
def actions(qapp, qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = Actions(Theme("light"), window)
    actions.window = window
    return actions


@pytest.fixture
def keymap(actions, memory):
    return Keymap(actions, memory, actions)


def spec(action_id):
    return next(spec for spec in ACTIONS if spec.id == action_id)


def test_no_keys_are_declared_twice_or_taken_from_what_must_keep_them():
    keys = [portable(key) for spec in ACTIONS for key in declared_keys(spec)]
    assert len(keys) == len(set(keys)), sorted(key for key in keys if keys.count(key) > 1)
    assert not set(keys) & set(RESERVED)


def test_new_keys_are_remembered_and_replace_the_old(keymap, actions, memory, qtbot):
    with qtbot.waitSignal(keymap.changed):
        keymap.choose("save", "Ctrl+Alt+S")
    assert [key.toString() for key in actions["save"].shortcuts()] == ["Ctrl+Alt+S"]
    again = Keymap(actions, memory, QObject(actions))
    assert again.keys(spec("save")) == ("Ctrl+Alt+S",)
    again.reset("save")
    assert again.keys(spec("save")) == ("Ctrl+S",)


def test_who_has_the_keys_is_named_and_loses_them(keymap, actions):
    assert keymap.holder("Ctrl+D", but="save") == "“Duplicate”"
    assert keymap.holder("Esc") == RESERVED["Esc"]
    assert keymap.holder("Ctrl+Alt+K") is None
    keymap.choose("save", "Ctrl+D")
    assert keymap.keys(spec("duplicate")) == ()
    keymap.reset("duplicate")
    assert keymap.keys(spec("duplicate")) == ("Ctrl+D",)
    assert keymap.keys(spec("save")) == ()
    keymap.reset_all()
    assert all(keymap.keys(one) == declared_keys(one) for one in ACTIONS)


@pytest.mark.parametrize("kept", ["nonsense", {"save": "Ctrl+S"}, {"gone": ["X"]}, [1]])
def test_what_cannot_be_read_counts_as_not_changed(actions, memory, kept):
    memory.put(KEYS, kept)
    assert not any(Keymap(actions, memory, actions).is_changed(one.id) for one in ACTIONS)


def test_keys_are_changed_in_the_settings(keymap, qtbot):
    page = ShortcutSettings(Theme("light"), keymap)
    qtbot.addWidget(page)
    page.resize(760, 600)
    page.show()
    page.search.setText("duplic")
    assert page.table.model().rowCount() == 1
    place = page.table.visualRect(page.table.model().index(0, 0)).center()
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert page.title.text() == "Duplicate"
    qtbot.waitUntil(page.field.hasFocus)
    page.field.clear()
    qtbot.keyClick(page.field, Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(lambda: "“Save”" in page.note.text())
    qtbot.mouseClick(page.take, Qt.MouseButton.LeftButton)
    assert keymap.keys(spec("duplicate")) == ("Ctrl+S",)
    assert keymap.keys(spec("save")) == ()
    qtbot.mouseClick(page.back, Qt.MouseButton.LeftButton)
    assert keymap.keys(spec("duplicate")) == ("Ctrl+D",)
    qtbot.mouseClick(page.all_back, Qt.MouseButton.LeftButton)
    assert keymap.keys(spec("save")) == ("Ctrl+S",)


def test_changed_keys_of_the_canvas_work_there_and_the_old_do_not(studio, workflow, qtbot):
    space = studio.open(workflow(TEXT))
    window = studio.window
    window.activateWindow()
    studio.until(window.isActiveWindow)
    space.document.selection.set(["fetch"])
    space.canvas.setFocus()
    studio.until(space.canvas.hasFocus)
    window.keymap.choose("duplicate", "Ctrl+U")
    qtbot.keyClick(space.canvas, Qt.Key.Key_D, CONTROL)
    assert len(space.document.nodes()) == 1
    qtbot.keyClick(space.canvas, Qt.Key.Key_U, CONTROL)
    assert len(space.document.nodes()) == 2
    window.keymap.reset("duplicate")
    qtbot.keyClick(space.canvas, Qt.Key.Key_D, CONTROL)
    assert len(space.document.nodes()) == 3


def test_every_action_does_something_and_is_in_the_palette(studio, workflow):
    studio.open(workflow(TEXT))
    window = studio.window
    silent = [
        spec.id
        for spec, action in window.actions_.declared()
        if not action.receivers("2triggered(bool)")
    ]
    assert silent == []
    window.commands.open()
    titles = {command.title for command in window.commands._commands}
    enabled = [spec for spec, action in window.actions_.declared() if action.isEnabled()]
    missing = [s.id for s in enabled if f"{s.menu}: {s.text.rstrip('…')}" not in titles]
    assert missing == ["commands"]
    window.commands.hide()


def test_the_sheet_shows_every_shortcut_of_the_moment(studio, qtbot):
    window = studio.window
    window.keymap.choose("save", "Ctrl+Alt+S")
    window.keymap.choose("run", "Ctrl+R")
    assert window.topbar.run.toolTip() == "Run (Ctrl+R)"
    window.activateWindow()
    studio.until(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_F1)
    studio.until(window.sheet.isVisible)
    lines = window.sheet.lines()
    assert lines["Save"] == "Ctrl+Alt+S"
    assert lines["Duplicate"] == "Ctrl+D"
    qtbot.keyClick(window.sheet, Qt.Key.Key_Escape)
    studio.until(lambda: not window.sheet.isVisible())
    window.keymap.reset_all()
