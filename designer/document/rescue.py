"""Unsaved work, kept in the data folder so that a crash does not take it: never the user's file."""

import os
import shutil
import threading
import uuid
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from PySide6.QtCore import QLockFile

from designer.document.files import DocumentError, write_atomically

FOLDER = "unsaved"
_LOCK = "lock"
_SUFFIX = ".json"


class Rescue(Struct, frozen=True, kw_only=True):
    """The unsaved work on one document. ``path`` is empty for one without a file; ``known`` is the
    digest (hex) of the file that it is work on; ``time`` is aware UTC."""

    text: str
    title: str
    time: datetime
    path: str = ""
    known: str = ""


class Left:
    """What a program that ended without a word has left. Nobody else is offered it meanwhile."""

    def __init__(self, folder: Path, lock: QLockFile, rescues: tuple[Rescue, ...]) -> None:
        self._folder = folder
        self._lock = lock
        self.rescues = rescues

    def discard(self) -> None:
        """Forgets it for good."""
        self._lock.unlock()
        shutil.rmtree(self._folder, ignore_errors=True)

    def leave(self) -> None:
        """Leaves it for the next start."""
        self._lock.unlock()


class RescueFolder:
    """The unsaved work of one running program; its methods may block on the disk and may be called
    from any thread. A lock file tells the living from the dead."""

    def __init__(self, home: Path) -> None:
        self._all = home / FOLDER
        self._own = self._all / f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._lock: QLockFile | None = None
        self._closed = False
        self._guard = threading.Lock()

    def write(self, key: str, rescue: Rescue) -> None:
        """Keeps the work on one document, in place of what was kept of it. Raises
        DocumentError."""
        with self._guard:
            if self._closed:
                return
            self._begin()
            write_atomically(self._own / f"{key}{_SUFFIX}", msgspec.json.encode(rescue))

    def remove(self, key: str) -> None:
        """Forgets a document: it was saved, or closed."""
        with self._guard:
            (self._own / f"{key}{_SUFFIX}").unlink(missing_ok=True)

    def close(self) -> None:
        """A program that ends as it should leaves nothing behind."""
        with self._guard:
            self._closed = True
            if self._lock is not None:
                self._lock.unlock()
                shutil.rmtree(self._own, ignore_errors=True)

    def left_behind(self) -> list[Left]:
        """What programs left that are no longer there, the oldest first."""
        if not self._all.is_dir():
            return []
        found = []
        for folder in sorted(self._all.iterdir()):
            left = self._take(folder) if folder != self._own and folder.is_dir() else None
            if left is not None:
                found.append(left)
        return sorted(found, key=lambda left: min(one.time for one in left.rescues))

    def _begin(self) -> None:
        """Makes the program's own folder, locked before anything lies in it."""
        if self._lock is not None:
            return
        try:
            self._own.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror or error
            raise DocumentError(f"{self._own} cannot be made: {reason}.") from error
        lock = _lock_of(self._own)
        lock.tryLock(0)
        self._lock = lock

    def _take(self, folder: Path) -> Left | None:
        """The work in a folder whose program is gone; None while it lives. An empty one goes."""
        lock = _lock_of(folder)
        if not lock.tryLock(0):
            return None
        left = Left(folder, lock, _read_all(folder))
        if not left.rescues:
            left.discard()
            return None
        return left


def _lock_of(folder: Path) -> QLockFile:
    lock = QLockFile(str(folder / _LOCK))
    lock.setStaleLockTime(0)  # only the death of its program makes it stale
    return lock


def _read_all(folder: Path) -> tuple[Rescue, ...]:
    """Every work that can be read; a damaged file cannot be, as each is written whole."""
    found = []
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        try:
            found.append(msgspec.json.decode(path.read_bytes(), type=Rescue))
        except (OSError, msgspec.DecodeError):
            continue
    return tuple(sorted(found, key=lambda one: one.time))
