"""Triggers: those of a workflow's definition and those made by API."""

import msgspec
from litestar import delete, get, post, put

from engine.service.errors import ApiError
from engine.service.routes.queries import TheEngine
from engine.service.types import Page, Trigger, TriggerWrite

TAGS = ["triggers"]


@get("/workflows/{workflow_id:str}/triggers", tags=TAGS, operation_id="list_triggers")
async def list_triggers(engine: TheEngine, workflow_id: str) -> Page[Trigger]:
    """All triggers of a workflow, those of its definition first."""
    return Page(await engine.list_triggers(workflow_id))


@post("/workflows/{workflow_id:str}/triggers", tags=TAGS, operation_id="add_trigger")
async def add_trigger(engine: TheEngine, workflow_id: str, data: TriggerWrite) -> Trigger:
    """Adds a trigger, which the definition's later versions leave alone."""
    given = _given(data)
    if "type" not in given:
        raise ApiError(422, "Invalid request", 'type: a new trigger needs one, e.g. "schedule"')
    return await engine.add_trigger(workflow_id, **given)


@put("/triggers/{trigger_id:str}", tags=TAGS, operation_id="update_trigger")
async def update_trigger(engine: TheEngine, trigger_id: str, data: TriggerWrite) -> Trigger:
    """Changes what is given, and leaves the rest."""
    return await engine.change_trigger(trigger_id, **_given(data))


@delete("/triggers/{trigger_id:str}", tags=TAGS, operation_id="delete_trigger")
async def delete_trigger(engine: TheEngine, trigger_id: str) -> None:
    """Forgets a trigger that was made by API."""
    await engine.delete_trigger(trigger_id)


def _given(data: TriggerWrite) -> dict[str, object]:
    fields = msgspec.structs.asdict(data)
    return {name: value for name, value in fields.items() if value is not msgspec.UNSET}


ROUTES = [list_triggers, add_trigger, update_trigger, delete_trigger]
