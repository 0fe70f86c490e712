"""Earlier versions of a workflow's file, from the git repository that it lies in."""

import os
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

from msgspec import Struct

from designer.document.files import MAX_SIZE, DocumentError

MOST = 200
"""So many versions are listed, the newest ones."""
PATIENCE = 10.0
"""Seconds that git may take for one answer."""
_RECORD, _FIELD = "\x1e", "\x1f"
_FORMAT = _RECORD + _FIELD.join(("%H", "%an", "%aI", "%s")) + _FIELD


class NoHistory(DocumentError):  # noqa: N818  (says what there is not)
    """The file has no history in git: it lies in no repository, or git is not there."""


class FileVersion(Struct, frozen=True, kw_only=True):
    """One version. ``id`` is a commit, or a number that the engine gave; ``time`` is aware;
    ``place`` is the file's path in the repository then."""

    id: str
    title: str
    time: datetime
    author: str = ""
    place: str = ""
    source: Literal["git", "engine"] = "git"

    @property
    def short(self) -> str:
        return self.id[:7] if self.source == "git" else f"version {self.id}"


def git_versions(path: Path) -> list[FileVersion]:
    """The commits that touched a file, newest first, also under its earlier names. Blocks on git.

    Raises NoHistory, and DocumentError where git fails or takes too long.
    """
    told = _git(
        path.parent, "log", "--follow", f"--max-count={MOST}", "--name-only", "-z",
        f"--format={_FORMAT}", "--", path.name,
    )  # fmt: skip
    found = list(_read(told.decode("utf-8", "replace")))
    if not found:
        raise NoHistory(f"{path.name} is in no commit of its git repository yet.")
    return found


def git_text(path: Path, version: FileVersion) -> str:
    """The file's text in a commit. Blocks on git. Raises DocumentError."""
    name = f"{version.id}:{version.place}"
    if int(_git(path.parent, "cat-file", "-s", name)) > MAX_SIZE:
        raise DocumentError(f"{path.name} is too large in {version.short} to be shown.")
    try:
        return _git(path.parent, "cat-file", "blob", name).decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path.name} is not UTF-8 text in {version.short}.") from error


def _read(told: str) -> Iterator[FileVersion]:
    for record in told.split(_RECORD)[1:]:
        commit, author, time, title, rest = record.split(_FIELD, 4)
        place = next((name for name in rest.strip("\n\0").split("\0") if name), "")
        yield FileVersion(
            id=commit,
            title=title,
            time=datetime.fromisoformat(time),
            author=author,
            place=place.strip("\n"),
        )


def _git(folder: Path, *arguments: str) -> bytes:
    quiet = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), "-c", "log.showSignature=false", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            env={**os.environ, **quiet},
            check=False,
        )
    except FileNotFoundError as error:
        raise NoHistory("git is not installed here, so commits cannot be shown.") from error
    except subprocess.TimeoutExpired as error:
        raise DocumentError(f"git did not answer within {PATIENCE:g} seconds.") from error
    except OSError as error:
        raise DocumentError(f"git cannot be run: {error.strerror or error}.") from error
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode("utf-8", "replace").strip()
    if "not a git repository" in said:
        raise NoHistory("The file lies in no git repository.")
    if "does not have any commits yet" in said:
        raise NoHistory("The file's git repository has no commits yet.")
    raise DocumentError(f"git says: {said.splitlines()[0] if said else done.returncode}")
