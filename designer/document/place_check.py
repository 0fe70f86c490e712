"""What is wrong with the places that a file gives its nodes; the engine does not look at them."""

from collections.abc import Iterator, Mapping
from itertools import islice

from msgspec.structs import replace

from designer.document.places import read_places
from designer.document.steps import POSITIONS
from designer.document.views import read_point, trigger_name
from engine import Fix, Node, Path, Problem, Source, as_read, edit

BROKEN_PLACE = "broken-place"
"""The code of a problem with a place."""
MOST = 100
"""Broken places that are told of; the hundredth says as much as the thousandth."""
_HINT = "write [x, y], two numbers; until then the layout decides"


def check_places(source: Source) -> tuple[Problem, ...]:
    """A warning for each place that is none: the layout puts such a node where it likes."""
    held = source.node(POSITIONS)
    if held is None or (held.kind == "scalar" and held.value is None):
        return ()
    if held.kind != "mapping":
        message = '"positions" holds no places by step'
        return (_problem(source, held, POSITIONS, message),)
    return tuple(islice(_broken(source, held), MOST))


def _broken(source: Source, held: Node) -> Iterator[Problem]:
    steps: Mapping[str, Path] | None = None
    merged = len(held.pairs) != len(held.members)
    for pair in tuple(held.members.values()) if merged else as_read(held.pairs):
        if read_point(pair.value.plain()) is not None:
            continue
        key = pair.key.text
        pair = held.members[key]
        steps = read_places(source).steps if steps is None else steps
        trigger = trigger_name(str(key))
        name = str(key) if trigger is None else trigger
        message = f'"{name}" has no usable place on the canvas'
        problem = _problem(source, pair.value, (*POSITIONS, key), message)
        step_id = str(key) if key in steps else None
        yield replace(problem, step_id=step_id, trigger=trigger)


def _problem(source: Source, node: Node, path: Path, message: str) -> Problem:
    return source.problem(
        "warning",
        BROKEN_PLACE,
        message,
        start=node.start,
        end=node.end,
        path=path,
        hint=_HINT,
        fix=_fix(source, path),
    )


def _fix(source: Source, path: Path) -> Fix | None:
    try:
        return Fix("Let the layout decide", edit.remove(source, path))
    except edit.EditError:  # an entry that stands elsewhere and is merged in
        return None
