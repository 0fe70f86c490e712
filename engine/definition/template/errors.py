"""What can be wrong with a template: one error, with its place and the names that were meant."""

from collections.abc import Iterable
from difflib import get_close_matches

NAMES_SHOWN = 12


class TemplateError(ValueError):
    """A template cannot be read or evaluated.

    ``message`` says why and the way out; ``start`` and ``end`` are the characters of ``text``
    (the template) that it is about; ``candidates`` are names that may have been meant, best first.
    """

    def __init__(
        self,
        message: str,
        start: int = 0,
        end: int = 0,
        candidates: tuple[str, ...] = (),
        text: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.candidates = candidates
        self.text = text

    @property
    def line(self) -> int:
        """The line of ``start`` in the template, counted from 1."""
        return self.text.count("\n", 0, self.start) + 1

    @property
    def column(self) -> int:
        """The column of ``start`` in its line, counted from 1."""
        return self.start - (self.text.rfind("\n", 0, self.start) + 1) + 1

    def __str__(self) -> str:
        if not self.text:
            return self.message
        return f"{self.message} (line {self.line}, column {self.column} of the template)"


def close_names(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names most like ``name``, best first; never more than three."""
    known = [other for other in names if len(other) <= 100][:1000]
    return tuple(get_close_matches(name[:100], known, n=3, cutoff=0.6))


def name_list(names: Iterable[str]) -> str:
    """Names for a message: sorted, the first of them, and how many more there are."""
    known = sorted(names)
    shown = ", ".join(known[:NAMES_SHOWN])
    more = len(known) - NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown or "nothing"
