"""What Prometheus asks for: counted from the engine's events since this process began."""

import asyncio
import logging
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator

from engine.runtime.news import Subscription
from engine.service.types import ENDED, Event, Execution, Health
from engine.store.errors import StoreError

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = tuple(2.0**n for n in range(10))
"""Seconds: 1, 2, 4 ... 512."""
PAUSE = 5.0
_log = logging.getLogger("treadle.service")


class Metrics:
    """Counts executions as they end."""

    def __init__(self) -> None:
        self._totals: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._durations: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(BUCKETS) + 1))
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def count(self, event: Event) -> None:
        """Takes in one event; only ends of executions matter."""
        execution = event.data
        if not isinstance(execution, Execution) or execution.status not in ENDED:
            return
        self._totals[execution.workflow_id, execution.status] += 1
        if execution.duration is not None:
            place = bisect_left(BUCKETS, execution.duration)
            self._durations[execution.workflow_id][place] += 1
            self._seconds[execution.workflow_id] += execution.duration

    async def follow(self, subscribe: Callable[[], Subscription]) -> None:
        """Counts what subscriptions tell, one after another where the database has trouble."""
        while True:
            try:
                await self._follow(subscribe())
            except StoreError as error:
                _log.warning("executions are not counted just now: %s", error)
                await asyncio.sleep(PAUSE)

    async def _follow(self, subscription: Subscription) -> None:
        async with subscription:
            async for batch in subscription:
                for told in batch:
                    if told.type.startswith("execution."):
                        self.count(told)

    def render(self, health: Health) -> str:
        """The text that Prometheus reads."""
        return "\n".join([*self._lines(health), ""])

    def _lines(self, health: Health) -> Iterator[str]:
        yield "# HELP orchestrator_executions_total Executions that ended, by workflow and status."
        yield "# TYPE orchestrator_executions_total counter"
        for (workflow, status), count in sorted(self._totals.items()):
            labels = f'workflow_id="{workflow}",status="{status}"'
            yield f"orchestrator_executions_total{{{labels}}} {count}"
        name = "orchestrator_execution_duration_seconds"
        yield f"# HELP {name} From start to end of executions, by workflow."
        yield f"# TYPE {name} histogram"
        for workflow, counts in sorted(self._durations.items()):
            total = 0
            for bound, count in zip((*BUCKETS, float("inf")), counts, strict=True):
                total += count
                limit = "+Inf" if bound == float("inf") else f"{bound:g}"
                yield f'{name}_bucket{{workflow_id="{workflow}",le="{limit}"}} {total}'
            yield f'{name}_sum{{workflow_id="{workflow}"}} {self._seconds[workflow]:.6f}'
            yield f'{name}_count{{workflow_id="{workflow}"}} {total}'
        yield "# HELP orchestrator_active_executions Executions that run now."
        yield "# TYPE orchestrator_active_executions gauge"
        yield f"orchestrator_active_executions {health.stats.active_executions}"
        yield "# HELP orchestrator_queued_executions Executions that wait for a place."
        yield "# TYPE orchestrator_queued_executions gauge"
        yield f"orchestrator_queued_executions {health.stats.queued_executions}"
