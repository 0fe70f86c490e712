"""What the scheduler does and when it is due next."""

from litestar import get

from engine.service.routes.queries import TheEngine
from engine.service.types import SchedulerStatus


@get("/scheduler/status", tags=["engine"], operation_id="get_scheduler_status")
async def get_status(engine: TheEngine) -> SchedulerStatus:
    """Running and queued executions, workers, and the next due schedule."""
    return await engine.scheduler_status()


ROUTES = [get_status]
