"""How the engine is and what it has to do, as it tells others."""

from datetime import datetime

from msgspec import Struct


class HealthStats(Struct, frozen=True, kw_only=True):
    """Counts of what there is."""

    active_executions: int
    queued_executions: int
    total_workflows: int
    active_workflows: int


class Health(Struct, frozen=True, kw_only=True):
    """``checks`` say ``ok``, or in words what is wrong; ``uptime`` is seconds."""

    status: str
    checks: dict[str, str]
    stats: HealthStats
    version: str = ""
    uptime: float = 0.0


class SchedulerStatus(Struct, frozen=True, kw_only=True):
    """What the scheduler does, and when it is due next."""

    enabled: bool
    running: int
    queued: int
    workers: int
    scheduled: int
    next_due: datetime | None = None
    next_workflow_id: str | None = None
    next_workflow_name: str | None = None
