"""``python -m engine.checking``: checks texts for another process, which keeps its own thread free.

Frames of msgpack with their length in front come in on stdin, one ``Ask`` after the other, and go
out on stdout, an ``Answer`` for each. What is known of a text is kept, so that after an edit only
what it touched is read again. An ``Ask`` that comes while another is answered ends that one.
"""

import gc
import struct
import sys
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO

import msgspec
from msgspec import Struct

from engine.definition.check import check_workflow
from engine.definition.findings import Stale
from engine.definition.memo import Memo
from engine.definition.parse import parse_workflow
from engine.definition.problems import Problem, Splice
from engine.definition.reread import reread
from engine.definition.source import Source, read_source
from engine.face import catalogue

MODULE = "engine.checking"
_KEPT = 4
"""Documents of which the last text is kept."""
_LENGTH = struct.Struct("<I")


class Ask(Struct, frozen=True):
    """A text to check: whole, or as what became of the text of an earlier revision. With document 0
    it only ends the check that runs."""

    document: int
    revision: int
    base: int = -1
    edits: tuple[tuple[Splice, ...], ...] = ()
    text: str | None = None
    file: str = ""
    folder: str | None = None


class Answer(Struct, frozen=True):
    """``problems`` is None where the check was ended, or (``unknown``) the earlier text is not
    known: then the whole text is needed."""

    revision: int
    problems: tuple[Problem, ...] | None = None
    unknown: bool = False


def read_answer(data: bytes) -> Answer:
    """The answer in a frame."""
    return msgspec.msgpack.decode(data, type=Answer)


class _Known(Struct):
    revision: int
    source: Source
    memo: Memo


def write_frame(stream: IO[bytes], message: Ask | Answer) -> None:
    data = msgspec.msgpack.encode(message)
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next frame; None at the end of the stream."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data = stream.read(length)
    return data if len(data) == length else None


class Desk:
    """Answers what is asked, with what it knows from before."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, _Known] = OrderedDict()
        self.waiting: SimpleQueue[Ask | None] = SimpleQueue()

    def answer(self, ask: Ask) -> Answer:
        source = self._source(ask)
        if source is None:
            return Answer(ask.revision, unknown=True)
        known = self._known.get(ask.document)
        memo = known.memo if known is not None else Memo()
        self._known[ask.document] = _Known(ask.revision, source, memo)
        self._known.move_to_end(ask.document)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        folder = Path(ask.folder) if ask.folder else None
        workflow, problems = parse_workflow(source, catalogue(), memo)
        try:
            if workflow is not None:
                found = check_workflow(workflow, source, catalogue(), folder, self._is_stale)
                problems = (*problems, *found)
        except Stale:
            return Answer(ask.revision)
        return Answer(ask.revision, tuple(sorted(problems, key=lambda problem: problem.start)))

    def _source(self, ask: Ask) -> Source | None:
        if ask.text is not None:
            return read_source(ask.text, ask.file)
        known = self._known.get(ask.document)
        if known is None or known.revision != ask.base or known.source.file != ask.file:
            return None
        source = known.source
        for edit in ask.edits:
            source = reread(source, edit)
        return source

    def _is_stale(self) -> bool:
        return not self.waiting.empty()


def main() -> None:
    gc.set_threshold(1_000_000, 20, 100)  # many values and few cycles
    desk = Desk()
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a plug-in prints is no answer

    def receive() -> None:
        while (data := read_frame(stdin)) is not None:
            desk.waiting.put(msgspec.msgpack.decode(data, type=Ask))
        desk.waiting.put(None)

    Thread(target=receive, daemon=True).start()
    with suppress(BrokenPipeError):  # nobody waits for an answer any more
        while (ask := desk.waiting.get()) is not None:
            if ask.document:
                write_frame(stdout, desk.answer(ask))


if __name__ == "__main__":
    main()
