"""Faults of the database at every point: before a write, after it, in recovery, in two at once."""

import asyncio
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from engine.runtime.recovery import Recovery
from engine.settings.settings import SchedulerSettings, Settings
from engine.steps.base import StepContext, StepError, StepResult, StepView
from engine.store.errors import StoreError
from engine.store.store import Store
from engine.store.writer import Writer

SETTINGS = Settings(scheduler=SchedulerSettings(workers=4, poll_interval=0.1))
POINTS = ("begin", "commit", "committed")


class Ledger:
    """Counts the runs of each step outside of the engine."""

    def __init__(self) -> None:
        self.runs: Counter[str] = Counter()

    async def __call__(
        self, view: StepView, given: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        self.runs[context.idempotency_key] += 1
        await asyncio.sleep(0)
        if view.id == "flaky" and self.runs[context.idempotency_key] < 3:
            raise StepError("not yet", type="flaky")
        return StepResult(output=view.id)


def workflow() -> str:
    """Something of everything."""
    names = ("a", "b", "n", "l", "r", "after")

    def act(identity: str, *needs: str, **more: Any) -> dict[str, Any]:
        return {"id": identity, "type": "act", "depends_on": list(needs), **more}

    retry = {"max_attempts": 20, "initial_delay": 0.01, "max_delay": 0.01}
    loop = {"items": [1, 2, 3], "max_concurrency": 2, "steps": [act("n")]}
    both = {"branches": {"x": [act("l")], "y": [act("r")]}}
    steps = [
        act(names[0]),
        act(names[1], "a"),
        act("flaky", "a", retry_policy=retry),
        {"id": "each", "type": "loop", "depends_on": ["a"], "config": loop},
        {"id": "both", "type": "parallel", "depends_on": ["b"], "config": both},
        {"id": "w", "type": "wait", "depends_on": ["b"], "config": {"duration": "20ms"}},
        act("after", "each", "both", "w", "flaky"),
    ]
    return json.dumps({"name": "faults", "steps": steps})


class Trouble:
    """Makes calls of the store fail by chance, before they are done or after."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seed: int, share: float) -> None:
        self.chance = random.Random(seed)
        self.share = share
        self.count = 0
        for name in ("read", "write"):
            monkeypatch.setattr(Store, name, self._wrapped(getattr(Store, name)))
        monkeypatch.setattr(Writer, "run", self._wrapped(Writer.run))
        monkeypatch.setattr(Writer, "fault", self._point)

    def _strikes(self) -> bool:
        hit = self.chance.random() < self.share
        self.count += hit
        return hit

    def _point(self, point: str) -> None:
        if self._strikes():
            raise sqlite3.OperationalError(f"disk I/O error at {point}")

    def _wrapped(self, method: Callable[..., Any]) -> Callable[..., Any]:
        async def call(*arguments: Any, **options: Any) -> Any:
            if self._strikes():
                raise StoreError("a fault before it was done")
            result = await method(*arguments, **options)
            if self._strikes():
                raise StoreError("a fault although it was done")
            return result

        return call


async def insist(work: Callable[[], Any]) -> Any:
    """Tries again until it is done, as a client of a troubled service does."""
    while True:
        try:
            return await work()
        except StoreError:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("seed", range(4))
async def test_everything_ends_right_although_the_store_fails_again_and_again(
    tmp_path: Path,
    act: Any,
    engine_at: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    ledger = Ledger()
    names = ("a", "b", "n", "l", "r", "after", "flaky")
    act.acts = dict.fromkeys(names, ledger)
    async with engine_at(tmp_path, act, SETTINGS) as engine:
        trouble = Trouble(monkeypatch, seed, 0.1)
        ids = []
        for number in range(6):
            key = f"key {number}"
            ids.append(
                await insist(lambda k=key: engine.execute(source=workflow(), idempotency_key=k))
            )
        async with asyncio.timeout(60):
            ends = [await insist(lambda i=identity: engine.wait(i)) for identity in ids]
        trouble.share = 0.0
        assert trouble.count
        assert ends == ["completed"] * 6
        page = await engine.list_executions()
        assert len(page.items) == 6
    rows = journal(tmp_path)
    assert rows == sorted(set(rows))
    for identity in ids:
        done = Counter(
            key for kind, execution, key, _ in events(tmp_path)
            if kind == "step.completed" and execution == identity
        )  # fmt: skip
        assert done
        assert set(done.values()) == {1}


def journal(home: Path) -> list[int]:
    with sqlite3.connect(home / "treadle.sqlite") as database:
        return [row[0] for row in database.execute("SELECT id FROM events ORDER BY id")]


def events(home: Path) -> list[tuple[str, str, str, str]]:
    with sqlite3.connect(home / "treadle.sqlite") as database:
        query = "SELECT type, execution_id, coalesce(json_extract(data, '$.key'), ''), data FROM events ORDER BY id"
        return database.execute(query).fetchall()


@pytest.mark.parametrize("point", POINTS)
async def test_a_commit_that_fails_at_any_point_is_written_once(
    tmp_path: Path,
    act: Any,
    engine_at: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    point: str,
) -> None:
    hits = 0

    def fail(here: str) -> None:
        nonlocal hits
        if here == point and hits < 3:
            hits += 1
            raise sqlite3.OperationalError("disk I/O error")

    source = json.dumps({"steps": [{"id": "a", "type": "act"}]})
    async with engine_at(tmp_path, act, SETTINGS) as engine:
        monkeypatch.setattr(Writer, "fault", staticmethod(fail))
        identity = await insist(lambda: engine.execute(source=source, idempotency_key="one"))
        async with asyncio.timeout(20):
            assert await insist(lambda: engine.wait(identity)) == "completed"
    assert hits == 3
    kinds = Counter(kind for kind, execution, _, _ in events(tmp_path) if execution == identity)
    assert kinds["step.started"] == kinds["step.completed"] == kinds["execution.ended"] == 1
    assert act.seen == [("a", 1)]


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from engine.runtime.engine import Engine
from engine.settings.settings import SchedulerSettings, Settings
from engine.store.writer import Writer

async def main(home, source, point, number):
    seen = 0

    def fault(here):
        nonlocal seen
        if here == point:
            seen += 1
            if seen == int(number):
                os.kill(os.getpid(), signal.SIGKILL)

    settings = Settings(scheduler=SchedulerSettings(poll_interval=0.1))
    Writer.fault = staticmethod(fault)
    async with Engine(settings, Path(home)) as engine:
        await engine.execute(source=source, idempotency_key="only")
        while await engine.busy():
            await asyncio.sleep(0.01)
    print("done", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


def run_killed(home: Path, source: str, point: str, number: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(home), source, point, str(number)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.stdout


@pytest.mark.chaos
@pytest.mark.parametrize("point", POINTS)
def test_an_engine_killed_at_each_commit_in_turn_finishes(tmp_path: Path, point: str) -> None:
    ledger = tmp_path / "ledger"
    ledger.touch()
    write = f'echo "$TREADLE_IDEMPOTENCY_KEY" >> {ledger}'
    config = {"runtime": "bash", "script": write}
    steps = [
        {"id": "a", "type": "script", "config": config},
        {"id": "b", "type": "script", "depends_on": ["a"], "config": config},
    ]
    source = json.dumps({"name": "killed", "steps": steps})
    for number in range(3, 12):
        home = tmp_path / f"home{number}"
        ledger.write_text("")
        said = run_killed(home, source, point, number)
        if said != "done\n":
            said = run_killed(home, source, point, 0)
        assert said == "done\n"
        runs = Counter(ledger.read_text().split())
        with sqlite3.connect(home / "treadle.sqlite") as database:
            rows = database.execute("SELECT id, status FROM executions").fetchall()
        assert [status for _, status in rows] == ["completed"]
        assert set(runs) == {f"{rows[0][0]}.a", f"{rows[0][0]}.b"}
        assert max(runs.values()) <= 2


async def test_a_loss_of_power_at_any_byte_of_the_log_leaves_what_was_told(
    tmp_path: Path, act: Any, engine_at: Callable[..., Any]
) -> None:
    """The database as a disk could have it after a loss of power: its log cut anywhere, torn."""
    home = tmp_path / "home"
    snapshots: list[tuple[Path, set[str]]] = []
    chance = random.Random(7)

    async def step(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        told = {key for kind, _, key, _ in events(home) if kind == "step.completed"}
        copy = tmp_path / f"copy{len(snapshots)}"
        copy.mkdir()
        for name in ("treadle.sqlite", "treadle.sqlite-wal"):
            if (home / name).exists():
                shutil.copyfile(home / name, copy / name)
        snapshots.append((copy, told))
        return StepResult(output=view.id)

    names = [f"s{n}" for n in range(8)]
    act.acts = dict.fromkeys(names, step)
    steps = [
        {"id": name, "type": "act", "depends_on": names[max(n - 1, 0) : n]}
        for n, name in enumerate(names)
    ]
    async with engine_at(home, act, SETTINGS) as engine:
        identity = await engine.execute(source=json.dumps({"steps": steps}))
        assert await engine.wait(identity) == "completed"
    act.acts = {}
    for copy, told in snapshots:
        log = copy / "treadle.sqlite-wal"
        size = log.stat().st_size
        torn = bytearray(log.read_bytes())
        extra = chance.randrange(0, 4096)  # what came after the last commit, half written
        torn += chance.randbytes(extra)
        log.write_bytes(torn)
        act.seen.clear()
        async with engine_at(copy, act, SETTINGS) as engine, asyncio.timeout(20):
            assert await engine.wait(identity) == "completed"
        assert not told & {name for name, _ in act.seen}, (size, extra)


async def test_two_recoverers_at_once_share_nothing(
    tmp_path: Path, act: Any, engine_at: Callable[..., Any]
) -> None:
    gate = asyncio.Event()

    async def wait(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        await gate.wait()
        return StepResult()

    act.acts = {"a": wait}
    source = json.dumps({"steps": [{"id": "a", "type": "act"}]})
    async with engine_at(tmp_path, act, SETTINGS) as engine:
        ids = [await engine.execute(source=source) for _ in range(20)]
        while len(act.seen) < 4:
            await asyncio.sleep(0.01)
    act.seen.clear()
    gate.set()
    quiet = Settings(scheduler=SchedulerSettings(workers=4, poll_interval=3600))
    async with (
        engine_at(tmp_path, act, quiet, schedules=False) as one,
        engine_at(tmp_path, act, quiet, schedules=False) as other,
    ):
        sweeps = [Recovery(e._host, e._library, e.owner).sweep() for e in (one, other)]
        taken = await asyncio.gather(*sweeps)
        assert sum(taken) == 20
        async with asyncio.timeout(20):
            ends = [await one.wait(identity) for identity in ids]
        assert ends == ["completed"] * 20
    assert Counter(act.seen) == {("a", 1): 20}


@pytest.mark.parametrize("seed", range(3))
async def test_a_recovery_gets_there_although_the_store_fails_meanwhile(
    tmp_path: Path,
    act: Any,
    engine_at: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    gate = asyncio.Event()

    async def gated(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        await gate.wait()
        return StepResult(output=view.id)

    act.acts = {"a": gated, "undo": gated, "tidy": gated}
    flow = {
        "steps": [
            {"id": "first", "type": "act", "compensate": "undo"},
            {"id": "a", "type": "act", "depends_on": ["first"]},
            {
                "id": "bad",
                "type": "transform",
                "depends_on": ["a"],
                "config": {"expression": "1/0"},
            },
            {"id": "undo", "type": "act"},
            {"id": "tidy", "type": "act"},
        ],
        "finally": ["tidy"],
    }
    async with engine_at(tmp_path, act, SETTINGS) as engine:
        ids = [await engine.execute(source=json.dumps(flow)) for _ in range(6)]
        while len(act.seen) < 8:
            await asyncio.sleep(0.01)
    gate.set()
    trouble = Trouble(monkeypatch, seed, 0.04)
    async with AsyncExitStack() as stack:
        engine = await insist(lambda: stack.enter_async_context(engine_at(tmp_path, act, SETTINGS)))
        async with asyncio.timeout(60):
            ends = [await insist(lambda i=identity: engine.wait(i)) for identity in ids]
        trouble.share = 0.0
    assert ends == ["failed"] * 6
    for identity in ids:
        kinds = Counter(
            (kind, key) for kind, execution, key, _ in events(tmp_path) if execution == identity
        )
        done = {key: n for (kind, key), n in kinds.items() if kind == "step.completed"}
        assert done == {"first": 1, "a": 1, "undo": 1, "tidy": 1}
