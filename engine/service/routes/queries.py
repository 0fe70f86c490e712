"""What the routes' parameters have in common: the engine behind them, pages, and times."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from litestar.params import Dependency, Parameter
from msgspec import DecodeError

from engine.runtime.engine import Engine
from engine.service.control import Control
from engine.service.errors import ApiError

TheEngine = Annotated[Engine, Dependency(skip_validation=True)]
TheControl = Annotated[Control, Dependency(skip_validation=True)]
Limit = Annotated[int, Parameter(ge=1, le=1000, description="Most items of one answer.")]
Cursor = Annotated[str | None, Parameter(description="next_cursor of the answer before.")]
Moment = Annotated[
    str | None,
    Parameter(description="ISO 8601; UTC without an offset.", schema_extra={"format": "date-time"}),
]
LastEventId = Annotated[
    int | None, Parameter(header="Last-Event-ID", ge=0, description="As after, which wins.")
]
IdempotencyKey = Annotated[
    str | None,
    Parameter(
        header="Idempotency-Key",
        max_length=255,
        description="The same key never starts a second execution.",
    ),
]


@contextmanager
def reading(cursor: str | None) -> Iterator[None]:
    """A list is read from ``cursor`` on. Raises ApiError (422) for one that nobody was given."""
    try:
        yield
    except (ValueError, DecodeError):
        if cursor is None:
            raise
        detail = f'cursor: "{cursor}" is not a next_cursor of this list'
        raise ApiError(422, "Invalid request", detail) from None


def moment(name: str, text: str | None) -> datetime | None:
    """A time of the query, in UTC. Raises ApiError (422) for what is none."""
    if text is None:
        return None
    try:
        # An unescaped "+" of an offset arrives as a space.
        found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        raise ApiError(
            422,
            "Invalid request",
            f'{name}: "{text}" is not an ISO 8601 time, e.g. 2026-11-24T08:00Z',
        ) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def check_places(**places: str | None) -> None:
    """Paths and folders in a request's body. Raises ApiError (422) for one that is not absolute:
    the engine has no folder of its own in which a relative one would start."""
    for name, place in places.items():
        if place is None:
            continue
        if "\0" in place:
            raise ApiError(422, "Invalid request", f"{name}: a path holds no NUL character")
        if not Path(place).is_absolute():
            detail = f'{name}: "{place}" is not an absolute path'
            raise ApiError(422, "Invalid request", detail)
