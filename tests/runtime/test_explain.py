"""The engine says in words why something is queued, waits, was skipped, is retried or set aside."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.runtime.errors import NotFoundError
from engine.settings.settings import Limit, SchedulerSettings, Settings
from engine.steps.base import StepContext, StepError, StepResult, StepView
from engine.store.errors import DiskFullError


def act(identity: str, *needs: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "type": "act", "depends_on": list(needs), **more}


class Gate:
    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.open = asyncio.Event()

    async def __call__(
        self, view: StepView, given: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        self.began.set()
        await self.open.wait()
        return StepResult()


async def fail(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
    raise StepError("no luck", type="luck")


async def test_what_waits_for_ports_workers_and_limits_says_so(
    tmp_path: Path, act: Any, engine_at: Callable[..., Any]
) -> None:
    gate = Gate()
    act.acts = {"a": gate}
    settings = Settings(scheduler=SchedulerSettings(workers=1), limits={"db": Limit(1.0)})
    workflow = (
        '{"steps": [{"id": "a", "type": "act", "resources": {"db": 1}},'
        '{"id": "b", "type": "act", "depends_on": ["a"]},'
        '{"id": "c", "type": "act"}, {"id": "d", "type": "act", "resources": {"db": 1}}]}'
    )
    async with engine_at(tmp_path, act, settings) as engine:
        identity = await engine.execute(source=workflow)
        await gate.began.wait()

        async def words(key: str | None = None) -> str:
            place = f"{identity}.{key}" if key else None
            return str(await engine.explain(identity, place))

        assert await words("b") == "It waits for a.success (running)."
        assert "one of the 1 workers" in await words("c")
        assert "not enough of db" in await words("d")
        assert "Running: a. Waiting for a worker or enough of db: c, d." in await words()
        gate.open.set()
        await engine.wait(identity)
        assert await words() == await words("b") == "It completed."
        with pytest.raises(NotFoundError):
            await words("nothing")


async def test_what_waits_for_a_rate_says_when_it_begins(
    tmp_path: Path, act: Any, engine_at: Callable[..., Any]
) -> None:
    settings = Settings(limits={"calls": Limit(1.0, per=3600)})
    first = {"id": "a", "type": "act", "resources": {"calls": 1}}
    second = {**first, "id": "b", "depends_on": ["a"]}
    async with engine_at(tmp_path, act, settings) as engine:
        identity = await engine.execute(source=json.dumps({"steps": [first, second]}))
        async with asyncio.timeout(10):
            while "rate" not in (words := await engine.explain(identity, f"{identity}.b")):
                await asyncio.sleep(0.01)
        assert "the rate of calls lets it begin in about 1h" in words
        assert "or the rate of calls: b" in await engine.explain(identity)
        await engine.cancel(identity)
        with pytest.raises(NotFoundError):
            await engine.explain("nothing")


async def test_a_full_disk_is_named(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate()
    bench.act.acts = {"a": gate}
    identity = await bench.start({"steps": [act("a")]})
    await gate.began.wait()
    full = DiskFullError("the disk is full; free some space")
    monkeypatch.setattr(bench.engine._store.artifacts, "trouble", full)
    for place in (None, f"{identity}.a"):
        words = await bench.engine.explain(identity, place)
        assert words.endswith("Nothing can be recorded now: the disk is full; free some space.")
    monkeypatch.undo()
    gate.open.set()
    await bench.engine.wait(identity)
    assert await bench.engine.explain(identity) == "It completed."


async def test_what_failed_was_skipped_or_is_retried_says_why(bench: Any) -> None:
    bench.act.acts = {"once": fail, "picky": fail, "again": fail, "used": fail}
    again = {"max_attempts": 3, "initial_delay": "1h"}
    steps = [
        act("once"),
        act("picky", retry_policy={"max_attempts": 3, "retry_on": ["timeout"]}),
        act("used", retry_policy={"max_attempts": 2, "initial_delay": 0, "max_delay": 0}),
        act("after", "once"),
        act("off", enabled=False),
        act("again", retry_policy=again),
    ]
    identity = await bench.start({"steps": steps})
    async with asyncio.timeout(10), bench.engine.subscribe(execution_id=identity) as batches:
        while (await bench.engine.get_execution(identity)).status != "waiting":
            await anext(batches)

    async def words(key: str) -> str:
        return str(await bench.engine.explain(identity, f"{identity}.{key}"))

    assert "It has no retry_policy." in await words("once")
    assert "retry_on does not name this error: timeout" in await words("picky")
    assert "All 2 attempts were used." in await words("used")
    assert await words("after") == "It was skipped: it waits for once.success, which did not fire."
    assert "switched off" in await words("off")
    assert "Attempt 1 of 3 failed (luck: no luck); it is tried again at 2" in await words("again")
    assert "again: Attempt 1 of 3" in await bench.engine.explain(identity)
    await bench.engine.pause(identity)
    assert "It was paused at" in await bench.engine.explain(identity)
    await bench.engine.cancel(identity, "enough")
    await bench.engine.wait(identity)
    assert await bench.engine.explain(identity) == "It was cancelled: enough."


async def test_what_is_queued_says_for_what(
    tmp_path: Path, act: Any, engine_at: Callable[..., Any]
) -> None:
    gate = Gate()
    act.acts = {"a": gate}
    settings = Settings(scheduler=SchedulerSettings(max_concurrent=1))
    source = '{"name": "x", "steps": [{"id": "a", "type": "act"}]}'
    keyed = '{"name": "k", "concurrency": {}, "steps": [{"id": "a", "type": "act"}]}'
    async with engine_at(tmp_path, act, settings) as engine:
        ids = [await engine.execute(source=source) for _ in range(3)]
        await gate.began.wait()
        assert "it is next" in await engine.explain(ids[1])
        assert "1 more come before it" in await engine.explain(ids[2])
        gate.open.set()
        await asyncio.gather(*(engine.wait(identity) for identity in ids))
    gate.open.clear()
    gate.began.clear()
    async with engine_at(tmp_path / "keys", act) as engine:
        ids = [await engine.execute(source=keyed) for _ in range(2)]
        await gate.began.wait()
        async with asyncio.timeout(5):
            while "same concurrency key" not in await engine.explain(ids[1]):
                await asyncio.sleep(0.01)
        gate.open.set()
        await asyncio.gather(*(engine.wait(identity) for identity in ids))


async def test_a_completed_step_tells_its_attempts_and_what_cut_it_off(bench: Any) -> None:
    tries = iter([StepError("not yet", type="flaky"), StepError("not yet", type="flaky"), None])

    async def flaky(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        if error := next(tries):
            raise error
        return StepResult()

    bench.act.acts = {"a": flaky}
    policy = {"max_attempts": 3, "initial_delay": "1ms"}
    done = await bench.run({"steps": [act("a", retry_policy=policy)]})
    words = await bench.engine.explain(done.id, f"{done.id}.a")
    assert words == "It completed at attempt 3 of 3."


async def test_a_cancel_without_a_reason_is_not_explained_by_itself(bench: Any) -> None:
    bench.act.acts = {"a": Gate()}
    identity = await bench.start({"steps": [act("a")]})
    await bench.engine.cancel(identity)
    await bench.engine.wait(identity)
    assert await bench.engine.explain(identity) == "It was cancelled: somebody asked for it."
