"""What the user can set: every setting with its kind, default and meaning, declared once.

The values come from ``settings.yaml`` in the data folder (or the file that ``TREADLE_SETTINGS``
names), and from the environment, which wins: ``TREADLE_SCHEDULER_WORKERS`` is
``scheduler.workers``.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from engine.core.retries import RetryDefaults


def _kind(kind: str, description: str, **bounds: Any) -> Meta:
    return Meta(description=description, extra={"kind": kind}, **bounds)


class RetrySettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a ``retry_policy`` leaves out."""

    max_attempts: Annotated[int, _kind("integer", "Attempts of a step.", ge=1)] = 3
    initial_delay: Annotated[float, _kind("duration", "Wait before the second.", ge=0)] = 30.0
    max_delay: Annotated[float, _kind("duration", "Longest wait.", ge=0)] = 300.0
    backoff_factor: Annotated[float, _kind("number", "Growth of the wait.", ge=1)] = 2.0
    every_step: Annotated[bool, _kind("boolean", "Retry steps without a policy too.")] = False

    def defaults(self) -> RetryDefaults:
        """The same values as the core takes them."""
        return RetryDefaults(
            max_attempts=self.max_attempts,
            initial_delay=self.initial_delay,
            max_delay=self.max_delay,
            backoff_factor=self.backoff_factor,
            every_step=self.every_step,
        )


class SchedulerSettings(Struct, frozen=True, kw_only=True):
    """What runs when, and how much at once."""

    enabled: Annotated[bool, _kind("boolean", "Whether schedules fire.")] = True
    workers: Annotated[int, _kind("integer", "Attempts at once.", ge=1)] = 10
    max_concurrent: Annotated[int, _kind("integer", "Executions at once.", ge=1)] = 100
    poll_interval: Annotated[float, _kind("duration", "Pause of the safety sweep.", gt=0)] = 5.0
    priority_queue: Annotated[bool, _kind("boolean", "Whether priorities count.")] = True
    retry: RetrySettings = RetrySettings()


class ExecutorSettings(Struct, frozen=True, kw_only=True):
    """The bounds of one attempt, and how long its log is kept."""

    timeout: Annotated[float, _kind("duration", "Of an attempt without its own.", gt=0)] = 1800.0
    max_memory: Annotated[
        int, _kind("size", "Of a child process with all that it starts.", gt=0)
    ] = 1024**3
    max_processes: Annotated[
        int, _kind("integer", "Processes and threads of a child with all it starts.", ge=1)
    ] = 512
    max_open_files: Annotated[int, _kind("integer", "Of each child process.", ge=16)] = 4096
    max_output: Annotated[
        int, _kind("size", "What a child process may write before it is ended.", gt=0)
    ] = 1024**3
    log_retention: Annotated[float, _kind("duration", "Log lines are kept so long.", gt=0)] = (
        7 * 86400.0
    )


class DatabaseSettings(Struct, frozen=True, kw_only=True):
    """Where the engine keeps its data."""

    url: Annotated[str | None, _kind("text", "Database URL; embedded SQLite without it.")] = None
    synchronous: Annotated[
        Literal["FULL", "NORMAL"],
        _kind("choice", "FULL survives a loss of power, NORMAL the engine's end."),
    ] = "FULL"


class FilesSettings(Struct, frozen=True, kw_only=True):
    """Where file steps may read and write, beside the workflow's folder."""

    allowed: Annotated[
        tuple[str, ...] | None, _kind("texts", "Folders; home and temp without it.")
    ] = None


class Limit(Struct, frozen=True):
    """How much there is of something scarce; with ``per`` so much in that many seconds."""

    amount: float
    per: float | None = None


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that is set; the defaults where nothing is."""

    scheduler: SchedulerSettings = SchedulerSettings()
    executor: ExecutorSettings = ExecutorSettings()
    database: DatabaseSettings = DatabaseSettings()
    files: FilesSettings = FilesSettings()
    port: Annotated[int, _kind("integer", "TCP port of the API.", ge=0, le=65535)] = 8084
    hosts: Annotated[tuple[str, ...], _kind("texts", "More names this engine answers to.")] = ()
    limits: Annotated[
        dict[str, Limit], _kind("limits", "What is scarce: name to amount, size or rate.")
    ] = {}
    connections: Annotated[
        dict[str, dict[str, Any]], _kind("mappings", "What steps name by connection.")
    ] = {}
    agents: Annotated[
        dict[str, dict[str, Any]], _kind("mappings", "What agent steps name by agent_id.")
    ] = {}
