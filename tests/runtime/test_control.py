"""Pause, resume, retry, answers, keys that exclude each other, kept results and parked executions."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.runtime.errors import ConflictError, InputError
from engine.runtime.repeat import Again
from engine.settings.settings import SchedulerSettings, Settings
from engine.steps.base import StepContext, StepError, StepResult, StepView
from engine.store.views import Execution


def act(identity: str, *needs: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "type": "act", "depends_on": list(needs), **more}


class Gate:
    """A step that waits until the test opens it."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.open = asyncio.Event()

    async def __call__(
        self, view: StepView, given: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        self.began.set()
        await self.open.wait()
        return StepResult(output=view.id)


class Failing:
    """A step that fails so many times."""

    def __init__(self, times: int = 1) -> None:
        self.times = times
        self.runs: Counter[str] = Counter()

    async def __call__(
        self, view: StepView, given: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        self.runs[context.idempotency_key.partition(".")[2]] += 1
        if self.times > 0:
            self.times -= 1
            raise StepError("not yet", type="flaky")
        return StepResult(output=dict(given))


async def until(bench: Any, identity: str, status: str) -> Execution:
    async with asyncio.timeout(15), bench.engine.subscribe(execution_id=identity) as batches:
        while True:
            record: Execution = await bench.engine.get_execution(identity)
            if record.status == status:
                return record
            await anext(batches)


def statuses(record: Execution) -> dict[str, str]:
    return {step.step_id: step.status for step in record.step_executions}


async def test_a_pause_lets_running_steps_end_and_starts_no_more(bench: Any) -> None:
    gate = Gate()
    bench.act.acts = {"a": gate}
    identity = await bench.start({"steps": [act("a"), act("b", "a")]})
    await gate.began.wait()
    await bench.engine.pause(identity, "look first")
    record = await bench.engine.get_execution(identity)
    assert (record.status, record.reason) == ("paused", "look first")
    gate.open.set()
    async with asyncio.timeout(5), bench.engine.subscribe(execution_id=identity, after=0) as news:
        async for batch in news:
            if any(event.type == "step.completed" for event in batch):
                break
    record = await bench.engine.get_execution(identity)
    assert (record.status, statuses(record)) == ("paused", {"a": "completed"})
    with pytest.raises(ConflictError):
        await bench.engine.pause(identity)
    await bench.engine.resume(identity)
    assert await bench.engine.wait(identity) == "completed"
    with pytest.raises(ConflictError):
        await bench.engine.resume(identity)


async def test_a_paused_execution_stays_paused_after_a_restart(
    tmp_path: Path, act: Any, engine_at: Callable[..., Any]
) -> None:
    gate = Gate()
    act.acts = {"a": gate}
    source = (
        '{"steps": [{"id": "a", "type": "act"}, {"id": "b", "type": "act", "depends_on": ["a"]}]}'
    )
    async with engine_at(tmp_path, act) as engine:
        identity = await engine.execute(source=source)
        await gate.began.wait()
        await engine.pause(identity)
    gate.open.set()
    async with engine_at(tmp_path, act) as engine:
        record = await engine.get_execution(identity)
        assert record.status == "paused"
        assert act.seen == [("a", 1)]
        await engine.resume(identity)
        async with asyncio.timeout(10):
            assert await engine.wait(identity) == "completed"
    assert act.seen == [("a", 1), ("a", 1), ("b", 1)]


async def test_a_retry_goes_on_from_the_failed_steps(bench: Any) -> None:
    failing = Failing()
    bench.act.acts = {"b": failing}
    steps = [act("a"), act("b", "a"), act("c", "b"), act("beside")]
    first = await bench.run({"steps": steps})
    assert first.status == "failed"
    bench.act.seen.clear()
    identity = await bench.engine.retry(first.id)
    assert await bench.engine.wait(identity) == "completed"
    assert bench.act.seen == [("b", 1), ("c", 1)]
    record = await bench.engine.get_execution(identity)
    assert record.retry_of == first.id
    origins = {step.step_id: step.origin for step in record.step_executions}
    assert origins == {"a": "reused", "beside": "reused", "b": None, "c": None}
    assert (await bench.engine.get_step(f"{identity}.a")).output == {"id": "a"}
    assert (await bench.engine.get_execution(first.id)).status == "failed"


async def test_a_retry_from_a_step_and_as_a_whole(bench: Any) -> None:
    first = await bench.run({"steps": [act("a"), act("b", "a"), act("c", "b")]})
    bench.act.seen.clear()
    identity = await bench.engine.retry(first.id, Again(from_step="b"))
    assert await bench.engine.wait(identity) == "completed"
    assert [name for name, _ in bench.act.seen] == ["b", "c"]
    bench.act.seen.clear()
    identity = await bench.engine.retry(first.id, Again(whole=True))
    assert await bench.engine.wait(identity) == "completed"
    assert [name for name, _ in bench.act.seen] == ["a", "b", "c"]
    with pytest.raises(InputError, match='no step "d"'):
        await bench.engine.retry(first.id, Again(from_step="d"))
    with pytest.raises(ConflictError, match="nothing of it is left to do"):
        await bench.engine.retry(first.id)


async def test_a_retry_with_another_input_runs_as_a_whole(bench: Any) -> None:
    bench.act.acts = {"a": Failing(times=0)}
    first = await bench.run(
        {"steps": [act("a", input_mapping={"n": "{{ input.n }}"})]}, input={"n": 1}
    )
    identity = await bench.engine.retry(first.id, Again(input={"n": 2}))
    assert await bench.engine.wait(identity) == "completed"
    assert (await bench.engine.get_execution(identity)).output == {"a": {"n": 2}}


async def test_a_retry_inside_a_loop_keeps_the_other_iterations(bench: Any) -> None:
    failing = Failing(times=0)
    bench.act.acts = {"n": failing}
    body = [act("n", input_mapping={"n": "{{ loop.item }}"})]
    loop = {"id": "each", "type": "loop", "config": {"items": [1, 2, 3], "steps": body}}
    workflow = {"steps": [loop, act("after", "each")]}

    async def second_fails(
        view: StepView, given: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        if given["n"] == 2 and failing.runs["each.1.n"] == 0:
            failing.runs["each.1.n"] += 1
            raise StepError("no", type="x")
        return await failing(view, given, context)

    bench.act.acts = {"n": second_fails}
    first = await bench.run(workflow)
    assert first.status == "failed"
    assert failing.runs == {"each.0.n": 1, "each.1.n": 1}
    identity = await bench.engine.retry(first.id)
    assert await bench.engine.wait(identity) == "completed"
    assert failing.runs == {"each.0.n": 1, "each.1.n": 2, "each.2.n": 1}


async def test_only_what_has_ended_is_retried(bench: Any) -> None:
    gate = Gate()
    bench.act.acts = {"a": gate}
    identity = await bench.start({"steps": [act("a")]})
    with pytest.raises(ConflictError, match="not ended"):
        await bench.engine.retry(identity)
    gate.open.set()
    await bench.engine.wait(identity)


async def test_executions_of_a_key_run_one_after_another(bench: Any) -> None:
    gates = [Gate(), Gate()]
    order = iter(gates)

    async def gated(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        return await next(order)(view, given, context)

    bench.act.acts = {"a": gated}
    workflow = {
        "name": "one",
        "concurrency": {"max": 1, "key": "{{ input.who }}"},
        "steps": [act("a")],
    }
    first = await bench.start(workflow, input={"who": "ana"})
    await gates[0].began.wait()
    second = await bench.start(workflow, input={"who": "ana"})
    assert (await bench.engine.get_execution(second)).status == "queued"
    gates[0].open.set()
    assert await bench.engine.wait(first) == "completed"
    async with asyncio.timeout(5):
        await gates[1].began.wait()
    gates[1].open.set()
    assert await bench.engine.wait(second) == "completed"


async def test_another_key_does_not_wait(bench: Any) -> None:
    gate = Gate()
    bench.act.acts = {"a": gate}
    workflow = {"name": "keys", "concurrency": {"key": "{{ input.who }}"}, "steps": [act("a")]}
    first = await bench.start(workflow, input={"who": "ana"})
    await gate.began.wait()
    gate.began.clear()
    second = await bench.start(workflow, input={"who": "bob"})
    async with asyncio.timeout(5):
        await gate.began.wait()
    gate.open.set()
    assert await bench.engine.wait(first) == "completed"
    assert await bench.engine.wait(second) == "completed"


async def test_a_conflict_skips_or_displaces(bench: Any) -> None:
    gate = Gate()
    bench.act.acts = {"a": gate}
    workflow: dict[str, Any] = {"name": "alone", "steps": [act("a"), act("tidy")]}
    workflow["finally"] = ["tidy"]
    workflow["concurrency"] = {"on_conflict": "skip"}
    first = await bench.start(workflow)
    await gate.began.wait()
    second = await bench.start(workflow)
    assert await bench.engine.wait(second) == "cancelled"
    record = await bench.engine.get_execution(second)
    assert first in (record.reason or "")
    assert record.step_executions == []
    workflow["concurrency"] = {"on_conflict": "cancel_running"}
    third = await bench.start(workflow)
    assert await bench.engine.wait(first) == "cancelled"
    gate.open.set()
    async with asyncio.timeout(5):
        assert await bench.engine.wait(third) == "completed"


async def test_a_kept_result_is_used_again_and_shown(bench: Any) -> None:
    failing = Failing(times=0)
    bench.act.acts = {"a": failing}
    cached = act("a", input_mapping={"n": "{{ input.n }}"})
    cached["cache"] = {"key": "{{ input.n }}", "ttl": "1h"}
    workflow = {"name": "kept", "steps": [cached, act("b", "a")]}
    first = await bench.run(workflow, input={"n": 1})
    again = await bench.run(workflow, input={"n": 1})
    other = await bench.run(workflow, input={"n": 2})
    assert failing.runs == {"a": 2}
    origins = [run.step_executions[0].origin for run in (first, again, other)]
    assert origins == [None, "cached", None]
    assert again.status == "completed"
    kept = await bench.engine.get_step(f"{again.id}.a")
    assert kept.output == {"n": 1}


async def test_a_failed_result_is_not_kept(bench: Any) -> None:
    failing = Failing(times=1)
    bench.act.acts = {"a": failing}
    workflow = {"name": "kept", "steps": [act("a", cache={"key": "k"})]}
    assert (await bench.run(workflow)).status == "failed"
    assert (await bench.run(workflow)).status == "completed"
    assert (await bench.run(workflow)).step_executions[0].origin == "cached"
    assert failing.runs == {"a": 2}


async def test_an_execution_that_only_waits_leaves_its_place_and_the_memory(
    tmp_path: Path, act: Any, engine_at: Callable[..., Any]
) -> None:
    settings = Settings(scheduler=SchedulerSettings(max_concurrent=1))
    wait = '{"steps": [{"id": "w", "type": "wait", "config": {"event": "go"}}]}'
    async with engine_at(tmp_path, act, settings) as engine:
        waiting = [await engine.execute(source=wait) for _ in range(5)]
        quick = await engine.execute(source='{"steps": [{"id": "a", "type": "act"}]}')
        async with asyncio.timeout(10):
            assert await engine.wait(quick) == "completed"
            while (await engine.get_execution(waiting[-1])).status != "waiting":
                await asyncio.sleep(0.01)
        await engine._control.park()
        await engine._control.park()
        assert not engine._host.courses
        assert len(engine._host.parked) == 5
        ends = [asyncio.create_task(engine.wait(identity)) for identity in waiting]
        assert await engine.send_event("go", 1) == 5
        async with asyncio.timeout(10):
            assert set(await asyncio.gather(*ends)) == {"completed"}


async def test_one_that_is_woken_is_not_parked_before_it_is_told_why(
    tmp_path: Path, act: Any, engine_at: Callable[..., Any]
) -> None:
    wait = '{"steps": [{"id": "w", "type": "wait", "config": {"event": "go"}}]}'
    async with engine_at(tmp_path, act) as engine:
        identity = await engine.execute(source=wait)
        async with asyncio.timeout(10):
            while (await engine.get_execution(identity)).status != "waiting":
                await asyncio.sleep(0.01)
        for _ in range(2):
            await engine._control.park()
        assert engine.in_memory == 0
        course = await engine._control.course(identity)
        await engine._control.park()
        assert engine.in_memory == 1
        assert not course.closed
        await engine.cancel(identity)
        assert await engine.wait(identity) == "cancelled"


async def test_a_once_step_that_was_cut_off_waits_for_an_answer(
    tmp_path: Path, act: Any, engine_at: Callable[..., Any]
) -> None:
    gate = Gate()
    act.acts = {"a": gate}
    source = '{"steps": [{"id": "a", "type": "act", "effect": "once"}]}'
    async with engine_at(tmp_path, act) as engine:
        identities = [await engine.execute(source=source) for _ in range(3)]
        async with asyncio.timeout(5):
            while len(act.seen) < 3:
                await asyncio.sleep(0.01)
    gate.open.set()
    async with engine_at(tmp_path, act) as engine:
        for identity in identities:
            step = await engine.get_step(f"{identity}.a")
            assert (step.status, step.waits_for) == ("waiting", "answer")
        answers = {"completed": "completed", "failed": "failed", "run_again": "completed"}
        for identity, (answer, outcome) in zip(identities, answers.items(), strict=True):
            await engine.answer(f"{identity}.a", answer, output={"said": True})
            async with asyncio.timeout(5):
                assert await engine.wait(identity) == outcome
        assert (await engine.get_execution(identities[0])).output == {"a": {"said": True}}
    assert len(act.seen) == 4


async def test_another_process_is_asked_to_act(
    tmp_path: Path, act: Any, engine_at: Callable[..., Any]
) -> None:
    gate = Gate()
    act.acts = {"a": gate}
    source = (
        '{"steps": [{"id": "a", "type": "act"}, {"id": "b", "type": "act", "depends_on": ["a"]}]}'
    )
    async with (
        engine_at(tmp_path, act) as engine,
        engine_at(tmp_path, act, schedules=False) as other,
    ):
        identity = await engine.execute(source=source)
        await gate.began.wait()
        async with asyncio.timeout(10):
            await other.pause(identity)
            while (await other.get_execution(identity)).status != "paused":
                await asyncio.sleep(0.02)
            gate.open.set()
            await other.resume(identity)
            assert await other.wait(identity) == "completed"


async def test_an_event_reaches_what_another_process_carries_out(
    tmp_path: Path, act: Any, engine_at: Callable[..., Any]
) -> None:
    wait = '{"steps": [{"id": "w", "type": "wait", "config": {"event": "go", "match": {"n": 1}}}]}'
    async with (
        engine_at(tmp_path, act) as engine,
        engine_at(tmp_path, act, schedules=False) as other,
    ):
        identity = await other.execute(source=wait)
        async with asyncio.timeout(15):
            while (await engine.get_execution(identity)).status != "waiting":
                await asyncio.sleep(0.02)
            await engine.send_event("go", {"n": 2})
            await engine.send_event("go", {"n": 1})
            assert await engine.wait(identity) == "completed"
        assert (await engine.get_step(f"{identity}.w")).output == {"event": {"n": 1}}
