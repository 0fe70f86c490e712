"""Events: those that happen elsewhere are taken in, those that happen here are told."""

from typing import Annotated

from litestar import get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter
from litestar.types import ASGIApp

from engine.service.routes.queries import LastEventId, TheControl, TheEngine
from engine.service.stream import EventStream
from engine.service.types import Event, EventWrite, Woken

After = Annotated[
    int | None, Parameter(ge=0, description="Begins after this id; without it, with what comes.")
]


@post("/events", tags=["events"], status_code=200, operation_id="send_event")
async def send_event(engine: TheEngine, data: EventWrite) -> Woken:
    """Something happened: the steps that wait for such an event go on with its data."""
    return Woken(woken=await engine.send_event(data.type, data.data))


@get(
    "/events/stream",
    tags=["events"],
    operation_id="stream_events",
    responses={
        200: ResponseSpec(
            Event,
            description="Server-sent events; the data of each is an Event as JSON.",
            media_type="text/event-stream",
            generate_examples=False,
        )
    },
)
async def stream_events(
    engine: TheEngine,
    control: TheControl,
    after: After = None,
    last_event_id: LastEventId = None,
    execution_id: str | None = None,
    workflow_id: str | None = None,
) -> ASGIApp:
    """What happens, as it happens; ids are durable, so that a lost stream is taken up again."""
    start = after if after is not None else last_event_id
    subscription = engine.subscribe(after=start, execution_id=execution_id)
    return EventStream(subscription, workflow_id, control)


ROUTES = [send_event, stream_events]
