"""Versions of a file: the commits of the git repository it lies in, and why there are none."""

import subprocess

import pytest

from designer.document import versions
from designer.document.files import DocumentError
from designer.document.versions import NoHistory, git_text, git_versions


def git(folder, *arguments):
    subprocess.run(
        ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=30,
    )


def commit(folder, message):
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


@pytest.fixture
def repository(tmp_path):
    git(tmp_path, "init", "-q")
    return tmp_path


@pytest.fixture
def orders(repository):
    """A file with two commits, the first under another name, in a folder of its repository."""
    folder = repository / "flows – nightly"
    folder.mkdir()
    path = folder / "bestellungen ü.yaml"
    path.write_text("name: First\nsteps: []\n# a comment that stays\n# another one\n")
    commit(repository, "Add the orders")
    git(repository, "mv", str(path), str(folder / "orders.yaml"))
    commit(repository, "Rename it")
    path = folder / "orders.yaml"
    path.write_text(path.read_text().replace("First", "Second"))
    commit(repository, "Rename: “quoted” | and\tmore")
    return path


def test_the_commits_of_a_file_are_listed_newest_first(orders):
    found = git_versions(orders)
    assert [one.title for one in found] == [
        "Rename: “quoted” | and\tmore",
        "Rename it",
        "Add the orders",
    ]
    assert {one.author for one in found} == {"Ada"}
    assert all(one.time.tzinfo is not None for one in found)


def test_each_version_is_read_under_the_name_it_had(orders):
    newest, _, oldest = git_versions(orders)
    assert git_text(orders, newest).startswith("name: Second")
    assert oldest.place.endswith("bestellungen ü.yaml")
    assert git_text(orders, oldest).startswith("name: First")


def test_a_file_outside_of_a_repository_says_so(tmp_path):
    with pytest.raises(NoHistory, match="lies in no git repository"):
        git_versions(tmp_path / "orders.yaml")


def test_a_repository_without_commits_says_so(repository):
    with pytest.raises(NoHistory, match="no commits yet"):
        git_versions(repository / "orders.yaml")


def test_a_file_that_was_never_committed_says_so(orders):
    with pytest.raises(NoHistory, match="in no commit"):
        git_versions(orders.with_name("new.yaml"))


def test_a_machine_without_git_says_so(orders, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoHistory, match="git is not installed"):
        git_versions(orders)


def test_a_git_that_hangs_is_given_up(orders, tmp_path, monkeypatch):
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "git").write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    (bin_ / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}:/usr/bin:/bin")
    monkeypatch.setattr(versions, "PATIENCE", 0.2)
    with pytest.raises(DocumentError, match=r"did not answer within 0\.2 seconds"):
        git_versions(orders)


def test_a_version_that_is_too_large_is_not_read(orders, monkeypatch):
    monkeypatch.setattr(versions, "MAX_SIZE", 10)
    with pytest.raises(DocumentError, match="too large"):
        git_text(orders, git_versions(orders)[0])


def test_a_commit_that_is_gone_is_told_in_gits_words(orders):
    (version, *_) = git_versions(orders)
    gone = versions.FileVersion(id="0" * 40, title="", time=version.time, place=version.place)
    with pytest.raises(DocumentError, match="git says"):
        git_text(orders, gone)
