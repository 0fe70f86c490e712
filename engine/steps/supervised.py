"""Runs a command below the supervisor, on Linux: limits hold, and nothing of its tree is left."""

import asyncio
import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import msgspec

from engine.steps import cgroup
from engine.steps.base import Stream
from engine.steps.command import Command, Ended, Reason
from engine.steps.follow import Follower
from engine.steps.pipe import Pipe
from engine.steps.process_tree import MARK, environment, look, send

GRACE = 0.8
"""Seconds between the polite signal and the last one; all in all it stays under 2."""
_GIVE_UP = GRACE + 1.0
_DRAIN = 5.0
_BUSY = 0.005
_ROUNDS = 50
_ROOT = str(Path(__file__).parents[2])
_PROGRAM = "import sys; sys.path.append({!r}); from engine.steps.supervisor import main; main()"
_FULL = (errno.EAGAIN, errno.ETOOMANYREFS, errno.ENOBUFS)
_REASONS: dict[str, Reason] = {"memory": "memory", "processes": "processes"}


class Supervision:
    """The supervisor of this process's scripts, started when it is first needed.

    One serves all event loops of the process. Closed or killed, it starts anew at the next attempt.
    """

    def __init__(self, *, cgroups: bool = True, needed: frozenset[str] = cgroup.NEEDED) -> None:
        self._cgroups = cgroups
        self._needed = needed
        self._groups: Path | None = None
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._running = 0

    @property
    def pid(self) -> int | None:
        """Process id of the supervisor, None while there is none."""
        return self._process.pid if self._process else None

    async def run(self, command: Command, log: Callable[[str, Stream], None]) -> Ended:
        """Runs ``command`` to its end.

        When it returns, and when it is cancelled (within 2 seconds), no process of the tree is
        left. Raises OSError when the program cannot be started.
        """
        follower = Follower(log, command.max_output, command.limits.output)
        self._running += 1
        supervisor = None
        ended = None
        try:
            with closing(_Attempt()) as attempt:
                await self._begin(attempt, command, follower)
                supervisor = self._process
                ended = await _finish(attempt, command, follower)
                return ended
        finally:
            self._running -= 1
            follower.close()
            if (ended is None or ended.reason == "lost") and supervisor and supervisor.poll():
                await asyncio.shield(asyncio.to_thread(_end_lost, supervisor.pid))

    async def close(self) -> None:
        """Ends the supervisor; attempts that still run go on to their end below it."""
        with self._lock:
            control, process = self._control, self._process
            self._control = self._process = None
        if control and process:
            control.close()
            if not self._running:
                with suppress(subprocess.TimeoutExpired):
                    await asyncio.to_thread(process.wait, 2)
        if self._groups and not self._running:
            await asyncio.to_thread(cgroup.remove, self._groups)

    async def _begin(self, attempt: "_Attempt", command: Command, follower: Follower) -> None:
        """Hands the attempt over, with its request."""
        with ExitStack() as handed:
            handed.enter_context(attempt.theirs)
            descriptors = [attempt.theirs.fileno()]
            for reading in follower.streams.values():
                read, write = os.pipe()
                handed.callback(os.close, write)
                descriptors.append(write)
                attempt.pipes.append(Pipe(read, reading))
            rest = attempt.ask(_request(command))
            await self._hand_over(descriptors)
        if rest:
            await attempt.ask_all(rest)
        attempt.listen()

    async def _hand_over(self, descriptors: list[int]) -> None:
        """Sends descriptors to the supervisor, to a new one if the last has died."""
        control = self._control
        if control is None:
            control = await asyncio.to_thread(self._start)
        try:
            await _send(control, descriptors)
        except (BrokenPipeError, ConnectionResetError):
            await asyncio.to_thread(self._forget, control)
            await _send(await asyncio.to_thread(self._start), descriptors)

    def _start(self) -> socket.socket:
        with self._lock:
            if self._control is None:
                groups = self._prepare_groups()
                ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                ours.setblocking(False)
                with theirs:
                    program = [sys.executable, "-I", "-S", "-c", _PROGRAM.format(_ROOT)]
                    self._process = subprocess.Popen(
                        [*program, str(theirs.fileno()), groups],
                        pass_fds=[theirs.fileno()],
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                        env={},
                        cwd="/",
                        start_new_session=True,
                    )
                self._control = ours
            return self._control

    def _prepare_groups(self) -> str:
        """The folder of control groups, made at the first start; empty where there can be none."""
        if self._cgroups and self._groups is None:
            with suppress(cgroup.UnavailableError):
                self._groups = cgroup.prepare(self._needed)
        return str(self._groups or "")

    def _forget(self, control: socket.socket) -> None:
        with self._lock:
            if self._control is control:
                control.close()
                self._control = None
                if self._process:
                    self._process.wait()


SUPERVISION = Supervision()


def _end_lost(supervisor: int) -> None:
    """Kills what a supervisor that was killed itself has left behind, by the mark that it set."""
    mark = f"{MARK}={supervisor}.".encode()
    for _ in range(_ROUNDS):
        everyone = [member for members in look().values() for member in members]
        found = [m for m in everyone if mark in environment(m.pid)]
        if not found:
            return
        send(signal.SIGKILL, found)


async def _send(control: socket.socket, descriptors: list[int]) -> None:
    """Sends a message with descriptors; waits while there is no room for it."""
    while True:
        try:
            socket.send_fds(control, [b"+"], descriptors)
            return
        except OSError as error:
            if error.errno not in _FULL:
                raise
        await asyncio.sleep(_BUSY)


def _request(command: Command) -> bytes:
    limits = command.limits
    request = {
        "command": command.arguments,
        "env": command.env,
        "cwd": str(command.cwd),
        "scratch": str(command.scratch),
        "files": command.files,
        "stdin": str(command.stdin),
        "result": str(command.result),
        "grace": GRACE,
        "memory": limits.memory,
        "processes": limits.processes,
        "cpu": limits.cpu,
        "open_files": limits.open_files,
    }
    data = msgspec.json.encode(request)
    return len(data).to_bytes(4) + data


async def _finish(attempt: "_Attempt", command: Command, follower: Follower) -> Ended:
    """Follows the attempt to its end; ends it when this is cancelled, or writes without end."""
    follower.flooded.add_done_callback(attempt.stop)
    try:
        report = await asyncio.shield(attempt.report)
        if report:
            for pipe in attempt.pipes:
                pipe.drain()
            await follower.silent(_DRAIN)
    except asyncio.CancelledError:
        attempt.stop()
        await asyncio.shield(attempt.report)
        raise
    if "error" in report:
        raise OSError(*report["error"])
    reason: Reason = _REASONS.get(report.get("reason", ""), "") if report else "lost"
    if follower.flooded.done():
        reason = "output"
    stdout, stderr = (reading.capture for reading in follower.streams.values())
    return Ended(
        exit_code=os.waitstatus_to_exitcode(report.get("status", 9)),
        stdout=stdout,
        stderr=stderr,
        reason=reason,
        peak=report.get("peak", 0),
        left=report.get("left", False),
        result=report.get("result"),
    )


class _Attempt:
    """The engine's end of an attempt's socket: the request goes, the report comes."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.report: asyncio.Future[dict[str, Any]] = self._loop.create_future()
        """What the supervisor told; nothing when it was killed, or does not answer in time."""
        self._socket, self.theirs = socket.socketpair()
        self.pipes: list[Pipe] = []
        self._socket.setblocking(False)
        self._descriptor = self._socket.fileno()
        self._data = bytearray()
        self._timer: asyncio.TimerHandle | None = None

    def ask(self, request: bytes) -> bytes:
        """Writes what there is room for of the request; the rest of it."""
        return request[self._socket.send(request) :]

    async def ask_all(self, request: bytes) -> None:
        """Writes the rest, however long it is."""
        with suppress(BrokenPipeError, ConnectionResetError):  # no report will come, then
            await self._loop.sock_sendall(self._socket, request)

    def listen(self) -> None:
        """Waits for the report from now on."""
        self._loop.add_reader(self._descriptor, self._hear)

    def stop(self, _: object = None) -> None:
        """Asks for the end of the attempt, and waits for it, but not for ever."""
        if self._timer is None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)
            self._timer = self._loop.call_later(_GIVE_UP, self._tell, b"")

    def close(self) -> None:
        """Lets go of the socket."""
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._descriptor)
        self._socket.close()
        self.report.cancel()

    def _hear(self) -> None:
        try:
            piece = self._socket.recv(65536)
        except BlockingIOError:
            return
        except ConnectionResetError:
            piece = b""
        self._data += piece
        if not piece:
            self._loop.remove_reader(self._descriptor)
            self._tell(self._data)

    def _tell(self, data: bytes | bytearray) -> None:
        if not self.report.done():
            self.report.set_result(msgspec.json.decode(data) if data else {})
