"""Makes the tables of the first version."""

from sqlalchemy import Connection

from engine.store.tables import metadata


def upgrade(connection: Connection) -> None:
    """Creates every table and index in an empty database."""
    metadata.create_all(connection)
