"""The engine's speed on no-op steps: what the benchmarks of the engine and of its peers share."""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

# Run from this folder, which has a file of the package's name: the project's own comes first.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.definition.catalogue import Catalogue
from engine.runtime.engine import Engine
from engine.settings.settings import SchedulerSettings, Settings
from engine.steps.base import StepContext, StepResult, StepType, StepView
from engine.triggers.registry import trigger_types

Figures = dict[str, float]


class NoopStep(StepType):
    """Does nothing, as a step that takes a worker."""

    type = "noop"
    title = "Nothing"
    group = "do"
    icon = "script"
    description = "Does nothing."
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {},
    }

    async def execute(
        self, step: StepView, input: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        return StepResult(output={"id": step.id})


def chain(count: int) -> str:
    """A workflow of steps that follow one another."""
    steps = [{"id": "s0", "type": "noop"}]
    steps += [{"id": f"s{n}", "type": "noop", "depends_on": [f"s{n - 1}"]} for n in range(1, count)]
    return json.dumps({"name": f"chain of {count}", "steps": steps})


def fan(count: int) -> str:
    """One step, then many at once, then one that waits for all."""
    many = [{"id": f"s{n}", "type": "noop", "depends_on": ["first"]} for n in range(count)]
    last = {"id": "last", "type": "noop", "depends_on": [step["id"] for step in many]}
    return json.dumps(
        {"name": f"fan of {count}", "steps": [{"id": "first", "type": "noop"}, *many, last]}
    )


async def timed(engine: Engine, text: str) -> float:
    """Seconds from the wish to the end of one execution.

    The workflow is registered before, as a peer's workflow is defined before it runs.
    """
    workflow = await engine.save_workflow(text=text)
    return await _timed(engine, workflow.id)


async def singles_timed(engine: Engine, many: int) -> list[float]:
    """Seconds of executions of one step, one after the other."""
    workflow = await engine.save_workflow(text=chain(1))
    return [await _timed(engine, workflow.id) for _ in range(many)]


async def _timed(engine: Engine, workflow_id: str) -> float:
    began = time.perf_counter()
    status = await engine.wait(await engine.execute(workflow_id=workflow_id))
    seconds = time.perf_counter() - began
    if status != "completed":
        raise SystemExit(f"the execution ended as {status}")
    return seconds


def noop_engine(folder: Path, **scheduler: Any) -> Engine:
    """An engine that knows no-op steps alone."""
    kinds = {"noop": NoopStep()}
    settings = Settings(scheduler=SchedulerSettings(**scheduler))
    catalogue = Catalogue(step_types=kinds, trigger_types=trigger_types())
    return Engine(settings, folder, catalogue=catalogue, step_types=kinds)


async def figures_of(folder: Path, size: int, many: int, runs: int = 1) -> Figures:
    """Steps and executions a second, and the time of one; the median of the runs."""
    async with noop_engine(folder, max_concurrent=1000, workers=100) as engine:
        await timed(engine, chain(5))
        chains = [await timed(engine, chain(size)) for _ in range(runs)]
        fans = [await timed(engine, fan(size)) for _ in range(runs)]
        together = [await together_timed(engine, many) for _ in range(runs)]
        single = sorted(seconds * 1000 for seconds in await singles_timed(engine, 100))
    return {
        "chain_steps_per_s": size / statistics.median(chains),
        "fan_steps_per_s": (size + 2) / statistics.median(fans),
        "short_executions_per_s": many / statistics.median(together),
        "one_step_ms_p50": single[50],
        "one_step_ms_p99": single[98],
    }


async def together_timed(engine: Engine, many: int) -> float:
    """Seconds for many executions of five steps that are asked for at once."""
    workflow = await engine.save_workflow(text=chain(5))

    began = time.perf_counter()
    await asyncio.gather(*(_timed(engine, workflow.id) for _ in range(many)))
    return time.perf_counter() - began
