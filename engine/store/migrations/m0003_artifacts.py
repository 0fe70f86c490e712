"""Which executions name which files of the artifact store."""

from sqlalchemy import Connection

from engine.store.tables import artifact_uses, metadata


def upgrade(connection: Connection) -> None:
    """Adds the table; older versions had no such files."""
    metadata.create_all(connection, tables=[artifact_uses])
