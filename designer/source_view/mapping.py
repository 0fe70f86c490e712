"""Between a document's text and what its editor shows: line ends, byte order mark, UTF-16
positions."""

import re
from bisect import bisect_left
from functools import cached_property

from msgspec import Struct

BOM = "\ufeff"
_BREAK = re.compile("\r\n|[\n\r\u2029\ufdd0\ufdd1]")
"""What Qt's editor makes a new line of."""


class Shown(Struct, frozen=True, eq=False, dict=True):
    """A document's text and what the editor shows of it: no byte order mark, every line end
    ``\\n``.

    Offsets count characters in both; positions are Qt's, in UTF-16 units of what is shown.
    """

    text: str

    @cached_property
    def base(self) -> int:
        """Characters before what is shown."""
        return int(self.text.startswith(BOM))

    @cached_property
    def plain(self) -> str:
        """What is shown."""
        return _BREAK.sub("\n", self.text[self.base :])

    @cached_property
    def newline(self) -> str:
        """The line end of the text; the first one counts."""
        found = re.search("\r\n|\n|\r", self.text)
        return found.group() if found else "\n"

    @cached_property
    def _pairs(self) -> list[int]:
        """Offsets, in what is shown, of the line ends that are two characters long."""
        if "\r\n" not in self.text:
            return []
        starts = (match.start() - self.base for match in re.finditer("\r\n", self.text))
        return [start - number for number, start in enumerate(starts)]

    @cached_property
    def _wide(self) -> bool:
        return not self.plain.isascii() and max(self.plain, default="") > "\uffff"

    def text_offset(self, offset: int) -> int:
        """Where a character that is shown stands in the text."""
        return offset + self.base + bisect_left(self._pairs, offset)

    def shown_offset(self, offset: int) -> int:
        """Where a character of the text is shown."""
        inside = max(0, offset - self.base)
        low, high = 0, len(self._pairs)
        while low < high:
            middle = (low + high) // 2
            if self._pairs[middle] + middle < inside - 1:
                low = middle + 1
            else:
                high = middle
        return min(len(self.plain), inside - low)

    def position(self, offset: int) -> int:
        """Qt's position of a character that is shown."""
        if not self._wide:
            return offset
        return len(self.plain[:offset].encode("utf-16-le")) // 2

    def offset(self, position: int) -> int:
        """The character that is shown at Qt's position."""
        if not self._wide:
            return position
        units = self.plain.encode("utf-16-le")[: position * 2]
        return len(units.decode("utf-16-le", "ignore"))

    def with_shown(self, plain: str, start: int, end: int) -> str:
        """The text after the characters from ``start`` to ``end`` of what is shown became
        ``plain``."""
        new = plain if self.newline == "\n" else plain.replace("\n", self.newline)
        return self.text[: self.text_offset(start)] + new + self.text[self.text_offset(end) :]


def shown_of_raw(raw: str) -> str:
    """What is shown, from the raw text of Qt's document."""
    return raw.replace("\u2029", "\n")
