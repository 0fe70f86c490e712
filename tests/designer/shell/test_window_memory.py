"""What a window brings back at its start: tabs, places, and the work that a crash interrupted."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import msgspec
import pytest
from PySide6.QtWidgets import QPushButton

from designer.document.rescue import Rescue
from designer.shell.memory import Memory
from designer.shell.recovery import words
from designer.shell.session import RESTORE, Tab, remember_tabs, remembered_tabs

PLAIN = "name: Plain\nsteps:\n  - id: one\n    type: transform\n    config: {expression: '1'}\n"
NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


def choose(bar, text):
    next(b for b in bar.findChildren(QPushButton) if b.text() == text).click()


def kept(studio):
    """The texts that lie in the data folder now."""
    files = (studio.home / "unsaved").glob("*/*.json")
    return [msgspec.json.decode(file.read_bytes(), type=Rescue).text for file in files]


def left_by_a_crash(home, *rescues):
    """Puts work there as a program that is gone would have."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait(60)
    folder = home / "unsaved" / f"{ended.pid}-crashed"
    folder.mkdir(parents=True)
    for number, rescue in enumerate(rescues):
        (folder / f"{number}.json").write_bytes(msgspec.json.encode(rescue))


def test_an_edit_is_kept_without_touching_the_users_file(studio, workflow):
    space = studio.open(workflow(PLAIN))
    space.document.set_value(("name",), "Mine")
    studio.until(lambda: kept(studio) == [space.document.text])
    assert space.document.path.read_text() == PLAIN


def test_what_is_saved_or_undone_is_no_longer_kept(studio, workflow):
    space = studio.open(workflow(PLAIN))
    space.document.set_value(("name",), "Mine")
    studio.until(lambda: kept(studio))
    space.document.undo()
    studio.until(lambda: not kept(studio))
    space.document.redo()
    studio.until(lambda: kept(studio))
    studio.window.actions_["save"].trigger()
    studio.until(lambda: not kept(studio))


def test_what_was_let_go_of_at_the_close_of_its_tab_is_no_longer_kept(studio):
    space = studio.window.desk.new()
    space.document.set_value(("name",), "Mine")
    studio.until(lambda: kept(studio))
    studio.window.actions_["close-tab"].trigger()
    studio.dialog().buttons["discard"].click()
    studio.until(lambda: not kept(studio))


def test_work_that_cannot_be_kept_is_told(studio):
    (studio.home / "unsaved").write_text("in the way")
    space = studio.window.desk.new()
    space.document.set_value(("name",), "Mine")
    studio.until(
        lambda: any("not safe from a crash" in text for text in studio.window.toasts.texts)
    )


def test_the_work_of_a_crash_is_offered_and_restored(studio, workflow):
    path = workflow(PLAIN)
    mine = PLAIN.replace("Plain", "Mine")
    left_by_a_crash(
        studio.home,
        Rescue(text=mine, title="orders.yaml", time=NOW, path=str(path)),
        Rescue(text="name: New\nsteps: []\n", title="Untitled", time=NOW),
    )
    studio.window.open_files([path])
    notice = studio.window.recovery
    studio.until(notice.isVisible)
    assert notice.text.startswith("Treadle ended before this was saved: orders.yaml (")
    choose(notice, "Restore")
    first, second = (space.document for space in studio.window.desk.spaces)
    assert (first.path, first.text, first.undo_name) == (path, mine, "Restore unsaved work")
    assert (second.path, second.text) == (None, "name: New\nsteps: []\n")
    assert first.modified
    assert second.modified
    assert path.read_text() == PLAIN
    studio.until(lambda: not list((studio.home / "unsaved").glob("*-crashed")))
    assert sorted(kept(studio)) == sorted([mine, "name: New\nsteps: []\n"])


def test_the_work_on_a_file_that_changed_since_is_restored_beside_a_warning(studio, workflow):
    path = workflow(PLAIN)
    rescue = Rescue(text="name: Mine\n", title="orders.yaml", time=NOW, path=str(path), known="00")
    left_by_a_crash(studio.home, rescue)
    studio.window.open_files([])
    studio.until(studio.window.recovery.isVisible)
    choose(studio.window.recovery, "Restore")
    space = studio.window.desk.current
    assert space.document.text == "name: Mine\n"
    assert "changed by another program" in space.notice.text


def test_discarded_work_is_not_offered_again(studio):
    left_by_a_crash(studio.home, Rescue(text="name: Mine\n", title="Untitled", time=NOW))
    studio.window.open_files([])
    studio.until(studio.window.recovery.isVisible)
    choose(studio.window.recovery, "Discard")
    studio.until(lambda: not list((studio.home / "unsaved").iterdir()))
    assert studio.window.desk.current.document.text != "name: Mine\n"


def test_many_documents_are_counted_in_the_notice():
    rescues = [Rescue(text="", title=f"{n}.yaml", time=NOW) for n in range(5)]
    assert words(rescues[:1], NOW) == "Treadle ended before this was saved: 0.yaml (just now)."
    assert words(rescues, NOW).endswith("2.yaml (just now) and 2 more.")


@pytest.fixture
def three(workflow):
    return [workflow(PLAIN, f"{name}.yaml") for name in "abc"]


def test_tabs_come_back_in_their_order_with_the_current_one_and_its_view(studio, three):
    desk = studio.window.desk
    spaces = [studio.open(path) for path in three]
    desk.show(spaces[1])
    studio.until(lambda: spaces[1].view is not None)
    spaces[1].canvas.zoom_to(1.5)
    studio.until(lambda: spaces[1].canvas.viewport.zoom == pytest.approx(1.5))
    desk.remember()
    looked = spaces[1].view
    for space in list(desk.spaces):
        desk._drop(space)
    remember_tabs(studio.window.memory, [Tab(str(three[0])), Tab(str(three[1]), looked, True)])
    studio.window.open_files([])
    assert [space.document.path for space in desk.spaces] == three[:2]
    assert desk.current.document.path == three[1]
    studio.until(desk.current.canvas.isVisible)
    assert desk.current.view == pytest.approx(looked)


def test_what_is_remembered_names_each_tab_once(studio, three):
    spaces = [studio.open(path) for path in three]
    studio.window.desk.show(spaces[0])
    found = remembered_tabs(Memory(studio.home))
    assert [tab.path for tab in found] == [str(path) for path in three]
    assert [tab.current for tab in found] == [True, False, False]


def test_a_file_of_the_last_time_that_is_gone_is_told(studio, three):
    remember_tabs(studio.window.memory, [Tab(str(path)) for path in three])
    three[1].unlink()
    studio.window.open_files([])
    assert [space.document.path for space in studio.window.desk.spaces] == [three[0], three[2]]
    assert any("b.yaml is not there" in text for text in studio.window.toasts.texts)


def test_a_start_can_be_empty_by_choice(studio, three):
    remember_tabs(studio.window.memory, [Tab(str(path)) for path in three])
    studio.window.settings.at_start.chosen.emit("empty")
    assert Memory(studio.home).get(RESTORE) is False
    studio.window.open_files([])
    assert [space.document.title for space in studio.window.desk.spaces] == ["Untitled"]


def test_a_damaged_memory_is_no_session(studio):
    studio.window.memory.put("session/tabs", [{"path": 7}])
    studio.window.open_files([])
    assert [space.document.title for space in studio.window.desk.spaces] == ["Untitled"]


def test_this_process_is_not_taken_for_one_that_crashed(studio):
    space = studio.window.desk.new()
    space.document.set_value(("name",), "Mine")
    studio.until(lambda: kept(studio))
    studio.run(studio.window.recovery.look())
    assert not studio.window.recovery.isVisible()
    assert next((studio.home / "unsaved").iterdir()).name.startswith(f"{os.getpid()}-")
