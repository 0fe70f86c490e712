"""Step executions: rounds in their order page by page, what waits, and where outputs are from."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, insert

from engine.core.events import (
    ChildStarted,
    Event,
    Failure,
    StepAnswered,
    StepCompleted,
    StepFailed,
    StepSkipped,
    StepStarted,
    StepWaiting,
)
from engine.definition.template import mark_secret
from engine.store.batch import Batch
from engine.store.project import add_event
from engine.store.step_executions import _level, get_step, list_steps, list_waiting
from engine.store.store import Store, open_store
from engine.store.tables import executions, workflows
from engine.store.times import to_micros
from engine.store.views import StepError, StepExecution

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
ROUNDS = 10_000


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(None, tmp_path, lambda batches: None)
    yield opened
    await opened.close()


def started(key: str, index: int | None = None, **more: Any) -> StepStarted:
    given = {"time": NOW, "attempt": 1, "fence": 1, "config": {}, **more}
    return StepStarted(key=key, index=index, **given)


def waiting(key: str, kind: Any, **more: Any) -> StepWaiting:
    given = {"time": NOW, "attempt": 1, "reason": "it waits", **more}
    return StepWaiting(key=key, kind=kind, **given)


async def record(store: Store, *happened: Event, execution: str = "e") -> None:
    batch = Batch()
    for event in happened:
        add_event(batch, execution, "w", event)
    await store.writer.submit(batch)


async def step_of(store: Store, key: str) -> StepExecution:
    found = await store.read(get_step, "e", key)
    assert found is not None
    return found


async def pages(store: Store, limit: int, **query: Any) -> list[list[StepExecution]]:
    found: list[list[StepExecution]] = []
    cursor = None
    while True:
        page = await store.read(list_steps, "e", limit=limit, cursor=cursor, **query)
        found.append(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return found


async def test_rounds_come_in_order_whatever_began_first_and_each_in_one_piece(
    store: Store,
) -> None:
    await record(
        store,
        started("each"),
        started("each.10.a", 10),
        started("each.2.a", 2),
        started("each.2.b", 2),
        StepSkipped(time=NOW, key="each.2.c", reason="no", index=2),
        started("each.10.b", 10),
        started("each.0.b", 0),
        started("each.0.a", 0),
        started("after"),
    )
    expected = ["0.b", "0.a", "2.a", "2.b", "2.c", "10.a", "10.b"]
    for limit in (1, 2, 3, 100):
        found = await pages(store, limit, parent="each")
        assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
        steps = [step for page in found for step in page]
        assert [step.id.removeprefix("e.each.") for step in steps] == expected
    assert {(step.parent_id, step.step_id) for step in steps} == {
        ("e.each", name) for name in "abc"
    }
    assert [step.index for step in steps] == [0, 0, 2, 2, 2, 10, 10]
    for limit in (1, 5):
        top = [step.step_id for page in await pages(store, limit) for step in page]
        assert top == ["each", "after"]


async def test_any_page_of_ten_thousand_rounds_is_quick(store: Store) -> None:
    steps = [started(f"each.{n}.{name}", n) for n in range(ROUNDS) for name in "ab"]
    await record(store, started("each"), *steps)
    times: list[float] = []
    for cursor in (None, f"[{ROUNDS // 2},1]", f"[{ROUNDS - 10},1]"):
        began = time.perf_counter()
        page = await store.read(list_steps, "e", parent="each", limit=100, cursor=cursor)
        times.append(time.perf_counter() - began)
        assert page.items
    assert page.items[-1].index == ROUNDS - 1
    assert max(times) < 0.5

    def plan(connection: Connection) -> list[str]:
        sql = _level(False, False).sql
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (1,) * sql.count("?"))
        return [row[3] for row in rows]

    assert any(
        "steps_parent (execution_id=? AND parent=? AND position>?)" in line
        for line in await store.read(plan)
    )


@pytest.mark.parametrize("cursor", ["x", "1", "[1]", "[1,2,3]", "[-1,0]", f"[{2**63},1]", ""])
async def test_a_cursor_that_nobody_gave_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        await store.read(list_steps, "e", cursor=cursor)


async def test_a_step_tells_what_it_waits_for_only_while_it_does(store: Store) -> None:
    until = NOW + timedelta(hours=1)
    asked = waiting("ask", "approval", until=until, options=("yes", "no"), assignees=("eva",))
    await record(store, started("ask"), asked)
    step = await step_of(store, "ask")
    assert (step.status, step.waits_for, step.wait_until) == ("waiting", "approval", until)
    assert (step.options, step.assignees) == (["yes", "no"], ["eva"])
    answered = StepAnswered(time=NOW, key="ask", decision="yes")
    await record(store, answered, StepCompleted(time=NOW, key="ask", attempt=1, started=NOW))
    step = await step_of(store, "ask")
    assert (step.status, step.waits_for, step.wait_until) == ("completed", None, None)
    assert (step.options, step.assignees) == ([], [])


async def test_a_step_that_waits_for_its_next_attempt_waits_for_nobody(store: Store) -> None:
    late = StepFailed(
        time=NOW,
        key="ask",
        attempt=1,
        error=Failure("timeout", "nobody answered"),
        started=NOW,
        retry_at=NOW,
    )
    await record(store, started("ask"), waiting("ask", "approval", options=("yes",)), late)
    step = await step_of(store, "ask")
    assert (step.status, step.waits_for, step.options) == ("waiting", None, [])
    assert step.error == StepError(type="timeout", message="nobody answered")
    assert (await store.read(list_waiting)).items == []


async def test_a_step_names_the_execution_that_it_started(store: Store) -> None:
    child = ChildStarted(time=NOW, key="sub", attempt=1, execution_id="c")
    await record(store, started("sub"), waiting("sub", "child"), child)
    step = await step_of(store, "sub")
    assert (step.waits_for, step.child_execution_id) == ("child", "c")


@pytest.mark.parametrize("origin", ["reused", "cached"])
async def test_a_step_that_did_not_run_says_where_its_output_is_from(
    store: Store, origin: str
) -> None:
    again = StepCompleted(time=NOW, key="a", attempt=0, started=NOW, output=[7], **{origin: True})
    await record(store, again)
    step = await step_of(store, "a")
    assert (step.status, step.origin, step.output) == ("completed", origin, [7])
    await record(store, started("b"), StepCompleted(time=NOW, key="b", attempt=1, started=NOW))
    assert (await step_of(store, "b")).origin is None


async def test_values_pass_undecoded_where_they_are_only_passed_on(store: Store) -> None:
    mark = mark_secret("key", b"k")
    await record(
        store,
        started("a", input={"n": 1.50}),
        StepCompleted(time=NOW, key="a", attempt=1, started=NOW, output={"b": [1]}),
        started("b", input={"token": f"Bearer {mark}"}),
        started("c"),
        StepCompleted(time=NOW, key="c", attempt=1, started=NOW, output={"on": NOW.date()}),
    )
    page = await store.read(list_steps, "e", raw=True)
    decoded = await store.read(list_steps, "e")
    assert msgspec.json.encode(page) == msgspec.json.encode(decoded)
    assert isinstance(page.items[0].output, msgspec.Raw)
    assert decoded.items[1].input == {"token": "Bearer {{secrets.key}}"}
    assert decoded.items[2].output == {"on": NOW.date()}


async def test_what_waits_for_a_person_is_listed_newest_first(store: Store) -> None:
    def known(connection: Connection) -> None:
        stamp = to_micros(NOW)
        connection.execute(
            insert(workflows).values(id="w", name="Orders", created_at=stamp, updated_at=stamp)
        )
        row = {
            "workflow_id": "w",
            "text_hash": "h",
            "status": "running",
            "priority": 5,
            "created_at": stamp,
            "trigger_type": "manual",
            "mark_key": b"k",
        }
        connection.execute(insert(executions), [{"id": name, **row} for name in "def"])

    await store.write(known)
    for number, execution in enumerate("dfe"):
        moment = NOW + timedelta(minutes=number)
        await record(
            store,
            started("ask", time=moment, input={"n": number}),
            waiting("ask", "approval", options=("approve", "reject")),
            started("nap", time=moment),
            waiting("nap", "time", until=moment),
            execution=execution,
        )
    await record(store, started("sent"), waiting("sent", "answer"), execution="d")
    everything = await store.read(list_waiting)
    assert [step.id for step in everything.items] == ["e.ask", "f.ask", "d.sent", "d.ask"]
    assert {step.workflow_name for step in everything.items} == {"Orders"}
    assert {step.workflow_id for step in everything.items} == {"w"}
    assert everything.items[0].input == {"n": 2}
    found: list[str] = []
    cursor = None
    while True:
        page = await store.read(list_waiting, limit=1, cursor=cursor)
        found += [step.id for step in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == [step.id for step in everything.items]
    naps = (await store.read(list_waiting, ("time",))).items
    assert [step.execution_id for step in naps] == ["e", "f", "d"]


@pytest.mark.parametrize("cursor", ["x", "[1]", '["a","b","c"]'])
async def test_a_place_in_the_inbox_that_nobody_gave_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        await store.read(list_waiting, cursor=cursor)
