"""What the engine lends to one attempt: its folders, its log, the names of its execution."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.core.state import StepState
from engine.settings.folders import private_folder
from engine.settings.settings import ExecutorSettings
from engine.steps.base import StepError, Stream
from engine.steps.command import Limits

if TYPE_CHECKING:
    from engine.runtime.course import Header
    from engine.runtime.host import Host


def process_limits(settings: ExecutorSettings) -> Limits:
    """What a child process may use besides memory."""
    return Limits(
        processes=settings.max_processes,
        open_files=settings.max_open_files,
        output=settings.max_output,
    )


class AttemptContext:
    """The StepContext of one attempt. The scratch folder is made when it is first asked for."""

    __slots__ = (
        "_header",
        "_host",
        "_scratch",
        "_step",
        "attempt",
        "step_id",
        "timeout",
        "variables",
    )

    def __init__(
        self,
        host: "Host",
        header: "Header",
        step: StepState,
        timeout: float | None,
        variables: Mapping[str, Any],
    ) -> None:
        self._host = host
        self._header = header
        self._step = step
        self._scratch: Path | None = None
        self.step_id = step.node.id
        self.attempt = step.attempt
        self.timeout = timeout
        self.variables = variables

    @property
    def execution_id(self) -> str:
        return self._header.id

    @property
    def idempotency_key(self) -> str:
        """The same for all attempts of the step in this execution."""
        return f"{self._header.id}.{self._step.key}"

    @property
    def folder(self) -> Path | None:
        """Where relative paths start."""
        return self._header.folder

    @property
    def max_memory(self) -> int:
        """Bytes that a child process may use."""
        return self._host.settings.executor.max_memory

    @property
    def process_limits(self) -> Limits:
        """What else a child process may use."""
        return process_limits(self._host.settings.executor)

    @property
    def allowed_folders(self) -> tuple[Path, ...]:
        """Where the file step may read and write."""
        return self._host.allowed_folders(self._header.folder)

    @property
    def scratch(self) -> Path:
        """An empty folder of this attempt."""
        return private_folder(self.scratch_path)

    @property
    def scratch_path(self) -> Path:
        """Where it is, made or not."""
        if self._scratch is None:
            self._scratch = self._host.scratch.take()
        return self._scratch

    def log(self, line: str, stream: Stream = "engine") -> None:
        """Adds a line to the execution's log."""
        step, time = self._step, datetime.now(UTC)
        self._host.logs.add(self._header.id, step.key, self.attempt, stream, line, time)

    def resolve(self, path: str) -> Path:
        """An absolute path for ``path``. Raises StepError for a relative one without a folder."""
        named = Path(path).expanduser()
        if named.is_absolute():
            return named
        if self.folder is None:
            raise StepError(
                f'the relative path "{path}" has no place to start: the workflow has no folder; '
                "save its file, or give an absolute path",
                type="config",
                retryable=False,
            )
        return self.folder / named

    async def close(self) -> None:
        """Gives the scratch folder back."""
        if self._scratch is not None:
            await self._host.scratch.put_back(self._scratch)
