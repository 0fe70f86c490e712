"""Who carries executions out: queueing, claims, and what a dead owner left behind."""

from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, delete, exists, insert, select, update

from engine.core.events import Event
from engine.store.batch import Batch, Insert
from engine.store.encoding import decode_event
from engine.store.slots import free_all_slots
from engine.store.tables import artifact_uses, events, executions, owners, texts
from engine.store.times import to_micros
from engine.store.workflows import text_digest


class NewExecution(Struct, frozen=True, kw_only=True):
    """What is known of an execution before its first event."""

    id: str
    workflow_id: str
    version: int | None
    text: str
    folder: str | None
    priority: int
    created: datetime
    trigger_id: str | None = None
    trigger_type: str = "manual"
    trigger_name: str | None = None
    retry_of: str | None = None
    parent_execution: str | None = None
    parent_key: str | None = None
    concurrency_key: str | None = None
    owner: str
    idempotency_key: str | None = None
    mark_key: bytes


class Left(Struct, frozen=True, kw_only=True):
    """An unfinished execution as the database has it, with its history and the text it runs."""

    id: str
    workflow_id: str
    version: int | None
    text: str
    folder: str | None
    priority: int
    mark_key: bytes
    trigger_id: str | None
    retry_of: str | None
    parent_execution: str | None
    parent_key: str | None
    concurrency_key: str | None
    large: bool
    """Whether it names values that lie in files."""
    history: list[Event]


NOBODY = ""
"""The owner of executions that an engine which may not go on with them found with a dead one."""


def add_owner(connection: Connection, owner: str, lock: Path, pid: int, time: datetime) -> None:
    """Makes an engine process known, with the lock that proves it alive."""
    connection.execute(
        insert(owners).values(id=owner, lock_path=str(lock), pid=pid, started=to_micros(time))
    )


def remove_owner(connection: Connection, owner: str) -> None:
    """Forgets an owner, unless it still has unfinished executions that others must find.

    What it held of the limits is free in any case.
    """
    free_all_slots(connection, owner)
    left = exists().where(executions.c.owner == owner, executions.c.end_time.is_(None))
    connection.execute(delete(owners).where(owners.c.id == owner, ~left))


def other_owners(connection: Connection, me: str) -> dict[str, Path]:
    """Every other known owner, and its lock's file."""
    rows = connection.execute(select(owners.c.id, owners.c.lock_path).where(owners.c.id != me))
    return {row.id: Path(row.lock_path) for row in rows}


def add_execution(batch: Batch, new: NewExecution) -> None:
    """Puts the row of a queued execution, and the text it runs, into a batch."""
    digest = text_digest(new.text)
    batch.inserts.append(Insert(texts.name, {"hash": digest, "text": new.text}, ignore=True))
    values = {
        "id": new.id,
        "workflow_id": new.workflow_id,
        "version": new.version,
        "text_hash": digest,
        "folder": new.folder,
        "status": "queued",
        "priority": new.priority,
        "created_at": to_micros(new.created),
        "trigger_id": new.trigger_id,
        "trigger_type": new.trigger_type,
        "trigger_name": new.trigger_name,
        "retry_of": new.retry_of,
        "parent_execution": new.parent_execution,
        "parent_key": new.parent_key,
        "concurrency_key": new.concurrency_key,
        "owner": new.owner,
        "idempotency_key": new.idempotency_key,
        "mark_key": new.mark_key,
    }
    batch.inserts.append(Insert(executions.name, values))


def find_idempotent(connection: Connection, workflow_id: str, key: str) -> str | None:
    """The execution that the same key has started before."""
    query = select(executions.c.id).where(
        executions.c.workflow_id == workflow_id, executions.c.idempotency_key == key
    )
    return connection.execute(query).scalar()


def unfinished_of(connection: Connection, owner: str) -> list[str]:
    """The unfinished executions of an owner, oldest first."""
    query = select(executions.c.id).where(
        executions.c.owner == owner, executions.c.end_time.is_(None)
    )
    return list(connection.execute(query.order_by(executions.c.id)).scalars())


def claim(connection: Connection, execution_id: str, dead: str, me: str) -> bool:
    """Takes an execution over; False when another engine was faster."""
    done = connection.execute(
        update(executions)
        .where(
            executions.c.id == execution_id,
            executions.c.owner == dead,
            executions.c.end_time.is_(None),
        )
        .values(owner=me)
    )
    return done.rowcount == 1


def release(connection: Connection, dead: str) -> list[str]:
    """Frees what a dead owner holds, for others to go on with later: its unfinished executions."""
    left = unfinished_of(connection, dead)
    connection.execute(update(executions).where(executions.c.id.in_(left)).values(owner=NOBODY))
    remove_owner(connection, dead)
    return left


def may_go_on(connection: Connection, execution_id: str) -> bool:
    """Whether nobody's execution does not meet another of its concurrency key."""
    columns = (executions.c.workflow_id, executions.c.concurrency_key)
    query = select(*columns).where(executions.c.id == execution_id)
    workflow_id, key = connection.execute(query).one()
    return key is None or not running_with_key(connection, workflow_id, key)


def claim_key(
    connection: Connection, execution_id: str, workflow_id: str, key: str, most: int
) -> bool:
    """Lets an execution begin unless ``most`` others of its concurrency key have, in any process.

    That it begins shows in its start time, which the record of its start then sets for good.
    """
    if running_with_key(connection, workflow_id, key, but=execution_id)[most - 1 :]:
        return False
    connection.execute(
        update(executions)
        .where(executions.c.id == execution_id, executions.c.start_time.is_(None))
        .values(start_time=executions.c.created_at)
    )
    return True


def running_with_key(
    connection: Connection, workflow_id: str, key: str, but: str = ""
) -> list[str]:
    """The executions of a concurrency key that have begun and not ended, oldest first.

    Those of nobody do not count: they go on when no other runs.
    """
    query = select(executions.c.id).where(
        executions.c.workflow_id == workflow_id,
        executions.c.concurrency_key == key,
        executions.c.start_time.is_not(None),
        executions.c.end_time.is_(None),
        executions.c.owner != NOBODY,
        executions.c.id != but,
    )
    return list(connection.execute(query.order_by(executions.c.id)).scalars())


def read_left(connection: Connection, execution_id: str) -> Left:
    """What is needed to go on with an execution. Raises LookupError for one that is not there."""
    query = (
        select(executions, texts.c.text)
        .join(texts, texts.c.hash == executions.c.text_hash)
        .where(executions.c.id == execution_id)
    )
    row: Row[Any] | None = connection.execute(query).one_or_none()
    if row is None:
        raise LookupError(f"there is no execution {execution_id}")
    uses = exists().where(artifact_uses.c.user == execution_id)
    return Left(
        id=row.id,
        workflow_id=row.workflow_id,
        version=row.version,
        text=row.text,
        folder=row.folder,
        priority=row.priority,
        mark_key=row.mark_key,
        trigger_id=row.trigger_id,
        retry_of=row.retry_of,
        parent_execution=row.parent_execution,
        parent_key=row.parent_key,
        concurrency_key=row.concurrency_key,
        large=bool(connection.execute(select(uses)).scalar()),
        history=read_history(connection, execution_id),
    )


def read_history(connection: Connection, execution_id: str) -> list[Event]:
    """Every event of an execution, in order."""
    query = select(events.c.data).where(events.c.execution_id == execution_id)
    rows = connection.execute(query.order_by(events.c.id)).scalars()
    return [decode_event(data) for data in rows]
