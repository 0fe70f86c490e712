"""Reads and checks a text off the Qt thread, one text at a time, and drops what came too late."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThreadPool, QTimer, Signal, Slot

from engine import Loaded, Source, load, read_source

log = logging.getLogger(__name__)

DELAY = 50
"""Milliseconds from a change to its check, so that quick changes share one."""


class _Relay(QObject):
    """Carries a result from the worker's thread to the checker's."""

    done = Signal(int, object)


class Checker(QObject):
    """``wanted`` gives the revision, text, file and folder to check next; ``checked`` tells the
    revision and what was found in it: a Loaded, or a Source where the text was only read."""

    checked = Signal(int, object)

    def __init__(
        self, wanted: Callable[[], tuple[int, str, str, Path | None]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._wanted = wanted
        self._relay = _Relay()
        self._relay.done.connect(self._receive, Qt.ConnectionType.QueuedConnection)
        self._running = False
        self._asked = False
        self._full = False
        self._timer = QTimer(self, singleShot=True, interval=DELAY)
        self._timer.timeout.connect(self._start)

    @property
    def busy(self) -> bool:
        """Whether a check is asked for or under way."""
        return self._running or self._asked

    def ask(self, full: bool = True) -> None:
        """Has the text read soon, and checked when ``full`` says so or an earlier call did."""
        self._asked, self._full = True, self._full or full
        if not self._timer.isActive():
            self._timer.start()

    def _start(self) -> None:
        if self._running or not self._asked:
            return
        work = partial(_work, self._relay, *self._wanted(), self._full)
        self._asked, self._full, self._running = False, False, True
        QThreadPool.globalInstance().start(work)

    @Slot(int, object)
    def _receive(self, revision: int, found: object) -> None:
        self._running = False
        if self._asked and not self._timer.isActive():
            self._timer.start()
        if found is not None:
            self.checked.emit(revision, found)


def _work(
    relay: _Relay, revision: int, text: str, file: str, folder: Path | None, full: bool
) -> None:
    found: Loaded | Source | None = None
    try:
        found = load(text, file, folder) if full else read_source(text, file)
    except Exception:
        log.exception("Checking %s failed.", file or "an untitled workflow")
    relay.done.emit(revision, found)
