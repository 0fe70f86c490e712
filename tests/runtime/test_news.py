"""What subscribers hear: only what is recorded, in order, and all of it; and what logs keep."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.runtime import logs
from engine.runtime.news import PAGE
from engine.settings.settings import SchedulerSettings, Settings
from engine.steps.base import StepContext, StepError, StepResult, StepView

TWO = {
    "steps": [{"id": "a", "type": "act"}, {"id": "b", "type": "act", "depends_on": ["a"]}],
}
COURSE = [
    "execution.queued",
    "execution.started",
    "step.started",
    "step.completed",
    "step.started",
    "step.completed",
    "execution.completed",
]


async def gathered(batches: Any, last: str = "execution.completed") -> list[Any]:
    """Everything up to an event of that type."""
    found: list[Any] = []
    async with asyncio.timeout(10):
        async for batch in batches:
            found += batch
            if any(event.type == last for event in batch):
                return found
    return found


async def test_a_subscriber_hears_the_whole_course_in_order(bench: Any) -> None:
    async with bench.engine.subscribe() as batches:
        identity = await bench.start(TWO)
        events = await gathered(batches)
    assert [event.type for event in events if event.execution_id == identity] == COURSE
    ids = [event.id for event in events]
    assert ids == sorted(ids)
    assert events[-1].data.status == "completed"
    started = next(event for event in events if event.type == "execution.started")
    assert (started.data.status, started.data.end_time) == ("running", None)


async def test_what_is_heard_is_on_disk(bench: Any) -> None:
    async with bench.engine.subscribe() as batches:
        identity = await bench.start(TWO)
        await gathered(batches)
    assert (await bench.engine.get_execution(identity)).status == "completed"


async def test_a_lost_stream_is_taken_up_after_any_id(
    tmp_path: Path, engine_at: Any, act: Any
) -> None:
    async with engine_at(tmp_path, act) as engine, engine.subscribe() as batches:
        await engine.execute(source=json.dumps(TWO))
        events = await gathered(batches)
    async with engine_at(tmp_path, act) as engine:
        for position, event in enumerate(events[:-1]):
            async with engine.subscribe(after=event.id) as batches:
                again = await gathered(batches)
            assert [e.id for e in again if e.id] == [e.id for e in events[position + 1 :] if e.id]


async def test_an_execution_can_be_followed_alone(bench: Any) -> None:
    first = await bench.start(TWO)
    await bench.engine.wait(first)
    second = await bench.start(TWO)
    async with bench.engine.subscribe(after=0, execution_id=second) as batches:
        events = await gathered(batches)
    assert {event.execution_id for event in events} == {second}


async def test_log_lines_come_as_they_are_written(bench: Any) -> None:
    free = asyncio.Event()

    async def talk(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        context.log("one\ntwo", "stdout")
        await free.wait()
        return StepResult()

    bench.act.acts = {"a": talk}
    async with bench.engine.subscribe() as batches:
        identity = await bench.start(TWO)
        events = await gathered(batches, "log")
        free.set()
        assert await bench.engine.wait(identity) == "completed"
    lines = [event.data for event in events if event.type == "log"]
    assert [(line.line, line.stream, line.step_id) for line in lines] == [
        ("one", "stdout", "a"),
        ("two", "stdout", "a"),
    ]
    page = await bench.engine.list_logs(identity, limit=1)
    rest = await bench.engine.list_logs(identity, after=int(page.next_cursor or 0))
    assert [line.line for line in (*page.items, *rest.items)] == ["one", "two"]


async def test_the_last_lines_of_a_step_come_before_its_end(bench: Any) -> None:
    async def talk(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        for number in range(3):
            context.log(f"{view.id} {number}")
        return StepResult()

    bench.act.acts = {"a": talk, "b": talk}
    async with bench.engine.subscribe() as batches:
        await bench.start(TWO)
        events = await gathered(batches)
    heard = [e.data.line if e.type == "log" else e.type for e in events]
    lines = [[f"{step} {number}" for number in range(3)] for step in "ab"]
    assert heard == [*COURSE[:3], *lines[0], *COURSE[3:5], *lines[1], *COURSE[5:]]


async def test_the_end_of_a_retried_step_tells_how_many_attempts_it_had(bench: Any) -> None:
    async def second(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        if context.attempt == 1:
            raise StepError("not yet")
        return StepResult()

    bench.act.acts = {"a": second}
    policy = {"max_attempts": 3, "initial_delay": "1ms"}
    async with bench.engine.subscribe() as batches:
        identity = await bench.start(
            {"steps": [{"id": "a", "type": "act", "retry_policy": policy}]}
        )
        events = await gathered(batches)
    ended = next(event.data for event in events if event.type == "step.completed")
    assert (ended.attempt, ended.max_attempts) == (2, 3)
    (step,) = (await bench.engine.list_steps(identity)).items
    assert (step.attempt, step.max_attempts) == (2, 3)


async def test_no_line_of_many_comes_after_the_end_of_the_execution(bench: Any) -> None:
    count = PAGE + 500

    async def shout(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        for number in range(count):
            context.log(str(number))
        return StepResult()

    bench.act.acts = {"b": shout}
    async with bench.engine.subscribe() as batches:
        await bench.start(TWO)
        events = await gathered(batches)
    lines = [event.data.line for event in events if event.type == "log"]
    assert lines == [str(number) for number in range(count)]
    assert [event.type for event in events[-2:]] == ["step.completed", "execution.completed"]


async def test_too_many_lines_are_dropped_and_counted(bench: Any) -> None:
    async def shout(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        for number in range(logs.MOST + 500):
            context.log(str(number))
        return StepResult()

    bench.act.acts = {"a": shout}
    record = await bench.run(TWO)
    page = await bench.engine.list_logs(record.id, limit=10_000)
    assert len(page.items) == logs.MOST + 1
    assert page.items[-1].line.startswith("500 more lines were left out")


async def test_executions_are_listed_newest_first_page_by_page(bench: Any) -> None:
    made = [(await bench.run(TWO)).id for _ in range(5)]
    found: list[str] = []
    cursor = None
    while True:
        page = await bench.engine.list_executions(limit=2, cursor=cursor)
        found += [record.id for record in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == made[::-1]


async def test_more_urgent_executions_start_first(tmp_path: Path, engine_at: Any, act: Any) -> None:
    free = asyncio.Event()

    async def hold(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        await free.wait()
        return StepResult()

    act.acts = {"first": hold}
    settings = Settings(scheduler=SchedulerSettings(max_concurrent=1))
    async with engine_at(tmp_path, act, settings) as engine:

        async def start(step: str, priority: int) -> str:
            text = json.dumps({"steps": [{"id": step, "type": "act"}]})
            return str(await engine.execute(source=text, priority=priority))

        runs = [await start("first", 5), await start("low", 1), await start("high", 9)]
        free.set()
        for identity in runs:
            await engine.wait(identity)
    assert [name for name, _ in act.seen] == ["first", "high", "low"]


async def test_an_execution_waits_in_the_queue_only_as_long_as_it_may(
    tmp_path: Path, engine_at: Any, act: Any
) -> None:
    free = asyncio.Event()

    async def hold(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        await free.wait()
        return StepResult()

    act.acts = {"a": hold}
    settings = Settings(scheduler=SchedulerSettings(max_concurrent=1))
    async with engine_at(tmp_path, act, settings) as engine:
        first = await engine.execute(source=json.dumps(TWO))
        waiting = await engine.execute(source=json.dumps({**TWO, "queue_timeout": "100ms"}))
        assert await engine.wait(waiting) == "timed_out"
        record = await engine.get_execution(waiting)
        assert "queue" in (record.error_message or "")
        assert record.step_executions == []
        free.set()
        assert await engine.wait(first) == "completed"
