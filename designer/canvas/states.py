"""What an execution says of a node, and the words for it."""

from dataclasses import dataclass
from datetime import UTC, datetime

_WORDS = {
    "pending": "Pending",
    "queued": "Queued",
    "running": "Running",
    "waiting": "Waiting",
    "paused": "Paused",
    "completed": "Completed",
    "failed": "Failed",
    "skipped": "Skipped",
    "cancelled": "Cancelled",
    "timed_out": "Timed out",
}
_QUIET = frozenset({"", "pending"})


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node in an execution. ``duration`` is seconds, known once it ended; ``started`` is aware
    UTC. ``note`` says for what it waits or how far it is, ``origin`` where its output is from when
    it did not run."""

    status: str
    duration: float | None = None
    attempt: int = 1
    max_attempts: int = 1
    started: datetime | None = None
    note: str = ""
    origin: str = ""

    @property
    def word(self) -> str:
        return _WORDS.get(self.status, self.status.replace("_", " ").capitalize())

    @property
    def quiet(self) -> bool:
        """Nothing has happened to it yet: drawn as a card without a state."""
        return self.status in _QUIET

    @property
    def ticking(self) -> bool:
        """Its duration grows while it is looked at."""
        return self.duration is None and self.started is not None and self.status == "running"

    def seconds(self, now: datetime) -> float | None:
        """How long it took, or has taken until ``now``; None before it started."""
        if self.duration is not None:
            return self.duration
        if self.started is None or self.status != "running":
            return None
        return max((now - self.started).total_seconds(), 0.0)

    def time_text(self, now: datetime) -> str:
        """``1.2 s`` once it ended, ``0:14`` while it runs, empty before."""
        seconds = self.seconds(now)
        if seconds is None:
            return ""
        return clock_text(seconds) if self.ticking else short_time(seconds)

    def attempt_text(self) -> str:
        """``2/3`` when it is being tried again, else empty."""
        return f"{self.attempt}/{max(self.max_attempts, self.attempt)}" if self.attempt > 1 else ""


def short_time(seconds: float) -> str:
    """A duration in as few letters as tell it: ``40 ms``, ``1.2 s``, ``14 s``, ``2:05``."""
    if seconds < 0.0995:
        return f"{max(round(seconds * 1000), 1)} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    return clock_text(seconds)


def clock_text(seconds: float) -> str:
    """``0:14``, ``12:05`` or ``1:02:05``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def utc_now() -> datetime:
    return datetime.now(UTC)
