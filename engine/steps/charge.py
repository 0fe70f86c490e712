"""One attempt in the supervisor's charge: its request, its start within limits, its report."""

import errno
import json
import os
import resource
import signal
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from engine.steps import scratch
from engine.steps.cgroup import Group
from engine.steps.process_tree import MARK, Member, kill, send

KILL_TIME = 0.5
"""Seconds that killed processes get to disappear before the engine is told that they are left."""
PATIENCE = 10.0
"""The same for hundreds of processes, where no cancel waits."""
HEADROOM = 64 * 1024**2
"""Bytes that one process may reserve beyond twice what all may use together."""
SACRIFICED = "500"
"""What the kernel's out-of-memory killer adds for scripts, so that it spares the engine."""
AT_ONCE = ("memory", "processes")
"""Reasons that leave no time for manners."""


class Charge:
    """One attempt, from its request to its report."""

    def __init__(self, number: int, attempt: socket.socket, stdio: list[int], groups: str) -> None:
        self.mark = f"{os.getpid()}.{number}"
        self.attempt = attempt
        self.pid = 0
        """The command's process; 0 until it is started."""
        self.status: int | None = None
        self.since = time.monotonic()
        self.counted = 0.0
        """When its memory was last counted exactly."""
        self.reason = ""
        self.known: frozenset[tuple[int, int]] = frozenset()
        """Its members at the last look: id and start."""
        self.memory = self.processes = 0
        self.done = False
        """Whether nothing of it is left."""
        self.ending = False
        """Whether it is to end, or has and left something behind."""
        self.peak = 0
        """Bytes that the command, or the largest process it waited for, held in memory."""
        self._grace = 0.0
        self._stdio = stdio
        self._files: dict[str, str] = {}
        self._scratch = self._result = ""
        self._data = bytearray()
        self._group = Group(f"{groups}/{number}") if groups else None
        self._kill_at = self._tell_at = 0.0
        self._begun = self._told = False
        self._asked: set[int] = set()
        attempt.setblocking(False)

    def hear(self) -> bool:
        """Takes in what the engine says: the request, or (its silence) that this is to end.

        False when there is nothing more to hear.
        """
        try:
            piece = self.attempt.recv(1024 * 1024)
        except BlockingIOError:
            return True
        except ConnectionResetError:
            piece = b""
        if piece:
            self._data += piece
            if not self._begun and len(self._data) >= 4 + int.from_bytes(self._data[:4]):
                self._begin(json.loads(self._data[4:]))
        elif self.pid:
            self.end("stopped")
        elif not self._begun:
            self._let_go_of_pipes()
            self.done = True
        return bool(piece)

    def end(self, reason: str) -> None:
        """Begins to end all its processes: politely, but for a reason that does not wait."""
        at_once = reason in AT_ONCE
        if self.reason in AT_ONCE or (self.ending and not at_once):
            return
        self.ending = True
        self.reason = reason or self.reason
        self._kill_at = time.monotonic() + (0.0 if at_once else self._grace)
        self._tell_at = self._kill_at + (PATIENCE if at_once else KILL_TIME)

    def push(self, members: list[Member], now: float) -> None:
        """Brings the end of the members forward, one round. None left is the end."""
        if not members:
            self.report(left=False)
            self.done = True
        elif now >= self._kill_at:
            self._kill(members)
            if now >= self._tell_at:
                self.report(left=True)
        elif fresh := [member for member in members if member.pid not in self._asked]:
            send(signal.SIGTERM, fresh)
            self._asked.update(member.pid for member in fresh)

    def grouped(self) -> list[int]:
        """Process ids that the control group holds, however they came to be."""
        return self._group.members() if self._group else []

    def passed(self) -> str:
        """The limit that its control group has met; empty without one."""
        return self._group.passed() if self._group else ""

    @property
    def is_grouped(self) -> bool:
        """Whether a control group keeps its processes together."""
        return self._group is not None

    @property
    def is_held(self) -> bool:
        """Whether the kernel itself holds the limits."""
        return self._group is not None and self._group.holds

    def report(self, *, left: bool) -> None:
        """Tells the engine how it ended."""
        self.reason = self.reason or self.passed()
        if self._group and not left:
            self._group.remove()
        status = int(signal.SIGKILL) if self.status is None else self.status
        tidy = self._files and not left
        result = scratch.clear(self._scratch, self._files, self._result) if tidy else None
        self._tell(status=status, reason=self.reason, peak=self.peak, left=left, result=result)
        if left:  # else the socket is closed soon
            with suppress(OSError):
                self.attempt.shutdown(socket.SHUT_WR)

    def _tell(self, **report: Any) -> None:
        """Once: the first word counts."""
        if not self._told:
            self._told = True
            with suppress(OSError):  # the engine is gone, or no longer cares
                self.attempt.sendall(json.dumps(report).encode())

    def _kill(self, members: list[Member]) -> None:
        if self._group:
            self._group.kill()
        kill(members)

    def _begin(self, request: dict[str, Any]) -> None:
        self._begun = True
        self.memory, self.processes = request["memory"], request["processes"]
        self._grace = request["grace"]
        try:
            self._start(request)
        except OSError as error:
            self._tell(error=[error.errno, error.strerror, error.filename])
            self.done = True
            if self._group:
                self._group.remove()
        finally:
            self._let_go_of_pipes()

    def _start(self, request: dict[str, Any]) -> None:
        """The command: a session of its own, its limits, its folder. Raises OSError."""
        command = request["command"]
        self._prepare(request)
        os.chdir(request["cwd"])
        if self._group:
            self._group.make(self.memory, self.processes)
            self._group.join()
        before = _lower(request)
        try:
            self.pid = os.posix_spawnp(
                command[0],
                command,
                request["env"] | {MARK: self.mark},
                file_actions=[(os.POSIX_SPAWN_DUP2, fd, to) for to, fd in enumerate(self._stdio)],
                setsid=True,
                setsigmask=(),
                setsigdef=(*_IGNORED, signal.SIGPIPE, signal.SIGXFSZ),
            )
        finally:
            for kind, limits in before.items():
                resource.setrlimit(kind, limits)
            if self._group:
                self._group.leave()
            os.chdir("/")
        _bind(self.pid, before)

    def _prepare(self, request: dict[str, Any]) -> None:
        """Its files; its stdin goes before its stdout and stderr."""
        self._scratch, self._result = request["scratch"], request["result"]
        if request["files"]:
            scratch.write(self._scratch, request["files"])
            self._files = request["files"]
        self._stdio.insert(0, os.open(request["stdin"], os.O_RDONLY | os.O_CLOEXEC))

    def _let_go_of_pipes(self) -> None:
        """Leaves the pipes to the tree alone, so that they close when its last process ends."""
        for descriptor in self._stdio:
            os.close(descriptor)


_IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def ignore_signals() -> None:
    """Lets the supervisor end with the engine and never before."""
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)


def _lower(request: dict[str, Any]) -> dict[int, tuple[int, int]]:
    """Lowers the soft limits of this process, which what it starts inherits; those before."""
    memory = request["memory"]
    wanted = {
        resource.RLIMIT_DATA: 2 * memory + HEADROOM if memory else 0,
        resource.RLIMIT_CPU: request["cpu"],
        resource.RLIMIT_NOFILE: request["open_files"],
    }
    kinds = [resource.RLIMIT_CORE, *(kind for kind, limit in wanted.items() if limit)]
    before = {kind: resource.getrlimit(kind) for kind in kinds}
    for kind, (_, hard) in before.items():
        limit = wanted.get(kind, 0)
        if hard == resource.RLIM_INFINITY or limit < hard:
            resource.setrlimit(kind, (limit, hard))
    return before


def _bind(child: int, kinds: Iterable[int]) -> None:
    """Sees to it that the command cannot raise its limits, and that the engine is spared first."""
    try:
        for kind in kinds:
            soft = resource.prlimit(child, kind)[0]
            resource.prlimit(child, kind, (soft, soft))
        file = os.open(f"/proc/{child}/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ESRCH, errno.EPERM, errno.ENOENT, errno.EACCES):
            return  # it has ended already, or runs with another user's rights
        raise
    try:
        os.write(file, SACRIFICED.encode())
    finally:
        os.close(file)
