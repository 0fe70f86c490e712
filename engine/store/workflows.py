"""Workflows, their versions and triggers: how they are kept and found."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from engine.definition import model
from engine.store.encoding import decode, encode
from engine.store.tables import texts, triggers, workflow_versions, workflows
from engine.store.times import from_micros, maybe_time, new_id, to_micros
from engine.store.views import Page, Trigger, Workflow, WorkflowVersion


class WorkflowFilter(Struct, frozen=True, kw_only=True):
    """Which workflows to list; ``q`` is looked for in names and descriptions."""

    statuses: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    owner_id: str | None = None
    q: str | None = None
    path: str | None = None
    """The definition file's absolute path."""


class Registration(Struct, frozen=True, kw_only=True):
    """What a new text of a workflow brings along."""

    text: str
    workflow: model.Workflow
    path: str | None = None
    folder: str | None = None
    owner_id: str | None = None
    name: str | None = None
    description: str | None = None
    tags: list[str] | None = None
    origin: str = "api"


_live = workflows.c.deleted_at.is_(None)


def text_digest(text: str) -> str:
    """The name by which a text is kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def put_text(connection: Connection, text: str) -> str:
    """Keeps a text once, and returns its hash."""
    digest = text_digest(text)
    connection.execute(upsert(texts).values(hash=digest, text=text).on_conflict_do_nothing())
    return digest


def get_text(connection: Connection, digest: str) -> str:
    """The text of a hash. Raises LookupError."""
    text = connection.execute(select(texts.c.text).where(texts.c.hash == digest)).scalar()
    if text is None:
        raise LookupError(f"the text {digest} is missing")
    return str(text)


def find_by_path(connection: Connection, path: str) -> str | None:
    """The id of the workflow that is known by a file."""
    return connection.execute(select(workflows.c.id).where(workflows.c.path == path)).scalar()


def find_by_name(connection: Connection, name: str, origin: str) -> str | None:
    """The id of the workflow without a file that a text of this name made."""
    query = select(workflows.c.id).where(
        workflows.c.name == name, workflows.c.origin == origin, workflows.c.path.is_(None), _live
    )
    return connection.execute(query.limit(1)).scalar()


def add_workflow(connection: Connection, given: Registration, time: datetime) -> str:
    """Registers a workflow with its first version, as a draft; returns its id."""
    identity = new_id(time)
    stamp = to_micros(time)
    connection.execute(
        insert(workflows).values(
            id=identity,
            origin=given.origin,
            path=given.path,
            created_at=stamp,
            updated_at=stamp,
            version=0,
            name="",
            owner_id=given.owner_id,
        )
    )
    add_version(connection, identity, given, time)
    return identity


def add_version(
    connection: Connection, workflow_id: str, given: Registration, time: datetime
) -> int:
    """Gives a workflow a new text, if it differs from the newest; returns its version."""
    digest = put_text(connection, given.text)
    newest = connection.execute(
        select(workflows.c.version, workflow_versions.c.text_hash)
        .join(
            workflow_versions,
            (workflow_versions.c.workflow_id == workflows.c.id)
            & (workflow_versions.c.version == workflows.c.version),
            isouter=True,
        )
        .where(workflows.c.id == workflow_id)
    ).one()
    version = int(newest.version)
    if newest.text_hash != digest:
        version += 1
        connection.execute(
            insert(workflow_versions).values(
                workflow_id=workflow_id,
                version=version,
                text_hash=digest,
                created_at=to_micros(time),
            )
        )
    _describe(connection, workflow_id, given, version, time)
    return version


def _describe(
    connection: Connection, workflow_id: str, given: Registration, version: int, time: datetime
) -> None:
    workflow = given.workflow
    values: dict[str, Any] = {
        "version": version,
        "name": given.name or workflow.name or "Untitled",
        "description": workflow.description if given.description is None else given.description,
        "tags": encode(list(workflow.tags) if given.tags is None else given.tags),
        "is_template": workflow.is_template,
        "updated_at": to_micros(time),
    }
    if given.folder is not None:
        values["folder"] = given.folder
    if given.owner_id is not None:
        values["owner_id"] = given.owner_id
    if given.path is not None:
        values["path"] = given.path
    connection.execute(update(workflows).where(workflows.c.id == workflow_id).values(values))


def get_workflow(
    connection: Connection, workflow_id: str, *, details: bool = True
) -> Workflow | None:
    """One workflow, with its newest text and its triggers if ``details`` are wanted."""
    row = connection.execute(_query().where(workflows.c.id == workflow_id, _live)).one_or_none()
    if row is None:
        return None
    if not details:
        return _workflow(row)
    version = get_version(connection, workflow_id, row.version)
    return _workflow(
        row, version.source if version else None, list_triggers(connection, workflow_id)
    )


def list_workflows(
    connection: Connection, wanted: WorkflowFilter, limit: int, cursor: str | None
) -> Page[Workflow]:
    """Workflows by name; every tag that is asked for must be there."""
    query = _filtered(_query().where(_live), wanted)
    if cursor:
        name, _, identity = decode(cursor).partition("\0")
        after = (workflows.c.name > name) | (
            (workflows.c.name == name) & (workflows.c.id > identity)
        )
        query = query.where(after)
    query = query.order_by(workflows.c.name, workflows.c.id).limit(limit + 1)
    rows = connection.execute(query).all()
    items = [_workflow(row) for row in rows[:limit]]
    more = len(rows) > limit
    return Page(items, encode(f"{items[-1].name}\0{items[-1].id}") if more else None)


def workflows_with_status(connection: Connection, status: str) -> list[str]:
    """The ids of all workflows of one status."""
    query = select(workflows.c.id).where(workflows.c.status == status, _live)
    return list(connection.execute(query).scalars())


def count_workflows(connection: Connection) -> tuple[int, int]:
    """How many workflows there are, and how many of them are active."""
    active = func.coalesce(func.sum(workflows.c.status == "active"), 0)
    total, running = connection.execute(select(func.count(), active).where(_live)).one()
    return int(total), int(running)


def get_version(connection: Connection, workflow_id: str, version: int) -> WorkflowVersion | None:
    """One version with its text."""
    query = (
        select(workflow_versions, texts.c.text)
        .join(texts, texts.c.hash == workflow_versions.c.text_hash)
        .where(
            workflow_versions.c.workflow_id == workflow_id, workflow_versions.c.version == version
        )
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return WorkflowVersion(
        workflow_id=row.workflow_id,
        version=row.version,
        created_at=from_micros(row.created_at),
        source=row.text,
    )


def list_versions(
    connection: Connection, workflow_id: str, limit: int, cursor: str | None
) -> Page[WorkflowVersion]:
    """The versions of a workflow without their texts, newest first."""
    query = select(workflow_versions).where(workflow_versions.c.workflow_id == workflow_id)
    if cursor:
        before = decode(cursor)
        if not isinstance(before, int):
            raise ValueError("no cursor of versions")
        query = query.where(workflow_versions.c.version < before)
    query = query.order_by(workflow_versions.c.version.desc()).limit(limit + 1)
    rows = connection.execute(query).all()
    items = [
        WorkflowVersion(
            workflow_id=row.workflow_id,
            version=row.version,
            created_at=from_micros(row.created_at),
        )
        for row in rows[:limit]
    ]
    return Page(items, encode(items[-1].version) if len(rows) > limit else None)


def find_version(connection: Connection, workflow_id: str, text: str) -> int | None:
    """The newest version of a workflow that has this text."""
    query = select(func.max(workflow_versions.c.version)).where(
        workflow_versions.c.workflow_id == workflow_id,
        workflow_versions.c.text_hash == text_digest(text),
    )
    return connection.execute(query).scalar()


def change_workflow(connection: Connection, workflow_id: str, **values: Any) -> None:
    """Sets columns of a workflow."""
    connection.execute(update(workflows).where(workflows.c.id == workflow_id).values(values))


def delete_workflow(connection: Connection, workflow_id: str, time: datetime) -> None:
    """Forgets a workflow and its triggers; its executions stay in the history."""
    connection.execute(delete(triggers).where(triggers.c.workflow_id == workflow_id))
    change_workflow(
        connection, workflow_id, deleted_at=to_micros(time), path=None, status="cancelled"
    )


def list_triggers(connection: Connection, workflow_id: str) -> list[Trigger]:
    """The triggers of a workflow, those of its definition first."""
    query = select(triggers).where(triggers.c.workflow_id == workflow_id)
    rows = connection.execute(query.order_by(triggers.c.source.desc(), triggers.c.id)).all()
    return [_trigger(row) for row in rows]


def get_trigger(connection: Connection, trigger_id: str) -> Trigger | None:
    """One trigger."""
    row = connection.execute(select(triggers).where(triggers.c.id == trigger_id)).one_or_none()
    return None if row is None else _trigger(row)


def add_trigger(connection: Connection, record: Trigger) -> None:
    """Adds a trigger."""
    connection.execute(
        insert(triggers).values(
            id=record.id,
            workflow_id=record.workflow_id,
            type=record.type,
            name=record.name,
            config=encode(record.config),
            input=encode(record.input),
            is_enabled=record.is_enabled,
            source=record.source,
        )
    )


def change_trigger(connection: Connection, trigger_id: str, **values: Any) -> None:
    """Sets columns of a trigger; mappings are written as JSON."""
    stored = {k: encode(v) if isinstance(v, dict) else v for k, v in values.items()}
    connection.execute(update(triggers).where(triggers.c.id == trigger_id).values(stored))


def delete_trigger(connection: Connection, trigger_id: str) -> None:
    """Forgets a trigger."""
    connection.execute(delete(triggers).where(triggers.c.id == trigger_id))


def sync_triggers(
    connection: Connection, workflow_id: str, wanted: Sequence[model.Trigger], time: datetime
) -> None:
    """Matches a definition's triggers by name: known ones keep their id and counts.

    Triggers that were made by API are left alone.
    """
    known = {
        record.name: record
        for record in list_triggers(connection, workflow_id)
        if record.source == "definition"
    }
    for name, trigger in zip(trigger_names(wanted), wanted, strict=True):
        found = known.pop(name, None)
        if found is None:
            record = Trigger(
                id=new_id(time),
                workflow_id=workflow_id,
                type=trigger.type,
                name=name,
                config=trigger.config,
                input=trigger.input,
                is_enabled=trigger.enabled,
            )
            add_trigger(connection, record)
        else:
            change_trigger(
                connection,
                found.id,
                type=trigger.type,
                config=trigger.config,
                input=trigger.input,
                is_enabled=trigger.enabled,
                error=None,
            )
    for gone in known.values():
        delete_trigger(connection, gone.id)


def trigger_names(wanted: Sequence[model.Trigger]) -> list[str]:
    """The names by which triggers are told apart; a missing one is made of type and place."""
    return [trigger.name or f"{trigger.type} {n}" for n, trigger in enumerate(wanted, start=1)]


def _query() -> Select[Any]:
    due = (
        select(func.min(triggers.c.next_due))
        .where(triggers.c.workflow_id == workflows.c.id)
        .scalar_subquery()
    )
    return select(workflows, due.label("next_due"))


def _filtered(query: Select[Any], wanted: WorkflowFilter) -> Select[Any]:
    if wanted.statuses:
        query = query.where(workflows.c.status.in_(wanted.statuses))
    if wanted.owner_id:
        query = query.where(workflows.c.owner_id == wanted.owner_id)
    if wanted.path:
        query = query.where(workflows.c.path == wanted.path)
    for tag in wanted.tags:
        query = query.where(workflows.c.tags.contains(encode(tag), autoescape=True))
    if wanted.q:
        found = workflows.c.name.icontains(wanted.q, autoescape=True)
        query = query.where(found | workflows.c.description.icontains(wanted.q, autoescape=True))
    return query


def _workflow(
    row: Row[Any], source: str | None = None, own: list[Trigger] | None = None
) -> Workflow:
    ended = row.ended_count
    return Workflow(
        id=row.id,
        name=row.name,
        description=row.description,
        status=row.status,
        tags=decode(row.tags),
        owner_id=row.owner_id,
        is_template=row.is_template,
        path=row.path,
        folder=row.folder,
        version=row.version,
        active_version=row.active_version,
        created_at=from_micros(row.created_at),
        updated_at=from_micros(row.updated_at),
        execution_count=row.execution_count,
        last_executed=maybe_time(row.last_executed),
        success_rate=row.completed_count / ended if ended else None,
        next_due=maybe_time(row.next_due) if row.status == "active" else None,
        error=row.error,
        source=source,
        triggers=own or [],
    )


def _trigger(row: Row[Any]) -> Trigger:
    return Trigger(
        id=row.id,
        workflow_id=row.workflow_id,
        type=row.type,
        name=row.name,
        config=decode(row.config),
        input=decode(row.input),
        is_enabled=row.is_enabled,
        source=row.source,
        last_triggered=maybe_time(row.last_triggered),
        trigger_count=row.trigger_count,
        considered=maybe_time(row.considered),
        next_due=maybe_time(row.next_due),
        error=row.error,
    )
