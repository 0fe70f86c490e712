"""How fast the engine is, beside bare SQLite commits and bare processes measured in the same run.

    python tests/benchmarks/engine.py [--json] [--quick] [--long]

No-op steps of a type that takes a worker, durable settings as they come (``synchronous = FULL``).
``--long`` adds an execution of 100,000 steps and a database of 1,000,000 ended executions.
"""

import argparse
import asyncio
import gc
import json
import sqlite3
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from statistics import median

# This file has the package's name: the folder of the project comes before its own.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(Path(__file__).resolve().parent))

import psutil
from engine_figures import Figures, chain, fan, figures_of, noop_engine, singles_timed, timed

from engine.runtime.collector import calm_collector
from engine.runtime.engine import Engine
from engine.settings.settings import SchedulerSettings, Settings

SCRIPT_ROUNDS = 5


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


async def measure_scripts(folder: Path, count: int) -> dict[str, float]:
    """Scripts a second, eight at a time, and bare child processes of the same program: medians of
    rounds in turn, as both depend on what else the machine does."""
    steps = [
        {"id": f"s{n}", "type": "script", "config": {"runtime": "bash", "script": "true"}}
        for n in range(count)
    ]
    settings = Settings(scheduler=SchedulerSettings(workers=8))
    source = json.dumps({"name": "scripts", "steps": steps})
    room = asyncio.Semaphore(8)

    async def bare() -> None:
        async with room:
            process = await asyncio.create_subprocess_exec(
                "bash", "-c", "true", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
            )
            await process.communicate()

    seconds, bare_seconds = [], []
    async with Engine(settings, folder) as engine:
        await timed(engine, source)
        for _ in range(SCRIPT_ROUNDS):
            seconds.append(await timed(engine, source))
            began = time.perf_counter()
            await asyncio.gather(*(bare() for _ in range(count)))
            bare_seconds.append(time.perf_counter() - began)
    return {
        "scripts_per_s": count / median(seconds),
        "bare_processes_per_s": count / median(bare_seconds),
    }


async def measure_idle(folder: Path, count: int) -> dict[str, float]:
    """What executions cost that only wait: bytes of memory each, and the share of a core."""
    wait = json.dumps(
        {"name": "waits", "steps": [{"id": "w", "type": "wait", "config": {"event": "go"}}]}
    )
    settings = Settings(scheduler=SchedulerSettings(max_concurrent=10_000))
    async with Engine(settings, folder) as engine:
        await wait_for_all(engine, [await engine.execute(source=wait)])
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        ids = await asyncio.gather(*(engine.execute(source=wait) for _ in range(count)))
        await wait_for_all(engine, list(ids))
        gc.collect()
        each = (tracemalloc.get_traced_memory()[0] - before) / count
        tracemalloc.stop()
        used = time.process_time()
        began = time.perf_counter()
        await asyncio.sleep(5)
        share = (time.process_time() - used) / (time.perf_counter() - began)
        woken = await engine.send_event("go")
        assert woken == count + 1, f"{woken} of {count + 1} were woken"
    return {"idle_bytes_each": each, "idle_core_percent": share * 100}


async def wait_for_all(engine: Engine, ids: list[str]) -> None:
    """Returns when all of these wait, and are kept in the database alone."""
    last = ids[-1]
    while (await engine.get_execution(last, details=False)).status != "waiting":
        await asyncio.sleep(0.1)
    while engine.in_memory:
        await asyncio.sleep(0.1)


async def measure_growth(folder: Path, sizes: list[int]) -> Figures:
    """Seconds and peak megabytes for executions of growing numbers of steps."""
    figures: Figures = {}
    async with noop_engine(folder, workers=100) as engine:
        await timed(engine, fan(10))
        for size in sizes:
            text = fan(size)
            gc.collect()
            peak = Peak()
            sampler = asyncio.create_task(peak.sample())
            figures[f"fan_of_{size}_s"] = await timed(engine, text)
            sampler.cancel()
            figures[f"fan_of_{size}_mb"] = peak.megabytes
    return figures


class Peak:
    """The most memory that this process takes beyond what it had at first."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._before = self._most = self._process.memory_info().rss

    async def sample(self) -> None:
        while True:
            self._most = max(self._most, self._process.memory_info().rss)
            await asyncio.sleep(0.02)

    @property
    def megabytes(self) -> float:
        return (self._most - self._before) / 1_000_000


async def measure_full(folder: Path, count: int) -> dict[str, float]:
    """How a database with very many ended executions answers and runs."""
    async with noop_engine(folder) as engine:
        await timed(engine, chain(1))
        fill(folder / "treadle.sqlite", count)
        one = sorted(seconds * 1000 for seconds in await singles_timed(engine, 100))
        began = time.perf_counter()
        page = await engine.list_executions(limit=100)
        listed = (time.perf_counter() - began) * 1000
        assert len(page.items) == 100
    return {"one_step_ms_p50_when_full": one[50], "list_100_ms_when_full": listed}


def fill(database: Path, count: int) -> None:
    """Copies the first execution, its step and its events very many times."""
    connection = sqlite3.connect(database)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(executions)")]
    rest = ", ".join(name for name in columns if name != "id")
    made = "printf('00000000-0000-7000-8000-%012x', value)"
    numbers = (
        f"WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT {count})"
    )
    connection.execute(
        f"{numbers} INSERT INTO executions (id, {rest}) "
        f"SELECT {made}, {rest} FROM n, (SELECT {rest} FROM executions LIMIT 1)"
    )
    connection.execute(
        f"{numbers} INSERT INTO events (id, execution_id, workflow_id, type, time, data) "
        f"SELECT value + 100000, {made}, workflow_id, type, time, data "
        "FROM n, (SELECT workflow_id, type, time, data FROM events "
        "WHERE type = 'execution.ended' LIMIT 1)"
    )
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # years of work would have left none
    connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    parser.add_argument("--long", action="store_true", help="very large sizes too")
    arguments = parser.parse_args()
    calm_collector()  # as ``treadle serve`` does
    size, runs = (100, 1) if arguments.quick else (1000, 3)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        single, grouped = bare_commits(folder), bare_commits(folder, 100, 50)
        figures = asyncio.run(figures_of(folder / "home", size, size // 2, runs))
        figures |= asyncio.run(measure_scripts(folder / "scripts", size // 5))
        figures |= asyncio.run(measure_idle(folder / "idle", size))
        sizes = [size, size * 10, *([size * 100] if arguments.long else [])]
        figures |= asyncio.run(measure_growth(folder / "growth", sizes))
        if arguments.long:
            figures |= asyncio.run(measure_full(folder / "full", 1_000_000))
    figures["bare_commits_per_s"] = single
    figures["bare_rows_per_s_by_100"] = grouped
    ratios = {
        "chain_of_two_commits_a_step": figures["chain_steps_per_s"] / (single / 2),
        "fan_of_grouped_rows": figures["fan_steps_per_s"] / grouped,
        "one_step_in_commits": figures["one_step_ms_p50"] * single / 1000,
        "scripts_of_bare_processes": figures["scripts_per_s"] / figures["bare_processes_per_s"],
        "ten_times_the_steps": figures[f"fan_of_{sizes[1]}_s"] / figures[f"fan_of_{sizes[0]}_s"],
    }
    if arguments.long:
        ratios["ten_times_the_memory"] = (
            figures[f"fan_of_{sizes[2]}_mb"] / figures[f"fan_of_{sizes[1]}_mb"]
        )
        ratios["ten_times_as_many_again"] = (
            figures[f"fan_of_{sizes[2]}_s"] / figures[f"fan_of_{sizes[1]}_s"]
        )
    if arguments.json:
        print(json.dumps({"figures": figures, "ratios": ratios}))
        return
    for name, value in {**figures, **ratios}.items():
        print(f"{name:32} {value:12,.2f}")


if __name__ == "__main__":
    main()
