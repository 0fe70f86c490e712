"""Where ``now()`` and ``uuid()`` come from: the interface, and the machine's own for previews."""

from datetime import UTC, datetime
from typing import Protocol
from uuid import uuid4


class Volatile(Protocol):
    """The source of what differs from call to call; the engine records what it gives."""

    def now(self) -> datetime:
        """The time, aware."""

    def uuid(self) -> str:
        """A new unique id."""


class SystemVolatile:
    """The machine's clock and random ids: for previews, where nothing is recorded."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def uuid(self) -> str:
        return str(uuid4())
