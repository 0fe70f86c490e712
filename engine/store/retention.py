"""Deletes what is not to be kept for ever, a little at a time."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select

from engine.store.encoding import encode
from engine.store.tables import artifact_uses, logs

AT_ONCE = 2_000
PAGES = 500


def delete_logs(connection: Connection, before: int) -> bool:
    """Deletes some of the log lines older than ``before``; whether there are more.

    The newest line stays whatever its age, so that ids never begin anew.
    """
    newest = select(func.max(logs.c.id)).scalar_subquery()
    old = (
        select(logs.c.id)
        .where(logs.c.time < before, logs.c.id < newest)
        .order_by(logs.c.id)
        .limit(AT_ONCE)
    )
    first = connection.execute(select(logs.c.time).order_by(logs.c.id).limit(1)).scalar()
    if first is None or first >= before:
        return False
    done = connection.execute(delete(logs).where(logs.c.id.in_(old)))
    return done.rowcount == AT_ONCE


def unused_artifacts(connection: Connection, digests: Sequence[str]) -> list[str]:
    """Those of ``digests`` that neither an execution nor another artifact names."""
    given = func.json_each(encode(digests)).table_valued("value")
    used = exists().where(artifact_uses.c.digest == given.c.value)
    return list(connection.execute(select(given.c.value).where(~used)).scalars())


def forget_artifact(connection: Connection, digest: str) -> None:
    """A file is gone, so it names no others any more."""
    connection.execute(delete(artifact_uses).where(artifact_uses.c.user == digest))


def give_back(connection: Connection) -> None:
    """Returns some free pages of the file to the system."""
    driver: Any = connection.connection.driver_connection
    for _ in range(PAGES):  # the driver takes one step of the statement, which frees one page
        driver.execute("PRAGMA incremental_vacuum(1)")
