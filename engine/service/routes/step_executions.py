"""Step executions: listed by where they are or what they wait for, shown, answered and retried."""

from typing import Annotated, Any, get_args

from litestar import get, post
from litestar.params import Parameter

from engine.runtime.engine import Engine
from engine.runtime.errors import ConflictError, InputError, NotFoundError
from engine.runtime.repeat import Again
from engine.service.errors import ApiError
from engine.service.routes.executions import again
from engine.service.routes.queries import Cursor, Limit, TheEngine, reading
from engine.service.types import (
    AnswerWrite,
    Execution,
    Explanation,
    Page,
    StepExecution,
    StepRetryWrite,
    WaitKind,
)

TAGS = ["step executions"]
ANSWERED = ("approval", "answer")
"""What a step waits for when it waits for a person."""
COMPLETED = "completed"
"""The answer that an output goes with."""
WaitsFor = Annotated[
    str | None,
    Parameter(
        description="The inbox: what waits for one of these, with commas, in all executions. "
        f"Of {', '.join(get_args(WaitKind))}; approval and answer wait for a person."
    ),
]


@get("/step-executions", tags=TAGS, operation_id="list_step_executions")
async def list_step_executions(
    engine: TheEngine,
    execution_id: str | None = None,
    parent_id: Annotated[
        str | None, Parameter(description="The step execution whose iterations are asked for.")
    ] = None,
    waits_for: WaitsFor = None,
    limit: Limit = 1000,
    cursor: Cursor = None,
) -> Page[StepExecution]:
    """Step executions of one execution's top level, or inside one of its steps, in the order they
    began; or, with waits_for, those of all executions that wait, newest first."""
    if waits_for is not None:
        if execution_id is not None or parent_id is not None:
            detail = "waits_for: it asks about all executions, so execution_id and parent_id go not"
            raise ApiError(422, "Invalid request", f"{detail} with it")
        kinds = _kinds(waits_for)
        with reading(cursor):
            return await engine.list_waiting(kinds, limit, cursor, raw=True)
    if execution_id is None:
        raise ApiError(422, "Invalid request", "execution_id: give it, or waits_for")
    with reading(cursor):
        page = await engine.list_steps(
            execution_id, parent_id=parent_id, limit=limit, cursor=cursor, raw=True
        )
    if not page.items:
        await engine.get_execution(execution_id, details=False)  # raises where there is none
    return page


def _kinds(text: str) -> tuple[WaitKind, ...]:
    known: tuple[WaitKind, ...] = get_args(WaitKind)
    asked = dict.fromkeys(word.strip() for word in text.split(","))
    for word in asked:
        if word not in known:
            detail = f'waits_for: "{word}" is none of {", ".join(known)}'
            raise ApiError(422, "Invalid request", detail)
    return tuple(kind for kind in known if kind in asked)


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


@get(
    "/step-executions/{step_execution_id:str}/explain",
    tags=TAGS,
    operation_id="explain_step_execution",
)
async def explain_step(engine: TheEngine, step_execution_id: str) -> Explanation:
    """Why a step is queued, waiting, skipped or retried, or what it came to, in words; a step that
    has not begun is explained, too."""
    execution_id = step_execution_id.partition(".")[0]
    text = await engine.explain(execution_id, step_execution_id)
    try:
        status: str = (await engine.get_step(step_execution_id, raw=True)).status
    except NotFoundError:  # in the definition, but not in the history yet
        status = "pending"
    return Explanation(id=step_execution_id, status=status, text=text)


@post(
    "/step-executions/{step_execution_id:str}/retry",
    tags=TAGS,
    status_code=202,
    operation_id="retry_step_execution",
)
async def retry_step(
    engine: TheEngine, step_execution_id: str, data: StepRetryWrite | None = None
) -> Execution:
    """Starts an execution that repeats an ended one from this step on."""
    step = await engine.get_step(step_execution_id, raw=True)
    key = step.id.removeprefix(f"{step.execution_id}.")
    wanted = again(data or StepRetryWrite(), from_step=key)
    return await _retried(engine, step.execution_id, wanted)


async def _retried(engine: Engine, execution_id: str, wanted: Again) -> Execution:
    identity = await engine.retry(execution_id, wanted)
    return await engine.get_execution(identity, raw=True)


@post(
    "/step-executions/{step_execution_id:str}/answer",
    tags=TAGS,
    status_code=200,
    operation_id="answer_step_execution",
)
async def answer_step(
    engine: TheEngine, step_execution_id: str, data: AnswerWrite
) -> StepExecution:
    """Answers an approval, or says what became of a step that was cut off and is not repeated. An
    execution that another process carries out is told of it within a second."""
    check_answer(await engine.get_step(step_execution_id, raw=True), data)
    await engine.answer(
        step_execution_id, data.decision, by=data.by, comment=data.comment, output=data.output
    )
    return await engine.get_step(step_execution_id, raw=True)


def check_answer(step: StepExecution, data: AnswerWrite) -> None:
    """What can be said of an answer before its execution takes it, which may be in another process.

    Raises ConflictError and InputError.
    """
    if step.waits_for not in ANSWERED:
        raise ConflictError(f'step "{step.step_id}" is {step.status} and waits for no answer')
    if data.decision not in step.options:
        choice = ", ".join(step.options)
        raise InputError(f'"{data.decision}" is no answer; the choice is {choice}')
    if step.assignees and data.by not in step.assignees:
        names = ", ".join(step.assignees)
        raise InputError(f"{data.by or 'somebody'} may not answer; it is for {names}")
    takes_output = step.waits_for == "answer" and data.decision == COMPLETED
    if data.output is not None and not takes_output:
        raise InputError(f'an output goes with "{COMPLETED}", of a step that is not repeated')


ROUTES = [
    list_step_executions,
    get_step_execution,
    get_step_output,
    explain_step,
    retry_step,
    answer_step,
]
