"""The scratch folder of a script: its files written, its small result read, both removed again.

The supervisor does this beside the engine, so that no attempt waits for the disk on the loop or for
a thread. It imports the standard library alone; paths are plain texts, as they are on the hot path.
"""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress

SMALL = 64 * 1024
"""Bytes of files that the supervisor is handed."""
_SMALL_RESULT = 16 * 1024
"""Bytes of a result that it hands back: its report has to fit into a socket at once."""


def write(folder: str, files: Mapping[str, str]) -> None:
    """Makes the folder where it is missing, with new files in it for this user alone.

    Raises OSError.
    """
    if not os.path.isdir(folder):
        os.makedirs(folder, 0o700)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    for name, text in files.items():
        descriptor = os.open(os.path.join(folder, name), flags, 0o600)
        try:
            rest = memoryview(text.encode())
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        finally:
            os.close(descriptor)


def clear(folder: str, files: Mapping[str, str], result: str) -> str | None:
    """Removes the files and the result; the text of the result, "" when there is none.

    None when the result is large or no plain text: it stays, for who takes more time. So does what
    else was put into the folder.
    """
    text = _text(result)
    paths = [os.path.join(folder, name) for name in files]
    for path in paths if text is None else (*paths, result):
        with suppress(OSError):
            os.unlink(path)
    return text


def _text(path: str) -> str | None:
    try:
        found = os.lstat(path)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _SMALL_RESULT:
            return None
        with open(path, "rb") as file:
            return file.read().decode()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        return None
