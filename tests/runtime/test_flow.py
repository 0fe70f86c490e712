"""Loops, branches, waits, approvals and sub-workflows, run by a real engine."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.runtime.errors import ConflictError, InputError
from engine.steps.base import StepContext, StepError, StepResult, StepView
from engine.store.views import Execution

CHILD = {
    "name": "child",
    "inputs": {"properties": {"n": {"type": "integer"}}},
    "steps": [{"id": "work", "type": "act", "input_mapping": {"n": "{{ input.n }}"}}],
    "output": {"n": "{{ steps.work.output.n }}"},
}


def act(identity: str, *needs: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "type": "act", "depends_on": list(needs), **more}


def loop(body: list[dict[str, Any]], **config: Any) -> dict[str, Any]:
    return {"id": "each", "type": "loop", "config": {**config, "steps": body}}


async def echo(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
    return StepResult(output=dict(given))


async def until(bench: Any, identity: str, status: str, step: str | None = None) -> Execution:
    """The execution once it, or a step of it, has that status."""
    async with asyncio.timeout(15), bench.engine.subscribe(execution_id=identity) as batches:
        while True:
            record: Execution = await bench.engine.get_execution(identity)
            if step is None and record.status == status:
                return record
            if any(s.step_id == step and s.status == status for s in record.step_executions):
                return record
            await anext(batches)


async def test_a_loop_gives_its_results_in_the_order_of_the_items(bench: Any) -> None:
    async def later(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        await asyncio.sleep(0.02 * (3 - given["n"]))
        return StepResult(output={"square": given["n"] ** 2})

    bench.act.acts = {"square": later}
    body = [act("square", input_mapping={"n": "{{ loop.item }}"})]
    output = "{{ steps.square.output.square + loop.index }}"
    record = await bench.run(
        {"steps": [loop(body, items=[1, 2, 3], max_concurrency=3, output=output)]}
    )
    assert record.status == "completed"
    assert record.output == {"each": {"results": [1, 5, 11]}}
    page = await bench.engine.list_steps(record.id, parent_id=f"{record.id}.each")
    assert [(s.step_id, s.index, s.input) for s in page.items] == [
        ("square", 0, {"n": 1}),
        ("square", 1, {"n": 2}),
        ("square", 2, {"n": 3}),
    ]


async def test_a_loop_goes_on_while_it_holds_and_breaks(bench: Any) -> None:
    bench.act.acts = {"n": echo}
    body = [act("n", input_mapping={"sum": "{{ (loop.last or 0) + loop.index }}"})]
    output = "{{ steps.n.output.sum }}"
    record = await bench.run({"steps": [loop(body, **{"while": "loop.index < 5"}, output=output)]})
    assert record.output == {"each": {"results": [0, 1, 3, 6, 10]}}
    record = await bench.run(
        {"steps": [loop(body, times=100, output=output, **{"break": "loop.last > 5"})]}
    )
    assert record.output == {"each": {"results": [0, 1, 3, 6]}}


async def test_a_failing_item_can_be_noted_and_passed_by(bench: Any) -> None:
    async def picky(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        if given["n"] == 2:
            raise StepError("two is bad", type="picky")
        return StepResult(output=given["n"])

    bench.act.acts = {"n": picky}
    body = [act("n", input_mapping={"n": "{{ loop.item }}"})]
    config = {"items": [1, 2, 3], "output": "{{ steps.n.output }}"}
    record = await bench.run({"steps": [loop(body, **config, on_error="continue")]})
    assert record.status == "completed"
    assert record.output["each"]["results"] == [1, None, 3]
    assert record.output["each"]["errors"][0]["index"] == 1
    record = await bench.run({"steps": [loop(body, **config)]})
    assert record.status == "failed"
    assert "iteration 1" in (record.error_message or "")
    assert "two is bad" in (record.error_message or "")


async def test_a_retried_loop_makes_only_what_did_not_complete(bench: Any) -> None:
    runs: Counter[int] = Counter()

    async def flaky(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        runs[given["n"]] += 1
        if given["n"] == 2 and runs[2] < 3:
            raise StepError("not yet", type="flaky")
        return StepResult(output=given["n"])

    bench.act.acts = {"n": flaky}
    step = loop([act("n", input_mapping={"n": "{{ loop.item }}"})], items=[1, 2, 3])
    step["retry_policy"] = {"max_attempts": 5, "initial_delay": 0, "max_delay": 0}
    record = await bench.run({"steps": [step]})
    assert record.status == "completed"
    assert runs == {1: 1, 2: 3, 3: 1}


async def test_branches_run_side_by_side_and_give_results_by_name(bench: Any) -> None:
    both = asyncio.Barrier(2)

    async def meet(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        async with asyncio.timeout(5):
            await both.wait()
        return StepResult(output=view.id)

    bench.act.acts = {"a": meet, "b": meet}
    branches = {"left": [act("a")], "right": [act("b"), act("c", "b")]}
    parallel = {"id": "both", "type": "parallel", "config": {"branches": branches}}
    record = await bench.run({"steps": [parallel]})
    results = record.output["both"]["results"]
    assert results == {"left": {"a": "a"}, "right": {"c": {"id": "c"}}}


async def test_what_a_body_sets_stays_in_it(bench: Any) -> None:
    bench.act.acts = {"set": echo, "read": echo, "after": echo}
    body = [
        act("set", input_mapping={"n": "{{ loop.item }}"}, output_mapping={"n": "{{ output.n }}"}),
        act("read", "set", input_mapping={"n": "{{ variables.n }}"}),
    ]
    after = act("after", "each", input_mapping={"n": "{{ variables.n }}"})
    record = await bench.run(
        {"variables": {"n": 0}, "steps": [loop(body, items=[7, 8], max_concurrency=2), after]}
    )
    assert record.output == {"after": {"n": 0}}
    results = (await bench.engine.get_step(f"{record.id}.each")).output["results"]
    assert results == [{"read": {"n": 7}}, {"read": {"n": 8}}]


async def test_a_wait_holds_no_place_and_shows_as_waiting(bench: Any) -> None:
    wait = {"id": "w", "type": "wait", "config": {"duration": "300ms"}}
    identity = await bench.start({"steps": [wait, act("after", "w")]})
    record = await until(bench, identity, "waiting")
    [step] = [s for s in record.step_executions if s.step_id == "w"]
    assert (step.status, step.waits_for) == ("waiting", "time")
    assert step.wait_until is not None
    assert step.wait_until > datetime.now(UTC) - timedelta(seconds=5)
    assert await bench.engine.wait(identity) == "completed"


async def test_a_wait_for_an_event_takes_the_one_that_fits(bench: Any) -> None:
    config = {"event": "order.paid", "match": {"id": "{{ input.order }}"}}
    wait = {"id": "w", "type": "wait", "config": config}
    identity = await bench.start(
        {"steps": [wait], "output": "{{ steps.w.output.event.sum }}"}, input={"order": 7}
    )
    await until(bench, identity, "waiting")
    assert await bench.engine.send_event("order.paid", {"id": 8, "sum": 1}) == 0
    assert await bench.engine.send_event("order.lost", {"id": 7, "sum": 2}) == 0
    assert await bench.engine.send_event("order.paid", {"id": 7, "sum": 3}) == 1
    assert await bench.engine.wait(identity) == "completed"
    assert (await bench.engine.get_execution(identity)).output == 3


async def test_an_approval_is_answered_once_by_those_who_may(bench: Any) -> None:
    config = {"message": "Send?", "options": ["yes", "no"], "assignees": ["ana"]}
    ask = {"id": "ask", "type": "approval", "config": config}
    identity = await bench.start({"steps": [ask], "output": "{{ steps.ask.output }}"})
    record = await until(bench, identity, "waiting")
    assert record.step_executions[0].options == ["yes", "no"]
    place = f"{identity}.ask"
    with pytest.raises(InputError, match="the choice is yes, no"):
        await bench.engine.answer(place, "maybe", by="ana")
    with pytest.raises(InputError, match="ana"):
        await bench.engine.answer(place, "yes", by="bob")
    await bench.engine.answer(place, "yes", by="ana", comment="go")
    assert await bench.engine.wait(identity) == "completed"
    output = (await bench.engine.get_execution(identity)).output
    assert output == {"decision": "yes", "by": "ana", "comment": "go"}
    with pytest.raises(ConflictError):
        await bench.engine.answer(place, "no", by="ana")


async def test_an_approval_can_time_out(bench: Any) -> None:
    ask = {"id": "ask", "type": "approval", "config": {"message": "?"}, "timeout": "50ms"}
    record = await bench.run({"steps": [ask]})
    assert record.status == "failed"
    assert record.step_executions[0].status == "timed_out"


async def test_a_sub_workflow_is_an_execution_of_its_own(bench: Any, tmp_path: Path) -> None:
    bench.act.acts = {"work": echo}
    (tmp_path / "child.json").write_text(json.dumps(CHILD))
    step = {"id": "sub", "type": "workflow", "config": {"workflow": "child.json"}}
    step["config"]["input"] = {"n": "{{ input.n }}"}
    record = await bench.run(
        {"steps": [step], "output": "{{ steps.sub.output }}"}, input={"n": 5}, folder=str(tmp_path)
    )
    assert record.status == "completed", record.error_message
    child = await bench.engine.get_execution(record.output["execution_id"])
    assert record.output["output"] == child.output == {"n": 5}
    assert child.parent_execution_id == record.id
    assert child.parent_step_id == f"{record.id}.sub"
    assert record.step_executions[0].child_execution_id == child.id


async def test_a_sub_workflow_without_a_name_says_so(bench: Any) -> None:
    step = {"id": "sub", "type": "workflow", "config": {"workflow": "{{ input.which }}"}}
    record = await bench.run({"steps": [step]}, input={"which": None})
    error = record.step_executions[0].error
    assert error.message == "workflow came out empty; it must be a path, an id or a name"


async def test_sub_workflows_that_start_themselves_in_a_loop_are_held(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.runtime.family.MOST_NESTED", 20)
    path = tmp_path / "again.json"
    again = {"id": "again", "type": "workflow", "config": {"workflow": str(path)}}
    path.write_text(json.dumps({"steps": [loop([again], times=4, max_concurrency=4)]}))
    identity = await bench.engine.execute(source=path.read_text(), path=path)
    async with asyncio.timeout(15):
        assert await bench.engine.wait(identity) == "failed"
    assert "does one start itself?" in (await bench.engine.get_execution(identity)).error_message
    assert len((await bench.engine.list_executions(limit=200)).items) < 50


async def test_a_retried_sub_workflow_goes_on_where_its_child_failed(
    bench: Any, tmp_path: Path
) -> None:
    runs: Counter[str] = Counter()

    async def flaky(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        runs[view.id] += 1
        if view.id == "second" and runs["second"] < 2:
            raise StepError("not yet", type="flaky")
        return StepResult(output=1)

    bench.act.acts = {"first": flaky, "second": flaky}
    child = {"name": "child", "steps": [act("first"), act("second", "first")]}
    (tmp_path / "child.json").write_text(json.dumps(child))
    step = {
        "id": "sub",
        "type": "workflow",
        "config": {"workflow": str(tmp_path / "child.json")},
        "retry_policy": {"max_attempts": 3, "initial_delay": 0, "max_delay": 0},
    }
    record = await bench.run({"steps": [step]})
    assert record.status == "completed", record.error_message
    assert runs == {"first": 1, "second": 2}


async def test_cancelling_a_parent_cancels_its_child(bench: Any, tmp_path: Path) -> None:
    began = asyncio.Event()

    async def forever(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        began.set()
        await asyncio.Event().wait()
        return StepResult()

    bench.act.acts = {"work": forever}
    (tmp_path / "child.json").write_text(json.dumps({"name": "c", "steps": [act("work")]}))
    step = {"id": "sub", "type": "workflow", "config": {"workflow": str(tmp_path / "child.json")}}
    identity = await bench.start({"steps": [step]})
    await began.wait()
    record = await until(bench, identity, "waiting", "sub")
    await bench.engine.cancel(identity, "enough")
    async with asyncio.timeout(5):
        assert await bench.engine.wait(identity) == "cancelled"
    child = await bench.engine.get_execution(
        (await bench.engine.get_step(f"{record.id}.sub")).child_execution_id
    )
    assert (child.status, child.reason) == ("cancelled", "enough")


async def test_a_workflow_that_starts_itself_is_stopped(bench: Any, tmp_path: Path) -> None:
    path = tmp_path / "self.json"
    step = {"id": "sub", "type": "workflow", "config": {"workflow": str(path)}}
    path.write_text(json.dumps({"name": "self", "steps": [step]}))
    record = await bench.run({"steps": [step]})
    assert record.status == "failed"
    assert "nested more than 20 deep" in (record.error_message or "")
