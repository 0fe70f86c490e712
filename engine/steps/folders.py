"""The folders where steps may read and write, and files that appear in them whole or not at all."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from engine.steps.base import StepContext, StepError


def allowed_path(context: StepContext, text: str, *, follow: bool = True) -> Path:
    """The absolute path that ``text`` means, all symbolic links followed.

    With ``follow`` False a link at the very end stands for itself: it is what is moved or deleted.
    Raises StepError for a path outside the allowed folders.
    """
    if not text or "\0" in text:
        raise StepError(f'"{text}" is no path', type="config", retryable=False)
    named = context.resolve(text)
    path = real(named) if follow or named.name in ("", "..") else real(named.parent) / named.name
    if not is_allowed(context, path):
        folders = ", ".join(str(folder) for folder in context.allowed_folders) or "none"
        raise StepError(
            f'"{text}" lies outside the allowed folders ({folders}); '
            "add its folder to files.allowed in the settings",
            type="not_allowed",
            retryable=False,
        )
    return path


def is_allowed(context: StepContext, path: Path) -> bool:
    """Whether a real path lies in an allowed folder."""
    return any(path.is_relative_to(real(folder)) for folder in context.allowed_folders)


def real(path: Path) -> Path:
    """The path with every link followed. Raises StepError where links go round in circles."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise StepError(f'cannot follow "{path}": {error}', type="io", retryable=False) from error


class Replacement:
    """A file being written beside the one that it replaces at ``finish``.

    ``discard`` belongs into a finally: it removes what did not get so far.

    Raises OSError as files do.
    """

    def __init__(self, path: Path, *, create_parents: bool = True) -> None:
        self._path = path
        if create_parents:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._temporary = path.with_name(f".{path.name[:200]}.{secrets.token_hex(6)}.part")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        self._file = os.fdopen(os.open(self._temporary, flags, 0o666), "wb")

    def write(self, data: bytes) -> None:
        self._file.write(data)

    def finish(self) -> None:
        """Puts the file in its place, safe against a loss of power."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if self._path.exists():
            self._temporary.chmod(self._path.stat().st_mode & 0o777)
        self._temporary.replace(self._path)

    def discard(self) -> None:
        """Removes what is unfinished; nothing is left to do after ``finish``."""
        self._file.close()
        with suppress(FileNotFoundError):
            self._temporary.unlink()
