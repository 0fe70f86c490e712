"""What the engine lends to one attempt: its folders, its log, the names of its execution."""

import asyncio
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.settings.folders import private_folder
from engine.settings.settings import ExecutorSettings
from engine.steps.base import StepError, Stream
from engine.steps.command import DEFAULT_LIMITS, Limits


def process_limits(settings: ExecutorSettings) -> Limits:
    """What a child process may use besides memory."""
    return Limits(
        processes=settings.max_processes,
        open_files=settings.max_open_files,
        output=settings.max_output,
    )


class AttemptContext:
    """The StepContext of one attempt. The scratch folder is made when it is first asked for."""

    def __init__(
        self,
        *,
        execution_id: str,
        step_id: str,
        key: str,
        attempt: int,
        folder: Path | None,
        scratch: Callable[[], Path],
        timeout: float | None,
        max_memory: int,
        variables: Mapping[str, Any],
        allowed_folders: tuple[Path, ...],
        process_limits: Limits = DEFAULT_LIMITS,
        write: Callable[[str, Stream], None],
    ) -> None:
        self.execution_id = execution_id
        self.step_id = step_id
        self.attempt = attempt
        self.idempotency_key = f"{execution_id}.{key}"
        self.folder = folder
        self.timeout = timeout
        self.max_memory = max_memory
        self.variables = variables
        self.allowed_folders = allowed_folders
        self.process_limits = process_limits
        self._scratch = scratch
        self._made: Path | None = None
        self._write = write

    @property
    def scratch(self) -> Path:
        """An empty folder of this attempt."""
        if self._made is None:
            self._made = private_folder(self._scratch())
        return self._made

    def log(self, line: str, stream: Stream = "engine") -> None:
        """Adds a line to the execution's log."""
        self._write(line, stream)

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
        """Removes the scratch folder."""
        if self._made is not None:
            await asyncio.to_thread(shutil.rmtree, self._made, ignore_errors=True)
