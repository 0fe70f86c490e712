"""What Prometheus asks for."""

from litestar import Response, get

from engine.service import mapping
from engine.service.metrics import MEDIA_TYPE
from engine.service.routes.queries import TheControl, TheEngine
from engine.service.types import Health


@get("/metrics", tags=["engine"], operation_id="get_metrics")
async def get_metrics(engine: TheEngine, control: TheControl) -> Response[str]:
    """Counts and durations since this process began, in the text that Prometheus reads."""
    health = mapping.report(await engine.health(), Health)
    return Response(control.metrics.render(health), media_type=MEDIA_TYPE)


ROUTES = [get_metrics]
