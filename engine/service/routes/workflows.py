"""Workflows: registered, listed, changed, and their triggers let fire or not."""

from typing import Annotated, Any

import msgspec
from litestar import delete, get, post, put
from litestar.params import Parameter

from engine.service.definitions import described, text_of
from engine.service.routes.queries import Cursor, Limit, TheEngine, check_places, reading
from engine.service.types import (
    Page,
    Workflow,
    WorkflowState,
    WorkflowStatus,
    WorkflowVersion,
    WorkflowWrite,
)
from engine.store.workflows import WorkflowFilter

TAGS = ["workflows"]
Tags = Annotated[str | None, Parameter(description="With commas; all of them must be there.")]


@post("/workflows", tags=TAGS, operation_id="add_workflow")
async def add_workflow(engine: TheEngine, data: WorkflowWrite) -> Workflow:
    """Registers a definition. One with a path that is known gets a new version."""
    return described(await engine.save_workflow(**_written(data)))


@get("/workflows", tags=TAGS, operation_id="list_workflows")
async def list_workflows(
    engine: TheEngine,
    status: WorkflowStatus | None = None,
    owner_id: str | None = None,
    tags: Tags = None,
    q: Annotated[str | None, Parameter(description="Part of the name or description.")] = None,
    path: Annotated[str | None, Parameter(description="The definition file's.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[Workflow]:
    """Workflows by name, without their definitions; with path, the one that is known by it."""
    if path is not None:
        found = await engine.find_workflow(path)
        return Page([described(found)] if found else [])
    wanted = WorkflowFilter(
        statuses=(status,) if status else (),
        owner_id=owner_id,
        tags=tuple(tag for tag in (tags or "").split(",") if tag),
        q=q,
    )
    with reading(cursor):
        return await engine.list_workflows(wanted, limit, cursor)


@get("/workflows/{workflow_id:str}", tags=TAGS, operation_id="get_workflow")
async def get_workflow(engine: TheEngine, workflow_id: str) -> Workflow:
    """One workflow with its text, tree, steps and triggers."""
    return described(await engine.get_workflow(workflow_id))


@get("/workflows/{workflow_id:str}/versions", tags=TAGS, operation_id="list_versions")
async def list_versions(
    engine: TheEngine, workflow_id: str, limit: Limit = 100, cursor: Cursor = None
) -> Page[WorkflowVersion]:
    """The texts that a workflow had, newest first, without the texts themselves."""
    with reading(cursor):
        return await engine.versions.list_versions(workflow_id, limit, cursor)


@get("/workflows/{workflow_id:str}/versions/{version:int}", tags=TAGS, operation_id="get_version")
async def get_version(engine: TheEngine, workflow_id: str, version: int) -> WorkflowVersion:
    """One version of a workflow with its text."""
    return await engine.versions.get_version(workflow_id, version)


@put("/workflows/{workflow_id:str}", tags=TAGS, operation_id="update_workflow")
async def update_workflow(engine: TheEngine, workflow_id: str, data: WorkflowWrite) -> Workflow:
    """Gives a workflow a new definition; a text that differs is a new version."""
    return described(await engine.save_workflow(workflow_id=workflow_id, **_written(data)))


@delete("/workflows/{workflow_id:str}", tags=TAGS, operation_id="delete_workflow")
async def delete_workflow(engine: TheEngine, workflow_id: str) -> None:
    """Forgets a workflow and its triggers; its executions stay in the history."""
    await engine.delete_workflow(workflow_id)


@get("/workflows/{workflow_id:str}/status", tags=TAGS, operation_id="get_workflow_status")
async def get_status(engine: TheEngine, workflow_id: str) -> WorkflowState:
    """A workflow's status alone."""
    found = await engine.get_workflow(workflow_id)
    return WorkflowState(
        id=found.id, status=found.status, next_due=found.next_due, error=found.error
    )


async def _act(engine: TheEngine, workflow_id: str, action: str) -> Workflow:
    return described(await engine.set_status(workflow_id, action))


@post(
    "/workflows/{workflow_id:str}/activate",
    tags=TAGS,
    status_code=200,
    operation_id="activate_workflow",
)
async def activate(engine: TheEngine, workflow_id: str) -> Workflow:
    """Lets its triggers fire."""
    return await _act(engine, workflow_id, "activate")


@post(
    "/workflows/{workflow_id:str}/pause", tags=TAGS, status_code=200, operation_id="pause_workflow"
)
async def pause(engine: TheEngine, workflow_id: str) -> Workflow:
    """Stops its triggers from firing, for a while."""
    return await _act(engine, workflow_id, "pause")


@post(
    "/workflows/{workflow_id:str}/resume",
    tags=TAGS,
    status_code=200,
    operation_id="resume_workflow",
)
async def resume(engine: TheEngine, workflow_id: str) -> Workflow:
    """Lets the triggers of a paused workflow fire again."""
    return await _act(engine, workflow_id, "resume")


@post(
    "/workflows/{workflow_id:str}/cancel",
    tags=TAGS,
    status_code=200,
    operation_id="cancel_workflow",
)
async def cancel(engine: TheEngine, workflow_id: str) -> Workflow:
    """Ends its triggers; executions go on."""
    return await _act(engine, workflow_id, "cancel")


def _written(data: WorkflowWrite) -> dict[str, Any]:
    """What the engine is given of a written workflow; a tree becomes text."""
    check_places(path=data.path, folder=data.folder)
    given = msgspec.structs.asdict(data)
    definition = given.pop("definition")
    text = definition if isinstance(definition, str) else text_of(definition)
    return {"text": text, **given}


ROUTES = [
    add_workflow,
    list_workflows,
    get_workflow,
    list_versions,
    get_version,
    update_workflow,
    delete_workflow,
    get_status,
    activate,
    pause,
    resume,
    cancel,
]
