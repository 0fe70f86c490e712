"""The client steers executions: pause, resume, answer, wake, explain and retry."""

import asyncio

import pytest

from engine.client.client import EngineClient
from engine.client.errors import ClientError
from engine.service.types import (
    AnswerWrite,
    Execution,
    ExecutionWrite,
    RetryWrite,
    StepExecution,
    StepRetryWrite,
    WaitKind,
)

ASKING = """\
name: asking
steps:
  - {id: first, type: transform, config: {expression: "1"}}
  - {id: ask, type: approval, depends_on: [first], config: {message: "Go on?"}}
output: "{{ steps.ask.output }}"
"""
LOOPED = """\
name: looped
steps:
  - {id: nap, type: wait, config: {event: go}}
  - id: each
    type: loop
    depends_on: [nap]
    config:
      times: 3
      steps: [{id: one, type: transform, config: {expression: "loop.index"}}]
"""


async def waits(client: EngineClient, execution: Execution, kind: WaitKind) -> StepExecution:
    """The step of an execution that waits for such a thing, once it does."""
    async for _ in client.events(after=0, execution_id=execution.id):
        for step in (await client.waiting((kind,))).items:
            if step.execution_id == execution.id:
                return step
    raise AssertionError("the stream ended")


async def ended(client: EngineClient, execution: Execution) -> Execution:
    async for _ in client.events(after=0, execution_id=execution.id):
        found = await client.execution(execution.id)
        if found.status in ("completed", "failed", "cancelled"):
            return found
    raise AssertionError("the stream ended")


async def test_an_execution_is_paused_explained_resumed_and_answered(client: EngineClient) -> None:
    execution = await client.start(ExecutionWrite(source=ASKING))
    step = await waits(client, execution, "approval")
    assert (step.options, step.workflow_name) == (["approve", "reject"], "asking")
    assert (await client.pause(execution.id)).status == "paused"
    assert "paused" in (await client.explain(execution.id)).text
    with pytest.raises(ClientError) as caught:
        await client.pause(execution.id)
    assert caught.value.status == 409
    assert (await client.resume(execution.id)).status == "waiting"
    assert "approve, reject" in (await client.explain_step(step.id)).text
    answer = AnswerWrite(decision="approve", by="ana", comment="fine")
    assert (await client.answer(step.id, answer)).status == "completed"
    found = await ended(client, execution)
    assert found.output == {"decision": "approve", "by": "ana", "comment": "fine"}
    assert await client.step_output(step.id) == found.output
    with pytest.raises(ClientError) as caught:
        await client.answer(step.id, answer)
    assert caught.value.status == 409


async def test_an_event_wakes_a_step_and_the_iterations_are_read(client: EngineClient) -> None:
    execution = await client.start(ExecutionWrite(source=LOOPED))
    await waits(client, execution, "event")
    assert await client.send_event("stop") == 0
    assert await client.send_event("go", {"n": 1}) == 1
    await ended(client, execution)
    steps = await client.step_executions(execution.id, f"{execution.id}.each")
    assert [(step.step_id, step.index) for step in steps] == [("one", 0), ("one", 1), ("one", 2)]
    page = await client.step_page(execution.id, f"{execution.id}.each", limit=2)
    assert [step.index for step in page.items] == [0, 1]
    assert page.next_cursor is not None


async def test_an_ended_execution_is_retried_whole_or_from_a_step(client: EngineClient) -> None:
    execution = await client.start(ExecutionWrite(source=ASKING))
    with pytest.raises(ClientError) as caught:
        await client.retry(execution.id)
    assert caught.value.status == 409
    await client.cancel(execution.id)
    await ended(client, execution)
    again = await client.retry(execution.id)
    assert again.retry_of == execution.id
    step = await waits(client, again, "approval")
    origins = [(s.step_id, s.origin) for s in await client.step_executions(again.id)]
    assert origins == [("first", "reused"), ("ask", None)]
    await client.answer(step.id, AnswerWrite(decision="reject"))
    await ended(client, again)
    retries = await asyncio.gather(
        client.retry(again.id, RetryWrite(whole=True)),
        client.retry(again.id, RetryWrite(from_step="ask")),
        client.retry_step(step.id, StepRetryWrite(input={"n": 1})),
    )
    assert {retried.retry_of for retried in retries} == {again.id}
    assert retries[2].input == {"n": 1}
    for retried in retries:
        await client.cancel(retried.id)
