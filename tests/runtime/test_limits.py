"""What is scarce is never given out twice, also not by two engines, and no slot is ever lost."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.settings.settings import Limit, SchedulerSettings, Settings
from engine.steps.base import StepContext, StepResult, StepView

LIMITED = Settings(limits={"db": Limit(2.0)}, scheduler=SchedulerSettings(poll_interval=0.2))
HOLDER = """
import asyncio, sys
from pathlib import Path
from engine.runtime.engine import Engine
from engine.settings.settings import Limit, Settings

async def main(home, source):
    settings = Settings(limits={"db": Limit(2.0)})
    async with Engine(settings, Path(home), schedules=False) as engine:
        identity = await engine.execute(source=source)
        async with engine.subscribe(execution_id=identity) as batches:
            async for batch in batches:
                if any(event.type == "step.started" for event in batch):
                    print("holds", flush=True)
        await engine.wait(identity)

asyncio.run(main(*sys.argv[1:]))
"""


class Busy:
    """Counts how many run at once."""

    def __init__(self) -> None:
        self.now = 0
        self.most = 0

    async def __call__(
        self, view: StepView, given: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.02)
        self.now -= 1
        return StepResult()


def steps(count: int, **resources: float) -> str:
    found = [{"id": f"s{n}", "type": "act", "resources": resources} for n in range(count)]
    return json.dumps({"steps": found})


def held(engine: Any) -> Any:
    from sqlalchemy import text

    return engine._store.read(lambda c: c.execute(text("SELECT count(*) FROM slots")).scalar())


async def test_two_engines_on_one_database_share_a_limit(
    tmp_path: Path, act: Any, engine_at: Callable[..., Any]
) -> None:
    busy = Busy()
    act.acts = {f"s{n}": busy for n in range(8)}
    async with (
        engine_at(tmp_path, act, LIMITED) as one,
        engine_at(tmp_path, act, LIMITED, schedules=False) as other,
    ):
        ids = [await engine.execute(source=steps(8, db=1)) for engine in (one, other)]
        async with asyncio.timeout(30):
            ends = [await engine.wait(i) for engine, i in zip((one, other), ids, strict=True)]
        assert ends == ["completed", "completed"]
        assert busy.most == 2
        assert await held(one) == 0


async def test_a_cancelled_attempt_gives_back_what_it_held(bench: Any) -> None:
    began = asyncio.Event()

    async def forever(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        began.set()
        await asyncio.Event().wait()
        return StepResult()

    bench.act.acts = {"s0": forever}
    identity = await bench.engine.execute(source=steps(1, cpu=1))
    await began.wait()
    assert await held(bench.engine) == 1
    await bench.engine.cancel(identity)
    await bench.engine.wait(identity)
    await bench.engine._store.write(lambda connection: None)
    assert await held(bench.engine) == 0


async def test_what_a_killed_engine_held_is_free_again(
    tmp_path: Path, act: Any, engine_at: Callable[..., Any]
) -> None:
    hold = {"id": "hold", "type": "script", "resources": {"db": 2}}
    once = f"[ -e {tmp_path}/began ] || {{ touch {tmp_path}/began; sleep 60; }}"
    hold["config"] = {"runtime": "bash", "script": once}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path), json.dumps({"steps": [hold]})],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"holds\n"
        async with engine_at(tmp_path, act, LIMITED) as engine:
            identity = await engine.execute(source=steps(1, db=1))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.6):
                    await engine.wait(identity)
            process.send_signal(signal.SIGKILL)
            process.wait()
            async with asyncio.timeout(15):
                assert await engine.wait(identity) == "completed"
    finally:
        process.kill()
        process.communicate()


async def test_a_rate_is_not_refilled_by_a_restart(
    tmp_path: Path, act: Any, engine_at: Callable[..., Any]
) -> None:
    settings = Settings(limits={"api": Limit(2.0, 3600.0)})
    async with engine_at(tmp_path, act, settings) as engine:
        identity = await engine.execute(source=steps(2, api=1))
        async with asyncio.timeout(10):
            assert await engine.wait(identity) == "completed"
    async with engine_at(tmp_path, act, settings) as engine:
        identity = await engine.execute(source=steps(1, api=1))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await engine.wait(identity)
        await engine.cancel(identity)
        assert await engine.wait(identity) == "cancelled"
