"""A connection that lasts: requests go to the engine that is there now, and wait while it is
started again.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Container, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from engine.client.endpoint import Endpoint, open_http
from engine.client.errors import ClientError, EngineUnavailable
from engine.client.events import as_problem
from engine.client.supervisor import Supervisor

if TYPE_CHECKING:
    import httpx

ConnectionState = Literal["connecting", "ready", "lost", "restarting"]
StateCallback = Callable[[ConnectionState], None]

OK = range(200, 300)
RESTARTS = 5
"""Restarts, each soon after the other, after which a local engine is given up."""
STEADY = 30.0
"""Seconds after which a started engine counts as well."""
UNANSWERED = 50
"""Connections in a row that an engine may drop before it is given up."""
PATIENCE = 20.0
"""Seconds that a request waits for a lost engine to come back."""
LONGEST_PAUSE = 2.0


class Connection:
    """Requests to one engine. With a supervisor it brings a local engine back when that dies."""

    def __init__(
        self, endpoint: Endpoint | None, supervisor: Supervisor | None, keep: bool = False
    ) -> None:
        self._endpoint = endpoint
        self._supervisor = supervisor
        self._keep = keep
        self._id = uuid4().hex
        self._callbacks: list[StateCallback] = []
        self._state: ConnectionState | None = None
        self._http: httpx.AsyncClient | None = None
        self._usable = asyncio.Event()
        self._gone = asyncio.Event()
        self._failure: EngineUnavailable | None = None
        self._watch: asyncio.Task[None] | None = None
        self._ending = False
        self._closed = False
        self._failures = 0

    @classmethod
    def supervised(cls, home: Path, *, start: bool, keep: bool) -> "Connection":
        return cls(None, Supervisor(home, start=start), keep)

    @classmethod
    def to(cls, endpoint: Endpoint) -> "Connection":
        return cls(endpoint, None)

    @property
    def pid(self) -> int | None:
        return self._supervisor.pid if self._supervisor else None

    def on_state(self, callback: StateCallback) -> Callable[[], None]:
        self._callbacks.append(callback)
        return partial(self._callbacks.remove, callback)

    async def open(self) -> None:
        """Connects, and starts the engine where that is asked for; again after a failure, too.

        Raises EngineUnavailable or ClientError.
        """
        self._closed = False
        self._failure = None
        self._usable.clear()
        self._tell("connecting")
        await asyncio.to_thread(import_module, "httpx")  # a fifth of a second, off this thread
        try:
            if self._supervisor is not None:
                await self._attach(self._supervisor)
                self._watch = asyncio.create_task(self._supervise(self._supervisor))
            elif self._endpoint is not None:
                self._http = open_http(self._endpoint, self._id)
                self._usable.set()
                await self.request("GET", "/health", accept=(200, 503))
        except BaseException:
            await self.close()
            raise

    async def revive(self) -> None:
        """Connects once more when the engine had been given up."""
        if self._watch is not None and self._watch.done() and not (self._closed or self._ending):
            await self.open()

    async def close(self) -> None:
        """Lets go of the engine. Requests after this raise EngineUnavailable."""
        self._closed = True
        self._failure = EngineUnavailable("the client is closed")
        self._usable.set()
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        await self._drop()
        if self._supervisor is not None:
            self._supervisor.close()

    async def ready(self, patience: float | None = None) -> "httpx.AsyncClient":
        """The HTTP client of the engine that is there now, waited for up to ``patience`` seconds.

        Raises EngineUnavailable when it has been given up, or does not come in time.
        """
        try:
            async with asyncio.timeout(patience):
                while True:
                    await self._usable.wait()
                    if self._failure is not None:
                        raise self._failure
                    if self._http is not None:
                        return self._http
                    await asyncio.sleep(0)  # it was lost again before this went on
        except TimeoutError:
            raise EngineUnavailable("the engine was lost and has not come back yet") from None

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | list[str]] | None = None,
        content: bytes = b"",
        idempotency_key: str | None = None,
        accept: Container[int] = OK,
    ) -> bytes:
        """The body of an answer. What may be sent twice is sent again when the engine was lost
        meanwhile.
        """
        import httpx

        headers = {"content-type": "application/json"} if content else {}
        if idempotency_key:
            headers["idempotency-key"] = idempotency_key
        repeatable = method in ("GET", "PUT") or idempotency_key is not None
        while True:
            http = await self.ready(PATIENCE)
            try:
                response = await http.request(
                    method, path, params=params, content=content, headers=headers
                )
                break
            except httpx.TransportError as error:
                unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                if not (unsent or repeatable) or not await self._noticed_loss():
                    raise self._unreachable(error) from error
            except RuntimeError:
                if not http.is_closed:  # else its engine was lost before the request was sent
                    raise
        self.alive()
        if response.status_code not in accept:
            raise ClientError(as_problem(response.status_code, response.content))
        return response.content

    def alive(self) -> None:
        """The engine answered: the next failure is the first again."""
        self._failures = 0
        self._tell("ready")

    async def pause(self) -> None:
        """Waits before a stream is opened again: not at all at first, up to two seconds after
        failures.
        """
        await asyncio.sleep(min(0.05 * 2**self._failures, LONGEST_PAUSE))
        self._failures = min(self._failures + 1, 10)

    def stream_lost(self) -> None:
        """A stream broke; of a supervised engine its lifeline knows better."""
        if self._supervisor is None:
            self._tell("lost")

    async def end(self, path: str) -> None:
        """Asks a local engine to stop by a POST to ``path``, and returns when its data folder is
        free.
        """
        self._ending = True
        await self.request("POST", path)
        if self._supervisor is not None:
            await self._supervisor.wait_released()

    def _unreachable(self, error: Exception) -> EngineUnavailable:
        if self._supervisor is None:
            self._tell("lost")
        where = self._endpoint.name if self._endpoint else "this machine"
        return EngineUnavailable(
            f"the engine at {where} cannot be reached: {error or type(error).__name__}"
        )

    async def _noticed_loss(self) -> bool:
        """Whether the supervisor has noticed that the engine went (it soon does) and will bring it
        back.
        """
        if self._supervisor is None or self._ending:
            return False
        try:
            await asyncio.wait_for(self._gone.wait(), 1.0)
        except TimeoutError:
            return False
        return True

    async def _attach(self, supervisor: Supervisor) -> None:
        http = await self._reach(supervisor)
        if self._keep:
            await _tell_to_stay(http)
        self._http = http
        self._gone.clear()
        self._usable.set()
        self._tell("ready")

    async def _reach(self, supervisor: Supervisor) -> "httpx.AsyncClient":
        """A client of an engine that answers. One that is being killed still takes connections for
        a moment, and drops them; it is passed over.
        """
        import httpx

        for _ in range(UNANSWERED):
            self._endpoint = await supervisor.connect()
            http = open_http(self._endpoint, self._id)
            try:
                await http.get("/health")
            except httpx.TransportError:
                await http.aclose()
                await asyncio.sleep(0.02)
            else:
                return http
        raise EngineUnavailable("the engine takes connections, but does not answer")

    async def _supervise(self, supervisor: Supervisor) -> None:
        restarts, since = 0, 0.0
        while True:
            await supervisor.wait_lost()
            self._usable.clear()
            self._gone.set()
            await self._drop()
            self._tell("lost")
            if self._ending:
                return
            restarts = 0 if time.monotonic() - since > STEADY else restarts + 1
            since = time.monotonic()
            if restarts > RESTARTS:
                self._give_up(f"the engine ended {RESTARTS} times in a row soon after its start")
                return
            if restarts:
                await asyncio.sleep(min(0.05 * 2**restarts, LONGEST_PAUSE))
            self._tell("restarting")
            try:
                await self._attach(supervisor)
            except (EngineUnavailable, OSError) as error:
                self._give_up(f"the engine was lost and cannot be started again: {error}")
                return

    def _give_up(self, why: str) -> None:
        self._failure = EngineUnavailable(why)
        self._usable.set()
        self._tell("lost")

    async def _drop(self) -> None:
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    def _tell(self, state: ConnectionState) -> None:
        if state == self._state:
            return
        self._state = state
        for callback in list(self._callbacks):
            callback(state)


async def _tell_to_stay(http: "httpx.AsyncClient") -> None:
    import httpx

    try:
        await http.put("/api/v1/engine", json={"keep": True})
    except httpx.TransportError as error:
        raise EngineUnavailable(f"the engine was lost as it started: {error}") from error
