"""The engine: runs workflows, keeps their history, fires their schedules, tells what happens."""

import contextlib
import logging
import os
import secrets
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from engine.core.events import Cause, WaitKind
from engine.definition.catalogue import Catalogue
from engine.definition.template import SystemVolatile, render
from engine.runtime.control import Control
from engine.runtime.errors import NotFoundError
from engine.runtime.explain import explain
from engine.runtime.family import LOOK as CHILD_LOOK
from engine.runtime.family import Family
from engine.runtime.host import Host
from engine.runtime.library import Library
from engine.runtime.news import News, Subscription
from engine.runtime.recovery import Recovery
from engine.runtime.repeat import Again
from engine.runtime.schedules import Schedules
from engine.runtime.showing import filled, whole
from engine.runtime.start import Launcher, Wanted
from engine.runtime.upkeep import (
    CLEAN,
    PARK_LOOK,
    RELEASE_LOOK,
    RESTS,
    ROLL,
    WISH_LOOK,
    Upkeep,
    add_up,
    clean_logs,
    forget_idle_rows,
    sweep_artifacts,
)
from engine.runtime.workflows import Workflows
from engine.settings.folders import private_folder
from engine.settings.lock import OwnerLock
from engine.settings.settings import Settings
from engine.steps import isolation_report
from engine.steps.base import StepType
from engine.store import executions as runs
from engine.store import ownership
from engine.store import step_executions as step_runs
from engine.store import workflows as table
from engine.store.errors import StoreError
from engine.store.executions import ExecutionFilter
from engine.store.stats import read_stats
from engine.store.store import Store, open_store
from engine.store.views import (
    Execution,
    Health,
    HealthStats,
    LogLine,
    Page,
    SchedulerStatus,
    Stats,
    StepExecution,
    Trigger,
    Workflow,
    split_step_execution_id,
)
from engine.store.workflows import WorkflowFilter

log = logging.getLogger(__name__)


class Engine:
    """One engine process: ``async with Engine(settings, home) as engine``.

    With ``schedules`` False it runs only what it is given, beside an engine that does the rest: no
    triggers, no taking over of executions. Opening raises StoreError where the database cannot be
    used.
    """

    def __init__(
        self,
        settings: Settings,
        home: Path,
        *,
        catalogue: Catalogue | None = None,
        step_types: dict[str, StepType] | None = None,
        schedules: bool = True,
    ) -> None:
        self.settings = settings
        self.home = home
        self.owner = f"{os.getpid()}-{secrets.token_hex(8)}"
        self._catalogue = catalogue
        self._step_types = step_types
        self._whole = schedules
        self._news = News()
        self._began = time.monotonic()
        self._stack = contextlib.AsyncExitStack()
        self._store: Store
        self._host: Host
        self._library: Library
        self._control: Control
        self._schedules: Schedules
        self._workflows: Workflows

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            await self._open(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def _open(self, stack: contextlib.AsyncExitStack) -> None:
        data = private_folder(self.home)
        database = self.settings.database
        lock = OwnerLock(data, self.owner)
        stack.callback(lock.release)
        self._store = await open_store(
            database.url, data, lambda _: self._news.tell(), synchronous=database.synchronous
        )
        stack.push_async_callback(self._store.close)
        now = datetime.now(UTC)
        await self._store.write(ownership.add_owner, self.owner, lock.path, os.getpid(), now)
        stack.push_async_callback(self._store.write, ownership.remove_owner, self.owner)
        scratch = data / "scratch" / self.owner
        stack.callback(shutil.rmtree, scratch, ignore_errors=True)
        self._assemble(scratch)
        stack.push_async_callback(self._host.close)
        upkeep = Upkeep()
        stack.push_async_callback(upkeep.close)
        upkeep.every(WISH_LOOK, self._control.carry_out_wishes)
        upkeep.every(PARK_LOOK, self._control.park)
        upkeep.every(CHILD_LOOK, self._host.family.look)
        if self._whole:
            for line in isolation_report():
                log.debug("%s", line)
            await self._take_up_work(stack, upkeep)
        else:
            recovery = Recovery(self._host, self._library, self.owner)
            upkeep.every(RELEASE_LOOK, recovery.release)

    def _assemble(self, scratch: Path) -> None:
        if self._step_types is None:
            from engine.steps.registry import step_types

            self._step_types = dict(step_types())
        if self._catalogue is None:
            from engine.triggers.registry import trigger_types

            self._catalogue = Catalogue(step_types=self._step_types, trigger_types=trigger_types())
        self._host = Host(self._store, self.settings, self._step_types, scratch, self.owner)
        self._host.clock.jumped = _note_jump
        self._library = Library(self._store, self._catalogue)
        launcher = Launcher(self._host, self._library, self.owner)
        self._control = Control(self._host, self._library, launcher, self.owner)
        self._host.family = Family(self._control)
        self._schedules = Schedules(self._store, self._library, self._host.clock, self._fire)
        self._workflows = Workflows(
            self._store, self._library, self._schedules, self._catalogue, enabled=self._fires
        )

    @property
    def _fires(self) -> bool:
        return self._whole and self.settings.scheduler.enabled

    async def _take_up_work(self, stack: contextlib.AsyncExitStack, upkeep: Upkeep) -> None:
        recovery = Recovery(self._host, self._library, self.owner)
        try:
            await recovery.sweep()
        except StoreError as error:
            log.warning("what was left unfinished goes on later: %s", error)
        stack.push_async_callback(self._schedules.close)
        await self._workflows.watch_all()
        retention = self.settings.executor.log_retention
        upkeep.every(self.settings.scheduler.poll_interval, recovery.sweep)
        upkeep.every(ROLL, lambda: add_up(self._store, rests=RESTS))
        upkeep.every(CLEAN, lambda: clean_logs(self._store, retention))
        upkeep.every(CLEAN, lambda: forget_idle_rows(self._store))
        upkeep.every(CLEAN, lambda: sweep_artifacts(self._store))

    async def _fire(self, workflow: Workflow, trigger: Trigger, cause: Cause) -> None:
        """Starts the execution of a due trigger; the same due time never starts two."""
        record = await self._workflows.sync(workflow.id)
        about = {
            "type": cause.type,
            "name": cause.name,
            "time": cause.time.isoformat() if cause.time else None,
            "payload": cause.payload,
            "headers": cause.headers,
        }
        await self.execute(
            workflow_id=workflow.id,
            version=record.active_version,
            input=render(trigger.input, {"trigger": about}, SystemVolatile()),
            idempotency_key=f"{trigger.id} {cause.time.isoformat() if cause.time else ''}",
            cause=cause,
        )

    # Executions

    async def execute(
        self,
        *,
        workflow_id: str | None = None,
        version: int | None = None,
        source: str | None = None,
        path: str | None = None,
        folder: str | None = None,
        input: dict[str, Any] | None = None,  # noqa: A002
        priority: int | None = None,
        idempotency_key: str | None = None,
        cause: Cause | None = None,
    ) -> str:
        """Starts an execution of a workflow's newest text, or of ``source``; its id.

        It is on disk when this returns. The same ``idempotency_key`` gives the same execution.
        Raises NotFoundError, DefinitionError, InputError and StoreError.
        """
        wanted = Wanted(
            workflow_id=workflow_id,
            version=version,
            source=source,
            path=path,
            folder=folder,
            input=input or {},
            priority=priority,
            idempotency_key=idempotency_key,
            cause=cause,
        )
        return await self._control.start(wanted)

    async def cancel(self, execution_id: str, reason: str = "") -> None:
        """Ends an execution; what has ended stays. Raises NotFoundError."""
        await self._control.cancel(execution_id, reason)

    async def pause(self, execution_id: str, reason: str = "") -> None:
        """Lets running steps end and starts no more. Raises NotFoundError, ConflictError."""
        await self._control.pause(execution_id, reason)

    async def resume(self, execution_id: str) -> None:
        """Goes on after a pause. Raises NotFoundError, ConflictError."""
        await self._control.resume(execution_id)

    async def retry(self, execution_id: str, again: Again | None = None) -> str:
        """Starts an execution that repeats what an ended one did not complete; its id.

        Raises NotFoundError, ConflictError while it has not ended, and what ``execute`` raises.
        """
        return await self._control.retry(execution_id, again or Again())

    async def answer(
        self,
        step_execution_id: str,
        decision: str,
        *,
        by: str = "",
        comment: str = "",
        output: Any = None,
    ) -> None:
        """Answers an approval, or says what became of a step that is not repeated.

        Raises NotFoundError, ConflictError where it waits for no answer, InputError for an answer
        that is not offered.
        """
        execution_id, key = self._step_key(step_execution_id)
        await self._control.answer(
            execution_id, key, decision, by=by, comment=comment, output=output
        )

    async def explain(self, execution_id: str, step_execution_id: str | None = None) -> str:
        """Why an execution, or one of its steps, is where it is, in words. Raises NotFoundError."""
        key = self._step_key(step_execution_id)[1] if step_execution_id else None
        return await explain(self._host, self._library, execution_id, key)

    async def send_event(self, type: str, data: Any = None) -> int:  # noqa: A002
        """Wakes the steps that wait for such an event; how many they were."""
        return await self._control.send_event(type, data)

    async def wait(self, execution_id: str) -> str:
        """The status in which an execution ends. Raises NotFoundError."""
        return await self._control.wait(execution_id)

    async def list_executions(
        self,
        wanted: ExecutionFilter | None = None,
        limit: int = 100,
        cursor: str | None = None,
        *,
        raw: bool = False,
    ) -> Page[Execution]:
        """Executions, newest first; with ``raw`` inputs and outputs are JSON, not decoded."""
        return await self._store.read(
            runs.list_executions, wanted or ExecutionFilter(), limit, cursor, raw=raw
        )

    async def get_execution(
        self, execution_id: str, *, details: bool = True, raw: bool = False
    ) -> Execution:
        """One execution, with its steps if ``details`` are wanted. Raises NotFoundError."""
        found = await self._store.read(
            runs.get_execution, execution_id, with_steps=details, raw=raw
        )
        if found is None:
            raise NotFoundError("execution", execution_id)
        return await filled(self._store.artifacts, found, raw=raw) if details else found

    async def list_steps(
        self,
        execution_id: str,
        *,
        parent_id: str | None = None,
        limit: int = 1000,
        cursor: str | None = None,
        raw: bool = False,
    ) -> Page[StepExecution]:
        """Step executions of the top level, or inside one of them. Raises NotFoundError."""
        parent = self._step_key(parent_id)[1] if parent_id else None
        return await self._store.read(
            step_runs.list_steps, execution_id, parent=parent, limit=limit, cursor=cursor, raw=raw
        )

    async def get_step(self, step_execution_id: str, *, raw: bool = False) -> StepExecution:
        """One step execution with its input and output. Raises NotFoundError."""
        key = self._step_key(step_execution_id)
        found = await self._store.read(step_runs.get_step, *key, raw=raw)
        if found is None:
            raise NotFoundError("step execution", step_execution_id)
        return await filled(self._store.artifacts, found, raw=raw)

    async def step_output(self, step_execution_id: str) -> Any:
        """A step execution's output alone, as JSON and whole.

        Raises NotFoundError, and StoreError where a part of it cannot be read.
        """
        key = self._step_key(step_execution_id)
        found = await self._store.read(step_runs.get_step, *key, raw=True)
        if found is None:
            raise NotFoundError("step execution", step_execution_id)
        return await whole(self._store.artifacts, found.output)

    async def list_waiting(
        self,
        kinds: tuple[WaitKind, ...] = step_runs.ANSWERED,
        limit: int = 100,
        cursor: str | None = None,
        *,
        raw: bool = False,
    ) -> Page[StepExecution]:
        """Steps of all executions that wait for an answer, or for what else ``kinds`` names."""
        return await self._store.read(step_runs.list_waiting, kinds, limit, cursor, raw=raw)

    async def list_logs(
        self, execution_id: str, *, step_id: str | None = None, after: int = 0, limit: int = 1000
    ) -> Page[LogLine]:
        """Log lines in order. Raises NotFoundError."""
        await self.get_execution(execution_id, details=False)
        return await self._store.read(
            runs.list_logs, execution_id, step_id=step_id, after=after, limit=limit
        )

    def subscribe(
        self, *, after: int | None = None, execution_id: str | None = None
    ) -> Subscription:
        """What is recorded from now on, or after a durable id, in batches."""
        return Subscription(self._store, self._news, after, execution_id)

    @staticmethod
    def _step_key(step_execution_id: str) -> tuple[str, str]:
        try:
            return split_step_execution_id(step_execution_id)
        except ValueError:
            raise NotFoundError("step execution", step_execution_id) from None

    # Workflows and triggers

    async def save_workflow(self, *, text: str, **given: Any) -> Workflow:
        """Keeps a text as the newest version of its workflow; see ``Workflows.save``."""
        return await self._workflows.save(text=text, **given)

    async def sync_file(self, workflow_id: str) -> Workflow:
        """Takes over what was saved in a workflow's file. Raises NotFoundError."""
        return await self._workflows.sync(workflow_id)

    async def find_workflow(self, path: str) -> Workflow | None:
        """The workflow that is known by a file."""
        return await self._workflows.find_by_path(path)

    async def list_workflows(
        self, wanted: WorkflowFilter | None = None, limit: int = 100, cursor: str | None = None
    ) -> Page[Workflow]:
        """Workflows by name, without their texts."""
        return await self._workflows.list_workflows(wanted or WorkflowFilter(), limit, cursor)

    async def get_workflow(self, workflow_id: str) -> Workflow:
        """One workflow with its newest text and its triggers. Raises NotFoundError."""
        return await self._workflows.get(workflow_id)

    @property
    def versions(self) -> Workflows:
        """Where the texts are read that workflows had: ``list_versions``, ``get_version``."""
        return self._workflows

    async def delete_workflow(self, workflow_id: str) -> None:
        """Forgets a workflow; its executions stay. Raises NotFoundError, ConflictError."""
        await self._workflows.delete(workflow_id)

    async def set_status(self, workflow_id: str, action: str) -> Workflow:
        """``activate``, ``pause``, ``resume`` or ``cancel``; see ``Workflows.set_status``."""
        return await self._workflows.set_status(workflow_id, action)

    async def list_triggers(self, workflow_id: str) -> list[Trigger]:
        """The triggers of a workflow. Raises NotFoundError."""
        return await self._workflows.list_triggers(workflow_id)

    async def add_trigger(self, workflow_id: str, **given: Any) -> Trigger:
        """Adds a trigger; see ``Workflows.add_trigger``."""
        return await self._workflows.add_trigger(workflow_id, **given)

    async def change_trigger(self, trigger_id: str, **given: Any) -> Trigger:
        """Changes a trigger; see ``Workflows.change_trigger``."""
        return await self._workflows.change_trigger(trigger_id, **given)

    async def delete_trigger(self, trigger_id: str) -> None:
        """Forgets a trigger made by API. Raises NotFoundError, ConflictError."""
        await self._workflows.delete_trigger(trigger_id)

    # The engine itself

    async def stats(
        self, since: datetime, until: datetime, workflow_id: str | None = None
    ) -> Stats:
        """The numbers of a period, up to what ended just now."""
        await add_up(self._store)
        return await self._store.read(read_stats, since, until, workflow_id)

    @property
    def in_memory(self) -> int:
        """Executions that are held in memory; those that only wait are not, after a moment."""
        return len(self._host.courses)

    async def busy(self) -> bool:
        """Whether anything runs, waits, or is scheduled."""
        if self._host.courses or self._host.parked:
            return True
        return bool(await self._store.read(table.workflows_with_status, "active"))

    async def health(self) -> Health:
        """How the engine's parts are."""
        from engine import __version__

        active = total = 0
        trouble = self._store.writer.trouble or self._store.artifacts.trouble
        try:
            total, active = await self._store.read(table.count_workflows)
        except StoreError as error:
            trouble = trouble or error
        scheduler = "ok" if self._fires else "switched off in the settings"
        checks = {
            "database": str(trouble) if trouble else "ok",
            "scheduler": scheduler,
            "executor": "ok",
        }
        return Health(
            status="unhealthy" if trouble else "healthy",
            checks=checks,
            stats=HealthStats(
                active_executions=self._host.running,
                queued_executions=self._host.queued,
                total_workflows=total,
                active_workflows=active,
            ),
            version=__version__,
            uptime=time.monotonic() - self._began,
        )

    async def scheduler_status(self) -> SchedulerStatus:
        """What runs and waits, and what is due next."""
        upcoming = self._schedules.upcoming()
        return SchedulerStatus(
            enabled=self._fires,
            running=self._host.running,
            queued=self._host.queued,
            workers=self.settings.scheduler.workers,
            scheduled=self._schedules.count,
            next_due=upcoming.due if upcoming else None,
            next_workflow_id=upcoming.workflow_id if upcoming else None,
            next_workflow_name=upcoming.workflow_name if upcoming else None,
        )


def _note_jump(seconds: float) -> None:
    """A machine that slept runs what came due meanwhile; the log says why it is late."""
    if seconds > 0:
        log.info("the machine slept, or its clock was set %.0f s ahead; what is due runs", seconds)
    else:
        log.info("the clock was set back by %.0f s; what is due waits for it", -seconds)
