"""Results of steps that are kept for later executions, by workflow, step and what went in."""

from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, delete, select

from engine.store.batch import Insert
from engine.store.encoding import decode, encode
from engine.store.tables import cached_results
from engine.store.times import to_micros

AT_ONCE = 1_000


class Kept(Struct, frozen=True):
    """A result that was kept."""

    output: Any
    branch: str | None = None


def find_result(
    connection: Connection, workflow_id: str, step_id: str, digest: str, time: datetime
) -> Kept | None:
    """The result that is kept under a digest, and not too old."""
    table = cached_results.c
    query = select(table.data, table.expires_at).where(
        table.workflow_id == workflow_id, table.step_id == step_id, table.digest == digest
    )
    row = connection.execute(query).one_or_none()
    if row is None or (row.expires_at is not None and row.expires_at <= to_micros(time)):
        return None
    data = decode(row.data)
    return Kept(data["output"], data["branch"])


def result_row(
    workflow_id: str,
    step_id: str,
    digest: str,
    output: Any,
    branch: str | None,
    time: datetime,
    ttl: float | None,
) -> Insert:
    """The row that keeps a result for ``ttl`` seconds, or for ever; it replaces an older one."""
    expires = None if ttl is None else to_micros(time + timedelta(seconds=ttl))
    values = {
        "workflow_id": workflow_id,
        "step_id": step_id,
        "digest": digest,
        "data": encode({"output": output, "branch": branch}),
        "created_at": to_micros(time),
        "expires_at": expires,
    }
    return Insert(cached_results.name, values, replace=True)


def forget_expired(connection: Connection, time: datetime) -> bool:
    """Deletes some of what is too old; whether there is more."""
    table = cached_results.c
    old = (
        select(table.workflow_id, table.step_id, table.digest)
        .where(table.expires_at <= to_micros(time))
        .limit(AT_ONCE)
    )
    rows = connection.execute(old).all()
    for row in rows:
        connection.execute(
            delete(cached_results).where(
                table.workflow_id == row.workflow_id,
                table.step_id == row.step_id,
                table.digest == row.digest,
            )
        )
    return len(rows) == AT_ONCE
