"""Cancelling: steps stop within two seconds, the rest never starts, the clean-up runs."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import psutil

from engine.steps.base import StepContext, StepResult, StepView


def statuses(record: Any) -> dict[str, str]:
    return {entry.step_id: entry.status for entry in record.step_executions}


async def test_a_running_step_is_stopped_and_the_rest_never_starts(bench: Any) -> None:
    began = asyncio.Event()

    async def forever(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        began.set()
        await asyncio.Event().wait()
        return StepResult()

    bench.act.acts = {"a": forever}
    identity = await bench.start(
        {
            "steps": [
                {"id": "a", "type": "act"},
                {"id": "b", "type": "act", "depends_on": ["a"]},
                {"id": "regret", "type": "act"},
                {"id": "tidy", "type": "act"},
            ],
            "on_cancel": ["regret"],
            "finally": ["tidy"],
        }
    )
    await began.wait()
    await bench.engine.cancel(identity, "the test")
    assert await bench.engine.wait(identity) == "cancelled"
    record = await bench.engine.get_execution(identity)
    assert statuses(record) == {
        "a": "cancelled",
        "b": "skipped",
        "regret": "completed",
        "tidy": "completed",
    }
    assert record.reason == "the test"


async def test_a_step_that_ignores_its_cancel_is_left_within_two_seconds(bench: Any) -> None:
    began, free = asyncio.Event(), asyncio.Event()

    async def stubborn(
        view: StepView, given: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        began.set()
        while not free.is_set():
            try:
                await free.wait()
            except asyncio.CancelledError:
                continue
        return StepResult()

    bench.act.acts = {"a": stubborn}
    identity = await bench.start({"steps": [{"id": "a", "type": "act"}]})
    await began.wait()
    start = time.monotonic()
    await bench.engine.cancel(identity)
    assert await bench.engine.wait(identity) == "cancelled"
    assert time.monotonic() - start < 2
    free.set()


async def test_a_script_that_ignores_sigterm_dies_with_its_children(bench: Any) -> None:
    code = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"])
print(os.getpid(), child.pid, flush=True)
time.sleep(60)
"""
    async with bench.engine.subscribe() as batches:
        identity = await bench.start(
            {"steps": [{"id": "a", "type": "script", "config": {"script": code}}]}
        )
        pids: list[int] = []
        async for batch in batches:
            for event in batch:
                if event.type == "log":
                    pids = [int(word) for word in event.data.line.split()]
            if pids:
                break
    start = time.monotonic()
    await bench.engine.cancel(identity)
    assert await bench.engine.wait(identity) == "cancelled"
    assert time.monotonic() - start < 2
    assert not any(psutil.pid_exists(pid) for pid in pids)


async def test_a_queued_execution_is_cancelled_without_having_run(bench: Any) -> None:
    free = asyncio.Event()

    async def hold(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        await free.wait()
        return StepResult()

    bench.act.acts = {"a": hold}
    workflow = {"steps": [{"id": "a", "type": "act"}]}
    limit = bench.engine.settings.scheduler.max_concurrent
    first = [await bench.start(workflow) for _ in range(limit)]
    waiting = await bench.start(workflow)
    assert (await bench.engine.get_execution(waiting)).status == "queued"
    await bench.engine.cancel(waiting)
    record = await bench.engine.get_execution(waiting)
    assert record.status == "cancelled"
    assert record.start_time is None
    free.set()
    for identity in first:
        assert await bench.engine.wait(identity) == "completed"
