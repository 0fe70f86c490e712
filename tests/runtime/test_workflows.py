"""Workflows in their states: saved, activated, paused, fired by schedule, and failed."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, update

from engine.definition.problems import DefinitionError
from engine.runtime.errors import ConflictError, InputError, NotFoundError
from engine.settings.settings import SchedulerSettings, Settings
from engine.store.executions import ExecutionFilter
from engine.store.tables import triggers
from engine.store.times import to_micros

EVERY_SECOND = {"type": "schedule", "name": "tick", "config": {"cron": "* * * * * *"}}
NIGHTLY = {"type": "schedule", "name": "night", "config": {"cron": "0 2 * * *"}}


def flow(*given: dict[str, Any], **more: Any) -> str:
    steps = [{"id": "a", "type": "act"}]
    return json.dumps({"name": "flow", "steps": steps, "triggers": list(given), **more})


async def executions(engine: Any, workflow_id: str) -> list[Any]:
    return (await engine.list_executions(ExecutionFilter(workflow_id=workflow_id))).items


async def until_fired(engine: Any, workflow_id: str, count: int = 1) -> list[Any]:
    """Waits for that many executions of the workflow to have ended."""
    async with asyncio.timeout(10), engine.subscribe(after=0) as batches:
        ended = 0
        async for batch in batches:
            ended += sum(
                event.type == "execution.completed" and event.workflow_id == workflow_id
                for event in batch
            )
            if ended >= count:
                break
    return await executions(engine, workflow_id)


async def test_a_saved_workflow_is_a_draft_and_its_texts_are_versions(bench: Any) -> None:
    first = await bench.engine.save_workflow(text=flow(), tags=["x"])
    assert (first.status, first.version, first.tags) == ("draft", 1, ["x"])
    same = await bench.engine.save_workflow(workflow_id=first.id, text=flow())
    assert same.version == 1
    changed = await bench.engine.save_workflow(workflow_id=first.id, text=flow(NIGHTLY))
    assert changed.version == 2
    assert [trigger.name for trigger in changed.triggers] == ["night"]


async def test_a_text_with_errors_or_another_name_is_not_kept(bench: Any) -> None:
    with pytest.raises(DefinitionError):
        await bench.engine.save_workflow(text="steps: 5")
    with pytest.raises(InputError, match="differs"):
        await bench.engine.save_workflow(text=flow(), name="other")
    assert (await bench.engine.list_workflows()).items == []


async def test_an_active_schedule_fires_when_it_is_due(bench: Any) -> None:
    record = await bench.engine.save_workflow(text=flow(EVERY_SECOND))
    active = await bench.engine.set_status(record.id, "activate")
    assert active.next_due is not None
    found = await until_fired(bench.engine, record.id)
    assert found[-1].trigger_type == "schedule"
    assert found[-1].trigger_name == "tick"
    lateness = found[-1].created_at - active.next_due
    assert timedelta(0) <= lateness < timedelta(seconds=1)
    (trigger,) = await bench.engine.list_triggers(record.id)
    assert trigger.trigger_count >= 1
    assert trigger.last_triggered is not None


async def test_those_who_listen_hear_when_it_is_due_next(bench: Any) -> None:
    record = await bench.engine.save_workflow(text=flow(NIGHTLY))
    async with asyncio.timeout(10), bench.engine.subscribe() as batches:
        await bench.engine.set_status(record.id, "activate")
        async for batch in batches:
            if any(event.type == "workflow.changed" for event in batch):
                heard = await bench.engine.get_workflow(record.id)
                if heard.status == "active" and heard.next_due is not None:
                    break
        last = batch[-1].id
    async with bench.engine.subscribe(after=0) as batches:
        changes = [e.id for e in await anext(aiter(batches)) if e.type == "workflow.changed"]
    assert changes[-1] == last, "the last of the changes is that which sets the due time"
    assert len(changes) >= 3, "saved, active, due"


async def test_a_trigger_gives_its_input(bench: Any) -> None:
    trigger = {**EVERY_SECOND, "input": {"who": "{{ trigger.name }}", "n": 3}}
    record = await bench.engine.save_workflow(text=flow(trigger))
    await bench.engine.set_status(record.id, "activate")
    found = await until_fired(bench.engine, record.id)
    assert found[-1].input == {"who": "tick", "n": 3}


async def test_a_paused_workflow_does_not_fire_and_is_not_due(bench: Any) -> None:
    record = await bench.engine.save_workflow(text=flow(EVERY_SECOND))
    await bench.engine.set_status(record.id, "activate")
    paused = await bench.engine.set_status(record.id, "pause")
    assert paused.status == "paused"
    assert paused.next_due is None
    assert (await bench.engine.scheduler_status()).scheduled == 0
    with pytest.raises(ConflictError):
        await bench.engine.set_status(record.id, "pause")
    assert (await bench.engine.set_status(record.id, "resume")).status == "active"


async def test_triggers_keep_their_id_and_counts_over_versions(bench: Any) -> None:
    record = await bench.engine.save_workflow(text=flow(NIGHTLY, EVERY_SECOND))
    before = {t.name: t.id for t in await bench.engine.list_triggers(record.id)}
    moved = {**NIGHTLY, "config": {"cron": "0 3 * * *"}}
    await bench.engine.save_workflow(workflow_id=record.id, text=flow(moved))
    (after,) = await bench.engine.list_triggers(record.id)
    assert after.id == before["night"]
    assert after.config == {"cron": "0 3 * * *"}


async def test_a_schedule_without_a_fire_left_completes_its_workflow(bench: Any) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=2)
    trigger = {
        "type": "schedule",
        "name": "last",
        "config": {
            "cron": f"{soon.second} {soon.minute} {soon.hour} {soon.day} {soon.month} *",
            "end_date": (soon + timedelta(seconds=1)).isoformat(),
        },
    }
    record = await bench.engine.save_workflow(text=flow(trigger))
    await bench.engine.set_status(record.id, "activate")
    async with asyncio.timeout(10), bench.engine.subscribe(after=0) as batches:
        async for _ in batches:
            if (await bench.engine.get_workflow(record.id)).status == "completed":
                break
    assert len(await executions(bench.engine, record.id)) == 1


async def test_missed_times_run_once_after_a_start(
    tmp_path: Path, engine_at: Any, act: Any
) -> None:
    async with engine_at(tmp_path, act) as engine:
        record = await engine.save_workflow(text=flow(NIGHTLY))
        await engine.set_status(record.id, "activate")
    long_ago = datetime.now(UTC) - timedelta(days=5)
    with create_engine(f"sqlite:///{tmp_path / 'treadle.sqlite'}").begin() as connection:
        connection.execute(update(triggers).values(considered=to_micros(long_ago)))
    async with engine_at(tmp_path, act) as engine:
        found = await until_fired(engine, record.id)
        assert len(found) == 1
        (trigger,) = await engine.list_triggers(record.id)
        assert trigger.next_due is not None
        assert trigger.next_due > datetime.now(UTC)
    async with engine_at(tmp_path, act) as engine:
        assert len(await executions(engine, record.id)) == 1


async def test_schedules_rest_when_they_are_switched_off(
    tmp_path: Path, engine_at: Any, act: Any
) -> None:
    settings = Settings(scheduler=SchedulerSettings(enabled=False))
    async with engine_at(tmp_path, act, settings) as engine:
        record = await engine.save_workflow(text=flow(EVERY_SECOND))
        await engine.set_status(record.id, "activate")
        status = await engine.scheduler_status()
        assert (status.enabled, status.scheduled) == (False, 0)


async def test_a_saved_file_becomes_the_active_version_unless_it_has_errors(
    bench: Any, tmp_path: Path
) -> None:
    file = tmp_path / "flow.json"
    file.write_text(flow(NIGHTLY))
    record = await bench.engine.save_workflow(text=flow(NIGHTLY), path=str(file))
    await bench.engine.set_status(record.id, "activate")
    file.write_text("steps: 5")
    broken = await bench.engine.sync_file(record.id)
    assert (broken.version, broken.active_version) == (1, 1)
    assert "errors" in (broken.error or "")
    file.write_text(flow(NIGHTLY, output=1))
    mended = await bench.engine.sync_file(record.id)
    assert (mended.version, mended.active_version, mended.error) == (2, 2, None)


async def test_a_file_saved_with_errors_cannot_be_activated(bench: Any, tmp_path: Path) -> None:
    file = tmp_path / "flow.json"
    file.write_text(flow(NIGHTLY))
    record = await bench.engine.save_workflow(text=flow(NIGHTLY), path=str(file))
    file.write_text("steps: 5")
    with pytest.raises(DefinitionError, match="no JSON value"):
        await bench.engine.set_status(record.id, "activate")
    assert (await bench.engine.get_workflow(record.id)).status == "draft"


async def test_a_file_that_is_again_as_it_was_has_no_errors_any_more(
    bench: Any, tmp_path: Path
) -> None:
    file = tmp_path / "flow.json"
    file.write_text(flow(NIGHTLY))
    record = await bench.engine.save_workflow(text=flow(NIGHTLY), path=str(file))
    file.write_text("steps: 5")
    assert (await bench.engine.sync_file(record.id)).error
    file.write_text(flow(NIGHTLY))
    assert (await bench.engine.sync_file(record.id)).error is None


async def test_a_workflow_whose_active_version_is_not_valid_any_more_has_failed(
    tmp_path: Path, engine_at: Any, act: Any
) -> None:
    async with engine_at(tmp_path, act) as engine:
        record = await engine.save_workflow(text=flow(NIGHTLY))
        await engine.set_status(record.id, "activate")
    act.type = "other"
    from engine.definition.catalogue import Catalogue
    from engine.runtime.engine import Engine
    from engine.triggers.registry import trigger_types

    without = Catalogue(step_types={}, trigger_types=trigger_types())
    async with Engine(Settings(), tmp_path, catalogue=without, step_types={}) as engine:
        found = await engine.get_workflow(record.id)
        assert found.status == "failed"
        assert "not valid any more" in (found.error or "")


async def test_triggers_by_api_are_checked_and_left_alone_by_versions(bench: Any) -> None:
    record = await bench.engine.save_workflow(text=flow(NIGHTLY))
    with pytest.raises(InputError):
        await bench.engine.add_trigger(record.id, type="schedule", config={"cron": "often"})
    with pytest.raises(InputError, match="no trigger type"):
        await bench.engine.add_trigger(record.id, type="moon")
    added = await bench.engine.add_trigger(
        record.id, type="schedule", name="mine", config={"cron": "0 4 * * *"}
    )
    await bench.engine.save_workflow(workflow_id=record.id, text=flow())
    (left,) = await bench.engine.list_triggers(record.id)
    assert left.id == added.id
    changed = await bench.engine.change_trigger(added.id, is_enabled=False)
    assert not changed.is_enabled
    await bench.engine.delete_trigger(added.id)
    assert await bench.engine.list_triggers(record.id) == []


async def test_a_deleted_workflow_leaves_its_executions(bench: Any) -> None:
    record = await bench.engine.save_workflow(text=flow())
    identity = await bench.engine.execute(workflow_id=record.id)
    await bench.engine.wait(identity)
    await bench.engine.delete_workflow(record.id)
    with pytest.raises(NotFoundError):
        await bench.engine.get_workflow(record.id)
    assert (await bench.engine.get_execution(identity)).workflow_name == "flow"


async def test_workflows_are_listed_page_by_page(bench: Any) -> None:
    for number in range(5):
        text = json.dumps({"name": f"flow {number}", "steps": []})
        await bench.engine.save_workflow(text=text)
    names: list[str] = []
    cursor = None
    while True:
        page = await bench.engine.list_workflows(limit=2, cursor=cursor)
        names += [record.name for record in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert names == [f"flow {number}" for number in range(5)]


async def test_what_is_remembered_of_a_workflow_ends_when_it_changes(bench: Any) -> None:
    def text(value: int) -> str:
        return json.dumps({"name": "w", "steps": [{"id": "a", "type": "act"}], "output": value})

    async def output() -> Any:
        identity = await bench.engine.execute(workflow_id=workflow.id)
        await bench.engine.wait(identity)
        return (await bench.engine.get_execution(identity)).output

    workflow = await bench.engine.save_workflow(text=text(1))
    assert [await output(), await output()] == [1, 1]
    await bench.engine.save_workflow(text=text(2), workflow_id=workflow.id)
    assert await output() == 2
    await bench.engine.delete_workflow(workflow.id)
    with pytest.raises(NotFoundError):
        await output()
