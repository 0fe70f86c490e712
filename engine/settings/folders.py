"""Where Treadle keeps its data on this machine, and what its folders and socket are called."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

MAX_SOCKET_PATH = 100
"""Bytes that a Unix socket's path may have here; systems allow 104 to 108."""
_OWN_NAMES = frozenset(
    {"treadle.sqlite", "engine.lock", "engine.log", "settings.yaml", "owners", "designer.ini"}
)
"""What is in a data folder and hardly elsewhere; one of them is enough to know it by."""


def home() -> Path:
    """The data folder: ``TREADLE_HOME``, else the user's data folder. It may not exist yet."""
    chosen = os.environ.get("TREADLE_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("treadle", appauthor=False)


def private_folder(path: Path) -> Path:
    """Makes ``path`` a folder that only its owner can enter, and returns it.

    Raises PermissionError when it belongs to somebody else, or others can enter it and find there
    what is not Treadle's; OSError when it cannot be made.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name != "posix":
        return path
    found = path.stat()
    if found.st_uid != os.geteuid():
        raise PermissionError(f"{path} belongs to another user; choose a folder of your own")
    if stat.S_IMODE(found.st_mode) & 0o077:
        names = {entry.name for entry in path.iterdir()}
        if names and names.isdisjoint(_OWN_NAMES):
            raise PermissionError(
                f"{path} holds other files, and closing it to other users could lock them out; "
                "choose an empty folder, or one that does not exist yet"
            )
        path.chmod(0o700)
    return path


def socket_path(data: Path) -> Path | None:
    """The path of the engine's private socket for a data folder, short enough for the system.

    Its folder is made, mode 0700. None where the platform has no Unix sockets. Raises as
    ``private_folder``.
    """
    if os.name != "posix":
        return None
    direct = private_folder(data) / "run" / "engine.sock"
    if len(os.fsencode(direct)) < MAX_SOCKET_PATH:
        private_folder(direct.parent)
        return direct
    digest = hashlib.sha256(os.fsencode(data.absolute())).hexdigest()[:16]
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    if len(os.fsencode(base)) > 60:
        base = Path("/tmp")  # noqa: S108 - the folder below is private, and checked to be ours
    folder = private_folder(base / f"treadle-{os.geteuid()}")
    return folder / f"{digest}.sock"
