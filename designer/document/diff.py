"""The smallest splice that turns one text into another, and what edits do to places in a text."""

from collections.abc import Iterable

from msgspec.structs import replace

from engine import Fix, Problem, Splice


def minimal_splice(old: str, new: str) -> Splice | None:
    """One splice from ``old`` to ``new`` without their common head and tail; None when they are
    equal."""
    if old == new:
        return None
    head = _common_head(old, new)
    rest = min(len(old), len(new)) - head
    tail = _common_tail(old, new, rest)
    return Splice(head, len(old) - tail, new[head : len(new) - tail])


def _common_head(a: str, b: str) -> int:
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_tail(a: str, b: str, limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def shifted(problem: Problem, text: str, splices: tuple[Splice, ...]) -> Problem:
    """The problem at its place after ``splices`` of ``text``; its fix goes where they touch it."""
    before = [splice for splice in splices if splice.end <= problem.start]
    inside = [splice for splice in splices if problem.start < splice.end <= problem.end]
    start = problem.start + _growth(before)
    end = problem.end + _growth(before) + _growth(inside)
    lines = sum(s.text.count("\n") - text.count("\n", s.start, s.end) for s in before)
    line = problem.line + lines if problem.line else 0
    fix = _shifted_fix(problem.fix, splices) if problem.fix else None
    return replace(problem, start=start, end=max(start, end), line=line, fix=fix)


def _growth(splices: Iterable[Splice]) -> int:
    return sum(len(splice.text) - (splice.end - splice.start) for splice in splices)


def _shifted_fix(fix: Fix, splices: tuple[Splice, ...]) -> Fix | None:
    moved = []
    for part in fix.splices:
        if any(splice.start <= part.end and part.start <= splice.end for splice in splices):
            return None
        by = _growth(splice for splice in splices if splice.end < part.start)
        moved.append(Splice(part.start + by, part.end + by, part.text))
    return Fix(fix.title, tuple(moved))
