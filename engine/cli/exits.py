"""How a command ends: the exit codes, and the error that carries one."""

COMPLETED = 0
FAILED = 1
USAGE = 2
NOT_FOUND = 3
TIMED_OUT = 124
CANCELLED = 130
BROKEN_PIPE = 141

OF_STATUS = {
    "completed": COMPLETED,
    "failed": FAILED,
    "timed_out": TIMED_OUT,
    "cancelled": CANCELLED,
}
"""Exit code of an ended execution."""


class CommandError(Exception):
    """Ends a command with a message for the user; ``code`` is its exit code."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code
