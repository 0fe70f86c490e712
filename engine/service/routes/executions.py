"""Executions: started, listed, shown step by step, cancelled, and their logs."""

from typing import Annotated, Any

from litestar import get, post
from litestar.params import Parameter

from engine.runtime.errors import ConflictError
from engine.service.routes.queries import (
    Cursor,
    IdempotencyKey,
    Limit,
    Moment,
    TheEngine,
    check_places,
    moment,
    reading,
)
from engine.service.types import (
    ENDED,
    ExecuteWrite,
    Execution,
    ExecutionStatus,
    ExecutionWrite,
    LogLine,
    Page,
    StepExecution,
)
from engine.store.executions import ExecutionFilter

TAGS = ["executions"]
After = Annotated[int, Parameter(ge=0, description="Only lines with a greater id.")]


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
    return await engine.list_executions(wanted, limit, cursor, raw=True)


@get("/executions/{execution_id:str}", tags=TAGS, operation_id="get_execution")
async def get_execution(engine: TheEngine, execution_id: str) -> Execution:
    """One execution with the text it ran and its top level's step executions."""
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


@get("/executions/{execution_id:str}/logs", tags=TAGS, operation_id="list_logs")
async def list_logs(
    engine: TheEngine,
    execution_id: str,
    step_id: str | None = None,
    after: After = 0,
    limit: Limit = 1000,
) -> Page[LogLine]:
    """Log lines in order; next_cursor is the last line's id, for after."""
    return await engine.list_logs(execution_id, step_id=step_id, after=after, limit=limit)


@get("/step-executions", tags=TAGS, operation_id="list_step_executions")
async def list_step_executions(
    engine: TheEngine,
    execution_id: str,
    parent_id: Annotated[
        str | None, Parameter(description="The step execution whose iterations are asked for.")
    ] = None,
    limit: Limit = 1000,
    cursor: Cursor = None,
) -> Page[StepExecution]:
    """Step executions of the top level, or inside one of them, in the order they began."""
    with reading(cursor):
        page = await engine.list_steps(
            execution_id, parent_id=parent_id, limit=limit, cursor=cursor, raw=True
        )
    if not page.items:
        await engine.get_execution(execution_id, details=False)  # raises where there is none
    return page


@get("/step-executions/{step_execution_id:str}", tags=TAGS, operation_id="get_step_execution")
async def get_step_execution(engine: TheEngine, step_execution_id: str) -> StepExecution:
    """One step execution with its input and output."""
    return await engine.get_step(step_execution_id, raw=True)


@get(
    "/step-executions/{step_execution_id:str}/output",
    tags=TAGS,
    operation_id="get_step_output",
)
async def get_step_output(engine: TheEngine, step_execution_id: str) -> Any:
    """A step's output alone, and whole, however large it is."""
    return await engine.step_output(step_execution_id)


ROUTES = [
    execute,
    run_text,
    list_executions,
    get_execution,
    cancel,
    list_logs,
    list_step_executions,
    get_step_execution,
    get_step_output,
]
