"""The tables of the engine's database. Times are whole microseconds since 1970, UTC.

``events`` is the journal: append-only, its id is the durable id of the event stream. ``executions``
and ``step_executions`` are read models, written in the same transaction as the events they follow
from; inputs and outputs lie in the events alone, which the rows point to. ``wishes`` are what one
process asks of another's executions; ``slots`` are what running attempts hold of the limits, and
end with their owner; ``artifact_uses`` says which execution, or which other artifact, names a file
of the artifact store.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

metadata = MetaData()

# SQLite gives ids only to columns that are called INTEGER.
_ROW_ID = BigInteger().with_variant(Integer, "sqlite")

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

owners = Table(
    "owners",
    metadata,
    Column("id", Text, primary_key=True),
    Column("lock_path", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started", BigInteger, nullable=False),
)

texts = Table(
    "texts",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("text", Text, nullable=False),
)

workflows = Table(
    "workflows",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("status", Text, nullable=False, server_default="draft"),
    Column("tags", Text, nullable=False, server_default="[]"),
    Column("owner_id", Text),
    Column("is_template", Boolean, nullable=False, server_default=text("0")),
    Column("path", Text, unique=True),
    Column("folder", Text),
    Column("origin", Text, nullable=False, server_default="api"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("active_version", Integer),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("error", Text),
    Column("execution_count", Integer, nullable=False, server_default=text("0")),
    Column("completed_count", Integer, nullable=False, server_default=text("0")),
    Column("ended_count", Integer, nullable=False, server_default=text("0")),
    Column("last_executed", BigInteger),
    Column("deleted_at", BigInteger),
)

workflow_versions = Table(
    "workflow_versions",
    metadata,
    Column("workflow_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("text_hash", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

triggers = Table(
    "triggers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workflow_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("input", Text, nullable=False, server_default="{}"),
    Column("is_enabled", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("last_triggered", BigInteger),
    Column("trigger_count", Integer, nullable=False, server_default=text("0")),
    Column("considered", BigInteger),
    Column("next_due", BigInteger),
    Column("error", Text),
    Index("triggers_workflow", "workflow_id"),
)

executions = Table(
    "executions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workflow_id", Text, nullable=False),
    Column("version", Integer),
    Column("text_hash", Text, nullable=False),
    Column("folder", Text),
    Column("status", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("start_time", BigInteger),
    Column("end_time", BigInteger),
    Column("trigger_id", Text),
    Column("trigger_type", Text, nullable=False),
    Column("trigger_name", Text),
    Column("error_type", Text),
    Column("error_message", Text),
    Column("reason", Text),
    Column("retry_of", Text),
    Column("parent_execution", Text),
    Column("parent_key", Text),
    Column("concurrency_key", Text),
    Column("owner", Text),
    Column("idempotency_key", Text),
    Column("mark_key", LargeBinary, nullable=False),
    Column("queued_event", BigInteger),
    Column("ended_event", BigInteger),
    Index("executions_workflow", "workflow_id", "id"),
    Index("executions_status", "status", "id"),
    Index(
        "executions_unfinished",
        "owner",
        sqlite_where=text("end_time IS NULL"),
    ),
    Index(
        "executions_children",
        "parent_execution",
        sqlite_where=text("parent_execution IS NOT NULL"),
    ),
    Index(
        "executions_retries",
        "retry_of",
        sqlite_where=text("retry_of IS NOT NULL"),
    ),
    Index(
        "executions_concurrency",
        "workflow_id",
        "concurrency_key",
        sqlite_where=text("concurrency_key IS NOT NULL AND end_time IS NULL"),
    ),
    Index(
        "executions_idempotency",
        "workflow_id",
        "idempotency_key",
        unique=True,
        sqlite_where=text("idempotency_key IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

step_executions = Table(
    "step_executions",
    metadata,
    Column("execution_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("step_id", Text, nullable=False),
    Column("parent", Text),
    Column("position", Integer),
    Column("status", Text, nullable=False),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    Column("max_attempts", Integer, nullable=False, server_default=text("1")),
    Column("branch", Text),
    Column("reason", Text),
    Column("error_type", Text),
    Column("error_message", Text),
    Column("start_time", BigInteger),
    Column("end_time", BigInteger),
    Column("started_event", BigInteger),
    Column("ended_event", BigInteger),
    Column("origin", Text),
    Column("wait_kind", Text),
    Column("wait_until", BigInteger),
    Column("options", Text),
    Column("assignees", Text),
    Column("child_execution", Text),
    Index(
        "steps_parent",
        "execution_id",
        "parent",
        "position",
        sqlite_where=text("parent IS NOT NULL"),
    ),
    Index("steps_waiting", "wait_kind", sqlite_where=text("status = 'waiting'")),
    sqlite_with_rowid=False,
)

wishes = Table(
    "wishes",
    metadata,
    Column("id", _ROW_ID, primary_key=True),
    Column("execution_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("time", BigInteger, nullable=False),
)

slots = Table(
    "slots",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("execution_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("amount", Float, nullable=False),
    sqlite_with_rowid=False,
)

cached_results = Table(
    "cached_results",
    metadata,
    Column("workflow_id", Text, primary_key=True),
    Column("step_id", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("data", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Index("cached_results_expiry", "expires_at"),
    sqlite_with_rowid=False,
)

artifact_uses = Table(
    "artifact_uses",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("user", Text, primary_key=True),
    Index("artifact_uses_user", "user"),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    Column("id", _ROW_ID, primary_key=True, autoincrement=False),
    Column("execution_id", Text),
    Column("workflow_id", Text),
    Column("type", Text, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
    Index("events_execution", "execution_id", "id"),
)

logs = Table(
    "logs",
    metadata,
    Column("id", _ROW_ID, primary_key=True, autoincrement=False),
    Column("execution_id", Text, nullable=False),
    Column("key", Text),
    Column("attempt", Integer, nullable=False),
    Column("stream", Text, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("line", Text, nullable=False),
    Index("logs_execution", "execution_id", "id"),
)

execution_rollups = Table(
    "execution_rollups",
    metadata,
    Column("hour", BigInteger, primary_key=True),
    Column("workflow_id", Text, primary_key=True),
    Column("status", Text, primary_key=True),
    Column("bucket", Integer, primary_key=True),
    Column("error_type", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    sqlite_with_rowid=False,
)

step_rollups = Table(
    "step_rollups",
    metadata,
    Column("hour", BigInteger, primary_key=True),
    Column("workflow_id", Text, primary_key=True),
    Column("step_id", Text, primary_key=True),
    Column("bucket", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    sqlite_with_rowid=False,
)
