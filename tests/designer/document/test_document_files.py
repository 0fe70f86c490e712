import os
import stat
from pathlib import Path

import pytest

from designer.document import ChangedOnDisk, Document, DocumentError
from designer.document.watch import FileWatch


@pytest.fixture
def file(tmp_path, orders):
    path = tmp_path / "orders.yaml"
    path.write_bytes(orders.text.encode())
    return path


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfname: x\r\nsteps: []\r\n",
        b"name: x\r\nsteps:\n- {id: a, type: script}",
        "name: 数据 😀\nsteps: []\n\n\n".encode(),
        b'{"name": "x", "steps": []}',
        b"",
    ],
)
def test_saving_what_was_opened_gives_the_same_bytes(tmp_path, qtbot, data):
    path = tmp_path / "w.yaml"
    path.write_bytes(data)
    document = Document.open(path)
    assert not document.modified
    document.save()
    assert path.read_bytes() == data


def test_an_edit_keeps_byte_order_mark_and_line_ends(tmp_path, qtbot):
    path = tmp_path / "w.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: x\r\nsteps:\r\n  - id: a\r\n    type: script\r\n")
    document = Document.open(path)
    document.add_step("http", (1, 2))
    document.save()
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfname: x\r\n")
    assert data.count(b"\n") == data.count(b"\r\n")


def test_saving_keeps_mode_and_link(file, tmp_path, qtbot):
    file.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    document = Document.open(link)
    document.set_value(("name",), "Other")
    document.save()
    assert link.is_symlink()
    assert "name: 'Other'" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yaml", "orders.yaml"]


def test_a_file_that_another_program_changed_is_not_overwritten(file, qtbot):
    document = Document.open(file)
    document.set_value(("name",), "Mine")
    file.write_text("name: Theirs\nsteps: []\n")
    with pytest.raises(ChangedOnDisk, match="another program"):
        document.save()
    assert file.read_text() == "name: Theirs\nsteps: []\n"
    document.keep_mine()
    document.save()
    assert "Mine" in file.read_text()
    assert not document.modified


def test_a_touched_file_with_the_same_content_is_no_change(file, qtbot):
    document = Document.open(file)
    os.utime(file, (1, 1))
    assert document.check_disk() == "same"


def test_reloading_takes_the_files_text_and_can_be_undone(file, qtbot):
    document = Document.open(file)
    mine = document.text
    file.write_text("name: Theirs\nsteps: []\n")
    assert document.check_disk() == "changed"
    document.reload()
    assert document.text == "name: Theirs\nsteps: []\n"
    assert (document.disk_state, document.modified) == ("same", False)
    document.undo()
    assert (document.text, document.modified) == (mine, True)


def test_the_watch_tells_of_changes_replacements_and_removal(file, qtbot):
    document = Document.open(file)
    watch = FileWatch(document)
    with qtbot.waitSignal(document.status_changed):
        file.write_text("name: Theirs\nsteps: []\n")
    assert document.disk_state == "changed"
    document.reload()
    other = file.with_name("other")
    other.write_text("name: Again\nsteps: []\n")
    with qtbot.waitSignal(document.status_changed):
        other.replace(file)
    assert document.disk_state == "changed"
    with qtbot.waitSignal(document.status_changed):
        file.unlink()
    assert document.disk_state == "missing"
    assert watch.parent() is document


def test_saving_under_another_name_goes_on_with_that_file(file, qtbot):
    document = Document.open(file)
    target = file.with_name("copy.yaml")
    document.save(target)
    assert (document.title, document.path) == ("copy.yaml", target)
    assert target.read_bytes() == file.read_bytes()


def test_an_untitled_document_asks_for_a_name(blank):
    assert (blank.title, blank.path, blank.modified) == ("Untitled", None, False)
    with pytest.raises(DocumentError, match="Choose a name"):
        blank.save()


def make_utf16(path):
    path.write_bytes("name: x\n".encode("utf-16"))


def make_binary(path):
    path.write_bytes(b"\x7fELF\x00\x00")


def make_latin(path):
    path.write_bytes(b"name: x\ntitle: caf\xe9\n")


def make_folder(path):
    path.mkdir()


def make_huge(path):
    with path.open("wb") as file:
        file.truncate(17 * 1024 * 1024)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_utf16, "UTF-16"),
        (make_binary, "not a text file"),
        (make_latin, "line 2 has the byte 0xe9"),
        (make_folder, "is a folder"),
        (make_huge, "17 MB"),
        (lambda path: None, "is not there"),
    ],
)
def test_what_cannot_be_opened_says_why(tmp_path, qtbot, make, words):
    path = tmp_path / "w.yaml"
    make(path)
    with pytest.raises(DocumentError, match=words):
        Document.open(path)


def test_a_folder_that_cannot_be_written_leaves_the_document_modified(blank):
    blank.add_step("script")
    with pytest.raises(DocumentError, match="cannot be saved"):
        blank.save(Path("/proc/nowhere/w.yaml"))
    assert blank.modified
    assert blank.path is None
