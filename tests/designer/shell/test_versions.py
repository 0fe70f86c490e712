"""Versions of a file in the window: listed, compared with the screen, taken back."""

import subprocess

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from engine import api

PLAIN = "name: Plain\nsteps:\n  - id: one\n    type: transform\n    config: {expression: '1'}\n"
LATER = PLAIN.replace("'1'", "'2'")


def git(folder, *arguments):
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, timeout=30)


@pytest.fixture
def path(workflow):
    """A file with two commits."""
    path = workflow(PLAIN)
    git(path.parent, "init", "-q")
    for text, message in ((PLAIN, "Add it"), (LATER, "Count to two")):
        path.write_text(text)
        git(path.parent, "add", "-A")
        git(path.parent, "commit", "-q", "-m", message)
    return path


def click(view, row):
    place = view.list.visualRect(view.list.model().index(row, 0)).center()
    QTest.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def look(studio, space):
    """Opens the History page by its keys, as its user would."""
    studio.window.activateWindow()
    studio.window.actions_["show-history"].trigger()
    view = space.history.versions
    assert view.isVisible()
    return view


def test_a_commit_is_compared_with_the_screen_and_taken_back(studio, path):
    space = studio.open(path)
    view = look(studio, space)
    studio.until(lambda: [one.title for one in view.versions] == ["Count to two", "Add it"])
    click(view, 1)
    pane = space.compare_pane
    studio.until(lambda: pane.comparison is not None)
    (change,) = pane.comparison.differences
    assert change.details == ("config.expression 1 → 2",)
    next(b for b in pane.findChildren(QPushButton) if b.text() == "Take this version").click()
    assert space.document.text == PLAIN
    assert space.document.modified
    assert space.document.undo().startswith("Take ")
    assert space.document.text == LATER


def test_why_there_is_no_history_is_told(studio, workflow):
    space = studio.open(workflow(PLAIN))
    view = look(studio, space)
    studio.until(lambda: "no git repository" in view.empty.text.text())
    untitled = studio.window.desk.new()
    assert "Save the workflow first" in look(studio, untitled).empty.text.text()


def test_without_git_the_versions_that_the_engine_knows_are_shown(live, workflow):
    path = workflow(PLAIN)

    async def register():
        for text in (PLAIN, LATER):
            await live.link.client.add_workflow(api.WorkflowWrite(definition=text, path=str(path)))

    live.run(register())
    path.write_text(LATER)
    space = live.open(path)
    view = look(live, space)
    live.until(lambda: [one.title for one in view.versions] == ["Version 2", "Version 1"])
    click(view, 1)
    live.until(lambda: space.compare_pane.comparison is not None)
    assert space.compare_pane.comparison.nodes == {"one": "changed"}
