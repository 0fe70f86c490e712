"""Workflows as the engine knows them: texts loaded, checked, kept in versions, ready to run."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection

from engine.core.plan import Plan
from engine.definition.catalogue import Catalogue
from engine.definition.load import Loaded, load
from engine.definition.problems import DefinitionError
from engine.runtime.errors import ConflictError, NotFoundError
from engine.store import workflows as table
from engine.store.batch import Batch
from engine.store.project import add_notice
from engine.store.store import Store
from engine.store.times import to_micros
from engine.store.views import Workflow
from engine.store.workflows import Registration

PLANS = 64
"""Compiled texts that are kept."""
_SAVED_WRONG = "the saved file has errors: "
LARGE = 50_000
"""Characters from which on a text is loaded off the event loop."""


class Ready(Struct, frozen=True, eq=False):
    """A text that can run."""

    loaded: Loaded
    plan: Plan


class Library:
    """Loads definitions, and keeps workflows in the store."""

    def __init__(self, store: Store, catalogue: Catalogue) -> None:
        self._store = store
        self._catalogue = catalogue
        self._plans: OrderedDict[str, Ready] = OrderedDict()
        self.edition = 0
        """Counts the texts that were kept and the workflows that were forgotten."""

    async def load(self, text: str, path: str | None = None, folder: str | None = None) -> Loaded:
        """Reads and checks a text, off the loop where that takes time."""
        place = Path(folder) if folder else Path(path).parent if path else None
        if len(text) < LARGE:
            return load(text, self._catalogue, path or "", place)
        return await asyncio.to_thread(load, text, self._catalogue, path or "", place)

    async def ready(self, text: str, path: str | None = None, folder: str | None = None) -> Ready:
        """A text made ready to run. Raises DefinitionError where it has errors."""
        key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        known = self._plans.get(key)
        if known is not None:
            self._plans.move_to_end(key)
            return known
        loaded = await self.load(text, path, folder)
        made = Ready(loaded, Plan(loaded.usable()))
        self._plans[key] = made
        while len(self._plans) > PLANS:
            self._plans.popitem(last=False)
        return made

    async def get(self, workflow_id: str, *, details: bool = True) -> Workflow:
        """One workflow. Raises NotFoundError."""
        record = await self._store.read(table.get_workflow, workflow_id, details=details)
        if record is None:
            raise NotFoundError("workflow", workflow_id)
        return record

    async def current(self, workflow_id: str, *, strict: bool = False) -> Workflow:
        """One workflow with its newest text; a file that was saved meanwhile is read again.

        A saved text with errors is told in ``error`` and the last good one stays; when ``strict``
        it raises DefinitionError.
        """
        record = await self.get(workflow_id)
        if record.path is None or not await self.sync_file(record, strict=strict):
            return record
        return await self.get(workflow_id)

    async def sync_file(self, record: Workflow, *, strict: bool = False) -> bool:
        """Takes over what was saved in a workflow's file; whether anything changed.

        Of an active workflow the text becomes the active version, if it has no errors. Raises
        DefinitionError for a text with errors when ``strict``.
        """
        try:
            text = await asyncio.to_thread(_read_text, Path(record.path or ""))
        except OSError:
            return False  # moved or deleted: the text that is known stays
        if text == record.source:
            return await self._forget_error(record)
        try:
            ready = await self.ready(text, record.path, record.folder)
        except DefinitionError as error:
            if strict:
                raise
            await self.set_error(record.id, f"{_SAVED_WRONG}{problem_text(error)}")
            return True
        given = Registration(
            text=text, workflow=ready.plan.workflow, path=record.path, folder=record.folder
        )
        await self.register(given, record.id)
        if record.status == "active":
            await self.activate(record.id)
        elif record.error:
            await self.set_error(record.id, None)
        return True

    async def _forget_error(self, record: Workflow) -> bool:
        """A file that is again as it was has no errors any more; whether it had some."""
        told = (record.error or "").startswith(_SAVED_WRONG)
        if told:
            await self.set_error(record.id, None)
        return told

    async def find(
        self, given: Registration, workflow_id: str | None = None
    ) -> tuple[str | None, int | None]:
        """The workflow that a text belongs to, by id, path or name, and the version that it is.

        None for a workflow that is not known, and for a text that was never saved as a version.
        """

        def look(connection: Connection) -> tuple[str | None, int | None]:
            name = given.workflow.name or "Untitled"
            known = workflow_id
            if known is None and given.path:
                known = table.find_by_path(connection, given.path)
            elif known is None:
                known = table.find_by_name(connection, name, given.origin)
            if known is None:
                return None, None
            return known, table.find_version(connection, known, given.text)

        return await self._store.read(look)

    async def saved_version(self, workflow_id: str, text: str) -> int | None:
        """The version that a text became by being saved in its file; None while it is not."""
        record = await self.current(workflow_id)
        return record.version if record.source == text else None

    async def text_of(self, workflow_id: str, version: int) -> str:
        """The text of a version. Raises NotFoundError."""
        record = await self._store.read(table.get_version, workflow_id, version)
        if record is None or record.source is None:
            raise NotFoundError("version", str(version))
        return record.source

    async def register(self, given: Registration, workflow_id: str | None = None) -> str:
        """Keeps a text as the newest version of its workflow, known by id, or by path; its id.

        The triggers follow the text unless the workflow is active: then the active version has
        its own, until ``activate``.
        """
        time = datetime.now(UTC)

        def work(connection: Connection) -> str:
            known = workflow_id
            if known is None and given.path:
                known = table.find_by_path(connection, given.path)
            if known is None and given.origin == "text":
                known = table.find_by_name(connection, given.workflow.name or "Untitled", "text")
            if known is None:
                known = table.add_workflow(connection, given, time)
            else:
                table.add_version(connection, known, given, time)
            record = table.get_workflow(connection, known, details=False)
            if record is not None and record.status != "active":
                table.sync_triggers(connection, known, given.workflow.triggers, time)
            return known

        known = await self._store.write(work)
        self.edition += 1
        return known

    async def activate(self, workflow_id: str) -> Workflow:
        """Makes the newest version the active one. Raises DefinitionError where it has errors."""
        record = await self.get(workflow_id)
        ready = await self.ready(record.source or "", record.path, record.folder)
        triggers = ready.plan.workflow.triggers
        time = datetime.now(UTC)

        def work(connection: Connection) -> None:
            table.sync_triggers(connection, workflow_id, triggers, time)
            table.change_workflow(
                connection,
                workflow_id,
                status="active",
                active_version=record.version,
                error=None,
                updated_at=to_micros(time),
            )

        await self.change(workflow_id, work)
        return await self.get(workflow_id)

    async def set_status(self, workflow_id: str, status: str, error: str | None = None) -> None:
        """Sets a workflow's state, and why."""
        time = to_micros(datetime.now(UTC))

        def work(connection: Connection) -> None:
            table.change_workflow(
                connection, workflow_id, status=status, error=error, updated_at=time
            )

        await self.change(workflow_id, work)

    async def set_error(self, workflow_id: str, error: str | None) -> None:
        """Says why the newest text is not the active one, or that it is."""
        await self.change(
            workflow_id,
            lambda connection: table.change_workflow(connection, workflow_id, error=error),
        )

    async def change(
        self, workflow_id: str, work: Callable[[Connection], None], kind: str = "workflow.changed"
    ) -> None:
        """Changes a workflow, and tells those who listen."""
        batch = Batch()
        time = to_micros(datetime.now(UTC))
        add_notice(batch, workflow_id, kind, time, {"id": workflow_id})
        await self._store.writer.run(work, batch)

    async def delete(self, workflow_id: str, unfinished: bool) -> None:
        """Forgets a workflow. Raises ConflictError while it has unfinished executions."""
        if unfinished:
            raise ConflictError("the workflow has unfinished executions; cancel them first")
        time = datetime.now(UTC)
        await self.change(
            workflow_id,
            lambda connection: table.delete_workflow(connection, workflow_id, time),
            "workflow.deleted",
        )
        self.edition += 1


def absolute(path: str | None) -> str | None:
    """The absolute form of a path, without ``..``, by which a workflow is known."""
    if not path:
        return None
    place = Path(path).expanduser().absolute()
    return str(place.parent.resolve() / place.name if ".." in place.parts else place)


def _read_text(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig", "surrogateescape")


def problem_text(error: DefinitionError, most: int = 3) -> str:
    """The first problems of a definition, for one line."""
    errors = [problem for problem in error.problems if problem.severity == "error"]
    told = "; ".join(f"line {problem.line}: {problem.message}" for problem in errors[:most])
    more = len(errors) - most
    return f"{told} and {more} more" if more > 0 else told
