"""What an execution asks the world to do next."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from engine.core.events import Event


class StartStep(Struct, frozen=True):
    """Begin an attempt as soon as there is room for it, but not before ``not_before``."""

    key: str
    attempt: int
    not_before: datetime | None = None


class CancelStep(Struct, frozen=True):
    """Stop the running attempt; what comes of it is told by its event, as always."""

    key: str


class SetTimer(Struct, frozen=True):
    """Tell the execution when ``at`` has come: its own timeout, or the one of its queue."""

    kind: Literal["execution", "queue"]
    at: datetime


class RenderOutput(Struct, frozen=True):
    """Make what the execution returns from the definition's ``output``."""


class Record(Struct, frozen=True):
    """Write down what follows by rule alone, in the same commit as what it follows from."""

    event: Event


Command = StartStep | CancelStep | SetTimer | RenderOutput | Record
Order = StartStep | CancelStep | SetTimer | RenderOutput
"""What is left for the engine to carry out once everything is recorded."""
