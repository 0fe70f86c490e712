"""An engine in a folder of its own, with step types whose behaviour a test can steer."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from engine.definition.catalogue import Catalogue
from engine.runtime.engine import Engine
from engine.settings.settings import Settings
from engine.steps.base import StepContext, StepResult, StepType, StepView
from engine.steps.registry import step_types
from engine.store.views import Execution
from engine.triggers.registry import trigger_types

sys.path.insert(0, str(Path(__file__).parent))
Act = Callable[[StepView, Mapping[str, Any], StepContext], Awaitable[StepResult]]


class ActStep(StepType):
    """Does what the test says, by the step's id."""

    type = "act"
    title = "Act"
    group = "do"
    icon = "script"
    description = "Does what a test says."
    schema: ClassVar[dict[str, Any]] = {"type": "object"}

    def __init__(self) -> None:
        self.acts: dict[str, Act] = {}
        self.seen: list[tuple[str, int]] = []
        self.contexts: list[StepContext] = []

    async def execute(
        self, step: StepView, input: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        self.seen.append((step.id, context.attempt))
        self.contexts.append(context)
        act = self.acts.get(step.id)
        return await act(step, input, context) if act else StepResult(output={"id": step.id})


class Bench:
    """An open engine with its steerable step type."""

    def __init__(self, engine: Engine, act: ActStep) -> None:
        self.engine = engine
        self.act = act

    async def run(self, workflow: dict[str, Any], **given: Any) -> Execution:
        """Runs a definition to its end."""
        identity = await self.engine.execute(source=json.dumps(workflow), **given)
        async with asyncio.timeout(20):
            await self.engine.wait(identity)
        return await self.engine.get_execution(identity)

    async def start(self, workflow: dict[str, Any], **given: Any) -> str:
        """Starts a definition."""
        return await self.engine.execute(source=json.dumps(workflow), **given)


def make_engine(home: Path, act: ActStep, settings: Settings | None = None, **more: Any) -> Engine:
    kinds: dict[str, StepType] = {**step_types(), "act": act}
    catalogue = Catalogue(step_types=kinds, trigger_types=trigger_types())
    return Engine(settings or Settings(), home, catalogue=catalogue, step_types=kinds, **more)


@pytest.fixture
def engine_at() -> Callable[..., Engine]:
    """Makes an engine of a folder, with a step type of the test's."""
    return make_engine


@pytest.fixture
def act() -> ActStep:
    """A step type that does what the test says."""
    return ActStep()


@pytest.fixture
async def bench(tmp_path: Path, act: ActStep) -> AsyncIterator[Bench]:
    async with make_engine(tmp_path / "home", act) as engine:
        yield Bench(engine, act)
