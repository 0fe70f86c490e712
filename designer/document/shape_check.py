"""What is wrong with the frames and notes of a file; the engine does not look at them."""

from collections.abc import Callable, Iterator
from itertools import islice

from designer.document.place_check import MOST
from designer.document.places import Places, read_places
from designer.document.shapes import COLOURS, FRAMES, NOTES, read_box
from engine import Fix, Node, Path, Problem, Source, edit

BROKEN_FRAME, BROKEN_NOTE = "broken-frame", "broken-note"
"""The codes of problems with frames and notes."""
_BOX_HINT = "write [x, y, width, height], four numbers"
_Check = Callable[[Source, Path, Node], Iterator[Problem]]


def check_shapes(source: Source) -> tuple[Problem, ...]:
    """A warning for each frame or note, and each part of one, that the canvas cannot use."""
    found = (*_entries(source, FRAMES, _frame), *_entries(source, NOTES, _note))
    return tuple(islice(found, MOST))


def _entries(source: Source, where: Path, check: _Check) -> Iterator[Problem]:
    held = source.node(where)
    if held is None or (held.kind == "scalar" and held.value is None):
        return
    word = str(where[-1])
    if held.kind != "mapping":
        hint = f"write {word} by name: {{{word[:-1]}_1: ...}}"
        yield _problem(source, where, held, f'"{word}" holds no {word} by name', hint)
        return
    for name, pair in held.members.items():
        path = (*where, name)
        if pair.value.kind == "mapping":
            yield from check(source, path, pair.value)
        else:
            yield _problem(source, path, pair.value, f'"{name}" is no {word[:-1]}', "remove it")


def _frame(source: Source, path: Path, held: Node) -> Iterator[Problem]:
    box = held.child("box")
    if box is not None and read_box(box.plain()) is None:
        message = f'"{path[-1]}" has no usable box; it follows its steps'
        yield _problem(source, (*path, "box"), box, message, _BOX_HINT)
    yield from _colour(source, path, held)
    steps = held.child("steps")
    known: Places | None = None
    for index, item in enumerate(steps.items if steps is not None else ()):
        known = known or read_places(source)
        if known.path(item.text) is None:
            message = f'"{path[-1]}" holds {item.text}, which does not exist'
            yield _problem(source, (*path, "steps", index), item, message, "take it out")


def _note(source: Source, path: Path, held: Node) -> Iterator[Problem]:
    box = held.child("box")
    if box is None or read_box(box.plain()) is None:
        at, where = (box, (*path, "box")) if box is not None else (held, path)
        yield _problem(source, where, at, f'"{path[-1]}" has no place and is not shown', _BOX_HINT)
    yield from _colour(source, path, held)


def _colour(source: Source, path: Path, held: Node) -> Iterator[Problem]:
    colour = held.child("colour")
    if colour is not None and colour.plain() not in COLOURS:
        message = f"there is no colour {colour.text}"
        hint = f"one of {', '.join(COLOURS)}"
        yield _problem(source, (*path, "colour"), colour, message, hint)


def _problem(source: Source, path: Path, node: Node, message: str, hint: str) -> Problem:
    return source.problem(
        "warning",
        BROKEN_FRAME if path[:2] == FRAMES else BROKEN_NOTE,
        message,
        start=node.start,
        end=node.end,
        path=path,
        hint=hint,
        fix=_fix(source, path),
    )


def _fix(source: Source, path: Path) -> Fix | None:
    try:
        return Fix("Remove it", edit.remove(source, path))
    except edit.EditError:  # an entry that stands elsewhere and is merged in
        return None
