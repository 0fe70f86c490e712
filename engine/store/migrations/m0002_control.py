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
    """Adds columns to the executions and their steps, and the new tables; a cancel that was asked
    for and not carried out yet stays asked for."""
    metadata.create_all(connection, tables=[wishes, slots, cached_results])
    connection.exec_driver_sql(
        "INSERT INTO wishes (execution_id, action, data, time) "
        "SELECT id, 'cancel', json_object('reason', cancel_wanted), created_at "
        "FROM executions WHERE cancel_wanted IS NOT NULL AND end_time IS NULL"
    )
    for table, names in ADDED.items():
        for name in names:
            column = str(CreateColumn(table.c[name]).compile(connection)).strip()
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {column}")
        for index in table.indexes:
            index.create(connection, checkfirst=True)
    connection.exec_driver_sql(f"ALTER TABLE {executions.name} DROP COLUMN cancel_wanted")
