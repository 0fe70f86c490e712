"""Reads and checks a text off the Qt thread, and drops what came too late."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import count
from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import QObject, QTimer, Signal

from designer.document.check_process import check_process
from designer.document.collector import collect_on_qt_thread
from designer.document.history import Edits
from designer.document.place_check import check_places
from designer.document.shape_check import check_shapes
from engine import Problem, Source, load, read_source
from engine.checking import Ask

log = logging.getLogger(__name__)

DELAY = 20
"""Milliseconds from a change to its check, so that quick changes share one."""
POLL = 5
"""Milliseconds between looks whether a check has ended."""
LARGE = 40_000
"""Characters from which a text is checked in a process of its own."""

_numbers = count(1)


class Job(Struct, frozen=True):
    """A text to read, unless ``source`` is known. ``full``: it is checked too."""

    revision: int
    text: str
    file: str
    folder: Path | None
    source: Source | None
    full: bool = True


class Found(Struct, frozen=True):
    """What a text says; ``problems`` is None where it was not checked."""

    source: Source
    problems: tuple[Problem, ...] | None = None


@cache
def _workers() -> ThreadPoolExecutor:
    """The threads that check, shared by all documents."""
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="check")


class Checker(QObject):
    """``checked`` tells the revision and what was Found in it. ``current`` gives the text as it is.

    The workers touch no Qt object, so that a document may go while its text is checked.
    """

    checked = Signal(int, object)

    def __init__(self, parent: QObject, current: Callable[[bool], Job]) -> None:
        super().__init__(parent)
        collect_on_qt_thread()
        self._current = current
        self._number = next(_numbers)
        self._base = -1
        self._edits: Edits = ()
        self._asked = False
        self._full = False
        self._job: Job | None = None
        self._running: Future[Found] | None = None
        self._delay = QTimer(self, singleShot=True, interval=DELAY)
        self._delay.timeout.connect(self._start)
        self._poll = QTimer(self, interval=POLL)
        self._poll.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether a check is asked for or under way."""
        return self._running is not None or self._asked

    def edited(self, edits: Edits) -> None:
        """The text was changed, so."""
        self._edits = (*self._edits, *edits)

    def ask(self, full: bool) -> None:
        """Has the text read soon, and checked if ``full``; a check of an earlier one is ended."""
        self._asked = True
        self._full |= full
        if self._running is None:
            if not self._delay.isActive():
                self._delay.start()
        elif full and self._job is not None and len(self._job.text) >= LARGE:
            check_process().stop()

    def _start(self) -> None:
        job = self._job = self._current(self._full)
        self._asked = self._full = False
        ask = None
        if job.full and len(job.text) >= LARGE:
            folder = str(job.folder) if job.folder else None
            ask = Ask(self._number, job.revision, self._base, self._edits, None, job.file, folder)
            self._base, self._edits = job.revision, ()
        self._running = _workers().submit(_find, job, ask)
        self._poll.start()

    def _look(self) -> None:
        running, job = self._running, self._job
        if running is None or job is None or not running.done():
            return
        self._poll.stop()
        self._running = self._job = None
        error = running.exception()
        if error is not None:
            log.error("Checking a workflow failed.", exc_info=error)
        elif job.full and running.result().problems is None:
            self._asked = self._full = True  # it was ended
        if self._asked:
            self._delay.start()
        if error is None:
            self.checked.emit(job.revision, running.result())


def _find(job: Job, ask: Ask | None) -> Found:
    if not job.full:
        return Found(job.source or read_source(job.text, job.file))
    answer = check_process().check(ask, job.text) if ask is not None else None
    if answer is None:  # a small text, or the process ended
        loaded = load(job.text, job.file, job.folder)
        return Found(loaded.source, (*loaded.problems, *_check_canvas(loaded.source)))
    source = job.source or read_source(job.text, job.file)
    if answer.problems is None:
        return Found(source)
    return Found(source, (*answer.problems, *_check_canvas(source)))


def _check_canvas(source: Source) -> tuple[Problem, ...]:
    """What is wrong in the part of the file that the canvas writes."""
    return (*check_places(source), *check_shapes(source))
