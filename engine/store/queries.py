"""Selects that are compiled once, and read as plain rows by position."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.dialects import sqlite

from engine.store.statements import Compiled

Rows = Sequence[Any]


class Query(Compiled):
    """A select whose parameters are named by ``bindparam``."""

    def __init__(self, select: Select[Any]) -> None:
        super().__init__(select)
        self._given = dict(select.compile(dialect=sqlite.dialect()).params)

    def rows(self, connection: Connection, **values: Any) -> Rows:
        """The rows for these values of the parameters."""
        given = {**self._given, **values}
        sent = tuple([given[name] for name in self._names])
        return connection.exec_driver_sql(self.sql, sent).fetchall()
