"""Finds the engine of a data folder, or starts one, and notices when it dies.

A started engine is a process of its own that outlives a crash of its client. The client holds two
threads of it: the pipe at its standard input, whose end tells it that the client has gone, and an
idle connection (the lifeline), whose end tells the client that the engine has gone, whoever started
it.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TypedDict

import engine
from engine.client.endpoint import Endpoint
from engine.client.errors import EngineUnavailable
from engine.service.token import read_token
from engine.settings.folders import private_folder
from engine.settings.lock import LOCK_FILE, is_free, lock_holder

START_DEADLINE = 20.0
"""Seconds in which a started engine must answer."""
STOP_DEADLINE = 15.0
STARTS = 3
"""Processes that one attempt to connect may start (a dying engine can hold the lock a moment
longer).
"""
LOG_FILE = "engine.log"
LOG_LIMIT = 1024 * 1024
TAIL = 2000


class Supervisor:
    """Keeps one data folder's engine within reach. ``connect`` may be called again after it was
    lost.
    """

    def __init__(self, home: Path, *, start: bool = True) -> None:
        self._home = home
        self._start = start
        self._child: subprocess.Popen[bytes] | None = None
        self._lifeline: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.pid: int | None = None

    async def connect(self) -> Endpoint:
        """Where the engine listens, started if need be. Raises EngineUnavailable, with what the
        engine said.
        """
        self._let_go()
        self._home.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + START_DEADLINE
        starts, pause = 0, 0.01
        while True:
            endpoint = await self._attach()
            if endpoint is not None:
                return endpoint
            if not self._starting() and is_free(self._lock_path()):
                self._check_may_start(starts)
                await asyncio.to_thread(self._spawn)
                starts += 1
            if time.monotonic() > deadline:
                raise EngineUnavailable(
                    f"the engine of {self._home} did not answer within {START_DEADLINE:g} s. "
                    + self._tail()
                )
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.1)

    async def wait_lost(self) -> None:
        """Returns when the connected engine has gone."""
        if self._lifeline is not None:
            with contextlib.suppress(OSError):
                await self._lifeline[0].read()

    async def wait_released(self) -> None:
        """Returns when the engine's process has let go of the data folder. Raises EngineUnavailable
        if it does not.
        """
        deadline = time.monotonic() + STOP_DEADLINE
        while not is_free(self._lock_path()):
            if time.monotonic() > deadline:
                raise EngineUnavailable(f"the engine (process {self.pid}) does not end")
            await asyncio.sleep(0.02)

    def close(self) -> None:
        """Lets go of the engine, which then decides by itself whether to stay."""
        self._let_go()
        if self._child is not None and self._child.stdin is not None:
            self._child.stdin.close()

    async def _attach(self) -> Endpoint | None:
        holder = lock_holder(self._home)
        if holder is None:
            return None
        try:
            if holder.socket:
                self._lifeline = await asyncio.open_unix_connection(holder.socket)
            elif holder.port:
                self._lifeline = await asyncio.open_connection("127.0.0.1", holder.port)
            else:
                return None
        except OSError:
            return None
        self.pid = holder.pid
        if holder.socket:
            return Endpoint(socket=holder.socket)
        return Endpoint(url=f"http://127.0.0.1:{holder.port}", token=read_token(self._home))

    def _lock_path(self) -> Path:
        return self._home / LOCK_FILE

    def _starting(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def _check_may_start(self, starts: int) -> None:
        if not self._start:
            raise EngineUnavailable(
                f"no engine runs for {self._home}; start one with: treadle serve"
            )
        if starts >= STARTS:
            code = self._child.returncode if self._child else None
            raise EngineUnavailable(f"the engine ended with exit code {code}. {self._tail()}")

    def _spawn(self) -> None:
        command = [sys.executable, "-m", "engine.cli.main", "serve", "--private"]
        with self._open_log() as log:
            self._child = subprocess.Popen(
                [*command, "--parent-pipe", "0"],
                cwd=Path(engine.__file__).parent.parent,
                env={**os.environ, "TREADLE_HOME": str(self._home)},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                **_detached(),
            )

    def _open_log(self) -> IO[bytes]:
        try:
            path = private_folder(self._home) / LOG_FILE
        except OSError as error:
            raise EngineUnavailable(str(error)) from error
        large = path.exists() and path.stat().st_size > LOG_LIMIT
        return path.open("wb" if large else "ab")

    def _tail(self) -> str:
        """The last lines that the engine wrote, for an error message."""
        path = self._home / LOG_FILE
        if not path.exists():
            return ""
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL))
            text = file.read().decode(errors="replace").strip()
        return f"It said ({path}):\n{text}" if text else ""

    def _let_go(self) -> None:
        if self._lifeline is not None:
            self._lifeline[1].close()
            self._lifeline = None


class _Detached(TypedDict, total=False):
    creationflags: int
    start_new_session: bool


def _detached() -> _Detached:
    """The engine gets a session of its own: Ctrl-C in the client's terminal is not meant for it."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}
