"""The smallest splice that turns one text into another, and what edits do to places in a text."""

from msgspec.structs import replace

from engine import Problem, Splice


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
    """The problem at its place after ``splices`` of ``text``, none of which touch what it marks."""
    start = end = lines = 0
    for splice in splices:
        if splice.end <= problem.start:
            delta = len(splice.text) - (splice.end - splice.start)
            start += delta
            end += delta
            lines += splice.text.count("\n") - text.count("\n", splice.start, splice.end)
        elif splice.end <= problem.end:
            end += len(splice.text) - (splice.end - splice.start)
    if not (start or end or lines):
        return problem
    line = problem.line + lines if problem.line else 0
    return replace(problem, start=problem.start + start, end=problem.end + end, line=line)
