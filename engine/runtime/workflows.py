"""What people do with workflows and triggers: save, activate, pause, change; and what follows."""

import logging
from datetime import UTC, datetime
from typing import Any, Literal

from engine.definition.catalogue import Catalogue
from engine.definition.problems import DefinitionError, Problem
from engine.runtime.errors import ConflictError, InputError, NotFoundError
from engine.runtime.library import Library, absolute, problem_text
from engine.runtime.schedules import Schedules
from engine.runtime.schemas import describe_errors
from engine.store import executions as runs
from engine.store import workflows as table
from engine.store.executions import ExecutionFilter
from engine.store.store import Store
from engine.store.times import new_id
from engine.store.views import UNFINISHED, Page, Trigger, Workflow, WorkflowVersion
from engine.store.workflows import Registration, WorkflowFilter

Action = Literal["activate", "pause", "resume", "cancel"]
log = logging.getLogger(__name__)
_FROM: dict[str, tuple[str, ...]] = {
    "activate": ("draft", "active", "paused", "completed", "failed", "cancelled"),
    "pause": ("active",),
    "resume": ("paused",),
    "cancel": ("draft", "active", "paused", "completed", "failed"),
}
"""The states in which an action is possible."""


class Workflows:
    """The workflows of an engine, and the schedules that follow from their states."""

    def __init__(
        self,
        store: Store,
        library: Library,
        schedules: Schedules,
        catalogue: Catalogue,
        *,
        enabled: bool,
    ) -> None:
        self._store = store
        self._library = library
        self._schedules = schedules
        self._catalogue = catalogue
        self._enabled = enabled

    async def watch_all(self) -> None:
        """At the start: every active workflow's schedules, and what was missed of them."""
        for workflow_id in await self._store.read(table.workflows_with_status, "active"):
            record = await self._library.get(workflow_id)
            if await self._still_valid(record):
                await self._watch(workflow_id, fresh=False)

    async def save(
        self,
        *,
        text: str,
        workflow_id: str | None = None,
        name: str | None = None,
        description: str | None = None,
        tags: list[str] | None = None,
        owner_id: str | None = None,
        path: str | None = None,
        folder: str | None = None,
    ) -> Workflow:
        """Keeps a text as a workflow's newest version; of an active one it becomes the active one.

        Raises DefinitionError, with nothing kept, for a text with errors, InputError for a name
        that is not the definition's, and NotFoundError.
        """
        known = await self._library.get(workflow_id) if workflow_id else None
        place = absolute(path) or (known.path if known else None)
        ready = await self._library.ready(text, place, folder or (known.folder if known else None))
        workflow = ready.plan.workflow
        if name is not None and workflow.name and name != workflow.name:
            raise InputError(f'the name "{name}" differs from the definition\'s "{workflow.name}"')
        given = Registration(
            text=text,
            workflow=workflow,
            path=place,
            folder=folder,
            owner_id=owner_id,
            name=name,
            description=description,
            tags=tags,
            origin="file" if place else "api",
        )
        identity = await self._library.register(given, workflow_id)
        record = await self._library.get(identity)
        if record.status == "active":
            record = await self._library.activate(identity)
            await self._watch(identity, fresh=False)
        else:
            await self._library.set_error(identity, None)
        return record

    async def sync(self, workflow_id: str) -> Workflow:
        """Takes over what was saved in a workflow's file. Raises NotFoundError."""
        record = await self._library.get(workflow_id)
        if record.path is None or not await self._library.sync_file(record):
            return record
        record = await self._library.get(workflow_id)
        if record.status == "active":
            await self._watch(workflow_id, fresh=False)
        return record

    async def find_by_path(self, path: str) -> Workflow | None:
        """The workflow that is known by a file."""
        found = await self._store.read(table.find_by_path, absolute(path) or "")
        return None if found is None else await self._library.get(found)

    async def list_workflows(
        self, wanted: WorkflowFilter, limit: int, cursor: str | None
    ) -> Page[Workflow]:
        """Workflows by name."""
        return await self._store.read(table.list_workflows, wanted, limit, cursor)

    async def get(self, workflow_id: str) -> Workflow:
        """One workflow with its text and triggers. Raises NotFoundError."""
        return await self._library.get(workflow_id)

    async def list_versions(
        self, workflow_id: str, limit: int, cursor: str | None
    ) -> Page[WorkflowVersion]:
        """The texts that a workflow had, newest first. Raises NotFoundError."""
        await self._library.get(workflow_id, details=False)
        return await self._store.read(table.list_versions, workflow_id, limit, cursor)

    async def get_version(self, workflow_id: str, version: int) -> WorkflowVersion:
        """One of them with its text. Raises NotFoundError."""
        await self._library.get(workflow_id, details=False)
        found = await self._store.read(table.get_version, workflow_id, version)
        if found is None:
            raise NotFoundError("version", str(version))
        return found

    async def delete(self, workflow_id: str) -> None:
        """Forgets a workflow; its executions stay. Raises NotFoundError, ConflictError."""
        await self._library.get(workflow_id, details=False)
        wanted = ExecutionFilter(workflow_id=workflow_id, statuses=UNFINISHED)
        page = await self._store.read(runs.list_executions, wanted, 1, None)
        await self._library.delete(workflow_id, bool(page.items))
        self._schedules.unwatch(workflow_id)

    async def set_status(self, workflow_id: str, action: str) -> Workflow:
        """Activates, pauses, resumes or cancels a workflow's triggers.

        Raises NotFoundError, ConflictError for a state in which that cannot be, and DefinitionError
        where the newest text has errors.
        """
        starts = action in ("activate", "resume")
        record = await self._library.current(workflow_id, strict=starts)
        if record.status not in _FROM[action]:
            raise ConflictError(f"a workflow that is {record.status} cannot be told to {action}")
        if starts:
            await self._library.activate(workflow_id)
            await self._watch(workflow_id, fresh=record.status != "active")
        else:
            self._schedules.unwatch(workflow_id)
            await self._library.set_status(
                workflow_id, "paused" if action == "pause" else "cancelled"
            )
            await self._forget_due(workflow_id)
        return await self._library.get(workflow_id)

    async def list_triggers(self, workflow_id: str) -> list[Trigger]:
        """The triggers of a workflow. Raises NotFoundError."""
        return (await self._library.get(workflow_id)).triggers

    async def add_trigger(
        self,
        workflow_id: str,
        *,
        type: str,  # noqa: A002
        name: str | None = None,
        config: dict[str, Any] | None = None,
        is_enabled: bool = True,
    ) -> Trigger:
        """Adds a trigger that the definition's versions leave alone.

        Raises NotFoundError and InputError.
        """
        record = await self._library.get(workflow_id)
        self._check_trigger(type, config or {})
        trigger = Trigger(
            id=new_id(datetime.now(UTC)),
            workflow_id=workflow_id,
            type=type,
            name=name or f"{type} {len(record.triggers) + 1}",
            config=config or {},
            is_enabled=is_enabled,
            source="api",
        )
        await self._library.change(workflow_id, lambda c: table.add_trigger(c, trigger))
        return await self._changed(workflow_id, trigger.id)

    async def change_trigger(self, trigger_id: str, **given: Any) -> Trigger:
        """Changes a trigger's type, name, config or whether it is enabled.

        Of a definition's trigger only the last can be changed here. Raises NotFoundError,
        ConflictError and InputError.
        """
        trigger = await self._trigger(trigger_id)
        if trigger.source == "definition" and set(given) - {"is_enabled"}:
            raise ConflictError(
                "this trigger stands in the workflow's definition; change it there, "
                "or only whether it is enabled here"
            )
        self._check_trigger(given.get("type", trigger.type), given.get("config", trigger.config))
        await self._library.change(
            trigger.workflow_id, lambda c: table.change_trigger(c, trigger_id, **given)
        )
        return await self._changed(trigger.workflow_id, trigger_id)

    async def delete_trigger(self, trigger_id: str) -> None:
        """Forgets a trigger that was made by API. Raises NotFoundError, ConflictError."""
        trigger = await self._trigger(trigger_id)
        if trigger.source == "definition":
            raise ConflictError("this trigger stands in the workflow's definition; remove it there")
        await self._library.change(
            trigger.workflow_id, lambda c: table.delete_trigger(c, trigger_id)
        )
        await self._rewatch(trigger.workflow_id)

    async def _trigger(self, trigger_id: str) -> Trigger:
        found = await self._store.read(table.get_trigger, trigger_id)
        if found is None:
            raise NotFoundError("trigger", trigger_id)
        return found

    async def _changed(self, workflow_id: str, trigger_id: str) -> Trigger:
        await self._rewatch(workflow_id)
        return await self._trigger(trigger_id)

    async def _rewatch(self, workflow_id: str) -> None:
        record = await self._library.get(workflow_id)
        if record.status == "active":
            await self._watch(workflow_id, fresh=False)

    async def _watch(self, workflow_id: str, *, fresh: bool) -> None:
        if self._enabled:
            await self._schedules.watch(await self._library.get(workflow_id), fresh=fresh)

    async def _forget_due(self, workflow_id: str) -> None:
        record = await self._library.get(workflow_id)
        for trigger in record.triggers:
            await self._store.write(table.change_trigger, trigger.id, next_due=None)

    async def _still_valid(self, record: Workflow) -> bool:
        """Whether the active version can run; if not, the workflow has failed."""
        try:
            version = record.active_version or record.version
            text = await self._library.text_of(record.id, version)
            await self._library.ready(text, record.path, record.folder)
        except DefinitionError as error:
            why = f"the active version is not valid any more: {problem_text(error)}"
            log.error("workflow %s: %s", record.name, why)
            await self._library.set_status(record.id, "failed", why)
            return False
        return True

    def _check_trigger(self, kind: str, config: dict[str, Any]) -> None:
        known = self._catalogue.trigger_types.get(kind)
        if known is None:
            names = ", ".join(self._catalogue.trigger_types)
            raise InputError(f'there is no trigger type "{kind}"; there are {names}')
        errors = describe_errors(known.schema, config, "config")
        errors += [i.message for i in known.check(config) if i.severity == "error"]
        if errors:
            problems = tuple(
                Problem(severity="error", code="trigger-config", message=m) for m in errors
            )
            raise InputError(f"the trigger's config does not fit: {'; '.join(errors)}", problems)
