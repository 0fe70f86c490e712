"""EngineClient: the one way in to a running engine, on this machine or elsewhere."""

import uuid
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, cast
from urllib.parse import quote, urlsplit

import msgspec

from engine.client.connection import Connection, StateCallback
from engine.client.endpoint import Endpoint
from engine.client.errors import ClientError, EngineUnavailable
from engine.client.events import read_stream
from engine.client.sse import Reader
from engine.service.token import read_token
from engine.service.types import (
    AnswerWrite,
    EngineInfo,
    EngineWrite,
    Event,
    EventWrite,
    ExecuteWrite,
    Execution,
    ExecutionWrite,
    Explanation,
    Health,
    LogLine,
    Page,
    ProblemDocument,
    RetryWrite,
    SchedulerStatus,
    Stats,
    StepExecution,
    StepRetryWrite,
    Trigger,
    TriggerWrite,
    ValidateWrite,
    Validation,
    WaitKind,
    Woken,
    Workflow,
    WorkflowVersion,
    WorkflowWrite,
)
from engine.settings.folders import home as default_home

API = "/api/v1"
WorkflowAction = Literal["activate", "pause", "resume", "cancel"]
T = TypeVar("T")


class EngineClient:
    """Speaks the REST API of one engine; an async context manager.

    Every method raises ClientError with the engine's problem document when it refuses, and
    EngineUnavailable when it cannot be reached. Times given must be aware; times answered are UTC,
    durations seconds.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    def local(
        cls, home: Path | None = None, *, start: bool = True, keep: bool = False
    ) -> "EngineClient":
        """The engine of a data folder on this machine, over its private socket.

        With ``start``, one is started when none runs, and again when it dies. With ``keep`` it
        stays when the client has gone; else it ends then, unless something runs, waits or is active
        in it.
        """
        return cls(Connection.supervised(home or default_home(), start=start, keep=keep))

    @classmethod
    def remote(cls, url: str, token: str | None = None) -> "EngineClient":
        """An engine served at ``url``; without ``token``, one on this machine gets that of the data
        folder.
        """
        here = urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")
        if token is None and here:
            token = read_token(default_home())
        return cls(Connection.to(Endpoint(url=url.rstrip("/"), token=token)))

    async def __aenter__(self) -> Self:
        await self._connection.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._connection.close()

    def on_state(self, callback: StateCallback) -> Callable[[], None]:
        """Calls ``callback`` with each new state: "connecting", "ready", "lost" or "restarting",
        until what is returned is called."""
        return self._connection.on_state(callback)

    @property
    def pid(self) -> int | None:
        """The local engine's process id; None for a remote one."""
        return self._connection.pid

    # The engine

    async def health(self) -> Health:
        """How the engine is; an unhealthy one answers too."""
        content = await self._connection.request("GET", "/health", accept=(200, 503))
        return _decode(content, Health)

    async def scheduler(self) -> SchedulerStatus:
        return await self._get("/scheduler/status", SchedulerStatus)

    async def stats(
        self, since: datetime, until: datetime, workflow_id: str | None = None
    ) -> Stats:
        """What the dashboard charts for one period, of one workflow or all."""
        return await self._get("/stats", Stats, since=since, until=until, workflow_id=workflow_id)

    async def validate(self, source: str, folder: str | None = None) -> Validation:
        write = ValidateWrite(source=source, folder=folder)
        return await self._send("POST", "/validate", Validation, write)

    async def engine(self) -> EngineInfo:
        """The engine process; only over its private socket."""
        return await self._get("/engine", EngineInfo)

    async def keep(self, keep: bool = True) -> EngineInfo:
        """Whether the engine stays when nobody is connected; only over its private socket."""
        return await self._send("PUT", "/engine", EngineInfo, EngineWrite(keep=keep))

    async def stop(self) -> None:
        """Ends the engine process and waits for that; unfinished executions go on at its next
        start.
        """
        await self._connection.end(f"{API}/engine/stop")

    # Workflows

    async def workflows(
        self,
        status: str | None = None,
        tags: Sequence[str] | None = None,
        q: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
        path: str | None = None,
    ) -> Page[Workflow]:
        """Part of the workflows, newest change first; ``tags`` must all be there, ``q`` is part of
        the name.
        """
        return await self._get(
            "/workflows",
            Page[Workflow],
            status=status,
            tags=",".join(tags) if tags else None,
            q=q,
            limit=limit,
            cursor=cursor,
            path=path,
        )

    async def find_workflow(self, path: str) -> Workflow | None:
        """The workflow whose definition file is ``path`` (absolute)."""
        found = await self.workflows(path=path, limit=1)
        return found.items[0] if found.items else None

    async def workflow(self, workflow_id: str) -> Workflow:
        return await self._get(f"/workflows/{_part(workflow_id)}", Workflow)

    async def workflow_versions(
        self, workflow_id: str, limit: int = 100, cursor: str | None = None
    ) -> Page[WorkflowVersion]:
        """Part of the versions of a workflow, newest first, without their texts."""
        path = f"/workflows/{_part(workflow_id)}/versions"
        return await self._get(path, Page[WorkflowVersion], limit=limit, cursor=cursor)

    async def workflow_version(self, workflow_id: str, version: int) -> WorkflowVersion:
        """One version of a workflow with its text."""
        return await self._get(
            f"/workflows/{_part(workflow_id)}/versions/{version}", WorkflowVersion
        )

    async def add_workflow(self, write: WorkflowWrite) -> Workflow:
        return await self._send("POST", "/workflows", Workflow, write)

    async def update_workflow(self, workflow_id: str, write: WorkflowWrite) -> Workflow:
        return await self._send("PUT", f"/workflows/{_part(workflow_id)}", Workflow, write)

    async def delete_workflow(self, workflow_id: str) -> None:
        await self._connection.request("DELETE", f"{API}/workflows/{_part(workflow_id)}")

    async def workflow_action(self, workflow_id: str, action: WorkflowAction) -> Workflow:
        return await self._send("POST", f"/workflows/{_part(workflow_id)}/{action}", Workflow)

    # Triggers

    async def triggers(self, workflow_id: str) -> list[Trigger]:
        page = await self._get(f"/workflows/{_part(workflow_id)}/triggers", Page[Trigger])
        return page.items

    async def add_trigger(self, workflow_id: str, write: TriggerWrite) -> Trigger:
        return await self._send("POST", f"/workflows/{_part(workflow_id)}/triggers", Trigger, write)

    async def update_trigger(self, trigger_id: str, write: TriggerWrite) -> Trigger:
        return await self._send("PUT", f"/triggers/{_part(trigger_id)}", Trigger, write)

    async def delete_trigger(self, trigger_id: str) -> None:
        await self._connection.request("DELETE", f"{API}/triggers/{_part(trigger_id)}")

    # Executions

    async def start(self, write: ExecutionWrite) -> Execution:
        """Runs a text; it is recorded when this returns."""
        return await self._send(
            "POST", "/executions", Execution, write, idempotency_key=uuid.uuid4().hex
        )

    async def execute(
        self, workflow_id: str, write: ExecuteWrite, idempotency_key: str | None = None
    ) -> Execution:
        """Starts an execution of a registered workflow; the same key never starts a second one."""
        return await self._send(
            "POST",
            f"/workflows/{_part(workflow_id)}/execute",
            Execution,
            write,
            idempotency_key=idempotency_key or uuid.uuid4().hex,
        )

    async def executions(
        self,
        workflow_id: str | None = None,
        status: str | Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[Execution]:
        """Part of the executions, newest first; of several statuses each is let through."""
        return await self._get(
            "/executions",
            Page[Execution],
            workflow_id=workflow_id,
            status=status,
            since=since,
            until=until,
            limit=limit,
            cursor=cursor,
        )

    async def execution(self, execution_id: str) -> Execution:
        """One execution, with its text and its step executions."""
        return await self._get(f"/executions/{_part(execution_id)}", Execution)

    async def pause(self, execution_id: str) -> Execution:
        """Lets running steps end and starts no more. Status 409 where it cannot be paused."""
        return await self._act(execution_id, "pause")

    async def resume(self, execution_id: str) -> Execution:
        """Goes on after a pause. Status 409 where it is not paused."""
        return await self._act(execution_id, "resume")

    async def cancel(self, execution_id: str) -> Execution:
        """Stops an execution and its running steps. Status 409 where it has ended."""
        return await self._act(execution_id, "cancel")

    async def _act(self, execution_id: str, action: str) -> Execution:
        return await self._send("POST", f"/executions/{_part(execution_id)}/{action}", Execution)

    async def retry(self, execution_id: str, write: RetryWrite | None = None) -> Execution:
        """Starts an execution that repeats an ended one, from the failed steps if nothing else is
        said. Status 409 while it has not ended.
        """
        path = f"/executions/{_part(execution_id)}/retry"
        return await self._send("POST", path, Execution, write or RetryWrite())

    async def retry_step(
        self, step_execution_id: str, write: StepRetryWrite | None = None
    ) -> Execution:
        """As ``retry``, from that step on."""
        path = f"/step-executions/{_part(step_execution_id)}/retry"
        return await self._send("POST", path, Execution, write or StepRetryWrite())

    async def explain(self, execution_id: str) -> Explanation:
        """Why an execution is where it is, in words."""
        return await self._get(f"/executions/{_part(execution_id)}/explain", Explanation)

    async def explain_step(self, step_execution_id: str) -> Explanation:
        """Why a step execution is where it is, in words; one that has not begun, too."""
        return await self._get(f"/step-executions/{_part(step_execution_id)}/explain", Explanation)

    async def answer(self, step_execution_id: str, write: AnswerWrite) -> StepExecution:
        """Answers an approval, or says what became of a step that is not repeated. Status 409 where
        it waits for no answer, 422 for one that is not offered.
        """
        path = f"/step-executions/{_part(step_execution_id)}/answer"
        return await self._send("POST", path, StepExecution, write)

    async def waiting(
        self,
        kinds: Sequence[WaitKind] = ("approval", "answer"),
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[StepExecution]:
        """Part of the steps of all executions that wait for a person, or for what else ``kinds``
        names, newest first.
        """
        return await self._get(
            "/step-executions",
            Page[StepExecution],
            waits_for=",".join(kinds),
            limit=limit,
            cursor=cursor,
        )

    async def send_event(self, type_: str, data: Any = None) -> int:
        """Tells of something that happened elsewhere; how many waiting steps it woke."""
        write = EventWrite(type=type_, data=data)
        return (await self._send("POST", "/events", Woken, write)).woken

    async def step_executions(
        self, execution_id: str, parent_id: str | None = None
    ) -> list[StepExecution]:
        """All step executions of the top level, or inside one of them (``parent_id``), inputs and
        outputs included.
        """
        items: list[StepExecution] = []
        cursor: str | None = None
        while True:
            page = await self.step_page(execution_id, parent_id, cursor=cursor)
            items += page.items
            cursor = page.next_cursor
            if cursor is None:
                return items

    async def step_page(
        self,
        execution_id: str,
        parent_id: str | None = None,
        limit: int = 1000,
        cursor: str | None = None,
    ) -> Page[StepExecution]:
        """Part of what ``step_executions`` gives; a loop can have many iterations."""
        return await self._get(
            "/step-executions",
            Page[StepExecution],
            execution_id=execution_id,
            parent_id=parent_id,
            limit=limit,
            cursor=cursor,
        )

    async def step_execution(self, step_execution_id: str) -> StepExecution:
        return await self._get(f"/step-executions/{_part(step_execution_id)}", StepExecution)

    async def step_output(self, step_execution_id: str) -> Any:
        """A step's output alone, and whole, however large it is."""
        path = f"/step-executions/{_part(step_execution_id)}/output"
        return msgspec.json.decode(await self._connection.request("GET", API + path))

    async def logs(
        self, execution_id: str, step_id: str | None = None, after: int = 0, limit: int = 1000
    ) -> Page[LogLine]:
        """Log lines with an id greater than ``after``, oldest first."""
        return await self._get(
            f"/executions/{_part(execution_id)}/logs",
            Page[LogLine],
            step_id=step_id,
            after=after,
            limit=limit,
        )

    async def events(
        self,
        after: int | None = None,
        execution_id: str | None = None,
        workflow_id: str | None = None,
    ) -> AsyncGenerator[list[Event], None]:
        """Batches of events as they happen, those after the id ``after`` first; all of them without
        a filter.

        The data of each is a plain tree, as the API sends it. A lost connection is taken up again
        where it ended. Raises ClientError when the engine
        refuses the stream, EngineUnavailable when it is gone for good. Who stops reading before the
        end closes it (``contextlib.aclosing``).
        """
        filters = {"execution_id": execution_id, "workflow_id": workflow_id}
        query = {name: value for name, value in filters.items() if value}
        reader = Reader(after)
        await self._connection.revive()
        while True:
            http = await self._connection.ready()
            try:
                async with aclosing(read_stream(http, reader, query)) as batches:
                    async for batch in batches:
                        self._connection.alive()
                        if batch:
                            yield batch
            except EngineUnavailable:
                self._connection.stream_lost()
            await self._connection.pause()

    async def _get(self, path: str, type_: type[T], /, **query: Any) -> T:
        params = {name: _texts(value) for name, value in query.items() if value is not None}
        return _decode(await self._connection.request("GET", API + path, params=params), type_)

    async def _send(
        self,
        method: str,
        path: str,
        type_: type[T],
        body: msgspec.Struct | None = None,
        idempotency_key: str | None = None,
    ) -> T:
        content = b"" if body is None else msgspec.json.encode(body)
        answer = await self._connection.request(
            method, API + path, content=content, idempotency_key=idempotency_key
        )
        return _decode(answer, type_)


@cache
def _decoder(type_: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type_)


def _decode(content: bytes, type_: type[T]) -> T:
    try:
        decoded: T = _decoder(cast(Any, type_)).decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        detail = f"what answers there is no Treadle engine, or one of another version ({error})"
        document = ProblemDocument(title="Unknown answer", status=502, detail=detail)
        raise ClientError(document) from None
    return decoded


def _part(name: str) -> str:
    """An id as a part of a path. Raises ClientError (404) for what would name another path."""
    if name in ("", ".", ".."):
        detail = f'"{name}" is no id'
        raise ClientError(ProblemDocument(title="Not Found", status=404, detail=detail))
    return quote(name, safe="")


def _texts(value: Any) -> str | list[str]:
    return list(map(_text, value)) if isinstance(value, list | tuple) else _text(value)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
