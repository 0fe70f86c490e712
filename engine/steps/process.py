"""A child process with limits, whose output is followed live and whose whole tree ends with it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from msgspec import Struct

from engine.steps.base import Stream
from engine.steps.capture import Capture, Lines

GRACE = 1.0
"""Seconds between the polite signal and the last one; all in all it stays under 2."""
_GIVE_UP = GRACE + 0.7
_DRAIN = 5.0
_LOOK_AGAIN = 0.1
_CHUNK = 64 * 1024
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
    starting = asyncio.ensure_future(_start(command, watched))
    try:
        process = await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _stop(await starting)
        raise
    stdout, stderr = Capture(command.max_output), Capture(command.max_output)
    readers = [
        asyncio.ensure_future(_follow(process.stdout, stdout, lambda line: log(line, "stdout"))),
        asyncio.ensure_future(_follow(process.stderr, stderr, lambda line: log(line, "stderr"))),
    ]
    try:
        exit_code = await _exit(process)
        if not watched:
            _end_group(process.pid)
        ended, _ = await asyncio.wait(readers, timeout=_DRAIN)
        for reader in ended:
            reader.result()
    finally:
        if process.returncode is None:
            await asyncio.shield(asyncio.ensure_future(_stop(process)))
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
    return Ended(exit_code=exit_code, stdout=stdout, stderr=stderr)


async def _start(command: Command, watched: bool) -> asyncio.subprocess.Process:
    arguments = command.arguments
    if watched:
        limits = command.limits
        numbers = (os.getpid(), GRACE, limits.memory, limits.cpu, limits.open_files)
        program = (sys.executable, "-I", "-S", str(_SUPERVISOR))
        arguments = (*program, *map(str, numbers), *arguments)
    with command.stdin.open("rb") as stdin:
        return await asyncio.create_subprocess_exec(
            *arguments,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=command.env,
            cwd=command.cwd,
            limit=_CHUNK,
            **_own_group(),
        )


def _own_group() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


async def _follow(
    stream: asyncio.StreamReader | None, capture: Capture, on_line: Callable[[str], None]
) -> None:
    lines = Lines(on_line)
    while stream is not None and (data := await stream.read(_CHUNK)):
        capture.feed(data)
        lines.feed(data)
    lines.end()


async def _exit(process: asyncio.subprocess.Process) -> int:
    """The exit code as soon as there is one: asyncio's own wait may want all pipes closed first."""
    waiting = asyncio.ensure_future(process.wait())
    try:
        while process.returncode is None:
            await asyncio.wait([waiting], timeout=_LOOK_AGAIN)
    finally:
        waiting.cancel()
    return process.returncode


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Ends the process and its tree: politely, then by force."""
    tree = await asyncio.to_thread(_tree, process.pid)
    _signal(process.pid, signal.SIGTERM)
    try:
        await asyncio.wait_for(_exit(process), _GIVE_UP)
    except TimeoutError:
        _signal(process.pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    _end_group(process.pid)
    await asyncio.to_thread(_kill, tree)
    await _exit(process)


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
