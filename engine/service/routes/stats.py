"""The numbers of the dashboard."""

from datetime import UTC, datetime, timedelta

from litestar import get

from engine.service.errors import ApiError
from engine.service.routes.queries import Moment, TheEngine, moment
from engine.service.types import Stats

PERIOD = timedelta(days=7)


@get("/stats", tags=["engine"], operation_id="get_stats")
async def get_stats(
    engine: TheEngine,
    since: Moment = None,
    until: Moment = None,
    workflow_id: str | None = None,
) -> Stats:
    """Executions that ended in a period (default: the last seven days), of one workflow or all."""
    end = moment("until", until) or datetime.now(UTC)
    start = moment("since", since) or end - PERIOD
    if start >= end:
        raise ApiError(422, "Invalid request", "since: must lie before until")
    return await engine.stats(start, end, workflow_id)


ROUTES = [get_stats]
