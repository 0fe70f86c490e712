"""Files are read, written, listed, copied, moved and deleted within the allowed folders only."""

import asyncio
import base64
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.steps.base import StepError
from engine.steps.file_move import copy
from tests.steps.conftest import Attempt


@pytest.fixture
def folder(attempt: Attempt) -> Path:
    assert attempt.folder
    return attempt.folder


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    place = tmp_path / "outside"
    place.mkdir()
    (place / "secret.txt").write_text("secret")
    return place


@pytest.mark.parametrize(
    ("format", "content", "written"),
    [
        ("text", "zwei 二\n", "zwei 二\n".encode()),
        ("text", {"a": 1}, b'{\n  "a": 1\n}\n'),
        ("json", ["x"], b'[\n  "x"\n]\n'),
        ("csv", [{"a": "1", "b": 'x,"y"'}, {"a": "2", "b": ""}], b'a,b\n1,"x,""y"""\n2,\n'),
        ("base64", base64.b64encode(b"\x00\xff").decode(), b"\x00\xff"),
    ],
)
async def test_what_is_written_is_read_again(
    attempt: Attempt, folder: Path, format: str, content: object, written: bytes
) -> None:
    await attempt.run("file", operation="write", path="a/b.txt", content=content, format=format)
    assert (folder / "a/b.txt").read_bytes() == written
    again = "json" if isinstance(content, dict) else format
    result = await attempt.run("file", operation="read", path="a/b.txt", format=again)
    assert result.output["content"] == content
    assert result.output["size"] == len(written)


async def test_encodings_are_named_or_told(attempt: Attempt, folder: Path) -> None:
    (folder / "old.txt").write_bytes(b"caf\xe9")
    error = await attempt.fails("file", operation="read", path="old.txt")
    assert "byte 3" in error.message
    assert "encoding" in error.message
    result = await attempt.run("file", operation="read", path="old.txt", encoding="latin-1")
    assert result.output["content"] == "café"
    error = await attempt.fails(
        "file", operation="write", path="x", content="二", encoding="latin-1"
    )
    assert "utf-8" in error.message
    error = await attempt.fails("file", operation="read", path="old.txt", encoding="klingon")
    assert '"klingon"' in error.message


@pytest.mark.parametrize(
    ("format", "data"), [("json", b"{"), ("csv", b"a,b\n1,2,3\n"), ("csv", b'a\n"x')]
)
async def test_content_of_another_format_is_told(
    attempt: Attempt, folder: Path, format: str, data: bytes
) -> None:
    (folder / "x").write_bytes(data)
    error = await attempt.fails("file", operation="read", path="x", format=format)
    assert error.type == "content"


async def test_append_adds_to_the_end(attempt: Attempt, folder: Path) -> None:
    for line in ("a\n", "b\n"):
        await attempt.run("file", operation="write", path="log/x", content=line, append=True)
    assert (folder / "log/x").read_text() == "a\nb\n"


async def test_a_write_replaces_whole_and_keeps_the_permissions(
    attempt: Attempt, folder: Path
) -> None:
    (folder / "x").write_text("old")
    (folder / "x").chmod(0o600)
    await attempt.run("file", operation="write", path="x", content="new")
    assert (folder / "x").read_text() == "new"
    assert (folder / "x").stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in folder.iterdir()] == ["x"]


async def test_nothing_is_overwritten_against_the_authors_will(
    attempt: Attempt, folder: Path
) -> None:
    (folder / "x").write_text("old")
    (folder / "y").write_text("new")
    for config in (
        {"operation": "write", "path": "x", "content": "new"},
        {"operation": "copy", "path": "y", "to": "x"},
        {"operation": "move", "path": "y", "to": "x"},
    ):
        error = await attempt.fails("file", overwrite=False, **config)
        assert error.type == "exists"
    assert (folder / "x").read_text() == "old"


async def test_sizes_are_bounded(attempt: Attempt, folder: Path) -> None:
    (folder / "big").write_bytes(b"x" * 2000)
    error = await attempt.fails("file", operation="read", path="big", max_size="1KB")
    assert error.type == "too_large"
    error = await attempt.fails(
        "file", operation="write", path="y", content="x" * 2000, max_size=1000
    )
    assert error.type == "too_large"


async def test_what_is_not_there_is_told(attempt: Attempt) -> None:
    for operation in ("read", "list", "copy", "move", "delete"):
        error = await attempt.fails("file", operation=operation, path="absent", to="x")
        assert error.type == "not_found", operation
        assert "absent" in error.message
    await attempt.run("file", operation="delete", path="absent", missing_ok=True)


async def test_a_pipe_or_folder_is_not_read(attempt: Attempt, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    for path in ("pipe", "."):
        error = await attempt.fails("file", operation="read", path=path)
        assert error.type in ("not_a_file", "io")


@pytest.fixture
def tree(folder: Path) -> Path:
    for name in ("a.csv", "b.txt", "sub/c.csv", "sub/deep/d.csv", ".hidden.csv"):
        (folder / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "in" / name).write_text(name)
    return folder / "in"


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*", [".hidden.csv", "a.csv", "b.txt", "sub"]),
        ("*.csv", [".hidden.csv", "a.csv"]),
        ("**/*.csv", [".hidden.csv", "a.csv", "sub/c.csv", "sub/deep/d.csv"]),
        ("sub/*.csv", ["sub/c.csv"]),
        ("*/deep/*", ["sub/deep/d.csv"]),
        ("nothing*", []),
    ],
)
async def test_a_list_has_what_fits_the_pattern(
    attempt: Attempt, tree: Path, pattern: str, names: list[str]
) -> None:
    output = (await attempt.run("file", operation="list", path="in", pattern=pattern)).output
    assert [entry["relative"] for entry in output["files"]] == names
    assert output["count"] == len(names)


async def test_a_list_tells_size_time_and_kind(attempt: Attempt, tree: Path) -> None:
    os.utime(tree / "a.csv", (1_900_000_000, 1_900_000_000))
    (tree / "link").symlink_to("a.csv")
    entries = (await attempt.run("file", operation="list", path="in")).output["files"]
    found = {entry["name"]: entry for entry in entries}
    assert found["a.csv"]["size"] == 5
    assert found["a.csv"]["modified"] == "2030-03-17T17:46:40+00:00"
    assert (found["sub"]["type"], found["link"]["type"]) == ("folder", "link")


async def test_too_many_files_fail(attempt: Attempt, tree: Path) -> None:
    error = await attempt.fails("file", operation="list", path="in", max_files=2)
    assert error.type == "too_many"


async def test_a_file_is_copied_with_its_time(attempt: Attempt, tree: Path, folder: Path) -> None:
    os.utime(tree / "a.csv", (1_900_000_000, 1_900_000_000))
    await attempt.run("file", operation="copy", path="in/a.csv", to="out/")
    await attempt.run("file", operation="copy", path="in/a.csv", to="out/z.csv")
    assert (folder / "out/a.csv").stat().st_mtime == 1_900_000_000
    assert (folder / "out/z.csv").read_text() == "a.csv"


async def test_a_folder_is_copied_with_all_in_it(
    attempt: Attempt, tree: Path, folder: Path
) -> None:
    output = (await attempt.run("file", operation="copy", path="in", to="out")).output
    assert output["count"] == 5
    assert (folder / "out/sub/deep/d.csv").read_text() == "sub/deep/d.csv"


async def test_files_are_copied_by_pattern(attempt: Attempt, tree: Path, folder: Path) -> None:
    config = {"path": "in", "to": "out", "pattern": "**/*.csv"}
    output = (await attempt.run("file", operation="copy", **config)).output
    assert output["files"] == [".hidden.csv", "a.csv", "sub/c.csv", "sub/deep/d.csv"]
    assert not (folder / "out/b.txt").exists()


async def test_files_and_folders_are_moved(attempt: Attempt, tree: Path, folder: Path) -> None:
    await attempt.run("file", operation="move", path="in/b.txt", to="moved/b.txt")
    assert not (tree / "b.txt").exists()
    await attempt.run("file", operation="move", path="in", to="out", pattern="*.csv")
    assert (folder / "out/a.csv").exists()
    await attempt.run("file", operation="move", path="in/sub", to="elsewhere")
    assert (folder / "elsewhere/deep/d.csv").exists()
    assert not (tree / "sub").exists()


async def test_files_are_deleted_by_pattern(attempt: Attempt, tree: Path) -> None:
    output = (await attempt.run("file", operation="delete", path="in", pattern="**/*.csv")).output
    assert output["count"] == 4
    assert [entry.name for entry in sorted(tree.rglob("*"))] == ["b.txt", "sub", "deep"]
    error = await attempt.fails("file", operation="delete", path="in", pattern="*.csv")
    assert error.type == "not_found"


async def test_a_full_folder_is_deleted_only_on_request(attempt: Attempt, tree: Path) -> None:
    error = await attempt.fails("file", operation="delete", path="in")
    assert error.type == "not_empty"
    await attempt.run("file", operation="delete", path="in", recursive=True)
    assert not tree.exists()


async def test_an_allowed_folder_itself_is_never_deleted_or_moved(
    attempt: Attempt, folder: Path
) -> None:
    error = await attempt.fails("file", operation="delete", path=".", recursive=True)
    assert error.type == "not_allowed"
    attempt.allowed_folders = (folder, folder.parent)
    error = await attempt.fails("file", operation="move", path=".", to="../other")
    assert error.type == "not_allowed"


async def test_a_folder_is_not_copied_into_itself(attempt: Attempt, tree: Path) -> None:
    error = await attempt.fails("file", operation="copy", path="in", to="in/sub/again")
    assert "inside" in error.message


OPERATIONS = [
    {"operation": "read"},
    {"operation": "write", "content": "x"},
    {"operation": "write", "content": "x", "append": True},
    {"operation": "list"},
    {"operation": "copy", "to": "copied"},
    {"operation": "move", "to": "moved"},
    {"operation": "delete"},
]


@pytest.mark.parametrize("config", OPERATIONS)
@pytest.mark.parametrize(
    "way", ["../outside/secret.txt", "{outside}/secret.txt", "link/secret.txt"]
)
async def test_there_is_no_way_out_of_the_allowed_folders(
    attempt: Attempt, folder: Path, outside: Path, config: dict[str, object], way: str
) -> None:
    (folder / "link").symlink_to(outside)
    error = await attempt.fails("file", path=way.replace("{outside}", str(outside)), **config)
    assert error.type == "not_allowed"
    assert (outside / "secret.txt").read_text() == "secret"


async def test_a_link_is_no_way_in_for_a_copy(
    attempt: Attempt, folder: Path, outside: Path
) -> None:
    (folder / "in").mkdir()
    (folder / "in/leak").symlink_to(outside / "secret.txt")
    (folder / "in/leaks").symlink_to(outside)
    output = (await attempt.run("file", operation="copy", path="in", to="out")).output
    assert output["files"] == []
    (folder / "target").mkdir()
    (folder / "target/sub").symlink_to(outside)
    (folder / "in/sub").mkdir()
    (folder / "in/sub/x").write_text("x")
    error = await attempt.fails("file", operation="copy", path="in", to="target")
    assert error.type == "not_allowed"
    assert not (outside / "x").exists()


async def test_a_link_is_deleted_and_not_what_it_names(
    attempt: Attempt, folder: Path, outside: Path
) -> None:
    (folder / "link").symlink_to(outside / "secret.txt")
    (folder / "links").symlink_to(outside)
    await attempt.run("file", operation="delete", path="link")
    error = await attempt.fails("file", operation="delete", path="links", pattern="*")
    assert error.type == "not_allowed"
    await attempt.run("file", operation="delete", path="links", recursive=True)
    assert list(folder.iterdir()) == []
    assert (outside / "secret.txt").exists()


@pytest.mark.parametrize("pattern", ["../*", "/etc/*", "a/../../*"])
async def test_a_pattern_does_not_lead_outside(attempt: Attempt, pattern: str) -> None:
    error = await attempt.fails("file", operation="list", path=".", pattern=pattern)
    assert error.type == "not_allowed"


async def test_links_in_a_circle_are_told(attempt: Attempt, folder: Path) -> None:
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    error = await attempt.fails("file", operation="read", path="a/x")
    assert error.type in ("io", "not_found", "not_allowed")


async def test_a_relative_path_needs_a_folder(attempt: Attempt) -> None:
    attempt.folder = None
    error = await attempt.fails("file", operation="read", path="x")
    assert error.type == "config"


def test_a_cancelled_copy_ends_at_the_next_piece(attempt: Attempt, folder: Path) -> None:
    (folder / "big").write_bytes(b"x" * 3_000_000)
    stop = threading.Event()
    stop.set()
    with pytest.raises(StepError, match="cancelled"):
        copy({"operation": "copy", "path": "big", "to": "copied"}, attempt, stop)
    assert [entry.name for entry in folder.iterdir()] == ["big"]


async def test_writers_of_one_file_never_mix(attempt: Attempt, folder: Path) -> None:
    texts = [str(i) * 200_000 for i in range(8)]
    await asyncio.gather(
        *(attempt.run("file", operation="write", path="x", content=text) for text in texts)
    )
    assert (folder / "x").read_text() in texts


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        path = Path(name)
        assert path.stat().st_dev != tmp_path.stat().st_dev
        yield path


async def test_files_and_folders_move_between_file_systems(
    attempt: Attempt, folder: Path, tree: Path, elsewhere: Path
) -> None:
    attempt.allowed_folders = (folder, elsewhere)
    config = {"operation": "move", "path": "in/a.csv", "to": str(elsewhere)}
    await attempt.run("file", **config)
    assert (elsewhere / "a.csv").read_text() == "a.csv"
    assert not (tree / "a.csv").exists()
    await attempt.run("file", operation="move", path="in/sub", to=str(elsewhere / "sub"))
    assert (elsewhere / "sub/deep/d.csv").exists()
    assert not (tree / "sub").exists()
    (tree / "link").symlink_to("b.txt")
    await attempt.run("file", operation="move", path="in", to=str(elsewhere / "all"))
    assert (elsewhere / "all/b.txt").exists()
    assert [entry.name for entry in tree.iterdir()] == ["link"]


async def test_a_folder_that_is_read_is_named(attempt: Attempt, folder: Path) -> None:
    (folder / "sub").mkdir()
    error = await attempt.fails("file", operation="read", path="sub")
    assert error.message.startswith("cannot read sub: ")
