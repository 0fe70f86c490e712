"""What running attempts hold of the limits: rows that end with their attempt, or with its engine.

Several engines may work on one database; what one holds the others see. A rate is kept as the
level of a bucket and the time of that, so neither another process nor a restart fills it up.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, delete, func, insert, select

from engine.store.encoding import decode, encode
from engine.store.tables import meta, owners, slots
from engine.store.times import to_micros

LOOK = 0.2
"""Seconds after which to ask again for what others hold."""


class Want(Struct, frozen=True):
    """So much of something of which there is ``limit``, or that much in ``per`` seconds."""

    name: str
    amount: float
    limit: float
    per: float | None = None


def take_slots(
    connection: Connection,
    owner: str,
    execution_id: str,
    key: str,
    wants: Sequence[Want],
    time: datetime,
) -> float | None:
    """Takes all that an attempt wants, or nothing: then the seconds after which to ask again."""
    levels = {want.name: _level(connection, want, time) for want in wants if want.per}
    wait = max((_missing(connection, want, levels) for want in wants), default=0.0)
    if wait > 0:
        return wait
    for want in wants:
        if want.per:
            _set_level(connection, want, levels[want.name] - want.amount, time)
    held = [
        {
            "owner": owner,
            "execution_id": execution_id,
            "key": key,
            "name": want.name,
            "amount": want.amount,
        }
        for want in wants
        if not want.per
    ]
    free_slots(connection, owner, execution_id, key)
    if held:
        connection.execute(insert(slots), held)
    return None


def free_slots(connection: Connection, owner: str, execution_id: str, key: str) -> None:
    """Gives back what an attempt holds."""
    table = slots.c
    connection.execute(
        delete(slots).where(
            table.owner == owner, table.execution_id == execution_id, table.key == key
        )
    )


def free_all_slots(connection: Connection, owner: str) -> None:
    """Gives back everything that an engine held."""
    connection.execute(delete(slots).where(slots.c.owner == owner))


def _missing(connection: Connection, want: Want, levels: dict[str, float]) -> float:
    """Seconds until so much may be there; 0 when it is."""
    if want.per:
        lack = (want.amount - levels[want.name]) * want.per / want.limit
        return lack if lack > 1e-6 else 0.0
    query = (
        select(func.coalesce(func.sum(slots.c.amount), 0.0))
        .join(owners, owners.c.id == slots.c.owner)
        .where(slots.c.name == want.name)
    )
    used = float(connection.execute(query).scalar() or 0.0)
    return 0.0 if used + want.amount <= want.limit + 1e-9 else LOOK


def _level(connection: Connection, want: Want, time: datetime) -> float:
    query = select(meta.c.value).where(meta.c.key == _place(want))
    known = connection.execute(query).scalar()
    if known is None:
        return want.limit
    level, seen = decode(known)
    passed = max((to_micros(time) - seen) / 1_000_000, 0.0)
    filled: float = level + passed * want.limit / (want.per or 1.0)
    return min(want.limit, filled)


def _set_level(connection: Connection, want: Want, level: float, time: datetime) -> None:
    connection.execute(delete(meta).where(meta.c.key == _place(want)))
    value = encode([level, to_micros(time)])
    connection.execute(insert(meta).values(key=_place(want), value=value))


def _place(want: Want) -> str:
    return f"rate {want.name}"
