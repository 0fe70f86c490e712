"""The event stream."""

from typing import Annotated

from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter
from litestar.types import ASGIApp

from engine.service.routes.queries import TheControl, TheEngine
from engine.service.stream import EventStream
from engine.service.types import Event

After = Annotated[
    int | None, Parameter(ge=0, description="Begins after this id; without it, with what comes.")
]
LastEventId = Annotated[
    int | None, Parameter(header="Last-Event-ID", ge=0, description="As after, which wins.")
]


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


ROUTES = [stream_events]
