"""The window's link to its engine: connection, health, the stream of events, the end."""

import asyncio
from contextlib import aclosing, suppress

from msgspec import Struct
from PySide6.QtCore import QObject, QTimer, Signal

from designer.runs import Spawn
from engine import ClientError, EngineClient, EngineUnavailable, api

REFRESH_SECONDS = 15
SOON_MS = 500
CHANGES = ("execution.", "workflow.", "trigger.")


class EngineStatus(Struct, frozen=True, kw_only=True):
    """What the status bar tells: how the engine is, and what its scheduler will do."""

    health: api.Health
    scheduler: api.SchedulerStatus


class EngineLink(QObject):
    """Holds the client for the window's life. Its client may be used at once: requests wait.

    ``state_changed``: connecting, ready, lost, restarting, or ``failed`` (``failure`` says why).
    """

    state_changed = Signal(str)
    events = Signal(list)
    status_changed = Signal(object)
    workflows_changed = Signal()

    def __init__(
        self, client: EngineClient, place: str, *, local: bool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.client = client
        self.place = place
        """Where the engine runs, in words: ``on this machine``."""
        self.local = local
        self.state = "connecting"
        self.failure = ""
        self.status: EngineStatus | None = None
        self._open = False
        self._spawn: Spawn | None = None
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._refresh_now)
        client.on_state(self._take_state)

    async def run(self, spawn: Spawn) -> None:
        """Connects, then hands on events until it is cancelled or the engine is given up."""
        self._spawn = spawn
        try:
            if not self._open:
                await self.client.__aenter__()
                self._open = True
                spawn(self._watch_status())
            async with aclosing(self.client.events()) as batches:
                async for batch in batches:
                    self._take_events(batch)
        except (ClientError, OSError) as error:
            self.failure = self._failure_words(error)
            self._take_state("failed")

    def _failure_words(self, error: Exception) -> str:
        if isinstance(error, ClientError) and error.status == 401:
            return (
                f"The engine {self.place} does not take this token. Start Treadle with --token, or "
                'set TREADLE_TOKEN; it is in the file "token" of the server\'s data folder.'
            )
        return f"There is no engine. {error}"

    def retry(self) -> None:
        """Tries once more, after it failed."""
        if self._spawn is not None and self.state == "failed":
            self._take_state("connecting")
            self._spawn(self.run(self._spawn))

    async def info(self) -> api.EngineInfo | None:
        """Who else uses the local engine and whether it is busy; None for a remote or lost one."""
        if not self.local or not self._open or self.state != "ready":
            return None
        try:
            return await self.client.engine()
        except ClientError:
            return None

    async def close(self, *, stop: bool) -> None:
        """Lets go of the engine; with ``stop`` a local one ends, else it decides by itself."""
        if not self._open:
            return
        self._open = False
        if self.local and stop:
            with suppress(EngineUnavailable):  # gone already, which is what is wanted
                await self.client.stop()
        await self.client.__aexit__(None, None, None)

    async def refresh(self) -> None:
        """Asks how the engine is."""
        health = await self.client.health()
        scheduler = await self.client.scheduler()
        self.status = EngineStatus(health=health, scheduler=scheduler)
        self.status_changed.emit(self.status)

    async def _watch_status(self) -> None:
        while True:
            with suppress(EngineUnavailable):  # the connection's state tells it
                await self.refresh()
            await asyncio.sleep(REFRESH_SECONDS)

    def _refresh_now(self) -> None:
        if self._spawn is not None and self.state == "ready":
            self._spawn(self.refresh())

    def _take_events(self, batch: list[api.Event]) -> None:
        self.events.emit(batch)
        if any(event.type.startswith(CHANGES) for event in batch) and not self._soon.isActive():
            self._soon.start()
        if any(event.type.startswith("workflow.") for event in batch):
            self.workflows_changed.emit()

    def _take_state(self, state: str) -> None:
        if state == self.state:
            return
        self.state = state
        self.state_changed.emit(state)
        if state == "ready" and self._open:
            self._soon.start()
