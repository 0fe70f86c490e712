"""The bearer token of a data folder: a file that only its owner can read, shared by the engine and
its clients.
"""

import os
import secrets
import stat
from pathlib import Path

FILE = "token"


def ensure_token(home: Path) -> str:
    """The token of a data folder, made at the first call in a file that only the owner can read."""
    path = home / FILE
    existing = read_token(home)
    if existing:
        return existing
    token = secrets.token_urlsafe(32)
    part = home / f".{FILE}-{os.getpid()}"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(token + "\n")
    part.replace(path)
    return token


def read_token(home: Path) -> str | None:
    """The token of a data folder on this machine, or None when no engine has made one yet."""
    try:
        return (home / FILE).read_text("ascii").strip() or None
    except FileNotFoundError:
        return None
