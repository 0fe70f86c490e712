"""Who descends from whom on this machine, and what they use: one look at Linux's /proc."""

import os
import signal
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
MARK = "TREADLE_PROCESS"
"""Variable by which a process is known that has left its session and its parents."""
_LONGEST = 1024
_PARENT, _GROUP, _SESSION, _THREADS, _STARTED, _RESIDENT = 1, 2, 3, 17, 19, 21
"""Places in /proc/PID/stat, counted from the state, which follows the program's name."""


class Member(NamedTuple):
    """A process at the time of the look."""

    pid: int
    parent: int
    group: int
    session: int
    threads: int
    started: int
    """In ticks since the machine started: tells it from a later process with the same id."""
    memory: int
    """Bytes that lie in memory; what it shares with others is counted whole."""


Tree = Mapping[int, list[Member]]
"""Process id -> its children."""


def look() -> Tree:
    """All processes of the machine by their parent."""
    children: dict[int, list[Member]] = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208
        if entry.isdigit() and (member := member_of(int(entry))):
            children.setdefault(member.parent, []).append(member)
    return children


def below(pid: int, tree: Tree) -> list[Member]:
    """Everything that descends from ``pid``."""
    found = list(tree.get(pid, ()))
    for member in found:
        found.extend(tree.get(member.pid, ()))
    return found


def member_of(pid: int) -> Member | None:
    """The process with this id, None when there is none."""
    stat = _read(f"/proc/{pid}/stat", _LONGEST)
    fields = stat.rpartition(b")")[2].split()
    if not fields:
        return None
    return Member(
        pid,
        int(fields[_PARENT]),
        int(fields[_GROUP]),
        int(fields[_SESSION]),
        int(fields[_THREADS]),
        int(fields[_STARTED]),
        int(fields[_RESIDENT]) * _PAGE,
    )


def newest() -> int:
    """The process id that was given last."""
    return int(_read("/proc/loadavg", _LONGEST).split()[-1])


def own_memory(members: Iterable[Member]) -> int:
    """Bytes that the processes use together; what they share is counted once among them."""
    return sum(_proportional(member) for member in members)


def environment(pid: int) -> bytes:
    """What a process was started with, ``NAME=value`` ended by NUL each; empty when not told."""
    return _read(f"/proc/{pid}/environ", 2 * 1024**2)


def send(number: int, members: Iterable[Member]) -> None:
    """Signals each of them; who has ended meanwhile, or took another user's rights, is left."""
    for member in members:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(member.pid, number)


def kill(members: Collection[Member]) -> None:
    """Kills them by their process groups.

    The kernel does that to a whole group at once, also to those born since the look: none can fork
    away from it.
    """
    for group in {member.group for member in members} - {0, os.getpgrp()}:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    send(signal.SIGKILL, members)


def _proportional(member: Member) -> int:
    """Its share of memory, swap included; all of it where the kernel does not tell."""
    lines = [line.split() for line in _read(f"/proc/{member.pid}/smaps_rollup", 8192).splitlines()]
    shares = [int(words[1]) for words in lines if words[0] in (b"Pss:", b"SwapPss:")]
    return sum(shares) * 1024 if shares else member.memory


def _read(path: str, most: int) -> bytes:
    """A file of /proc; empty when its process has ended since, or belongs to another user."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(file, most)
    except OSError:
        return b""
    finally:
        os.close(file)
