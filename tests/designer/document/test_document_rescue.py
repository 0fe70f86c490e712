"""Unsaved work in the data folder: kept whole, offered once, gone when it is not needed."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from designer.document import Document
from designer.document.rescue import Rescue, RescueFolder

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from designer.document.rescue import Rescue, RescueFolder
folder = RescueFolder(Path(sys.argv[1]))
folder.write("a", Rescue(text="name: lost", title="orders.yaml", time=datetime.now(UTC)))
os.kill(os.getpid(), signal.SIGKILL)
"""


def rescue(text="name: mine", **more):
    return Rescue(text=text, title="orders.yaml", time=NOW, **more)


def leave_by_kill(home):
    done = subprocess.run([sys.executable, "-c", KILLED, str(home)], timeout=60)
    assert done.returncode < 0


def test_work_of_a_killed_program_is_found_and_discarded_for_good(tmp_path):
    leave_by_kill(tmp_path)
    (left,) = RescueFolder(tmp_path).left_behind()
    assert [one.text for one in left.rescues] == ["name: lost"]
    left.discard()
    assert RescueFolder(tmp_path).left_behind() == []


def test_what_one_window_is_offered_no_other_is(tmp_path):
    leave_by_kill(tmp_path)
    (left,) = RescueFolder(tmp_path).left_behind()
    assert RescueFolder(tmp_path).left_behind() == []
    left.leave()
    assert len(RescueFolder(tmp_path).left_behind()) == 1


def test_work_of_a_living_program_is_not_offered(tmp_path):
    folder = RescueFolder(tmp_path)
    folder.write("a", rescue())
    assert RescueFolder(tmp_path).left_behind() == []


def test_a_program_that_ends_as_it_should_leaves_nothing(tmp_path):
    folder = RescueFolder(tmp_path)
    folder.write("a", rescue())
    folder.close()
    folder.write("b", rescue())  # a thread that was late
    assert list((tmp_path / "unsaved").iterdir()) == []


def test_a_saved_document_is_no_longer_kept(tmp_path):
    folder = RescueFolder(tmp_path)
    folder.write("a", rescue())
    folder.remove("a")
    folder.remove("never kept")
    assert [path.name for path in next((tmp_path / "unsaved").iterdir()).iterdir()] == ["lock"]


def test_a_damaged_file_takes_nothing_else_with_it(tmp_path):
    leave_by_kill(tmp_path)
    (folder,) = (tmp_path / "unsaved").iterdir()
    (folder / "b.json").write_bytes(b'{"text": ')
    (left,) = RescueFolder(tmp_path).left_behind()
    assert [one.text for one in left.rescues] == ["name: lost"]


def test_recovered_work_is_one_step_that_can_be_undone(qtbot, tmp_path):
    path = tmp_path / "orders.yaml"
    path.write_text("name: theirs\nsteps: []\n")
    document = Document.open(path)
    document.recover("name: mine\nsteps: []\n", document.known_disk)
    assert document.text == "name: mine\nsteps: []\n"
    assert document.modified
    assert document.disk_state == "same"
    assert document.undo() == "Restore unsaved work"
    assert not document.modified


@pytest.mark.parametrize(("change", "state"), [("write", "changed"), ("unlink", "missing")])
def test_recovered_work_on_a_file_that_changed_since_says_so(qtbot, tmp_path, change, state):
    path = tmp_path / "orders.yaml"
    path.write_text("name: before\n")
    known = Document.open(path).known_disk
    document = Document(path=path, disk=known)
    if change == "write":
        path.write_text("name: after\n")
    else:
        path.unlink()
    document.recover("name: mine\n", known)
    assert document.disk_state == state
    assert document.modified
