"""What is written in one piece: events of the journal, and the rows that follow from them."""

from typing import Any

from msgspec import Struct


class EventRow(Struct):
    """One event as the journal keeps it; its id is given when it is written."""

    execution_id: str | None
    workflow_id: str | None
    type: str
    time: int
    data: str
    value: Any = None
    """The event itself, for those who hear of it; not written."""
    id: int = 0


class Patch(Struct):
    """Columns to set in one row of a read model; the row is made when it is not there.

    ``event`` is the event whose id goes into the column ``event_column``.
    """

    key: tuple[str, ...]
    values: dict[str, Any]
    event: EventRow | None = None
    event_column: str = ""
    new: bool = False
    """The values hold every column that a new row must have."""


class Tally(Struct):
    """What one execution adds to its workflow's counts."""

    workflow_id: str
    started: int = 0
    ended: int = 0
    completed: int = 0
    last: int = 0


class LogRow(Struct):
    """One line of an execution's log; its id is given when it is written."""

    execution_id: str
    key: str | None
    attempt: int
    stream: str
    time: int
    line: str
    id: int = 0


class Insert(Struct, frozen=True):
    """A new row of a table, by the table's name.

    Of one that is there already it takes the place with ``replace``, and leaves it with ``ignore``.
    """

    table: str
    values: dict[str, Any]
    ignore: bool = False
    replace: bool = False


class Freed(Struct, frozen=True):
    """The attempt whose slots are given back."""

    owner: str
    execution_id: str
    key: str


class Batch(Struct):
    """Everything that one turn of an execution writes: all of it, or nothing."""

    inserts: list[Insert] = []
    events: list[EventRow] = []
    executions: list[Patch] = []
    steps: list[Patch] = []
    tallies: list[Tally] = []
    logs: list[LogRow] = []
    freed: list[Freed] = []
