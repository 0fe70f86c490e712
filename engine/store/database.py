"""Opens the engine's database: its URL, its pragmas, and transactions that lock at once."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from engine.store.errors import UnsupportedDatabaseError

BUSY_TIMEOUT = 10.0
"""Seconds to wait for another process that writes."""
DATABASE_FILE = "treadle.sqlite"


def database_url(given: str | None, data: Path) -> str:
    """The URL to use: the one of the settings, else the SQLite file of the data folder.

    Raises UnsupportedDatabaseError for what is no URL, or for another kind of database.
    """
    if not given:
        return f"sqlite:///{data / DATABASE_FILE}"
    try:
        url = make_url(given)
    except ArgumentError:
        raise UnsupportedDatabaseError(
            "database.url is no database URL; write sqlite:////absolute/path.sqlite"
        ) from None
    if url.get_backend_name() != "sqlite":
        raise UnsupportedDatabaseError(
            f"this version of Treadle keeps its data in SQLite, and cannot use "
            f"{url.render_as_string()} yet; leave database.url out, or name an SQLite file"
        )
    if url.database and url.database != ":memory:":
        return f"sqlite:///{(data / url.database).absolute()}"
    raise UnsupportedDatabaseError("a database in memory would forget everything; name a file")


def open_database(url: str, *, synchronous: str = "FULL") -> Engine:
    """Connections for one writer and several readers. ``synchronous`` is SQLite's word."""
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=4,
        connect_args={"timeout": BUSY_TIMEOUT, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: Any) -> None:
        connection.isolation_level = None  # transactions begin where the engine says so
        cursor = connection.cursor()
        cursor.execute("PRAGMA auto_vacuum = INCREMENTAL")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {synchronous}")
        cursor.execute("PRAGMA wal_autocheckpoint = 2000")
        cursor.execute("PRAGMA cache_size = -16000")
        cursor.execute("PRAGMA temp_store = MEMORY")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        word = "BEGIN IMMEDIATE" if options.get("writes") else "BEGIN"
        connection.exec_driver_sql(word)

    return engine


def database_place(url: str) -> str:
    """The database's name in messages: its file."""
    return make_url(url).database or url
