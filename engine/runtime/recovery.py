"""Takes over what a dead engine left: its executions, and the processes of its cut-off attempts."""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from engine.core.decide import Turn, advance, replay, resume
from engine.core.events import CancelRequested, InvalidEventError
from engine.core.plan import Plan
from engine.core.state import State
from engine.definition.model import Workflow
from engine.definition.problems import DefinitionError
from engine.runtime.course import Course, Header
from engine.runtime.host import Host
from engine.runtime.library import Library, problem_text
from engine.settings.lock import FileLock
from engine.store import ownership
from engine.store.errors import StoreError
from engine.store.ownership import Left

log = logging.getLogger(__name__)
KEY_VARIABLE = "TREADLE_IDEMPOTENCY_KEY"


class Recovery:
    """Looks for dead owners at the start and from time to time."""

    def __init__(self, host: Host, library: Library, owner: str) -> None:
        self._host = host
        self._library = library
        self._owner = owner
        self._missing: set[str] = set()

    async def sweep(self) -> int:
        """Takes over the executions of every owner that is dead; how many they were."""
        taken = await self._end_dead(self._take_over)
        return taken + await self._take_over(ownership.NOBODY) + await self._adopt()

    async def release(self) -> int:
        """Frees what dead owners hold, limits and concurrency keys; an engine that may take over
        goes on with their executions. How many they were."""
        return await self._end_dead(self._release)

    async def _end_dead(self, work: Callable[[str], Awaitable[int]]) -> int:
        """Does ``work`` for every owner that is dead, which is locked meanwhile; the sum."""
        owners = await self._host.store.read(ownership.other_owners, self._owner)
        done = 0
        for owner, path in owners.items():
            lock = FileLock(path)
            if path.exists() and not lock.acquire():
                continue
            try:
                done += await work(owner)
                scratch = self._host.scratch.root.with_name(owner)
                await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)
            finally:
                lock.release(remove=True)
        return done

    async def _release(self, dead: str) -> int:
        left = await self._host.store.write(ownership.release, dead)
        if left:
            log.info("%d executions of an engine that ended are left for another", len(left))
            await asyncio.to_thread(kill_leftovers, left)
        return len(left)

    async def _adopt(self) -> int:
        """Goes on with what is this engine's by the database, and what it does not carry out.

        That happens where a write was done and its caller got an error all the same. Missed twice
        in a row: one that ends right now is missed once.
        """
        mine = await self._host.store.read(ownership.unfinished_of, self._owner)
        missing = {identity for identity in mine if self._host.is_missing(identity)}
        lost, self._missing = missing & self._missing, missing
        for identity in lost:
            log.warning("execution %s was lost sight of, and goes on", identity)
            await self._go_on(identity)
        return len(lost)

    async def _take_over(self, dead: str) -> int:
        claimed = await self._host.store.write(_claim_all, dead, self._owner)
        if claimed:
            log.info("taking over %d executions of an engine that ended", len(claimed))
            kill_leftovers(claimed)
        for execution_id in claimed:
            await self._go_on(execution_id)
        await self._host.store.write(ownership.remove_owner, dead)
        return len(claimed)

    async def _go_on(self, execution_id: str) -> None:
        try:
            course, turn = await revive(self._host, self._library, execution_id)
        except StoreError as error:
            log.warning("execution %s goes on later: %s", execution_id, error)
            return
        if not self._host.is_missing(execution_id):
            return
        if course.state.ended and not turn.events:  # by its history, not by what is recorded now
            return
        if course.state.phase == "queued":
            self._host.admit(course, turn.orders)
        else:
            self._host.go_on(course, turn)


async def revive(host: Host, library: Library, execution_id: str) -> tuple[Course, Turn]:
    """An execution from its history, and what is to be done; one that cannot go on ends."""
    left = await host.store.read(ownership.read_left, execution_id)
    why = ""
    try:
        ready = await library.ready(left.text, None, left.folder)
        state = replay(ready.plan, left.history)
        course = Course(host, _header(left, state), state)
        course.large = left.large
        return course, resume(state, datetime.now(UTC))
    except DefinitionError as error:
        why = f"its definition cannot be loaded any more: {problem_text(error)}"
    except InvalidEventError as error:
        why = f"its history cannot be replayed: {error}"
    log.error("execution %s cannot go on: %s", left.id, why)
    state = State(Plan(Workflow()))
    state.begin({}, None, datetime.now(UTC))
    turn = advance(state, CancelRequested(time=datetime.now(UTC), reason=why))
    return Course(host, _header(left, state), state), turn


def _claim_all(connection: Connection, dead: str, me: str) -> list[str]:
    return [
        execution_id
        for execution_id in ownership.unfinished_of(connection, dead)
        if (dead != ownership.NOBODY or ownership.may_go_on(connection, execution_id))
        and ownership.claim(connection, execution_id, dead, me)
    ]


def _header(left: Left, state: State) -> Header:
    return Header(
        id=left.id,
        workflow_id=left.workflow_id,
        version=left.version,
        folder=Path(left.folder) if left.folder else None,
        priority=left.priority,
        mark_key=left.mark_key,
        trigger_id=left.trigger_id,
        retry_of=left.retry_of,
        parent=state.parent,
        concurrency_key=left.concurrency_key,
    )


def kill_leftovers(executions: list[str]) -> None:
    """Kills processes of attempts that outlived their engine, found by their idempotency key."""
    import psutil

    ids = frozenset(executions)
    for process in psutil.process_iter():
        try:
            key = process.environ().get(KEY_VARIABLE, "")
            if key.partition(".")[0] in ids and process.pid != psutil.Process().pid:
                log.warning("killing process %d of a cut-off attempt", process.pid)
                process.kill()
        except psutil.Error:
            continue
