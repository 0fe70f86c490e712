"""What the tests of step types share: a context that stands in for the engine's."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.steps.base import StepError, StepResult, StepView, Stream
from engine.steps.command import DEFAULT_LIMITS
from engine.steps.registry import step_types
from tests.steps.site import Site


class Attempt:
    """One attempt as a step type sees it, with the log that it leaves."""

    execution_id = "execution-1"
    step_id = "work"
    attempt = 1
    idempotency_key = "key-of-the-step"
    timeout: float | None = None
    max_memory = 1024**3
    process_limits = DEFAULT_LIMITS
    variables: Mapping[str, Any] = {}

    def __init__(self, folder: Path | None, scratch: Path) -> None:
        self.folder = folder
        self.scratch = self.scratch_path = scratch
        self.allowed_folders = (folder,) if folder else ()
        self.lines: list[tuple[str, str]] = []

    def log(self, line: str, stream: Stream = "engine") -> None:
        self.lines.append((stream, line))

    def resolve(self, path: str) -> Path:
        if Path(path).is_absolute():
            return Path(path)
        if self.folder is None:
            raise StepError("a relative path needs a folder", type="config")
        return self.folder / path

    def logged(self, stream: str) -> list[str]:
        return [line for of, line in self.lines if of == stream]

    async def run(
        self, type: str, input: dict[str, Any] | None = None, **config: Any
    ) -> StepResult:
        view = StepView(id="work", type=type, name="Work", config=config)
        return await step_types()[type].execute(view, input or {}, self)

    async def fails(
        self, type: str, input: dict[str, Any] | None = None, **config: Any
    ) -> StepError:
        with pytest.raises(StepError) as caught:
            await self.run(type, input, **config)
        return caught.value


@pytest.fixture
def attempt(tmp_path: Path) -> Iterator[Attempt]:
    folder = tmp_path / "folder"
    folder.mkdir()
    with tempfile.TemporaryDirectory() as scratch:
        yield Attempt(folder, Path(scratch))


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running
