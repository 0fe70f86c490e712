"""Executions as a person starts them: what runs, with what, and what is recorded of it."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.definition.problems import DefinitionError
from engine.runtime.errors import InputError, NotFoundError
from engine.steps.base import StepContext, StepError, StepResult, StepView


def step(identity: str, *needs: str, **more: Any) -> dict[str, Any]:
    found = {"id": identity, "type": "act", **more}
    return {**found, "depends_on": list(needs)} if needs else found


def statuses(record: Any) -> dict[str, str]:
    return {entry.step_id: entry.status for entry in record.step_executions}


async def fail(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
    raise StepError("as the test wants", type="planned")


async def test_steps_run_in_the_order_of_their_dependencies(bench: Any) -> None:
    record = await bench.run({"steps": [step("c", "b"), step("b", "a"), step("a")]})
    assert record.status == "completed"
    assert [name for name, _ in bench.act.seen] == ["a", "b", "c"]
    assert record.output == {"c": {"id": "c"}}
    assert record.duration is not None


async def test_independent_steps_run_at_the_same_time(bench: Any) -> None:
    both = asyncio.Barrier(2)

    async def meet(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        await both.wait()
        return StepResult()

    bench.act.acts = {"a": meet, "b": meet}
    record = await bench.run({"steps": [step("a"), step("b")]})
    assert record.status == "completed"


async def test_inputs_are_rendered_and_outputs_set_variables(bench: Any) -> None:
    async def double(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        return StepResult(output={"twice": given["n"] * 2})

    bench.act.acts = {"a": double}
    record = await bench.run(
        {
            "variables": {"n": 4},
            "steps": [
                step(
                    "a",
                    input_mapping={"n": "{{ variables.n }}"},
                    output_mapping={"n": "{{ output.twice }}"},
                )
            ],
            "output": {"n": "{{ variables.n }}"},
        }
    )
    assert record.output == {"n": 8}
    assert record.step_executions[0].input == {"n": 4}


async def test_given_input_wins_over_defaults(bench: Any) -> None:
    workflow = {
        "inputs": {"type": "object", "properties": {"n": {"type": "integer", "default": 2}}},
        "variables": {"n": 1},
        "steps": [],
        "output": "{{ variables.n }}",
    }
    assert (await bench.run(workflow)).output == 2
    assert (await bench.run(workflow, input={"n": 3})).output == 3


async def test_an_input_that_does_not_fit_is_refused_by_place(bench: Any) -> None:
    workflow = {
        "inputs": {
            "type": "object",
            "properties": {"n": {"type": "integer"}},
            "required": ["m"],
        },
        "steps": [],
    }
    with pytest.raises(InputError) as caught:
        await bench.run(workflow, input={"n": "many"})
    assert len(caught.value.problems) == 2
    assert "input.n" in str(caught.value)


async def test_a_failure_without_a_taker_fails_the_execution(bench: Any) -> None:
    bench.act.acts = {"a": fail}
    record = await bench.run({"steps": [step("a"), step("b", "a"), step("c")]})
    assert record.status == "failed"
    assert record.error_message == 'step "a" failed: as the test wants'
    assert statuses(record) == {"a": "failed", "b": "skipped", "c": "completed"}


async def test_a_failure_that_is_taken_does_not(bench: Any) -> None:
    bench.act.acts = {"a": fail}
    record = await bench.run({"steps": [step("a"), step("b", "a"), step("c", "a.failure")]})
    assert record.status == "completed"
    assert statuses(record) == {"a": "failed", "b": "skipped", "c": "completed"}


async def test_a_condition_chooses_the_branch(bench: Any) -> None:
    record = await bench.run(
        {
            "variables": {"n": 5},
            "steps": [
                {"id": "c", "type": "condition", "config": {"expression": "variables.n > 3"}},
                step("yes", "c.true"),
                step("no", "c.false"),
                step("end", "yes", "no", join="any"),
            ],
        }
    )
    assert statuses(record) == {
        "c": "completed",
        "yes": "completed",
        "no": "skipped",
        "end": "completed",
    }


async def test_a_false_when_skips_and_a_disabled_step_is_passed_by(bench: Any) -> None:
    record = await bench.run(
        {
            "steps": [
                step("a", when="{{ 1 > 2 }}"),
                step("b", "a"),
                step("off", enabled=False),
                step("after", "off"),
            ]
        }
    )
    assert statuses(record) == {
        "a": "skipped",
        "b": "skipped",
        "off": "skipped",
        "after": "completed",
    }


async def test_a_failed_attempt_is_tried_again_until_it_succeeds(bench: Any) -> None:
    async def third(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        if context.attempt < 3:
            raise StepError("not yet", type="http_503")
        return StepResult(output=context.attempt)

    bench.act.acts = {"a": third}
    policy = {"max_attempts": 5, "initial_delay": "1ms", "retry_on": ["http_5xx"]}
    record = await bench.run({"steps": [step("a", retry_policy=policy)]})
    assert record.status == "completed"
    assert bench.act.seen == [("a", 1), ("a", 2), ("a", 3)]
    assert record.step_executions[0].attempt == 3
    assert record.step_executions[0].max_attempts == 5
    assert len({context.idempotency_key for context in bench.act.contexts}) == 1


async def test_an_error_that_retry_on_does_not_name_ends_the_step(bench: Any) -> None:
    bench.act.acts = {"a": fail}
    policy = {"max_attempts": 5, "initial_delay": "1ms", "retry_on": ["timeout"]}
    record = await bench.run({"steps": [step("a", retry_policy=policy)]})
    assert bench.act.seen == [("a", 1)]
    assert record.step_executions[0].error.type == "planned"


async def test_an_attempt_is_stopped_at_its_timeout(bench: Any) -> None:
    stopped = asyncio.Event()

    async def forever(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        return StepResult()

    bench.act.acts = {"a": forever}
    record = await bench.run({"steps": [step("a", timeout="50ms"), step("b", "a.failure")]})
    assert stopped.is_set()
    assert statuses(record) == {"a": "timed_out", "b": "completed"}
    assert "50ms" in record.step_executions[0].error.message


async def test_an_execution_ends_at_its_own_timeout(bench: Any) -> None:
    async def forever(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        await asyncio.Event().wait()
        return StepResult()

    bench.act.acts = {"a": forever}
    record = await bench.run(
        {"timeout": "100ms", "steps": [step("a"), step("tidy")], "finally": ["tidy"]}
    )
    assert record.status == "timed_out"
    assert statuses(record) == {"a": "cancelled", "tidy": "completed"}


async def test_handlers_run_after_a_failure_in_their_order(bench: Any) -> None:
    bench.act.acts = {"b": fail}
    record = await bench.run(
        {
            "steps": [
                step("a", compensate="undo"),
                step("b", "a"),
                step("undo"),
                step("alarm", input_mapping={"why": "{{ execution.error.message }}"}),
                step("tidy"),
            ],
            "on_failure": ["alarm"],
            "finally": ["tidy"],
        }
    )
    assert record.status == "failed"
    assert [name for name, _ in bench.act.seen] == ["a", "b", "undo", "alarm", "tidy"]
    alarm = next(entry for entry in record.step_executions if entry.step_id == "alarm")
    assert "as the test wants" in alarm.input["why"]


async def test_a_type_that_cannot_run_yet_says_so(bench: Any) -> None:
    record = await bench.run(
        {"steps": [{"id": "w", "type": "llm", "config": {"model": "m", "prompt": "hi"}}]}
    )
    assert record.status == "failed"
    assert record.step_executions[0].error.type == "not_supported"


async def test_a_template_that_fails_names_its_place(bench: Any) -> None:
    record = await bench.run(
        {
            "variables": {"a": {}},
            "steps": [step("a", input_mapping={"x": "{{ variables.a.missing }}"})],
        }
    )
    assert record.status == "failed"
    assert record.step_executions[0].error.type == "template"
    assert "input_mapping.x" in record.step_executions[0].error.message


async def test_an_output_that_json_cannot_hold_fails_its_step_alone(bench: Any) -> None:
    async def bad(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        return StepResult(output=object())

    bench.act.acts = {"a": bad}
    record = await bench.run({"steps": [step("a"), step("b", "a.failure"), step("c")]})
    assert statuses(record) == {"a": "failed", "b": "completed", "c": "completed"}
    assert record.step_executions[0].error.type == "output"


async def test_an_error_of_foreign_code_is_told_as_a_failure(bench: Any) -> None:
    async def broken(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        raise ZeroDivisionError("oh")

    bench.act.acts = {"a": broken}
    record = await bench.run({"steps": [step("a")]})
    assert record.step_executions[0].error.message == "ZeroDivisionError: oh"


async def test_the_same_idempotency_key_gives_the_same_execution(bench: Any) -> None:
    workflow = {"name": "once", "steps": [step("a")]}
    first = await bench.run(workflow, idempotency_key="k")
    again = await bench.run(workflow, idempotency_key="k")
    assert first.id == again.id
    assert bench.act.seen == [("a", 1)]


async def test_an_invalid_text_is_refused_with_its_problems(bench: Any) -> None:
    with pytest.raises(DefinitionError) as caught:
        await bench.start({"steps": [{"id": "a", "type": "nonsense"}]})
    assert caught.value.problems


async def test_a_file_is_known_by_its_path(bench: Any, tmp_path: Path) -> None:
    file = tmp_path / "flow.json"
    text = json.dumps({"name": "flow", "steps": [step("a")]})
    file.write_text(text)
    first = await bench.engine.execute(source=text, path=str(file))
    second = await bench.engine.execute(source=text, path=str(file))
    records = [await bench.engine.get_execution(identity) for identity in (first, second)]
    assert records[0].workflow_id == records[1].workflow_id
    assert records[0].source == text
    assert records[0].folder == str(tmp_path)
    workflow = await bench.engine.find_workflow(str(file))
    assert workflow is not None
    assert workflow.execution_count == 2
    assert workflow.version == 1


async def test_a_saved_file_is_read_again_when_its_workflow_runs(
    bench: Any, tmp_path: Path
) -> None:
    file = tmp_path / "flow.json"
    text = json.dumps({"name": "flow", "steps": [], "output": 1})
    file.write_text(text)
    record = await bench.engine.save_workflow(text=text, path=str(file))
    file.write_text(text.replace("1", "2"))
    identity = await bench.engine.execute(workflow_id=record.id)
    await bench.engine.wait(identity)
    execution = await bench.engine.get_execution(identity)
    assert execution.output == 2
    assert execution.version == 2


async def test_unknown_ids_are_said_to_be_unknown(bench: Any) -> None:
    with pytest.raises(NotFoundError):
        await bench.engine.execute(workflow_id="none")
    with pytest.raises(NotFoundError):
        await bench.engine.get_execution("none")
    with pytest.raises(NotFoundError):
        await bench.engine.get_step("none")
    with pytest.raises(NotFoundError):
        await bench.engine.cancel("none")


@pytest.mark.parametrize(("named", "runs"), [(["output_schema"], 3), (None, 1)])
async def test_an_output_that_does_not_fit_is_made_anew_where_that_is_asked_for(
    bench: Any, named: list[str] | None, runs: int
) -> None:
    policy = {"max_attempts": 3, "initial_delay": "1ms", **({"retry_on": named} if named else {})}
    fits = {"id": "a", "type": "act", "output_schema": {"required": ["never"]}}
    done = await bench.run({"steps": [{**fits, "retry_policy": policy}]})
    assert done.status == "failed"
    assert len(bench.act.seen) == runs
