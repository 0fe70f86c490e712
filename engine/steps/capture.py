"""What is kept of a process's output, however much it writes: its beginning, end and lines."""

from collections.abc import Callable

LONGEST_LINE = 16 * 1024
"""Bytes of a line that are shown in the log; the rest of a longer one is left out."""


class Capture:
    """Keeps at most ``limit`` bytes of a stream: the first half and the last half."""

    def __init__(self, limit: int) -> None:
        self._head_limit = limit - limit // 2
        self._tail_limit = limit // 2
        self._head = bytearray()
        self._tail = bytearray()
        self.left_out = 0
        """Bytes that were not kept."""

    def feed(self, data: bytes) -> None:
        room = self._head_limit - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        self._tail += data
        excess = len(self._tail) - self._tail_limit
        if excess > 0:
            del self._tail[:excess]
            self.left_out += excess

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return len(self._head) + len(self._tail)

    @property
    def text(self) -> str:
        """What was kept, as UTF-8; a note stands where something was left out."""
        if not self.left_out:
            return (self._head + self._tail).decode(errors="replace")
        note = f"\n... {self.left_out:,} bytes were left out here ...\n"
        head, tail = (part.decode(errors="replace") for part in (self._head, self._tail))
        return head + note + tail


class Lines:
    """Cuts a stream of bytes into lines, each handed on as soon as it is whole."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._line = bytearray()
        self._cut = False
        self.skipped = 0
        """Lines that were not handed on."""

    def feed(self, data: bytes, room: int | None = None) -> int:
        """Hands on the lines that end in ``data``, no more than ``room`` of them; how many."""
        *whole, rest = data.split(b"\n", -1 if room is None else room)
        for part in whole:
            self._add(part)
            self._emit()
        if room is not None and b"\n" in rest:
            self.skipped += rest.count(b"\n")
            rest = rest[rest.rfind(b"\n") + 1 :]
            self._clear()
        self._add(rest)
        return len(whole)

    def end(self) -> None:
        """Hands on a last line that has no newline."""
        if self._line:
            self._emit()

    def _add(self, part: bytes) -> None:
        room = LONGEST_LINE - len(self._line)
        self._line += part[:room]
        self._cut = self._cut or len(part) > room

    def _emit(self) -> None:
        text = self._line.decode(errors="replace").removesuffix("\r")
        self._on_line(f"{text} ..." if self._cut else text)
        self._clear()

    def _clear(self) -> None:
        self._line.clear()
        self._cut = False
