"""Waiting steps, children, wishes of other processes, slots, and kept results."""

from sqlalchemy import Connection
from sqlalchemy.schema import CreateColumn

from engine.store.tables import cached_results, executions, metadata, slots, step_executions, wishes

ADDED = {
    executions: ("parent_execution", "parent_key", "concurrency_key"),
    step_executions: (
        "origin",
        "wait_kind",
        "wait_until",
        "options",
        "assignees",
        "child_execution",
    ),
}


def upgrade(connection: Connection) -> None:
    """Adds columns to the executions and their steps, and the new tables."""
    for table, names in ADDED.items():
        for name in names:
            column = str(CreateColumn(table.c[name]).compile(connection)).strip()
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {column}")
        for index in table.indexes:
            index.create(connection, checkfirst=True)
    connection.exec_driver_sql(f"ALTER TABLE {executions.name} DROP COLUMN cancel_wanted")
    metadata.create_all(connection, tables=[wishes, slots, cached_results])
