"""What one process asks of executions that another carries out: cancel, pause, an answer ..."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select

from engine.store.encoding import decode, encode
from engine.store.tables import executions, step_executions, wishes
from engine.store.times import to_micros


class Wish(Struct, frozen=True):
    """One thing that is asked for; ``data`` is what its action needs."""

    id: int
    execution_id: str
    action: str
    data: dict[str, Any]


def add_wish(
    connection: Connection, execution_id: str, action: str, data: dict[str, Any], time: datetime
) -> None:
    """Asks the owner of an execution, whoever that is when it looks."""
    values = {
        "execution_id": execution_id,
        "action": action,
        "data": encode(data),
        "time": to_micros(time),
    }
    connection.execute(insert(wishes).values(values))


def wish_event(connection: Connection, owner: str, data: dict[str, Any], time: datetime) -> int:
    """Tells every execution of other owners that waits for some event; how many those are."""
    query = (
        select(executions.c.id)
        .join(step_executions, step_executions.c.execution_id == executions.c.id)
        .where(
            step_executions.c.status == "waiting",
            step_executions.c.wait_kind == "event",
            executions.c.owner != owner,
            executions.c.end_time.is_(None),
        )
        .distinct()
    )
    ids = list(connection.execute(query).scalars())
    for execution_id in ids:
        add_wish(connection, execution_id, "event", data, time)
    return len(ids)


def wishes_for(connection: Connection, owner: str) -> list[Wish]:
    """What is asked of the executions of an owner, oldest first."""
    query = (
        select(wishes)
        .join(executions, executions.c.id == wishes.c.execution_id)
        .where(executions.c.owner == owner)
        .order_by(wishes.c.id)
    )
    return [
        Wish(row.id, row.execution_id, row.action, decode(row.data))
        for row in connection.execute(query)
    ]


def forget_wishes(connection: Connection, ids: Sequence[int]) -> None:
    """Takes back what was carried out."""
    connection.execute(delete(wishes).where(wishes.c.id.in_(ids)))


def forget_dead_wishes(connection: Connection) -> None:
    """Takes back what was asked of executions that have ended meanwhile."""
    ended = select(executions.c.id).where(executions.c.end_time.is_not(None))
    connection.execute(delete(wishes).where(wishes.c.execution_id.in_(ended)))
