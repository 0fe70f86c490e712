"""The database step: queries and changes rows through a connection."""

from collections.abc import Mapping
from typing import Any

from engine.steps.fields import config_schema, field, flag, mapping, size, text, texts, whole
from engine.steps.unavailable import UnavailableStep
from engine.steps.words import shown

_OPERATIONS = ["query", "insert", "update", "delete", "upsert", "execute"]


class DatabaseStep(UnavailableStep):
    type = "database"
    title = "Database"
    group = "data"
    icon = "database"
    description = "Reads and writes rows in SQLite, PostgreSQL, MySQL and other databases."
    schema = config_schema(
        {
            "operation": text(
                "Operation", "What is done.", enum=_OPERATIONS, default="query", examples=["insert"]
            ),
            "connection": field(
                ["string", "object"],
                "Connection",
                "A name from the settings, or a mapping with a url.",
                examples=["main_db", {"url": "sqlite:///orders.db"}],
            ),
            "sql": text(
                "SQL",
                "For query and execute; :name takes a value from the parameters, "
                "and a template becomes a parameter.",
                widget="code",
                examples=["select * from orders where total > :least"],
            ),
            "parameters": mapping(
                "Parameters", "Values for :name in the SQL.", examples=[{"least": 10}]
            ),
            "table": text("Table", "For insert, update, delete and upsert.", examples=["orders"]),
            "data": field(
                ["object", "array", "string"],
                "Data",
                "A row as a mapping, or a list of rows; the step's input when missing.",
                widget="json",
                examples=[{"id": 1, "total": 20}],
            ),
            "where": mapping(
                "Where", "Columns and values that pick the rows to change.", examples=[{"id": 1}]
            ),
            "keys": texts("Key columns", "What tells rows apart in an upsert.", examples=[["id"]]),
            "transaction": flag("Transaction", "All changes or none.", default=True),
            "batch_size": whole("Batch size", "Rows sent at once.", default=1000, minimum=1),
            "max_rows": whole(
                "Row limit",
                "More rows than this fail; save them instead.",
                default=10000,
                minimum=1,
            ),
            "max_result": size("Size limit", "Largest result kept in the output.", default="10MB"),
            "save_to": text(
                "Save to", "File that the rows are written to, as CSV or JSON lines.", widget="path"
            ),
        },
        required=["connection"],
    )

    def summary(self, config: Mapping[str, Any]) -> str:
        operation = shown(config.get("operation"), "query")
        target = shown(config.get("table")) or shown(config.get("sql"))
        return f"{operation} {target}".strip()
