"""What the event stream tells of waits, pauses, reused results and rounds, and what it keeps."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.core.events import (
    ChildStarted,
    DeadlineReached,
    Event,
    EventArrived,
    ExecutionBusy,
    ExecutionEnded,
    ExecutionIdle,
    ExecutionPaused,
    ExecutionQueued,
    ExecutionResumed,
    ExecutionStarted,
    IterationChecked,
    IterationEnded,
    StepAnswered,
    StepCancelled,
    StepCompleted,
    StepDue,
    StepLost,
    StepStarted,
    StepWaiting,
)
from engine.store import views
from engine.store.batch import Batch
from engine.store.ownership import NewExecution, add_execution
from engine.store.project import add_event
from engine.store.store import Store, open_store
from engine.store.stream import Position, read_stream

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def at(second: int) -> datetime:
    return NOW + timedelta(seconds=second)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(None, tmp_path, lambda batches: None)
    yield opened
    await opened.close()


async def told(store: Store, *happened: Event, **known: Any) -> list[views.Event]:
    """What is heard of an execution in which this happened."""
    batch = Batch()
    new = NewExecution(
        id="e",
        workflow_id="w",
        version=1,
        text="t",
        folder=None,
        priority=5,
        created=NOW,
        owner="o",
        mark_key=b"k",
        **known,
    )
    add_execution(batch, new)
    for event in happened:
        add_event(batch, "e", "w", event)
    await store.writer.submit(batch)
    found, _ = await store.read(read_stream, Position(0, 0), None, 1000)
    return found


async def test_each_state_of_an_execution_is_told_as_it_was_then(store: Store) -> None:
    found = await told(
        store,
        ExecutionQueued(time=at(0), input={"n": 1}),
        ExecutionPaused(time=at(1), reason="a freeze"),
        ExecutionResumed(time=at(2), status="queued"),
        ExecutionStarted(time=at(3)),
        ExecutionIdle(time=at(4)),
        ExecutionPaused(time=at(5)),
        ExecutionResumed(time=at(6), status="waiting"),
        ExecutionBusy(time=at(7)),
        ExecutionEnded(time=at(8), status="completed", output=[1], reason="so", started=at(3)),
    )
    begun = at(3)
    assert [
        (event.type, event.data.status, event.data.start_time, event.data.reason) for event in found
    ] == [
        ("execution.queued", "queued", None, None),
        ("execution.paused", "paused", None, "a freeze"),
        ("execution.resumed", "queued", None, None),
        ("execution.started", "running", begun, None),
        ("execution.waiting", "waiting", begun, None),
        ("execution.paused", "paused", begun, None),
        ("execution.resumed", "waiting", begun, None),
        ("execution.running", "running", begun, None),
        ("execution.completed", "completed", begun, "so"),
    ]
    assert [event.data.output for event in found] == [None] * 8 + [[1]]
    assert {event.data.end_time for event in found[:-1]} == {None}
    assert found[-1].data.duration == 5


async def test_an_execution_names_what_it_comes_from(store: Store) -> None:
    (queued,) = await told(
        store,
        ExecutionQueued(time=at(0)),
        retry_of="before",
        parent_execution="p",
        parent_key="each.3.sub",
    )
    execution = queued.data
    assert execution.retry_of == "before"
    assert (execution.parent_execution_id, execution.parent_step_id) == ("p", "p.each.3.sub")


async def test_a_wait_is_told_with_all_that_an_answer_needs(store: Store) -> None:
    *_, event = await told(
        store,
        StepStarted(time=at(0), key="both.left.ask", attempt=1, fence=1, config={}, index=1),
        StepWaiting(
            time=at(1),
            key="both.left.ask",
            attempt=1,
            kind="approval",
            reason="it waits for an answer",
            until=at(60),
            options=("yes", "no"),
            assignees=("eva",),
        ),
    )
    assert event.type == "step.waiting"
    assert event.data == views.StepExecution(
        id="e.both.left.ask",
        execution_id="e",
        step_id="ask",
        parent_id="e.both",
        index=1,
        status="waiting",
        attempt=1,
        reason="it waits for an answer",
        start_time=at(0),
        waits_for="approval",
        wait_until=at(60),
        options=["yes", "no"],
        assignees=["eva"],
    )


async def test_every_event_of_a_round_says_in_which_one_it_is(store: Store) -> None:
    key, given = "both.left.a", {"key": "both.left.a", "attempt": 1}
    found = await told(
        store,
        StepStarted(time=at(0), fence=1, config={}, index=1, **given),
        StepLost(time=at(1), **given),
        StepStarted(time=at(2), fence=2, **given),
        StepCancelled(time=at(3), started=at(2), **given),
        StepCompleted(time=at(3), started=at(2), **given),
    )
    assert len(found) == 5
    assert {(e.data.id, e.data.parent_id, e.data.step_id, e.data.index) for e in found} == {
        (f"e.{key}", "e.both", "a", 1)
    }


@pytest.mark.parametrize("origin", ["reused", "cached"])
async def test_a_step_that_did_not_run_is_told_as_completed_with_its_origin(
    store: Store, origin: str
) -> None:
    (event,) = await told(
        store,
        StepCompleted(time=at(0), key="a", attempt=0, started=at(0), output=1, **{origin: True}),
    )
    assert (event.type, event.data.origin, event.data.duration) == ("step.completed", origin, 0)
    assert event.data.output is None


async def test_what_only_the_engine_needs_is_told_to_nobody(store: Store) -> None:
    found = await told(
        store,
        StepDue(time=at(0), key="a", attempt=1),
        DeadlineReached(time=at(0), key="a", attempt=1),
        EventArrived(time=at(0), key="a", attempt=1),
        StepAnswered(time=at(0), key="a", decision="yes"),
        IterationChecked(time=at(0), key="a", index=0, go=True),
        IterationEnded(time=at(0), key="a", index=0),
        ChildStarted(time=at(0), key="a", attempt=1, execution_id="c"),
    )
    assert found == []
