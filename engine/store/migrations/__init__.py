"""The schema's history: one module a version, run in order, each in a transaction of its own.

A module is called ``mNNNN_what_it_does`` and has ``upgrade(connection)``. What was released is
never changed: a new version is a new module, so a database of any age comes up to date.
"""

from importlib import import_module
from types import ModuleType

from sqlalchemy import Connection, inspect

from engine.store.errors import NewerDatabaseError
from engine.store.tables import meta

VERSIONS = ("m0001_first",)
"""Every migration, in order; the schema's version is how many of them have run."""


def schema_version(connection: Connection) -> int:
    """How many migrations a database has seen; 0 for an empty one."""
    if not inspect(connection).has_table(meta.name):
        return 0
    value = connection.execute(
        meta.select().with_only_columns(meta.c.value).where(meta.c.key == "schema_version")
    ).scalar()
    return int(value) if value is not None else 0


def migrate(connection: Connection, versions: tuple[str, ...] = VERSIONS) -> None:
    """Brings the database up to date, inside the caller's transaction.

    Raises NewerDatabaseError for a database that a newer version of the product has written.
    """
    found = schema_version(connection)
    if found > len(versions):
        raise NewerDatabaseError(found, len(versions))
    for number, name in enumerate(versions[found:], start=found + 1):
        _module(name).upgrade(connection)
        connection.execute(meta.delete().where(meta.c.key == "schema_version"))
        connection.execute(meta.insert().values(key="schema_version", value=str(number)))


def _module(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name}")
