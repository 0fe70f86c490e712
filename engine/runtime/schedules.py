"""Schedules of active workflows: each fires exactly when it is due, and what was missed once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from msgspec import Struct
from sqlalchemy import Connection

from engine.core.events import Cause
from engine.runtime.library import Library
from engine.store import workflows as table
from engine.store.store import Store
from engine.store.times import to_micros
from engine.store.views import Trigger, Workflow
from engine.triggers.clock import Clock
from engine.triggers.schedule import (
    Due,
    Schedule,
    ScheduleError,
    due_after,
    parse_schedule,
    with_jitter,
)

log = logging.getLogger(__name__)
Fire = Callable[[Workflow, Trigger, Cause], Awaitable[None]]


class Upcoming(Struct, frozen=True):
    """What is due next."""

    due: datetime
    workflow_id: str
    workflow_name: str


class _Entry(Struct):
    """A schedule that is watched."""

    workflow: Workflow
    trigger: Trigger
    schedule: Schedule
    due: datetime | None = None


class Schedules:
    """Watches the schedule triggers of active workflows. Used from the event loop only."""

    def __init__(self, store: Store, library: Library, clock: Clock, fire: Fire) -> None:
        self._store = store
        self._library = library
        self._clock = clock
        self._fire = fire
        self._entries: dict[str, _Entry] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def count(self) -> int:
        """Schedules that are watched."""
        return len(self._entries)

    def upcoming(self) -> Upcoming | None:
        """The earliest fire of all."""
        known = [entry for entry in self._entries.values() if entry.due is not None]
        first = min(
            known, key=lambda entry: entry.due or datetime.max.replace(tzinfo=UTC), default=None
        )
        if first is None or first.due is None:
            return None
        return Upcoming(first.due, first.workflow.id, first.workflow.name)

    async def watch(self, workflow: Workflow, *, fresh: bool) -> None:
        """Watches an active workflow's schedules; with ``fresh`` nothing before now was missed."""
        self.unwatch(workflow.id)
        now = datetime.now(UTC)
        wanted = [t for t in workflow.triggers if t.type == "schedule" and t.is_enabled]
        for trigger in wanted:
            await self._watch_trigger(workflow, trigger, now, fresh)
        await self._complete_if_over(workflow)

    def unwatch(self, workflow_id: str) -> None:
        """Forgets a workflow's schedules."""
        for trigger_id, entry in list(self._entries.items()):
            if entry.workflow.id == workflow_id:
                del self._entries[trigger_id]
                self._clock.remove(("schedule", trigger_id))

    async def close(self) -> None:
        """Stops all schedules, and waits for fires that have begun."""
        for trigger_id in self._entries:
            self._clock.remove(("schedule", trigger_id))
        self._entries.clear()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _watch_trigger(
        self, workflow: Workflow, trigger: Trigger, now: datetime, fresh: bool
    ) -> None:
        try:
            schedule = parse_schedule(trigger.config)
        except ScheduleError as error:
            await self._store.write(table.change_trigger, trigger.id, error=error.message)
            return
        entry = _Entry(workflow, trigger, schedule)
        self._entries[trigger.id] = entry
        last = None if fresh else trigger.considered
        due = due_after(schedule, last, now)
        await self._make_up(entry, due)
        await self._arm(entry, due.next, considered=now)

    async def _make_up(self, entry: _Entry, due: Due) -> None:
        """Runs what was missed, as the schedule's policy says."""
        if due.missed:
            log.info(
                "%s: %d fires of %s were missed; it runs %d times now",
                entry.workflow.name,
                due.missed,
                entry.trigger.name,
                len(due.fire),
            )
        for moment in due.fire:
            await self._run(entry, moment)

    async def _arm(self, entry: _Entry, moment: datetime | None, *, considered: datetime) -> None:
        """Sets the alarm for the next fire, and writes down up to when all is settled."""
        trigger_id = entry.trigger.id
        entry.due = None
        if moment is not None:
            entry.due = with_jitter(entry.schedule, moment, trigger_id)
            self._clock.set(
                ("schedule", trigger_id), entry.due, lambda _: self._due(trigger_id, moment)
            )
        settled = {
            "considered": to_micros(considered),
            "next_due": None if entry.due is None else to_micros(entry.due),
            "error": None,
        }
        await self._library.change(  # which tells those who show when it is due next
            entry.workflow.id, lambda c: table.change_trigger(c, trigger_id, **settled)
        )

    def _due(self, trigger_id: str, moment: datetime) -> None:
        task = asyncio.get_running_loop().create_task(self._on_due(trigger_id, moment))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _on_due(self, trigger_id: str, moment: datetime) -> None:
        entry = self._entries.get(trigger_id)
        if entry is None:
            return
        await self._run(entry, moment)
        if self._entries.get(trigger_id) is entry:
            now = datetime.now(UTC)
            due = due_after(entry.schedule, moment, now)
            await self._make_up(entry, due)
            await self._arm(entry, due.next, considered=max(moment, now))
            await self._complete_if_over(entry.workflow)

    async def _run(self, entry: _Entry, moment: datetime) -> None:
        trigger = entry.trigger
        cause = Cause(type="schedule", name=trigger.name, id=trigger.id, time=moment)
        try:
            await self._fire(entry.workflow, trigger, cause)
        except Exception as error:  # a workflow that cannot start must not stop its schedule
            log.exception("the schedule %s of %s fired in vain", trigger.name, entry.workflow.name)
            await self._store.write(table.change_trigger, trigger.id, error=str(error))

    async def _complete_if_over(self, workflow: Workflow) -> None:
        """Without a fire left, and with nothing else that starts it, a workflow is complete."""
        enabled = [t for t in workflow.triggers if t.is_enabled and t.type != "manual"]
        mine = [entry for entry in self._entries.values() if entry.workflow.id == workflow.id]
        if not enabled or any(trigger.type != "schedule" for trigger in enabled):
            return
        if len(mine) == len(enabled) and all(entry.due is None for entry in mine):
            self.unwatch(workflow.id)
            await self._library.set_status(workflow.id, "completed")


def count_fire(connection: Connection, trigger_id: str, moment: datetime, now: datetime) -> None:
    """Counts a fire in the transaction that starts its execution."""
    record = table.get_trigger(connection, trigger_id)
    if record is not None:
        table.change_trigger(
            connection,
            trigger_id,
            last_triggered=to_micros(now),
            trigger_count=record.trigger_count + 1,
            considered=to_micros(max(moment, record.considered or moment)),
            error=None,
        )
