"""Several engines on one database: only what a dead one left is taken over, at once and once."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from engine.settings.settings import SchedulerSettings, Settings
from engine.steps.base import StepContext, StepError, StepResult, StepView

OTHER = """
import asyncio, sys
from pathlib import Path
from engine.runtime.engine import Engine
from engine.settings.settings import Settings

async def main(home, source):
    async with Engine(Settings(), Path(home), schedules=False) as engine:
        async with engine.subscribe() as batches:
            identity = await engine.execute(source=source)
            print(identity, flush=True)
            async for batch in batches:
                for event in batch:
                    print(event.type, event.data.line if event.type == "log" else "", flush=True)
                    if event.type.startswith("execution.") and event.type != "execution.queued":
                        if event.type != "execution.started":
                            return

asyncio.run(main(*sys.argv[1:]))
"""
TAKES_OVER = """
import asyncio, sys
from pathlib import Path
from engine.runtime.engine import Engine
from engine.settings.settings import Settings

async def main(home):
    async with Engine(Settings(), Path(home)):
        await asyncio.Event().wait()

asyncio.run(main(sys.argv[1]))
"""
SLEEPS = {"id": "sleeps", "type": "script", "config": {"runtime": "bash", "script": "sleep 60"}}


def other(home: Path, workflow: dict[str, Any]) -> "tuple[subprocess.Popen[str], str]":
    """Another process that runs a workflow with an engine of its own; it, and the execution."""
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(home), json.dumps(workflow)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def read_until(process: "subprocess.Popen[str]", word: str) -> str:
    assert process.stdout is not None
    return next(line for line in process.stdout if line.startswith(word))


async def test_a_living_engine_keeps_its_executions(
    tmp_path: Path, engine_at: Any, act: Any
) -> None:
    settings = Settings(scheduler=SchedulerSettings(poll_interval=0.05))
    process, identity = other(tmp_path, {"steps": [SLEEPS]})
    try:
        read_until(process, "step.started")
        async with engine_at(tmp_path, act, settings) as engine:
            assert (await engine.get_execution(identity)).status == "running"
            assert (await engine.health()).stats.active_executions == 0
            await engine.cancel(identity, "from outside")
            async with asyncio.timeout(5):
                assert await engine.wait(identity) == "cancelled"
        assert process.wait(10) == 0
    finally:
        process.kill()


async def test_a_dead_engines_execution_goes_on_with_one_that_lives(
    tmp_path: Path, engine_at: Any, act: Any
) -> None:
    code = f"echo $$ >> {tmp_path}/pids; [ $(wc -l < {tmp_path}/pids) -gt 1 ] || sleep 60"
    step = {"id": "a", "type": "script", "config": {"runtime": "bash", "script": code}}
    settings = Settings(scheduler=SchedulerSettings(poll_interval=0.05))
    async with engine_at(tmp_path / "home", act, settings) as engine:
        process, identity = other(tmp_path / "home", {"steps": [step]})
        await asyncio.to_thread(read_until, process, "step.started")
        while not (tmp_path / "pids").exists():
            await asyncio.sleep(0.01)
        process.kill()
        process.wait()
        async with asyncio.timeout(10):
            assert await engine.wait(identity) == "completed"
        record = await engine.get_execution(identity)
        assert record.step_executions[0].attempt == 1
        told = await engine.explain(identity, f"{identity}.a")
        assert told == "It completed. Its engine ended once while it ran. It ran again."
    first, second = (int(pid) for pid in (tmp_path / "pids").read_text().split())
    assert first != second
    assert not psutil.pid_exists(first)


async def test_a_stopped_engine_goes_on_at_its_next_start_within_a_second(
    tmp_path: Path, engine_at: Any, act: Any
) -> None:
    began = asyncio.Event()

    async def hold(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        began.set()
        await asyncio.Event().wait()
        return StepResult()

    workflow = {
        "steps": [
            {"id": "a", "type": "act"},
            {"id": "b", "type": "act", "depends_on": ["a"]},
            {"id": "c", "type": "act", "depends_on": ["b"]},
        ]
    }
    act.acts = {"b": hold}
    async with engine_at(tmp_path, act) as engine:
        identity = await engine.execute(source=json.dumps(workflow))
        await began.wait()
    act.acts = {}
    act.seen.clear()
    start = time.monotonic()
    async with engine_at(tmp_path, act) as engine:
        assert await engine.wait(identity) == "completed"
        assert time.monotonic() - start < 1.5
    assert act.seen == [("b", 1), ("c", 1)]


async def test_a_stop_on_purpose_counts_against_no_step(
    tmp_path: Path, engine_at: Any, act: Any
) -> None:
    began = asyncio.Event()

    async def hold(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        began.set()
        await asyncio.Event().wait()
        return StepResult()

    act.acts = {"a": hold}
    identity = ""
    for _ in range(5):
        began.clear()
        async with engine_at(tmp_path, act) as engine:
            if not identity:
                identity = await engine.execute(source='{"steps": [{"id": "a", "type": "act"}]}')
            await began.wait()
    act.acts = {}
    async with engine_at(tmp_path, act) as engine:
        assert await engine.wait(identity) == "completed"


async def test_a_step_that_ends_its_engine_three_times_ends_its_execution(
    tmp_path: Path, engine_at: Any, act: Any
) -> None:
    code = f"""
echo x >> {tmp_path}/runs
until [ -e {tmp_path}/pid ]; do sleep 0.01; done
pid=$(cat {tmp_path}/pid); rm {tmp_path}/pid; kill -9 $pid
"""
    step = {"id": "a", "type": "script", "config": {"runtime": "bash", "script": code}}

    def let_it_end(process: "subprocess.Popen[str]") -> None:
        (tmp_path / "new").write_text(str(process.pid))
        (tmp_path / "new").rename(tmp_path / "pid")
        assert process.wait(30) == -signal.SIGKILL

    process, identity = other(tmp_path / "home", {"steps": [step]})
    let_it_end(process)
    for _ in range(2):
        command = [sys.executable, "-c", TAKES_OVER, str(tmp_path / "home")]
        let_it_end(subprocess.Popen(command, text=True))
    async with engine_at(tmp_path / "home", act) as engine, asyncio.timeout(10):
        assert await engine.wait(identity) == "failed"
        record = await engine.get_execution(identity)
    assert record.step_executions[0].error.type == "lost"
    assert (tmp_path / "runs").read_text().split() == ["x"] * 3


async def test_a_retry_that_is_due_later_survives_a_restart(
    tmp_path: Path, engine_at: Any, act: Any
) -> None:
    async def first(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        raise StepError("not yet", retry_after=1.0)

    act.acts = {"a": first}
    policy = {"max_attempts": 2, "initial_delay": "1ms"}
    workflow = {"steps": [{"id": "a", "type": "act", "retry_policy": policy}]}
    async with engine_at(tmp_path, act) as engine:
        identity = await engine.execute(source=json.dumps(workflow))
        async with engine.subscribe(after=0) as batches:
            async for batch in batches:
                if any(event.type == "step.retrying" for event in batch):
                    break
    act.acts = {}
    async with engine_at(tmp_path, act) as engine:
        assert await engine.wait(identity) == "completed"
        record = await engine.get_execution(identity)
    assert record.step_executions[0].attempt == 2
    assert record.duration is not None
    assert record.duration >= 1.0


async def test_inputs_are_not_rendered_again_after_a_restart(
    tmp_path: Path, engine_at: Any, act: Any
) -> None:
    seen: list[Any] = []
    began = asyncio.Event()

    async def hold(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        seen.append((given["id"], view.config["at"]))
        began.set()
        if len(seen) == 1:
            await asyncio.Event().wait()
        return StepResult()

    act.acts = {"a": hold}
    step = {
        "id": "a",
        "type": "act",
        "input_mapping": {"id": "{{ uuid() }}"},
        "config": {"at": "{{ now() }}"},
    }
    async with engine_at(tmp_path, act) as engine:
        identity = await engine.execute(source=json.dumps({"steps": [step]}))
        await began.wait()
    async with engine_at(tmp_path, act) as engine:
        assert await engine.wait(identity) == "completed"
    assert len(seen) == 2
    assert seen[0][0] == seen[1][0]
