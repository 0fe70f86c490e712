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
        _close_to_others(path)
        return existing
    token = secrets.token_urlsafe(32)
    part = home / f".{FILE}-{os.getpid()}"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(token + "\n")
    part.replace(path)
    return token


def read_token(home: Path) -> str | None:
    """The token of a data folder on this machine, or None when its file holds none (yet)."""
    try:
        text = (home / FILE).read_bytes().decode("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    return text if is_token(text) else None


def is_token(text: str) -> bool:
    """Whether a header can carry ``text`` as a bearer token."""
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def _close_to_others(path: Path) -> None:
    """Takes the rights of others to a token file; a link's target is left as it is."""
    mode = path.lstat().st_mode
    if os.name == "posix" and stat.S_ISREG(mode) and stat.S_IMODE(mode) & 0o077:
        path.chmod(0o600)
