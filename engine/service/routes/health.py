"""How the engine is."""

from litestar import Response, get

from engine.service.routes.queries import TheEngine
from engine.service.types import Health


@get("/health", tags=["engine"], operation_id="get_health")
async def get_health(engine: TheEngine) -> Response[Health]:
    """How the engine's parts are, and what it has to do; status 503 when one of them fails."""
    health = await engine.health()
    return Response(health, status_code=200 if health.status == "healthy" else 503)


ROUTES = [get_health]
