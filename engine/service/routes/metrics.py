"""What Prometheus asks for."""

from litestar import Response, get

from engine.service.metrics import MEDIA_TYPE
from engine.service.routes.queries import TheControl, TheEngine


@get("/metrics", tags=["engine"], operation_id="get_metrics")
async def get_metrics(engine: TheEngine, control: TheControl) -> Response[str]:
    """Counts and durations since this process began, in the text that Prometheus reads."""
    return Response(control.metrics.render(await engine.health()), media_type=MEDIA_TYPE)


ROUTES = [get_metrics]
