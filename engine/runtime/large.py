"""Large values in the course of an execution: read before they are used, kept before they are told.

An execution without such values (``course.large`` is False) is asked nothing of this.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct, structs

from engine.core.artifact import LIMIT, Held, Loaded, artifacts_in
from engine.core.events import Event, Failure
from engine.core.late import wanted
from engine.core.needs import LargeValuesNeeded
from engine.core.state import State
from engine.store.artifacts import MOST
from engine.store.encoding import encode_bytes, payload_fields, payloads, rough_size
from engine.store.errors import ArtifactError, RecordError

if TYPE_CHECKING:
    from engine.core.commands import Order
    from engine.runtime.course import Course
    from engine.store.store import Store

S = TypeVar("S", bound=Struct)
T = TypeVar("T")
BIG = 4 * LIMIT
"""Bytes from which on a value is not written out in the event loop to measure it."""
EACH = frozenset({"input", "config", "variables"})
"""Fields of events whose values are kept one by one, so that each can be named alone."""


def is_heavy(value: Any) -> bool:
    """Whether a value, or a part of it, may have to be kept in a file."""
    try:
        rough = rough_size(value, BIG)
        if rough <= LIMIT // 6:  # JSON needs six bytes for a character at most
            return False
        return rough >= BIG or len(encode_bytes(payloads(value))) > LIMIT
    except (RecordError, RecursionError):
        return False  # who records it tells


async def lightened(store: "Store", value: S, *, patient: bool = True) -> S:
    """A struct, an event above all, whose large values are references to files.

    Raises RecordError for what cannot be written, ArtifactError, and DiskFullError if it is not
    ``patient``.
    """
    changes: dict[str, Any] = {}
    for name in payload_fields(type(value)):
        part = getattr(value, name)
        if not is_heavy(part) or name == "reused":
            continue
        if isinstance(part, Struct):
            changes[name] = await lightened(store, part, patient=patient)
        else:
            changes[name] = await store.lighten(part, each=name in EACH, patient=patient)
    return structs.replace(value, **changes) if changes else value


def at_once(course: "Course", make: Callable[[Loaded | None], T]) -> T:
    """What ``make`` gives with the values that are in memory.

    Raises LargeValuesNeeded where files must be read first; ``in_time`` does that.
    """
    if not course.large:
        return make(None)
    loaded: dict[str, Held] = {}
    while True:
        try:
            return make(loaded)
        except LargeValuesNeeded as needed:
            found = course.host.store.artifacts.at_hand(needed.artifacts)
            if found is None:
                raise
            loaded |= found


async def in_time(course: "Course", make: Callable[[Loaded | None], T]) -> T | Failure:
    """What ``make`` gives with all that it needs; a failure of type ``artifact`` without that."""
    loaded: dict[str, Held] = {}
    size = 0
    while True:
        try:
            return make(loaded)
        except LargeValuesNeeded as needed:
            size += sum(artifact.size for artifact in needed.artifacts)
            try:
                if size > MOST:
                    raise ArtifactError(f"it needs {size:,} bytes of large values at once")
                loaded |= await course.host.store.artifacts.read(needed.artifacts)
            except ArtifactError as error:
                return unreadable(course, needed.place, error)


def unreadable(course: "Course", place: str, error: ArtifactError) -> Failure:
    """What it comes to that a value cannot be read, with the step that gave it."""
    source = _source(course.state, error.digest) if error.digest else ""
    return Failure("artifact", f"{place}: {source}{error}")


def _source(state: State, digest: str) -> str:
    for name, value in _known(state):
        if any(artifact.digest == digest for artifact in artifacts_in(value)):
            return f"{name}: "
    return ""


def _known(state: State) -> Iterator[tuple[str, Any]]:
    for step in state.every():
        yield f'the output of step "{step.key}"', step.output
    yield "the input of the execution", state.input
    for name, value in state.variables.items():
        yield f'the variable "{name}"', value


def answer(
    course: "Course",
    order: "Order",
    make: Callable[[Loaded | None], Event],
    refuse: Callable[[Failure], Event],
) -> None:
    """Tells the execution the event that answers an order, at once wherever that can be."""
    event: Event | None = None
    with contextlib.suppress(LargeValuesNeeded):
        event = at_once(course, make)
    if event is None or is_heavy(event):
        course.go_aside(_answer_aside(course, order, make, refuse, event))
    else:
        _tell(course, event, refuse)


class _OvertakenError(Exception):
    """Nobody waits for the answer any more."""


async def _answer_aside(
    course: "Course",
    order: "Order",
    make: Callable[[Loaded | None], Event],
    refuse: Callable[[Failure], Event],
    made: Event | None,
) -> None:
    def still(loaded: Loaded | None) -> Event:
        if course.closed or not wanted(course.state, order):
            raise _OvertakenError
        return make(loaded)

    try:
        found = made if made is not None else await in_time(course, still)
        event = refuse(found) if isinstance(found, Failure) else found
        event = await lightened(course.host.store, event)
    except _OvertakenError:
        return
    except RecordError as error:
        event = refuse(Failure("output", str(error)))
    except ArtifactError as error:
        event = refuse(Failure("artifact", str(error)))
    if not course.closed and wanted(course.state, order):
        _tell(course, event, refuse)


def _tell(course: "Course", event: Event, refuse: Callable[[Failure], Event]) -> None:
    try:
        course.tell(event)
    except RecordError as error:
        course.tell(refuse(Failure("output", str(error))))
