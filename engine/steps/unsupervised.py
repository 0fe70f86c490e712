"""Runs a command where there is no supervisor: macOS, Windows. Its tree is looked through."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any, cast

import psutil

from engine.steps.base import Stream
from engine.steps.command import Command, Ended
from engine.steps.follow import Follower
from engine.steps.scratch import write

GRACE = 0.8
"""Seconds between the polite signal and the last one."""
_GIVE_UP = GRACE + 0.6
_DRAIN = 5.0


async def run_alone(command: Command, log: Callable[[str, Stream], None]) -> Ended:
    """Runs ``command`` to its end; only its output is limited. Raises OSError."""
    follower = Follower(log, command.max_output, command.limits.output)
    starting = asyncio.ensure_future(_start(command, follower))
    try:
        process, ending = await asyncio.shield(starting)
    except asyncio.CancelledError:
        process, ending = await starting
        await _stop(process, ending)
        raise
    try:
        exiting = asyncio.ensure_future(ending.exited.wait())
        endings: list[asyncio.Future[Any]] = [exiting, follower.flooded]
        await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
        exiting.cancel()
        if not ending.exited.is_set():
            await _stop(process, ending)
        _end_group(process.get_pid())
        await follower.silent(_DRAIN)
    finally:
        if not ending.exited.is_set():
            await asyncio.shield(asyncio.ensure_future(_stop(process, ending)))
        process.close()
    stdout, stderr = (reading.capture for reading in follower.streams.values())
    return Ended(
        exit_code=process.get_returncode() or 0,
        stdout=stdout,
        stderr=stderr,
        reason="output" if follower.flooded.done() else "",
    )


class _Process(asyncio.SubprocessProtocol):
    """Hands what comes to the readings of a follower."""

    def __init__(self, follower: Follower) -> None:
        self.exited = asyncio.Event()
        self._readings = dict(enumerate(follower.streams.values(), start=1))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        process = cast(asyncio.SubprocessTransport, transport)
        for fd, reading in self._readings.items():
            pipe = process.get_pipe_transport(fd)
            assert pipe is not None
            reading.connection_made(pipe)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._readings[fd].data_received(data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        self._readings[fd].connection_lost(exc)

    def process_exited(self) -> None:
        self.exited.set()


async def _start(
    command: Command, follower: Follower
) -> tuple[asyncio.SubprocessTransport, _Process]:
    if command.files:
        await asyncio.to_thread(write, str(command.scratch), command.files)
    with command.stdin.open("rb") as stdin:
        return await asyncio.get_running_loop().subprocess_exec(
            lambda: _Process(follower),
            *command.arguments,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=command.env,
            cwd=command.cwd,
            **_own_group(),
        )


def _own_group() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


async def _stop(process: asyncio.SubprocessTransport, ending: _Process) -> None:
    """Ends the process and its tree: politely, then by force."""
    pid = process.get_pid()
    tree = await asyncio.to_thread(_tree, pid)
    if process.get_returncode() is None:
        _signal(pid, signal.SIGTERM)
    waiting = asyncio.ensure_future(ending.exited.wait())
    await asyncio.wait([waiting], timeout=_GIVE_UP)
    waiting.cancel()
    if process.get_returncode() is None:
        _signal(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    _end_group(pid)
    await asyncio.to_thread(_kill, tree)
    await ending.exited.wait()
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
