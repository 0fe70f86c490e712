"""What a child process is to be, and what became of it."""

from pathlib import Path
from typing import Literal

from msgspec import Struct

from engine.steps.capture import Capture

Reason = Literal["", "memory", "processes", "output", "lost"]
"""Why the engine ended a process before its time; empty when it ended by itself."""


_SMALL = 64 * 1024


class Limits(Struct, frozen=True, kw_only=True):
    """What an attempt may use with all its processes together; 0 is no limit of ours."""

    memory: int = 0
    """Bytes."""
    processes: int = 0
    """Processes and their threads."""
    cpu: int = 0
    """Seconds of processor time of each process."""
    open_files: int = 0
    """Of each process."""
    output: int = 0
    """Bytes written to stdout and stderr."""


DEFAULT_LIMITS = Limits(processes=512, open_files=4096, output=1024**3)
"""What the engine's settings say as long as nobody changes them; memory is told by each attempt."""


class Command(Struct, frozen=True, kw_only=True):
    """What is run: a resolved program and its arguments, all of its environment, its files."""

    arguments: tuple[str, ...]
    env: dict[str, str]
    cwd: Path
    scratch: Path
    """The folder of this attempt; made with ``files``."""
    files: dict[str, str]
    """Small texts to be written there first, by name; empty where they have been."""
    stdin: Path
    result: Path
    """A file that the command may write, in the scratch folder."""
    limits: Limits = Limits()
    max_output: int
    """Bytes of stdout and of stderr that are kept; the middle of more is left out."""


class Ended(Struct, frozen=True, kw_only=True):
    """How a process ended; a negative exit code is the signal that ended it."""

    exit_code: int
    stdout: Capture
    stderr: Capture
    reason: Reason = ""
    peak: int = 0
    """Bytes that the largest of its processes held in memory, where that is known."""
    left: bool = False
    """Whether processes are left that do not end even when they are killed."""
    result: str | None = None
    """What was in the result file, "" without one; None when the file is still to be read."""

    @property
    def is_small(self) -> bool:
        """Whether what it gave is read in no time."""
        return self.result is not None and self.stdout.size + self.stderr.size <= _SMALL
