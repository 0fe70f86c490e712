"""Executions: started, listed, shown, paused, cancelled, retried, and their logs."""

from typing import Annotated, cast
from uuid import UUID

from litestar import get, post
from litestar.params import Parameter

from engine.definition.model import walk_steps
from engine.runtime.engine import Engine
from engine.runtime.errors import ConflictError, InputError, NotFoundError
from engine.runtime.repeat import Again
from engine.service.definitions import read_definition
from engine.service.log_stream import LogStream
from engine.service.routes.queries import (
    Cursor,
    IdempotencyKey,
    LastEventId,
    Limit,
    Moment,
    TheControl,
    TheEngine,
    check_places,
    moment,
    reading,
)
from engine.service.stream import Streamed
from engine.service.types import (
    ENDED,
    ExecuteWrite,
    Execution,
    ExecutionStatus,
    ExecutionWrite,
    Explanation,
    LogLine,
    Page,
    RetryWrite,
    StepRetryWrite,
)
from engine.store.executions import ExecutionFilter

TAGS = ["executions"]
After = Annotated[int, Parameter(ge=0, description="Only lines with a greater id.")]
StepId = Annotated[
    str | None,
    Parameter(description="A step's id; or its key, for one iteration (each.3.fetch)."),
]
Follow = Annotated[
    bool, Parameter(description="Stay, and send what comes, until the execution has ended.")
]


@post(
    "/workflows/{workflow_id:str}/execute",
    tags=TAGS,
    status_code=202,
    operation_id="execute_workflow",
)
async def execute(
    engine: TheEngine,
    workflow_id: str,
    data: ExecuteWrite | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Execution:
    """Starts an execution of a workflow; it is recorded when this is answered."""
    given = data or ExecuteWrite()
    identity = await engine.execute(
        workflow_id=workflow_id,
        input=given.input,
        priority=given.priority,
        idempotency_key=idempotency_key,
    )
    return await engine.get_execution(identity, raw=True)


@post("/executions", tags=TAGS, status_code=202, operation_id="run_text")
async def run_text(
    engine: TheEngine, data: ExecutionWrite, idempotency_key: IdempotencyKey = None
) -> Execution:
    """Runs a text as it is; with a path it is registered as that file's workflow."""
    check_places(path=data.path, folder=data.folder)
    identity = await engine.execute(
        source=data.source,
        path=data.path,
        folder=data.folder,
        input=data.input,
        priority=data.priority,
        idempotency_key=idempotency_key,
    )
    return await engine.get_execution(identity, raw=True)


@get("/executions", tags=TAGS, operation_id="list_executions")
async def list_executions(
    engine: TheEngine,
    workflow_id: str | None = None,
    status: list[ExecutionStatus] | None = None,
    since: Moment = None,
    until: Moment = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[Execution]:
    """Executions, newest first; since and until are about when they were asked for. A status that
    is given several times lets each of them through."""
    wanted = ExecutionFilter(
        workflow_id=workflow_id,
        statuses=tuple(dict.fromkeys(status or ())),
        since=moment("since", since),
        until=moment("until", until),
    )
    with reading(cursor):
        if cursor is not None and str(UUID(cursor)) != cursor:
            raise ValueError("an execution's id")
        return await engine.list_executions(wanted, limit, cursor, raw=True)


@get("/executions/{execution_id:str}", tags=TAGS, operation_id="get_execution")
async def get_execution(engine: TheEngine, execution_id: str) -> Execution:
    """One execution with the text it ran and its top level's step executions."""
    return await engine.get_execution(execution_id, raw=True)


@get("/executions/{execution_id:str}/explain", tags=TAGS, operation_id="explain_execution")
async def explain(engine: TheEngine, execution_id: str) -> Explanation:
    """Why an execution is queued, waiting or paused, or how it ended, in words."""
    text = await engine.explain(execution_id)
    found = await engine.get_execution(execution_id, details=False, raw=True)
    return Explanation(id=execution_id, status=found.status, text=text)


@post(
    "/executions/{execution_id:str}/pause",
    tags=TAGS,
    status_code=200,
    operation_id="pause_execution",
)
async def pause(engine: TheEngine, execution_id: str) -> Execution:
    """Lets running steps end, and starts no more until it is resumed."""
    await engine.pause(execution_id)
    return await engine.get_execution(execution_id, raw=True)


@post(
    "/executions/{execution_id:str}/resume",
    tags=TAGS,
    status_code=200,
    operation_id="resume_execution",
)
async def resume(engine: TheEngine, execution_id: str) -> Execution:
    """Goes on after a pause."""
    await engine.resume(execution_id)
    return await engine.get_execution(execution_id, raw=True)


@post(
    "/executions/{execution_id:str}/cancel",
    tags=TAGS,
    status_code=200,
    operation_id="cancel_execution",
)
async def cancel(engine: TheEngine, execution_id: str) -> Execution:
    """Stops an execution and its running steps; handlers and clean-up still run."""
    before = await engine.get_execution(execution_id, details=False)
    if before.status in ENDED:
        raise ConflictError(f"the execution is {before.status}; only one that goes on is cancelled")
    await engine.cancel(execution_id)
    return await engine.get_execution(execution_id, raw=True)


@post(
    "/executions/{execution_id:str}/retry",
    tags=TAGS,
    status_code=202,
    operation_id="retry_execution",
)
async def retry(engine: TheEngine, execution_id: str, data: RetryWrite | None = None) -> Execution:
    """Starts an execution that repeats an ended one: what it did not complete, or from a step on,
    or all of it. Outputs that are not made again are taken over, and marked reused."""
    given = data or RetryWrite()
    if given.whole and given.from_step is not None:
        raise InputError("whole: from_step is given as well; choose one")
    wanted = again(given, from_step=given.from_step, whole=given.whole)
    identity = await engine.retry(execution_id, wanted)
    return await engine.get_execution(identity, raw=True)


def again(given: StepRetryWrite, *, from_step: str | None, whole: bool = False) -> Again:
    """How an execution is retried. Raises InputError for two texts at once."""
    if given.newest and given.source is not None:
        raise InputError("newest: a source is given as well; choose one")
    return Again(
        from_step=from_step,
        whole=whole,
        input=given.input,
        source=given.source,
        newest=given.newest,
    )


@get("/executions/{execution_id:str}/logs", tags=TAGS, operation_id="list_logs")
async def list_logs(
    engine: TheEngine,
    control: TheControl,
    execution_id: str,
    step_id: StepId = None,
    after: After = 0,
    limit: Limit = 1000,
    follow: Follow = False,
    last_event_id: LastEventId = None,
) -> Page[LogLine]:
    """Log lines in order; next_cursor is the last line's id, for after. With follow they come as
    server-sent events, until one of type end carries the status of the ended execution."""
    if follow:
        await _check_step(engine, execution_id, step_id)
        start = after or last_event_id or 0
        stream = Streamed(LogStream(engine, control, execution_id, step_id, start))
        # Any response may take the place of the value that the description names.
        return cast(Page[LogLine], stream)
    page = await engine.list_logs(execution_id, step_id=step_id, after=after, limit=limit)
    if not page.items:
        await _check_step(engine, execution_id, step_id)
    return page


async def _check_step(engine: Engine, execution_id: str, step_id: str | None) -> None:
    """Raises NotFoundError where there is no such execution, or no such step in its text."""
    found = await engine.get_execution(execution_id, raw=True)
    if step_id is None or found.source is None:
        return
    steps = read_definition(found.source).steps
    if steps and step_id.rpartition(".")[2] not in {step.id for step in walk_steps(steps)}:
        raise NotFoundError("step", step_id)


ROUTES = [
    execute,
    run_text,
    list_executions,
    get_execution,
    explain,
    pause,
    resume,
    cancel,
    retry,
    list_logs,
]
