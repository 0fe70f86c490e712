"""Control groups of Linux (version 2): where the kernel itself bounds what an attempt uses.

A folder of groups is made once by each engine: ``treadle-PID-START`` below the engine's own group
when the system has handed that over (delegated), or below the root when the engine is root. In it
stands one group for each attempt, with ``memory.max``, ``pids.max`` and no swap.
"""

import os
from contextlib import suppress
from pathlib import Path

NEEDED = frozenset({"memory", "pids"})
_PREFIX = "treadle-"
_ENGINE = "engine"


class UnavailableError(Exception):
    """There are no groups for us; the message says why, and how there can be."""


class Group:
    """The group of one attempt; the supervisor enters it to start what is born there."""

    def __init__(self, path: str) -> None:
        self._path = path

    def make(self, memory: int, processes: int) -> None:
        """Makes it with its limits; 0 is none. Raises OSError."""
        os.mkdir(self._path)  # noqa: PTH102
        if memory:
            self._write("memory.max", str(memory))
            self._write("memory.oom.group", "1")
            with suppress(FileNotFoundError):  # a kernel without swap accounting
                self._write("memory.swap.max", "0")
        if processes:
            self._write("pids.max", str(processes))

    def join(self) -> None:
        """Takes this process in, so that what it starts is born in the group."""
        self._write("cgroup.procs", "0")

    def leave(self) -> None:
        """Takes this process out again, into the folder's group for engines."""
        _write(f"{self._path}/../{_ENGINE}/cgroup.procs", "0")

    def members(self) -> list[int]:
        """Ids of the processes in it."""
        with open(f"{self._path}/cgroup.procs", "rb") as file:  # noqa: PTH123
            return [int(line) for line in file]

    def passed(self) -> str:
        """Which limit was reached: ``memory``, ``processes``, or none."""
        if self._count("memory.events", b"oom_kill"):
            return "memory"
        return "processes" if self._count("pids.events", b"max") else ""

    def kill(self) -> None:
        """Kills every process in it at once, where the kernel can (5.14 and later)."""
        with suppress(FileNotFoundError):
            self._write("cgroup.kill", "1")

    def remove(self) -> None:
        """Removes it once it is empty; one that is not is left to the next start."""
        with suppress(OSError):
            os.rmdir(self._path)  # noqa: PTH106

    def _write(self, name: str, text: str) -> None:
        _write(f"{self._path}/{name}", text)

    def _count(self, name: str, word: bytes) -> int:
        try:
            with open(f"{self._path}/{name}", "rb") as file:  # noqa: PTH123
                lines = [line.split() for line in file]
        except FileNotFoundError:
            return 0
        return next((int(words[1]) for words in lines if words[0] == word), 0)


def prepare(needed: frozenset[str] = NEEDED) -> Path:
    """Makes this engine's folder of groups and clears away those of dead engines.

    The engine moves into a group of its own below its present one where that is needed. Raises
    UnavailableError.
    """
    mount, own = _place()
    reasons = []
    for parent in dict.fromkeys((own, mount)):
        try:
            return _make_below(parent, needed)
        except (OSError, UnavailableError) as error:
            reasons.append(str(error))
    raise UnavailableError("; ".join(dict.fromkeys(reasons)))


def remove(folder: Path) -> None:
    """Kills what is left in a folder of groups and removes it, as far as the kernel lets go."""
    for group in sorted(folder.rglob("*/"), reverse=True):
        if group.name != _ENGINE:
            with suppress(OSError):
                _write(str(group / "cgroup.kill"), "1")
        with suppress(OSError):
            group.rmdir()
    with suppress(OSError):
        folder.rmdir()


def _make_below(parent: Path, needed: frozenset[str]) -> Path:
    controllers = set((parent / "cgroup.controllers").read_text().split())
    if missing := sorted(needed - controllers):
        raise UnavailableError(f"{parent} does not offer {' and '.join(missing)}")
    if not os.access(parent / "cgroup.procs", os.W_OK) or not os.access(parent, os.W_OK):
        raise UnavailableError(f"{parent} is not ours to write")
    _clear(parent)
    folder = parent / f"{_PREFIX}{os.getpid()}-{_started(os.getpid())}"
    (folder / _ENGINE).mkdir(parents=True, exist_ok=True)
    try:
        if (parent / "cgroup.type").exists():  # all but the root have it
            _move_in(parent, folder / _ENGINE)
        for group in (parent, folder):
            for controller in sorted(needed):
                _write(str(group / "cgroup.subtree_control"), f"+{controller}")
    except OSError:
        remove(folder)
        raise
    return folder


def _move_in(parent: Path, leaf: Path) -> None:
    """Moves the engine down: a group that hands out limits may hold no process itself."""
    if set((parent / "cgroup.procs").read_text().split()) - {str(os.getpid())}:
        raise UnavailableError(f"{parent} holds other programs besides the engine")
    _write(str(leaf / "cgroup.procs"), str(os.getpid()))


def _clear(parent: Path) -> None:
    """Removes the folders of engines that are no more."""
    for folder in parent.glob(f"{_PREFIX}*-*"):
        pid, _, started = folder.name.removeprefix(_PREFIX).partition("-")
        if pid.isdigit() and _started(int(pid)) != started:
            remove(folder)


def _started(pid: int) -> str:
    """When a process started, in the kernel's ticks; empty when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return ""
    return stat.rpartition(b")")[2].split()[19].decode()


def _place() -> tuple[Path, Path]:
    """Where version 2 is mounted, and this process's own group there. Raises UnavailableError."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text().splitlines()
        groups = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError as error:
        raise UnavailableError(f"this system has no control groups ({error.strerror})") from error
    mount = next((line.split()[4] for line in mounts if " - cgroup2 " in line), None)
    own = next((line.removeprefix("0::") for line in groups if line.startswith("0::")), None)
    if mount is None or own is None:
        raise UnavailableError("this system has no control groups of version 2")
    return Path(mount), Path(mount) / own.lstrip("/")


def _write(path: str, text: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(file, text.encode())
    finally:
        os.close(file)
