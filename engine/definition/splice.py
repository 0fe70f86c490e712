"""Edits as splices of a text: applied, reversed, and put together."""

from collections.abc import Iterable
from itertools import pairwise

from engine.definition.problems import Splice

Edit = tuple[Splice, ...]
"""Splices of one text, by offset, that do not overlap."""


class EditError(ValueError):
    """An edit cannot be made safely; the text says why, and the way out."""


class OverlapError(EditError):
    """Two changes touch the same characters."""


def edit_of(splices: Iterable[Splice]) -> Edit:
    """Splices in the order of the text, doubles and those that change nothing left out.

    Those at one offset keep the order in which they are given. Raises OverlapError.
    """
    once = dict.fromkeys(s for s in splices if s.start != s.end or s.text)
    ordered = sorted(once, key=lambda splice: (splice.start, splice.end))
    for before, after in pairwise(ordered):
        if after.start < before.end:
            raise OverlapError("the changes overlap; make them one after the other")
    return tuple(ordered)


def apply(text: str, edit: Edit) -> str:
    """The text with an edit made."""
    parts: list[str] = []
    at = 0
    for splice in edit:
        parts += [text[at : splice.start], splice.text]
        at = splice.end
    return "".join([*parts, text[at:]])


def reverse(text: str, edit: Edit) -> Edit:
    """The edit that undoes ``edit`` in the text that it makes of ``text``."""
    back: list[Splice] = []
    shift = 0
    for splice in edit:
        start = splice.start + shift
        back.append(Splice(start, start + len(splice.text), text[splice.start : splice.end]))
        shift += len(splice.text) - (splice.end - splice.start)
    return tuple(back)


def between(old: str, new: str) -> Edit:
    """One splice from what begins to differ in two texts to where they agree again."""
    if old == new:
        return ()
    shorter = min(len(old), len(new))
    start = _common(old, new, shorter)
    tail = _common(old[::-1], new[::-1], shorter - start)
    return (Splice(start, len(old) - tail, new[start : len(new) - tail]),)


def _common(one: str, other: str, most: int) -> int:
    """How many characters two texts have in common at their beginning, by halving."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
