"""The client against an engine process that it starts, watches and loses."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from engine.client.client import EngineClient
from engine.client.errors import ClientError, EngineUnavailable
from engine.service.types import (
    Event,
    ExecuteWrite,
    Execution,
    ExecutionWrite,
    TriggerWrite,
    WorkflowWrite,
)
from engine.settings.lock import lock_holder

QUICK = """\
name: quick
steps:
  - {id: a, type: transform, config: {expression: "{'n': 1}"}}
output: "{{ steps.a.output.result }}"
"""
SLOW = """\
name: slow
steps:
  - {id: first, type: transform, config: {expression: "1"}}
  - id: sleep
    type: script
    depends_on: [first]
    config: {script: "import time; time.sleep(3)"}
"""
ENDED = ("execution.completed", "execution.failed", "execution.cancelled")


async def followed(client: EngineClient, execution: Execution) -> list[Event]:
    """The events of an execution up to its end."""
    seen: list[Event] = []
    async for batch in client.events(after=0, execution_id=execution.id):
        seen += batch
        if seen[-1].type in ENDED:
            return seen
    raise AssertionError("the stream ended")


async def test_it_starts_an_engine_runs_a_text_and_reads_the_result(client: EngineClient) -> None:
    execution = await client.start(ExecutionWrite(source=QUICK))
    events = await followed(client, execution)
    assert events[-1].type == "execution.completed"
    found = await client.execution(execution.id)
    assert (found.status, found.output) == ("completed", {"n": 1})
    steps = await client.step_executions(execution.id)
    assert [(step.step_id, step.output) for step in steps] == [("a", {"result": {"n": 1}})]
    assert await client.step_execution(steps[0].id) == steps[0]


async def test_workflows_and_triggers_are_written_and_read(
    client: EngineClient, tmp_path: Path
) -> None:
    path = str(tmp_path / "flow.yaml")
    added = await client.add_workflow(WorkflowWrite(definition=QUICK, path=path))
    assert await client.find_workflow(path) is not None
    assert await client.find_workflow(path + "x") is None
    assert (await client.workflow(added.id)).source == QUICK
    trigger = await client.add_trigger(
        added.id, TriggerWrite(type="schedule", name="daily", config={"cron": "@daily"})
    )
    changed = await client.update_trigger(trigger.id, TriggerWrite(is_enabled=False))
    assert changed.is_enabled is False
    assert await client.triggers(added.id) == [changed]
    await client.delete_trigger(trigger.id)
    assert await client.triggers(added.id) == []
    execution = await client.execute(added.id, ExecuteWrite())
    await followed(client, execution)
    page = await client.executions(workflow_id=added.id)
    assert [item.id for item in page.items] == [execution.id]
    now = datetime.now(UTC)
    stats = await client.stats(now - timedelta(days=1), now + timedelta(minutes=1), added.id)
    assert stats.completed == 1
    await client.delete_workflow(added.id)
    with pytest.raises(ClientError) as caught:
        await client.workflow(added.id)
    assert caught.value.status == 404


async def test_the_versions_of_a_workflow_are_read(client: EngineClient) -> None:
    added = await client.add_workflow(WorkflowWrite(definition=QUICK))
    for n in range(3):
        await client.update_workflow(added.id, WorkflowWrite(definition=f"{QUICK}# {n}\n"))
    first = await client.workflow_versions(added.id, limit=3)
    assert [one.version for one in first.items] == [4, 3, 2]
    assert [one.source for one in first.items] == [None] * 3
    rest = await client.workflow_versions(added.id, limit=3, cursor=first.next_cursor)
    assert [one.version for one in rest.items] == [1]
    assert rest.next_cursor is None
    assert (await client.workflow_version(added.id, 1)).source == QUICK
    assert (await client.workflow_version(added.id, 4)).source == f"{QUICK}# 2\n"
    with pytest.raises(ClientError) as caught:
        await client.workflow_version(added.id, 9)
    assert caught.value.status == 404
    with pytest.raises(ClientError) as caught:
        await client.workflow_versions(added.id, cursor='"x"')
    assert caught.value.status == 422


async def test_what_the_engine_refuses_is_raised_with_its_document(client: EngineClient) -> None:
    with pytest.raises(ClientError) as caught:
        await client.start(ExecutionWrite(source="name: x\nsteps: [{id: a, type: nothing}]\n"))
    assert caught.value.status == 422
    assert caught.value.document.problems
    assert caught.value.document.problems[0].line == 2
    validation = await client.validate("name: x\nstps: []\n")
    assert not validation.valid


async def test_a_second_client_finds_the_engine_of_the_first(
    client: EngineClient, home: Path
) -> None:
    async with EngineClient.local(home, start=False) as second:
        assert second.pid == client.pid
        assert (await second.health()).status == "healthy"


async def test_without_an_engine_and_told_not_to_start_one_it_says_so(home: Path) -> None:
    with pytest.raises(EngineUnavailable, match="treadle serve"):
        async with EngineClient.local(home, start=False):
            raise AssertionError("nothing runs here")


async def test_many_clients_at_once_start_one_engine(home: Path) -> None:
    clients = [EngineClient.local(home) for _ in range(4)]
    await asyncio.gather(*(client.__aenter__() for client in clients))
    try:
        assert len({client.pid for client in clients}) == 1
    finally:
        await asyncio.gather(*(client.__aexit__(None, None, None) for client in clients))


async def test_an_engine_that_cannot_start_is_quoted(home: Path) -> None:
    (home / "settings.yaml").write_text("scheduler: {workers: many}\n")
    with pytest.raises(EngineUnavailable, match="workers"):
        async with EngineClient.local(home):
            raise AssertionError("the settings are wrong")


async def test_a_killed_engine_is_restarted_and_the_execution_goes_on(
    client: EngineClient,
) -> None:
    states: list[str] = []
    ready = asyncio.Event()
    client.on_state(lambda state: (states.append(state), state == "ready" and ready.set()))  # type: ignore[func-returns-value]
    execution = await client.start(ExecutionWrite(source=SLOW))
    seen: list[Event] = []
    killed = False
    async for batch in client.events(after=0, execution_id=execution.id):
        seen += batch
        running = any(e.type == "step.started" and e.data["step_id"] == "sleep" for e in seen)
        if running and not killed:
            killed = True
            first = client.pid
            assert first is not None
            os.kill(first, signal.SIGKILL)
        if seen[-1].type in ENDED:
            break
    await ready.wait()
    assert states == ["lost", "restarting", "ready"]
    assert client.pid != first
    assert seen[-1].type == "execution.completed"
    ids = [event.id for event in seen if event.id]
    assert ids == sorted(set(ids)), "nothing is told twice, nothing out of order"
    completed = [e.data["step_id"] for e in seen if e.type == "step.completed"]
    assert completed == ["first", "sleep"]


async def test_an_engine_that_cannot_come_back_is_given_up_and_can_be_tried_again(
    client: EngineClient, home: Path
) -> None:
    settings = home / "settings.yaml"
    settings.write_text("scheduler: {workers: many}\n")
    assert client.pid is not None
    os.kill(client.pid, signal.SIGKILL)
    with pytest.raises(EngineUnavailable, match="workers"):
        async for _ in client.events():
            pass
    with pytest.raises(EngineUnavailable, match="workers"):
        await client.health()
    settings.unlink()
    stream = client.events(after=0)
    following = asyncio.ensure_future(anext(stream))
    while True:
        try:
            execution = await client.start(ExecutionWrite(source=QUICK))
            break
        except EngineUnavailable:
            await asyncio.sleep(0.05)
    assert (await following)[0].execution_id == execution.id
    await stream.aclose()


async def test_a_stream_that_is_left_finishes_what_it_read_from(
    client: EngineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The garbage collector of a loop of Qt's could not."""
    opened: list[AsyncGenerator[bytes, None]] = []
    aiter_raw = httpx.Response.aiter_raw

    def kept(response: httpx.Response) -> Any:
        opened.append(cast(AsyncGenerator[bytes, None], aiter_raw(response)))
        return opened[-1]

    monkeypatch.setattr(httpx.Response, "aiter_raw", kept)
    await client.start(ExecutionWrite(source=QUICK))
    async with aclosing(client.events(after=0)) as stream:
        await anext(stream)
    assert opened
    assert [chunks.ag_frame for chunks in opened] == [None] * len(opened)


async def test_a_request_waits_while_the_engine_comes_back(client: EngineClient) -> None:
    assert client.pid is not None
    os.kill(client.pid, signal.SIGKILL)
    assert (await client.health()).status == "healthy"
    page = await client.workflows()
    assert page.items == []


async def test_an_engine_with_nothing_to_do_ends_with_its_client(home: Path) -> None:
    async with EngineClient.local(home) as client:
        await client.health()
    async with asyncio.timeout(10):
        while lock_holder(home) is not None:
            await asyncio.sleep(0.02)


async def test_it_keeps_the_engine_or_stops_it(home: Path) -> None:
    async with EngineClient.local(home, keep=True) as client:
        assert (await client.engine()).keep is True
    async with EngineClient.local(home, start=False) as client:
        assert (await client.keep(False)).keep is False
        await client.stop()
        assert lock_holder(home) is None


async def test_after_its_end_a_client_says_that_it_is_closed(home: Path) -> None:
    async with EngineClient.local(home) as client:
        await client.health()
    with pytest.raises(EngineUnavailable, match="closed"):
        await client.health()


async def test_a_remote_engine_that_is_not_there_is_named() -> None:
    with pytest.raises(EngineUnavailable, match=r"127\.0\.0\.1:9"):
        async with EngineClient.remote("http://127.0.0.1:9", "token"):
            raise AssertionError("nobody listens there")
