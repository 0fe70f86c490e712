"""How fast the engine is, beside bare SQLite commits measured in the same run.

    python tests/benchmarks/engine.py [--json] [--quick]

No-op steps of a type that takes a worker, durable settings as they come (``synchronous = FULL``).
"""

import argparse
import asyncio
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

# This file has the package's name: the folder of the project comes before its own.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.definition.catalogue import Catalogue
from engine.runtime.engine import Engine
from engine.settings.settings import SchedulerSettings, Settings
from engine.steps.base import StepContext, StepResult, StepType, StepView
from engine.triggers.registry import trigger_types


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


def bare_commits(folder: Path, per_commit: int = 1, commits: int = 1000) -> float:
    """Rows a second of a loop that does nothing else, with the engine's own settings."""
    connection = sqlite3.connect(folder / f"bare-{per_commit}.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, data TEXT)")
    row = ("x" * 200,)
    began = time.perf_counter()
    for _ in range(commits):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO t (data) VALUES (?)", [row] * per_commit)
        connection.execute("COMMIT")
    seconds = time.perf_counter() - began
    connection.close()
    return commits * per_commit / seconds


async def timed(engine: Engine, text: str) -> float:
    """Seconds from the wish to the end of one execution."""
    began = time.perf_counter()
    status = await engine.wait(await engine.execute(source=text))
    seconds = time.perf_counter() - began
    if status != "completed":
        raise SystemExit(f"the execution ended as {status}")
    return seconds


async def measure(folder: Path, size: int, runs: int) -> dict[str, float]:
    """The figures of one engine: the median of the runs."""
    kinds = {"noop": NoopStep()}
    settings = Settings(scheduler=SchedulerSettings(max_concurrent=1000, workers=100))
    catalogue = Catalogue(step_types=kinds, trigger_types=trigger_types())
    figures: dict[str, float] = {}
    async with Engine(settings, folder, catalogue=catalogue, step_types=kinds) as engine:
        await timed(engine, chain(5))
        chains = [await timed(engine, chain(size)) for _ in range(runs)]
        figures["chain_steps_per_s"] = size / statistics.median(chains)
        fans = [await timed(engine, fan(size)) for _ in range(runs)]
        figures["fan_steps_per_s"] = (size + 2) / statistics.median(fans)
        short, many = chain(5), size // 5
        together = []
        for _ in range(runs):
            began = time.perf_counter()
            await asyncio.gather(*(timed(engine, short) for _ in range(many)))
            together.append(time.perf_counter() - began)
        figures["short_executions_per_s"] = many / statistics.median(together)
        one = chain(1)
        single = sorted([await timed(engine, one) * 1000 for _ in range(100)])
        figures["one_step_ms_p50"] = single[50]
        figures["one_step_ms_p99"] = single[98]
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    arguments = parser.parse_args()
    size, runs = (100, 1) if arguments.quick else (1000, 3)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        single, grouped = bare_commits(folder), bare_commits(folder, 100, 50)
        figures = asyncio.run(measure(folder / "home", size, runs))
    figures["bare_commits_per_s"] = single
    figures["bare_rows_per_s_by_100"] = grouped
    ratios = {
        "chain_of_two_commits_a_step": figures["chain_steps_per_s"] / (single / 2),
        "fan_of_grouped_rows": figures["fan_steps_per_s"] / grouped,
        "one_step_in_commits": figures["one_step_ms_p50"] * single / 1000,
    }
    if arguments.json:
        print(json.dumps({"figures": figures, "ratios": ratios}))
        return
    for name, value in {**figures, **ratios}.items():
        print(f"{name:32} {value:12,.2f}")


if __name__ == "__main__":
    main()
