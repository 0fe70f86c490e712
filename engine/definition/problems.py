"""What is wrong, or doubtful, in a definition: one kind of value for every check, with its place
and its way out."""

from typing import Literal

from msgspec import Struct

Severity = Literal["error", "warning"]
Path = tuple[str | int, ...]
"""Where a node stands in the tree of a file: keys and indices from the root."""


class Splice(Struct, frozen=True):
    """Replaces the characters ``start`` up to ``end`` of a text by ``text``; offsets count
    characters."""

    start: int
    end: int
    text: str


class Fix(Struct, frozen=True):
    """A quick fix: what it does in words, and the edit that does it."""

    title: str
    splices: tuple[Splice, ...]


class Problem(Struct, frozen=True, kw_only=True):
    """One finding. ``line`` and ``column`` count from 1 (0 when the place is not known); offsets
    are characters."""

    severity: Severity
    code: str
    """A stable word for the kind of problem, e.g. ``unknown-key``."""
    message: str
    """What is wrong, in words; plain text, names quoted."""
    hint: str = ""
    """The way out, e.g. ``did you mean "depends_on"?``."""
    file: str = ""
    line: int = 0
    column: int = 0
    start: int = 0
    end: int = 0
    path: Path = ()
    step_id: str | None = None
    trigger: str | None = None
    fix: Fix | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        where = f"{place}: " if place else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.severity}: {self.message}{hint}"


class DefinitionError(ValueError):
    """A definition cannot be used; ``problems`` says why, all of it, errors first."""

    def __init__(self, problems: "tuple[Problem, ...]") -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
