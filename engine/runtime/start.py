"""How an execution comes to be: its text found, its input checked, its first event written."""

import asyncio
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct, structs
from sqlalchemy import Connection

from engine.core.artifact import artifacts_in
from engine.core.context import Surroundings
from engine.core.decide import advance
from engine.core.events import Cause, ExecutionQueued, Failure, Parent, Reused
from engine.core.prepare import concurrency_key
from engine.core.state import State
from engine.definition.model import Concurrency, Workflow
from engine.definition.problems import Problem
from engine.definition.template import SystemVolatile
from engine.runtime.course import Course, Header
from engine.runtime.dispatcher import DEFAULT_PRIORITY
from engine.runtime.errors import InputError
from engine.runtime.host import Host
from engine.runtime.large import in_time, is_heavy, lightened
from engine.runtime.library import Library, Ready, absolute
from engine.runtime.schedules import count_fire
from engine.runtime.schemas import describe_errors
from engine.store import ownership
from engine.store.batch import Batch
from engine.store.encoding import payloads
from engine.store.ownership import NewExecution
from engine.store.project import add_events
from engine.store.times import new_id, random_bytes
from engine.store.workflows import Registration

REMEMBERED = 1.0
"""Seconds for which it is remembered which text a workflow has, and whose a text is."""
ORIGINS = 64


class Wanted(Struct, frozen=True, kw_only=True):
    """What is to be executed: a workflow's newest version, or a text."""

    workflow_id: str | None = None
    version: int | None = None
    source: str | None = None
    path: str | None = None
    folder: str | None = None
    input: dict[str, Any] = {}
    priority: int | None = None
    idempotency_key: str | None = None
    cause: Cause | None = None
    parent: Parent | None = None
    retry_of: str | None = None
    reused: dict[str, Reused] = {}
    children: dict[str, str] = {}


class Started(Struct, frozen=True):
    """An execution that was asked for, and those that its concurrency key displaces."""

    id: str
    displaced: list[str] = []


class _Origin(Struct, frozen=True):
    """The text to run, and the workflow that it belongs to."""

    workflow_id: str
    version: int | None
    text: str
    folder: str | None
    ready: Ready
    lasting: bool
    """Whether nothing but a call of this engine gives the workflow another text."""


_Place = tuple[str | int | None, ...]


class _RepeatedError(Exception):
    """The idempotency key has started an execution before."""

    def __init__(self, execution_id: str) -> None:
        self.execution_id = execution_id


class Launcher:
    """Starts executions for an engine."""

    def __init__(self, host: Host, library: Library, owner: str) -> None:
        self._host = host
        self._library = library
        self._owner = owner
        self._origins: dict[_Place, tuple[float, asyncio.Future[_Origin]]] = {}
        """What is looked up, and until when it is remembered."""

    async def start(self, wanted: Wanted) -> Started:
        """Records a new execution and queues it. It is on disk when this returns.

        Raises NotFoundError, DefinitionError, InputError and StoreError.
        """
        origin = await self._origin(wanted)
        workflow = origin.ready.plan.workflow
        wanted = await self._checked(workflow, wanted)
        priority = _priority(wanted, workflow)
        now = datetime.now(UTC)
        header = Header(
            id=new_id(now),
            workflow_id=origin.workflow_id,
            version=origin.version,
            folder=Path(origin.folder) if origin.folder else None,
            priority=priority,
            mark_key=random_bytes(32),
            trigger_id=wanted.cause.id if wanted.cause else None,
            retry_of=wanted.retry_of,
            parent=wanted.parent,
        )
        self._host.starting.add(header.id)
        try:
            return await self._queue(header, origin, wanted, now)
        except _RepeatedError as repeated:
            return Started(repeated.execution_id)
        finally:
            self._host.starting.discard(header.id)

    async def _checked(self, workflow: Workflow, wanted: Wanted) -> Wanted:
        """With an input that fits, and whose large values are kept in files."""
        store, given = self._host.store, wanted.input
        if workflow.inputs is not None:
            whole = await store.artifacts.resolve(given)
            if is_heavy(whole):
                await asyncio.to_thread(check_input, workflow, whole)
            else:
                check_input(workflow, whole)
        if is_heavy(given):
            given = await store.lighten(given, each=True, patient=False)
        cause = wanted.cause
        if cause is not None:
            cause = await lightened(store, cause, patient=False)
        return structs.replace(wanted, input=given, cause=cause)

    async def _queue(
        self, header: Header, origin: _Origin, wanted: Wanted, now: datetime
    ) -> Started:
        state = State(origin.ready.plan)
        queued = ExecutionQueued(
            time=now,
            input=wanted.input,
            cause=wanted.cause,
            parent=wanted.parent,
            reused=wanted.reused,
            children=wanted.children,
        )
        turn = advance(state, queued)
        course = Course(self._host, header, state)
        course.large = next(artifacts_in(payloads(queued)), None) is not None
        header = course.header = await _keyed(course)
        batch = Batch()
        add_events(batch, header.id, header.workflow_id, turn.events)
        ownership.add_execution(batch, _new_execution(header, origin, wanted, now, self._owner))
        concurrency = origin.ready.plan.workflow.concurrency
        others: list[str] = []
        fires = wanted.cause is not None and wanted.cause.id is not None
        if wanted.idempotency_key is None and not fires and concurrency is None:
            await self._host.store.writer.submit(batch, patient=False)
        else:
            others = await self._host.store.writer.run(
                partial(_claim, header, wanted, concurrency, now), batch
            )
        if concurrency is not None and concurrency.on_conflict == "skip" and others:
            self._host.courses[header.id] = course
            course.cancel(f"{others[0]} runs already, and the workflow skips what conflicts")
            await course.settled()
            return Started(header.id)
        self._host.admit(course, turn.orders)
        return Started(header.id, others)

    async def _origin(self, wanted: Wanted) -> _Origin:
        """The text to run, looked up once for all who ask for the same within a moment."""
        if wanted.source is None and wanted.workflow_id is None:
            raise InputError("name the workflow, or give the text to run")
        place: _Place = (
            *(wanted.workflow_id, wanted.version, wanted.path, wanted.folder, wanted.source),
            self._library.edition,
        )
        known = self._origins.get(place)
        if known is None or known[0] < time.monotonic():
            find = self._workflow_origin if wanted.source is None else self._text_origin
            found = asyncio.ensure_future(find(wanted))
            known = self._origins[place] = (time.monotonic() + REMEMBERED, found)
            found.add_done_callback(partial(self._forget_origin, place))
        return await asyncio.shield(known[1])

    def _forget_origin(self, place: _Place, found: "asyncio.Future[_Origin]") -> None:
        if found.cancelled() or found.exception() is not None or not found.result().lasting:
            self._origins.pop(place, None)
        while len(self._origins) > ORIGINS:
            self._origins.pop(next(iter(self._origins)))

    async def _workflow_origin(self, wanted: Wanted) -> _Origin:
        """The text of a workflow's newest version, or of the one that was asked for."""
        record = await self._library.current(wanted.workflow_id or "")
        version = wanted.version or record.version
        text = record.source or ""
        if version != record.version:
            text = await self._library.text_of(record.id, version)
        ready = await self._library.ready(text, record.path, record.folder)
        folder = _folder(record.path, record.folder)
        return _Origin(record.id, version, text, folder, ready, lasting=record.path is None)

    async def _text_origin(self, wanted: Wanted) -> _Origin:
        """A text that is run as it is: it belongs to its file's workflow, or to one of its name."""
        text = wanted.source or ""
        path = absolute(wanted.path)
        ready = await self._library.ready(text, path, wanted.folder)
        given = Registration(
            text=text,
            workflow=ready.plan.workflow,
            path=path,
            folder=wanted.folder,
            origin="file" if path else "text",
        )
        known, version = await self._library.find(given, wanted.workflow_id)
        if known is None:
            known, version = await self._library.register(given), 1
        elif version is None and path:
            version = await self._library.saved_version(known, text)
        folder = _folder(path, wanted.folder)
        return _Origin(known, version, text, folder, ready, lasting=path is None)


def _new_execution(
    header: Header, origin: _Origin, wanted: Wanted, now: datetime, owner: str
) -> NewExecution:
    cause = wanted.cause or Cause()
    return NewExecution(
        id=header.id,
        workflow_id=header.workflow_id,
        version=header.version,
        text=origin.text,
        folder=origin.folder,
        priority=header.priority,
        created=now,
        trigger_id=cause.id,
        trigger_type=cause.type,
        trigger_name=cause.name,
        retry_of=header.retry_of,
        parent_execution=header.parent.execution_id if header.parent else None,
        parent_key=header.parent.key if header.parent else None,
        concurrency_key=header.concurrency_key,
        owner=owner,
        idempotency_key=wanted.idempotency_key,
        mark_key=header.mark_key,
    )


def _claim(
    header: Header,
    wanted: Wanted,
    concurrency: Concurrency | None,
    now: datetime,
    connection: Connection,
) -> list[str]:
    """The executions that conflict with a new one, at the moment when it is written.

    Raises _RepeatedError where it was asked for before.
    """
    key, cause = wanted.idempotency_key, wanted.cause
    known = key and ownership.find_idempotent(connection, header.workflow_id, key)
    if known:
        raise _RepeatedError(known)
    if cause is not None and cause.id is not None:
        count_fire(connection, cause.id, cause.time or now, now)
    if concurrency is None or concurrency.on_conflict == "queue":
        return []
    others = ownership.running_with_key(
        connection, header.workflow_id, header.concurrency_key or ""
    )
    return others[: max(len(others) - concurrency.max + 1, 0)]


async def _keyed(course: Course) -> Header:
    """The header with its concurrency key. Raises InputError where that cannot be made."""
    header, state = course.header, course.state
    if state.plan.workflow.concurrency is None:
        return header
    around = Surroundings(execution_id=header.id, workflow_id=header.workflow_id)
    key = await in_time(
        course, lambda loaded: concurrency_key(state, around, SystemVolatile(), loaded)
    )
    if isinstance(key, Failure):
        raise InputError(f"the concurrency key cannot be made: {key.message}")
    return structs.replace(header, concurrency_key=key)


def check_input(workflow: Workflow, given: dict[str, Any]) -> None:
    """Raises InputError where an input does not fit the definition's ``inputs``."""
    if workflow.inputs is None:
        return
    errors = describe_errors(workflow.inputs, given, "input")
    if errors:
        problems = tuple(
            Problem(severity="error", code="input", message=message) for message in errors
        )
        raise InputError(f"the input does not fit: {'; '.join(errors)}", problems)


def _priority(wanted: Wanted, workflow: Workflow) -> int:
    given = wanted.priority if wanted.priority is not None else workflow.priority
    priority = DEFAULT_PRIORITY if given is None else given
    if not 0 <= priority <= 9:
        raise InputError(f"the priority is {priority}; it goes from 0 to 9, 9 first")
    return priority


def _folder(path: str | None, folder: str | None) -> str | None:
    if folder:
        return folder
    return str(Path(path).parent) if path else None
