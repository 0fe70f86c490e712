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
        self.holds = False
        """Whether the kernel bounds what is in it, and does not only keep it together."""

    def make(self, memory: int, processes: int) -> None:
        """Makes it with its limits; 0 is none. Raises OSError."""
        os.mkdir(self._path)  # noqa: PTH102
        wanted = {
            "memory.max": memory,
            "memory.oom.group": int(bool(memory)),
            "pids.max": processes,
        }
        for name, limit in wanted.items():
            if limit:
                self._limit(name, limit)
        self._limit("memory.swap.max", 0)  # not on kernels without swap accounting

    def _limit(self, name: str, limit: int) -> None:
        """Sets a limit where its controller is there, which ``prepare`` has seen to."""
        with suppress(FileNotFoundError):
            self._write(name, str(limit))
            self.holds = True

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


def find(needed: frozenset[str] = NEEDED) -> Path:
    """The group below which this engine can make its own. Raises UnavailableError."""
    mount, own = _place()
    if own.name == _ENGINE and own.parent.name.startswith(_PREFIX):
        own = own.parent.parent  # this engine has moved in already
    reasons = []
    for parent in dict.fromkeys((own, mount)):
        if reason := _obstacle(parent, needed):
            reasons.append(reason)
        else:
            return parent
    raise UnavailableError(" and ".join(dict.fromkeys(reasons)))


def prepare(needed: frozenset[str] = NEEDED) -> Path:
    """Makes this engine's folder of groups and clears away those of dead engines.

    Where a group may hold no process beside others, the engine moves down into one of its own.
    Raises UnavailableError.
    """
    parent = find(needed)
    folder = parent / f"{_PREFIX}{os.getpid()}-{_started(os.getpid())}"
    try:
        _clear(parent)
        (folder / _ENGINE).mkdir(parents=True, exist_ok=True)
        if not _is_root(parent):
            _write(str(folder / _ENGINE / "cgroup.procs"), str(os.getpid()))
        for group in (parent, folder):
            for controller in sorted(needed):
                _write(str(group / "cgroup.subtree_control"), f"+{controller}")
    except OSError as error:
        remove(folder)
        raise UnavailableError(f"{parent} refuses: {error.strerror}") from error
    return folder


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


def _obstacle(parent: Path, needed: frozenset[str]) -> str:
    """Why no groups can be made below ``parent``; empty when they can."""
    try:
        controllers = set((parent / "cgroup.controllers").read_text().split())
        inside = set((parent / "cgroup.procs").read_text().split())
    except OSError as error:
        return f"{parent} cannot be read ({error.strerror})"
    if missing := sorted(needed - controllers):
        return f"{parent} does not offer {' and '.join(missing)}"
    if not all(os.access(place, os.W_OK) for place in (parent, parent / "cgroup.procs")):
        return f"{parent} is not ours to write"
    if not _is_root(parent) and inside - {str(os.getpid())}:
        return f"{parent} holds other programs besides the engine"
    return ""


def _is_root(group: Path) -> bool:
    return not (group / "cgroup.type").exists()  # all but the root have it


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
