"""The engine process: takes the data folder, binds its sockets, runs the engine and serves its API
until it is told to end."""

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import uvicorn
from msgspec import Struct

from engine.runtime.collector import calm_collector
from engine.runtime.engine import Engine
from engine.service.app import create_app
from engine.service.control import Control, end_with_parent
from engine.service.gate import Access, Gate, access_for
from engine.service.sockets import Sockets, bind
from engine.service.token import ensure_token
from engine.settings.lock import EngineLock
from engine.settings.settings import Settings

LOCK_PATIENCE = 1.0
"""Seconds to wait for the data folder's lock: an engine that ends just now, a client that looks."""
GRACE = 3
"""Seconds that running requests may take at the end."""

Work = Coroutine[Any, Any, None]


class ServeOptions(Struct, frozen=True, kw_only=True):
    """How an engine is served. Without ``address`` only the private socket is open."""

    address: tuple[str, int] | None = None
    token: str | None = None
    """In place of the data folder's token."""
    parent: int | None = None
    """A file descriptor; when it closes, an engine that is not needed ends."""


def serve(
    home: Path,
    settings: Settings,
    options: ServeOptions,
    ready: Callable[[Sockets], None],
) -> None:
    """Runs an engine until SIGTERM, SIGINT or its API ends it; ``ready`` is called when it listens.

    Raises EngineRunningError when another engine holds the data folder, OSError when the address
    cannot be had.
    """
    lock = EngineLock(home)
    lock.acquire(wait=LOCK_PATIENCE)
    try:
        with bind(home, options.address) as sockets:
            asyncio.run(_run(home, settings, options, sockets, lock, ready))
    finally:
        lock.release()


async def _run(
    home: Path,
    settings: Settings,
    options: ServeOptions,
    sockets: Sockets,
    lock: EngineLock,
    ready: Callable[[Sockets], None],
) -> None:
    control = Control(keep=options.parent is None)

    def listening() -> None:
        host, port = sockets.address or (None, None)
        path = sockets.private_path
        lock.announce(socket=str(path) if path else None, host=host, port=port)
        ready(sockets)

    with _signals(control):
        async with Engine(settings, home) as engine:
            calm_collector()
            gate = Gate(create_app(engine, control), _access(home, settings, options, sockets))
            server = Server(gate, control, listening)
            beside = [control.metrics.follow(engine.subscribe)]
            if options.parent is not None:
                parent = options.parent
                beside.append(end_with_parent(control, parent, server.connections, engine.busy))
            await _serve_with(server.serve(sockets.all), beside)


async def _serve_with(serving: Work, beside: Sequence[Work]) -> None:
    """Awaits ``serving``. What runs beside it ends with it, and ends it by failing."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in beside]
        await serving
        for task in tasks:
            task.cancel()


def _access(home: Path, settings: Settings, options: ServeOptions, sockets: Sockets) -> Access:
    by_tcp = options.address is not None or sockets.private_port is not None
    token = options.token or (ensure_token(home) if by_tcp else secrets.token_urlsafe())
    host = options.address[0] if options.address else None
    return access_for(token, host, settings.hosts, sockets.private_port)


class Server(uvicorn.Server):
    """The HTTP server, ended by ``control``; signals are not its business."""

    def __init__(self, app: Any, control: Control, listening: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                loop="asyncio",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE,
            )
        )
        self._control = control
        self._listening = listening

    def connections(self) -> int:
        """Open connections, idle ones too."""
        return len(self.server_state.connections)

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self._listening()

    async def main_loop(self) -> None:
        """Serves until ``control`` ends it."""
        ticks = asyncio.create_task(super().main_loop())
        await self._control.stopping.wait()
        self.should_exit = True
        await ticks

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def _signals(control: Control) -> Iterator[None]:
    """SIGINT and SIGTERM end the engine in good order, a second one at once."""
    loop = asyncio.get_running_loop()

    def handle(number: int, frame: Any) -> None:
        if control.stopping.is_set():
            os._exit(128 + number)
        loop.call_soon_threadsafe(control.stop)

    before = {number: signal.signal(number, handle) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def log_to_stderr() -> None:
    """What the engine has to say goes to stderr, with time and level."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    for noisy in ("httpx", "httpcore", "uvicorn.error"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
