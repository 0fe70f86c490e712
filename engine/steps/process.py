"""A child process with limits, whose output is followed live and whose whole tree ends with it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import psutil
from msgspec import Struct

from engine.steps.base import Stream
from engine.steps.capture import Capture, Lines

GRACE = 0.8
"""Seconds between the polite signal and the last one; all in all it stays under 2."""
_GIVE_UP = GRACE + 0.6
_DRAIN = 5.0
_PIECE = 16 * 1024
_UNNOTICED = 0.001
_LINE_RATE = 200_000
"""Lines a second that one stream may log; a faster writer is slowed down."""
_STREAMS: dict[int, Stream] = {1: "stdout", 2: "stderr"}
_SUPERVISOR = Path(__file__).with_name("supervisor.py")


class Limits(Struct, frozen=True, kw_only=True):
    """What each process of the tree may use; 0 leaves a thing to the system's own limit."""

    memory: int = 0
    """Bytes of private memory."""
    cpu: int = 0
    """Seconds of processor time."""
    open_files: int = 4096


class Command(Struct, frozen=True, kw_only=True):
    """What is run: a resolved program and its arguments, all of its environment, its stdin."""

    arguments: tuple[str, ...]
    env: dict[str, str]
    cwd: Path
    stdin: Path
    limits: Limits = Limits()
    max_output: int


class Ended(Struct, frozen=True, kw_only=True):
    """How a process ended; a negative exit code is the signal that ended it."""

    exit_code: int
    stdout: Capture
    stderr: Capture


async def run_process(
    command: Command, log: Callable[[str, Stream], None], *, supervised: bool | None = None
) -> Ended:
    """Runs ``command`` to its end, each line of output handed to ``log`` as it comes.

    When it returns, and when it is cancelled (within 2 seconds), no process of the tree is left. A
    supervisor sees to that on Linux; elsewhere the tree is looked through as it ends, which misses
    processes that left it before. Raises OSError when the program cannot be started.
    """
    watched = sys.platform == "linux" if supervised is None else supervised
    starting = asyncio.ensure_future(_start(command, _Follower(log, command.max_output), watched))
    try:
        process, follower = await asyncio.shield(starting)
    except asyncio.CancelledError:
        process, follower = await starting
        await _stop(process, follower)
        raise
    try:
        await follower.exited.wait()
        if not watched:
            _end_group(process.get_pid())
        await _within(_DRAIN, follower.silent)
    finally:
        if not follower.exited.is_set():
            await asyncio.shield(asyncio.ensure_future(_stop(process, follower)))
        process.close()
    stdout, stderr = follower.captures.values()
    return Ended(exit_code=process.get_returncode() or 0, stdout=stdout, stderr=stderr)


class _Follower(asyncio.SubprocessProtocol):
    """Takes in what the process writes, piece by piece, never faster than the engine can bear."""

    def __init__(self, log: Callable[[str, Stream], None], max_output: int) -> None:
        self.exited = asyncio.Event()
        self.silent = asyncio.Event()
        """Set when every process that held the pipes has let go of them."""
        self.captures = {fd: Capture(max_output) for fd in _STREAMS}
        self._lines = {fd: Lines(_to_stream(log, name)) for fd, name in _STREAMS.items()}
        self._open = set(_STREAMS)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.SubprocessTransport, transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        pipe = cast(asyncio.ReadTransport, self._transport.get_pipe_transport(fd))
        pipe.pause_reading()
        self._take(fd, data, pipe)

    def _take(self, fd: int, data: bytes, pipe: asyncio.ReadTransport) -> None:
        piece, rest = data[:_PIECE], data[_PIECE:]
        self.captures[fd].feed(piece)
        pause = self._lines[fd].feed(piece) / _LINE_RATE
        loop = asyncio.get_running_loop()
        if rest:
            loop.call_later(pause, self._take, fd, rest, pipe)
        elif pause > _UNNOTICED:
            loop.call_later(pause, pipe.resume_reading)
        else:
            pipe.resume_reading()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd in self._open:
            self._open.remove(fd)
            self._lines[fd].end()
        if not self._open:
            self.silent.set()

    def process_exited(self) -> None:
        self.exited.set()


def _to_stream(log: Callable[[str, Stream], None], name: Stream) -> Callable[[str], None]:
    return lambda line: log(line, name)


async def _start(
    command: Command, follower: _Follower, watched: bool
) -> tuple[asyncio.SubprocessTransport, _Follower]:
    arguments = command.arguments
    if watched:
        limits = command.limits
        numbers = (os.getpid(), GRACE, limits.memory, limits.cpu, limits.open_files)
        program = (sys.executable, "-I", "-S", str(_SUPERVISOR))
        arguments = (*program, *map(str, numbers), *arguments)
    with command.stdin.open("rb") as stdin:
        return await asyncio.get_running_loop().subprocess_exec(
            lambda: follower,
            *arguments,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=command.env,
            cwd=command.cwd,
            **_own_group(),
        )


async def _within(seconds: float, event: asyncio.Event) -> None:
    """Waits for ``event``, but no longer than ``seconds``."""
    waiting = asyncio.ensure_future(event.wait())
    await asyncio.wait([waiting], timeout=seconds)
    waiting.cancel()


def _own_group() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


async def _stop(process: asyncio.SubprocessTransport, follower: _Follower) -> None:
    """Ends the process and its tree: politely, then by force."""
    pid = process.get_pid()
    tree = await asyncio.to_thread(_tree, pid)
    if process.get_returncode() is None:
        _signal(pid, signal.SIGTERM)
    await _within(_GIVE_UP, follower.exited)
    if process.get_returncode() is None:
        _signal(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    _end_group(pid)
    await asyncio.to_thread(_kill, tree)
    await follower.exited.wait()
    process.close()


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _tree(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        try:
            process.kill()  # psutil sees to it that the id still means the same process
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(processes, timeout=0.3)


def _end_group(pid: int) -> None:
    """Ends what a finished process left behind in its group."""
    if sys.platform != "win32":
        try:
            os.killpg(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return
