"""What can go wrong with the database, in words that say the way out."""

import sqlite3

from sqlalchemy.exc import DatabaseError, DBAPIError


class StoreError(Exception):
    """The engine's data cannot be read or written."""


class DiskFullError(StoreError):
    """There is no room for the database; the engine goes on by itself once there is."""


class DatabaseLockedError(StoreError):
    """Another program holds the database for longer than the engine waits."""


class DatabaseCorruptError(StoreError):
    """The database file is damaged, or is none."""


class DatabaseUnwritableError(StoreError):
    """The database may not be written, or its disk fails."""


class NewerDatabaseError(StoreError):
    """A newer version of the product has written the database."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"the database has schema version {found}, but this Treadle knows only {known}: "
            "install the newer version, or set TREADLE_HOME to another folder"
        )


class UnsupportedDatabaseError(StoreError):
    """The database URL names a kind of database that cannot be used here."""


class RecordError(StoreError):
    """One value cannot be stored; the others of its group were."""


class ArtifactError(StoreError):
    """A value that lies in a file cannot be read, or written; ``digest`` is what names it."""

    def __init__(self, message: str, digest: str = "") -> None:
        super().__init__(message)
        self.digest = digest


class ClosedError(StoreError):
    """The store was closed before the value was written."""


def explain(error: Exception, place: str) -> StoreError | None:
    """The trouble of the whole database that an error tells of; None when it is about one row."""
    if not isinstance(error, DBAPIError | sqlite3.Error):
        return None
    said = error.orig if isinstance(error, DBAPIError) else error
    text = str(said).lower()
    if "disk is full" in text or "no space left" in text:
        return DiskFullError(
            f"the disk of {place} is full; free some space, and the engine goes on by itself"
        )
    if "locked" in text or "busy" in text:
        return DatabaseLockedError(
            f"another program keeps {place} locked; close it (a database browser, a backup)"
        )
    if "malformed" in text or "not a database" in text or "corrupt" in text:
        return DatabaseCorruptError(
            f"{place} is damaged ({said}); restore a backup, or move it away to begin anew"
        )
    if "readonly" in text or "unable to open" in text or "disk i/o" in text:
        return DatabaseUnwritableError(
            f"{place} cannot be written ({said}); check its folder's permissions and its disk"
        )
    if type(error) in (DatabaseError, sqlite3.DatabaseError):
        return StoreError(f"{place}: {said}")
    return None
