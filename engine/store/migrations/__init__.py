"""The schema's history: one module for each step from version 1 on, run in order.

A module is called ``mNNNN_what_it_does`` and has ``upgrade(connection)``. What was released is
never changed: a new version is a new module, so a database of any age comes up to date.
"""

from importlib import import_module
from types import ModuleType

from sqlalchemy import Connection, inspect

from engine.store.errors import NewerDatabaseError
from engine.store.tables import meta, metadata

UPGRADES = ("m0002_control", "m0003_artifacts")
"""What brings a database from version 1 on to each later one, in order."""


def schema_version(connection: Connection) -> int:
    """The version of a database's schema; 0 for an empty one."""
    if not inspect(connection).has_table(meta.name):
        return 0
    value = connection.execute(
        meta.select().with_only_columns(meta.c.value).where(meta.c.key == "schema_version")
    ).scalar()
    return int(value) if value is not None else 0


def migrate(connection: Connection, upgrades: tuple[str, ...] = UPGRADES) -> None:
    """Brings the database up to date, inside the caller's transaction; an empty one is made new.

    Raises NewerDatabaseError for a database that a newer version of the product has written.
    """
    newest = len(upgrades) + 1
    found = schema_version(connection)
    if found > newest:
        raise NewerDatabaseError(found, newest)
    if not found:
        metadata.create_all(connection)
    else:
        for name in upgrades[found - 1 :]:
            _module(name).upgrade(connection)
    if found < newest:
        connection.execute(meta.delete().where(meta.c.key == "schema_version"))
        connection.execute(meta.insert().values(key="schema_version", value=str(newest)))


def _module(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name}")
