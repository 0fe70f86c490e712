"""Reads and checks a text off the Qt thread, one text at a time, and drops what came too late."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal

from designer.document.collector import collect_on_qt_thread
from designer.document.place_check import with_places_checked
from engine import Loaded, Source, load, read_source

log = logging.getLogger(__name__)

DELAY = 50
"""Milliseconds from a change to its check, so that quick changes share one."""
POLL = 10
"""Milliseconds between looks whether a check has ended."""

Found = Loaded | Source


@cache
def _worker() -> ThreadPoolExecutor:
    """The one thread that checks, shared by all documents."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="check")


def _check(text: str, file: str, folder: Path | None) -> Loaded:
    return with_places_checked(load(text, file, folder))


class Job(Struct, frozen=True):
    """A text to read. ``full``: it is checked too."""

    revision: int
    text: str
    file: str
    folder: Path | None
    full: bool


class Checker(QObject):
    """``checked`` tells the revision and what was found in it: a Loaded, or a Source where the text
    was only read.

    The worker touches no Qt object, so that a document may go while its text is checked.
    """

    checked = Signal(int, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        collect_on_qt_thread()
        self._asked: Job | None = None
        self._revision = 0
        self._running: Future[Found] | None = None
        self._delay = QTimer(self, singleShot=True, interval=DELAY)
        self._delay.timeout.connect(self._start)
        self._poll = QTimer(self, interval=POLL)
        self._poll.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether a check is asked for or under way."""
        return self._running is not None or self._asked is not None

    def ask(self, job: Job) -> None:
        """Has a text read soon, in place of the one asked for before; that one's check is owed."""
        owed = self._asked is not None and self._asked.full
        self._asked = replace(job, full=True) if owed else job
        if self._running is None and not self._delay.isActive():
            self._delay.start()

    def _start(self) -> None:
        job, self._asked = self._asked, None
        if job is None:
            return
        self._revision = job.revision
        if job.full:
            self._running = _worker().submit(_check, job.text, job.file, job.folder)
        else:
            self._running = _worker().submit(read_source, job.text, job.file)
        self._poll.start()

    def _look(self) -> None:
        running = self._running
        if running is None or not running.done():
            return
        self._poll.stop()
        self._running = None
        if self._asked is not None:
            self._delay.start()
        error = running.exception()
        if error is not None:
            log.error("Checking a workflow failed.", exc_info=error)
        else:
            self.checked.emit(self._revision, running.result())
