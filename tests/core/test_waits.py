"""Steps that wait and hold no worker, told as short stories of events."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from stories import NOW, Story, flow, loop, step

from engine.core.commands import (
    CancelStep,
    CheckIteration,
    Conclude,
    Listen,
    RenderIteration,
    RenderOutput,
    SetTimer,
    StartChild,
    StartStep,
    SteerChild,
    WatchChild,
)
from engine.core.decide import accepts, advance, replay, resume, wanted
from engine.core.events import (
    CancelRequested,
    ChildEnded,
    ChildStarted,
    DeadlineReached,
    Event,
    EventArrived,
    ExecutionBusy,
    ExecutionIdle,
    Failure,
    InvalidEventError,
    IterationChecked,
    IterationEnded,
    OutputRendered,
    StepAnswered,
    StepDue,
    StepLost,
    StepStarted,
    StepWaiting,
    TimeoutReached,
)


def told(*steps: Any, **more: Any) -> Story:
    story = Story(flow(*steps), **more)
    story.begin()
    return story


def wait(*needs: str, **config: Any) -> Any:
    return step("w", *needs, type="wait", config=config)


def approval(timeout: float | None = None, **config: Any) -> Any:
    return step("ask", type="approval", timeout=timeout, config={"message": "ok?", **config})


def child(timeout: float | None = None, **config: Any) -> Any:
    return step("sub", type="workflow", timeout=timeout, config={"workflow": "other", **config})


def answer(story: Story, key: str, decision: str, **more: Any) -> Any:
    return story.tell(StepAnswered(time=story.now, key=key, decision=decision, by="ana", **more))


def kinds(story: Story) -> list[str]:
    return [type(event).__name__ for event in story.events]


# Times and events


def test_a_wait_ends_when_its_time_has_come() -> None:
    story = told(wait(duration="90s"), step("a", "w"))
    assert story.timers == [SetTimer("due", NOW + timedelta(seconds=90), "w", 1)]
    assert story.status["w"] == "waiting"
    story.pass_time(90)
    assert story.due("w") == [StartStep("a", 1)]
    assert story.output("w") == {"event": None}


@pytest.mark.parametrize(
    ("until", "at"),
    [
        ("2026-01-01T10:00:00+02:00", datetime(2026, 1, 1, 8, tzinfo=UTC)),
        ("2026-01-01T10:00:00", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("2026-01-02", datetime(2026, 1, 2, tzinfo=UTC)),
        (datetime(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC)),
        ("2020-01-01T00:00:00Z", datetime(2020, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_wait_until_a_time_reads_it_in_utc(until: Any, at: datetime) -> None:
    assert told(wait(until=until)).timers[0].at == at


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"duration": "soon"},
        {"duration": -1},
        {"duration": [1]},
        {"until": "tomorrow"},
        {"until": "0001-01-01T00:00:00+14:00"},
        {"event": "x", "match": [1]},
    ],
)
def test_a_wait_for_nothing_known_fails_and_is_not_retried(config: dict[str, Any]) -> None:
    story = told(wait(**config), attempts={"w": 3})
    error = story.state.step("w").error
    assert error is not None
    assert error.type == "config"
    assert story.state.outcome == "failed"


def test_a_wait_for_an_event_listens_for_it_and_gives_its_data() -> None:
    story = told(wait(event="paid", match={"id": 7}))
    assert Listen("w", 1, "paid", {"id": 7}) in story.orders
    story.tell(EventArrived(time=NOW, key="w", attempt=1, data={"id": 7, "sum": 3}))
    assert story.output("w") == {"event": {"id": 7, "sum": 3}}


def test_a_wait_whose_time_is_over_times_out() -> None:
    story = told(step("w", type="wait", config={"event": "paid"}, timeout=60.0))
    assert SetTimer("deadline", NOW + timedelta(seconds=60), "w", 1) in story.orders
    story.pass_time(60)
    story.deadline("w")
    error = Failure("timeout", "the attempt took longer than its timeout of 1m")
    assert story.state.step("w").error == error
    assert story.status == {"w": "timed_out"}


def test_a_timed_out_wait_is_retried_from_its_beginning() -> None:
    waiting = step("w", type="wait", config={"event": "paid"}, timeout=60.0)
    story = told(waiting, attempts={"w": 2})
    story.pass_time(60)
    story.deadline("w")
    assert [(timer.at, timer.attempt) for timer in story.timers] == [
        (NOW + timedelta(seconds=120), 2)
    ]
    late = DeadlineReached(time=story.now, key="w", attempt=1)
    assert not accepts(story.state, late)
    assert not accepts(story.state, EventArrived(time=story.now, key="w", attempt=1))
    assert accepts(story.state, EventArrived(time=story.now, key="w", attempt=2))


def test_a_timeout_in_the_config_is_read_when_it_is_known() -> None:
    story = told(step("w", type="wait", config={"event": "paid", "timeout": "2m"}))
    assert SetTimer("deadline", NOW + timedelta(minutes=2), "w", 1) in story.orders


def test_a_cancel_ends_a_wait_at_once() -> None:
    story = told(wait(duration="1h"))
    story.cancel()
    assert story.status == {"w": "cancelled"}
    assert story.state.outcome == "cancelled"


def test_a_timer_of_an_earlier_round_does_not_end_a_wait_too_early() -> None:
    body = [step("w", type="wait", config={"duration": 60}), step("a")]
    story = told(loop("each", body, times=1, step_more={"timeout": 30.0}), attempts={"each": 2})
    story.pass_time(30)
    story.deadline("each")
    story.pass_time(30)
    early = story.tell(StepDue(time=story.now, key="each.0.w", attempt=1))
    assert early == [SetTimer("due", NOW + timedelta(seconds=90), "each.0.w", 1)]
    assert story.inner["each.0.w"] == "waiting"


# Approvals


def test_an_approval_takes_one_of_its_options() -> None:
    story = told(approval(assignees="ops"))
    asked = next(event for event in story.events if isinstance(event, StepWaiting))
    assert (asked.options, asked.assignees) == (("approve", "reject"), ("ops",))
    assert not accepts(story.state, StepAnswered(time=NOW, key="ask", decision="maybe"))
    with pytest.raises(InvalidEventError, match="approve, reject"):
        answer(story, "ask", "maybe")
    answer(story, "ask", "reject", comment="no")
    assert story.output("ask") == {"decision": "reject", "by": "ana", "comment": "no"}
    assert story.state.outcome == "completed"


def test_an_approval_has_options_of_its_own_and_a_timeout() -> None:
    story = told(approval(timeout=60.0, options=["yes", "later"]))
    assert not accepts(story.state, StepAnswered(time=NOW, key="ask", decision="approve"))
    story.pass_time(61)
    story.deadline("ask")
    assert story.status == {"ask": "timed_out"}
    assert not accepts(story.state, StepAnswered(time=NOW, key="ask", decision="yes"))


def test_approvals_of_a_loop_are_answered_one_by_one() -> None:
    body = [step("ask", type="approval", config={"message": "?"})]
    story = told(loop("each", body, items=[1, 2], max_concurrency=2))
    answer(story, "each.1.ask", "approve")
    answer(story, "each.0.ask", "reject")
    decisions = [r["ask"]["decision"] for r in story.output("each")["results"]]
    assert decisions == ["reject", "approve"]


# Sub-workflows


def test_a_sub_workflow_is_started_watched_and_gives_its_output() -> None:
    story = told(child(), step("a", "sub"))
    assert StartChild("sub", 1) in story.orders
    assert story.child("sub", "c1") == [WatchChild("sub", "c1")]
    assert story.child_ended("sub", "c1", output={"n": 1}) == [StartStep("a", 1)]
    assert story.output("sub") == {"output": {"n": 1}, "execution_id": "c1"}


def test_a_sub_workflow_that_is_not_waited_for_ends_its_step_at_once() -> None:
    story = told(child(wait=False), step("a", "sub"))
    assert story.child("sub", "c1") == [StartStep("a", 1)]
    assert story.output("sub") == {"output": None, "execution_id": "c1"}
    late = ChildEnded(time=NOW, key="sub", execution_id="c1", status="failed")
    assert not accepts(story.state, late)


@pytest.mark.parametrize(
    ("status", "error", "type_"),
    [
        ("failed", Failure("http_500", "no"), "http_500"),
        ("cancelled", None, "cancelled"),
        ("timed_out", Failure("timeout", "slow"), "timeout"),
    ],
)
def test_a_child_that_does_not_complete_fails_its_step(status: Any, error: Any, type_: str) -> None:
    story = told(child())
    story.child("sub", "c1")
    story.child_ended("sub", "c1", status, error=error)
    found = story.state.step("sub").error
    assert found is not None
    assert found.type == type_
    assert "c1" in found.message


def test_a_retried_sub_workflow_runs_again_what_failed_in_its_child() -> None:
    story = told(child(), attempts={"sub": 2})
    story.child("sub", "c1")
    story.child_ended("sub", "c1", "failed")
    assert story.orders == [StartChild("sub", 2, "c1")]
    assert story.child("sub", "c2") == [WatchChild("sub", "c2")]
    assert not accepts(
        story.state, ChildEnded(time=NOW, key="sub", execution_id="c1", status="failed")
    )
    story.child_ended("sub", "c2")
    assert story.state.outcome == "completed"


def test_a_retried_loop_goes_on_with_the_child_of_its_round() -> None:
    body = [step("sub", type="workflow", config={"workflow": "w"})]
    story = told(loop("each", body, times=1), attempts={"each": 2})
    story.child("each.0.sub", "c1")
    story.child_ended("each.0.sub", "c1", "failed")
    assert story.orders == [StartChild("each.0.sub", 1, "c1")]


def test_a_child_that_takes_too_long_is_cancelled_and_waited_for() -> None:
    story = told(child(timeout=60.0), attempts={"sub": 2})
    story.child("sub", "c1")
    story.pass_time(60)
    (order,) = story.deadline("sub")
    assert isinstance(order, SteerChild)
    assert (order.execution_id, order.action) == ("c1", "cancel")
    assert story.status == {"sub": "waiting"}
    orders = resume(replay(story.plan, story.events), story.now).orders
    assert WatchChild("sub", "c1") in orders
    assert order in orders, "a death in between does not leave the child running"
    story.child_ended("sub", "c1", "cancelled")
    assert StartChild("sub", 2, "c1") in story.orders
    error = story.state.step("sub").error
    assert error is not None
    assert error.type == "timeout"


def test_a_cancel_is_passed_on_to_the_child_and_waits_for_its_end() -> None:
    story = told(child(), loop("each", [step("a")], times=1))
    story.child("sub", "c1")
    orders = story.cancel()
    assert orders == [SteerChild("c1", "cancel", "enough")]
    assert resume(replay(story.plan, story.events), NOW).orders == [
        WatchChild("sub", "c1"),
        SteerChild("c1", "cancel", "enough"),
    ]
    assert story.status["sub"] == "waiting"
    story.child_ended("sub", "c1", "completed")
    assert story.status == {"sub": "cancelled", "each": "cancelled"}


def test_a_child_that_has_not_begun_is_not_begun_after_a_cancel() -> None:
    story = told(child())
    (order,) = story.orders
    story.cancel()
    assert not wanted(story.state, order)
    started = ChildStarted(time=NOW, key="sub", attempt=1, execution_id="c1")
    assert not accepts(story.state, started)


def test_a_child_that_nothing_waits_for_is_not_cancelled_along() -> None:
    story = Story(flow(child(wait=False), step("a", "sub")))
    story.begin()
    story.child("sub", "c1")
    story.start("a")
    assert story.cancel() == [CancelStep("a")]


# Steps that are not repeated


def test_a_step_with_an_effect_that_was_cut_off_is_asked_about() -> None:
    story = told(step("a", effect="once"), step("b", "a"))
    story.start("a")
    story.tell(StepLost(time=NOW, key="a", attempt=1))
    assert story.status["a"] == "waiting"
    assert answer(story, "a", "completed", output={"n": 1}) == [StartStep("b", 1)]
    assert story.output("a") == {"n": 1}


def test_a_step_with_an_effect_runs_again_when_a_person_says_so() -> None:
    story = told(step("a", effect="once"))
    story.start("a")
    story.fail("a", type="timeout")
    assert story.status == {"a": "waiting"}
    assert answer(story, "a", "run_again") == [StartStep("a", 1)]
    assert story.state.step("a").error is None
    story.complete("a")
    assert story.state.outcome == "completed"


def test_a_step_with_an_effect_fails_as_it_timed_out_when_a_person_says_so() -> None:
    story = told(step("a", effect="once"), step("b", "a.failure"))
    story.fail("a", type="timeout")
    answer(story, "a", "failed", comment="the bank says no")
    assert story.status == {"a": "timed_out", "b": "ready"}
    error = story.state.step("a").error
    assert error is not None
    assert error.message == "no: the bank says no"


def test_a_question_about_a_step_knows_no_timeout() -> None:
    story = told(step("a", effect="once", timeout=60.0))
    story.start("a")
    story.tell(StepLost(time=NOW, key="a", attempt=1))
    assert resume(replay(story.plan, story.events), NOW).orders == []
    assert not accepts(story.state, DeadlineReached(time=NOW, key="a", attempt=1))


def test_a_question_about_a_step_ends_with_a_cancel() -> None:
    story = told(step("a", effect="once"))
    story.start("a")
    story.tell(StepLost(time=NOW, key="a", attempt=1))
    story.cancel()
    assert story.status == {"a": "cancelled"}


def test_a_step_that_fails_by_itself_is_not_asked_about() -> None:
    story = told(step("a", effect="once"))
    story.fail("a", type="http_500")
    assert story.status == {"a": "failed"}


# Idle and busy


def test_an_execution_is_idle_while_all_that_is_left_waits() -> None:
    story = told(wait(duration="1h"), step("a"), step("b", "w"))
    assert not story.state.idle
    story.complete("a")
    assert isinstance(story.events[-1], ExecutionIdle)
    story.due("w")
    assert story.state.idle, "nothing runs yet"
    story.start("b")
    assert isinstance(story.events[-1], ExecutionBusy)
    assert not story.state.idle


def test_a_retry_that_is_due_later_is_waited_for() -> None:
    story = told(step("a"))
    story.fail("a", NOW + timedelta(minutes=5))
    assert isinstance(story.events[-1], ExecutionIdle)
    story.start("a", 2)
    assert isinstance(story.events[-1], ExecutionBusy)


def test_a_retry_that_is_due_now_is_not_waited_for() -> None:
    story = told(step("a"))
    story.fail("a", NOW)
    assert kinds(story).count("ExecutionIdle") == 0


def test_waits_that_end_together_make_no_idle_moment_in_between() -> None:
    story = Story(flow(wait(duration="1h"), approval(), step("b", "w"), step("c", "b")))
    story.begin()
    assert kinds(story).count("ExecutionIdle") == 1
    answer(story, "ask", "approve")
    story.due("w")
    story.complete("b")
    story.complete("c")
    assert kinds(story).count("ExecutionIdle") == 1


def test_what_is_being_evaluated_is_not_idle() -> None:
    story = told(loop("each", [], **{"while": "so"}), wait(duration="1h"))
    assert not story.state.idle
    story.tell(IterationChecked(time=NOW, key="each", index=0, go=False))
    assert story.state.idle


def test_steps_that_wait_in_bodies_make_an_execution_idle_too() -> None:
    story = told(loop("each", [wait(duration="1h")], times=3, max_concurrency=3))
    assert story.state.idle
    assert story.state.waiting == 3


# An end that is known and not yet recorded


@pytest.mark.parametrize("again", [None, NOW])
def test_an_end_that_is_known_is_recorded_whatever_comes_in_between(again: Any) -> None:
    story = told(wait(until="2026-01-01"), step("b", "w"))
    (order,) = advance(story.state, StepDue(time=NOW, key="w", attempt=1)).orders
    assert isinstance(order, Conclude)
    assert advance(story.state, CancelRequested(time=NOW)).orders == []
    assert wanted(story.state, order)
    if again is None:
        story.complete("w")
        assert story.status == {"w": "completed", "b": "skipped"}
    else:
        story.fail("w", again)
        assert story.status == {"w": "failed", "b": "skipped"}
    assert story.state.outcome == "cancelled"


def test_an_end_that_is_known_is_asked_for_again_after_a_death() -> None:
    story = told(wait(until="2026-01-01"))
    turn = advance(story.state, StepDue(time=NOW, key="w", attempt=1))
    assert isinstance(turn.orders[0], Conclude)
    state = replay(story.plan, [*story.events, *turn.events])
    assert resume(state, NOW).orders == turn.orders


# What comes too late


def test_what_comes_too_late_can_be_told_beforehand() -> None:
    story = told(wait(event="paid"), approval(), child(), loop("each", [], times=0))
    for key in ("w", "ask", "sub", "each", "nobody", "each.3.nobody"):
        late: list[Event] = [
            StepDue(time=NOW, key=key, attempt=1),
            DeadlineReached(time=NOW, key=key, attempt=9),
            EventArrived(time=NOW, key=key, attempt=2),
            StepAnswered(time=NOW, key=key, decision="run_again"),
            ChildStarted(time=NOW, key=key, attempt=2, execution_id="c"),
            ChildEnded(time=NOW, key=key, execution_id="c", status="completed"),
            IterationChecked(time=NOW, key=key, index=0),
            IterationEnded(time=NOW, key=key, index=0),
            StepStarted(time=NOW, key=key, attempt=1, fence=9),
        ]
        assert not any(accepts(story.state, event) for event in late)
    assert not accepts(story.state, OutputRendered(time=NOW))
    assert not accepts(story.state, TimeoutReached(time=NOW, queued=True))
    story.cancel()
    assert story.state.ended
    assert not accepts(story.state, EventArrived(time=NOW, key="w", attempt=1))


def test_an_order_that_was_overtaken_is_not_wanted() -> None:
    story = told(step("a"), wait(event="paid"), approval(), child())
    start = StartStep("a", 1)
    listen = next(order for order in story.orders if isinstance(order, Listen))
    assert all(wanted(story.state, order) for order in [*story.orders, start])
    assert not wanted(story.state, WatchChild("sub", "c1"))
    assert not wanted(story.state, CheckIteration("a", 0))
    assert not wanted(story.state, RenderIteration("nobody", 0))
    assert not wanted(story.state, Conclude("w", 1))
    assert not wanted(story.state, RenderOutput())
    story.start("a")
    assert not wanted(story.state, start)
    assert wanted(story.state, CancelStep("a"))
    story.tell(EventArrived(time=NOW, key="w", attempt=1))
    assert not wanted(story.state, listen)
    story.complete("a")
    assert not wanted(story.state, CancelStep("a"))


def test_a_second_thing_does_not_come_to_a_wait_that_is_over() -> None:
    story = told(wait(event="paid"), step("b", "w"))
    story.tell(EventArrived(time=NOW, key="w", attempt=1))
    with pytest.raises(InvalidEventError):
        story.tell(EventArrived(time=NOW, key="w", attempt=1))


def test_options_that_are_no_texts_are_written_as_templates_write_them() -> None:
    story = told(approval(options=[1, True, None, "no"]))
    asked = next(event for event in story.events if isinstance(event, StepWaiting))
    assert asked.options == ("1", "true", "no")


def test_a_time_beyond_all_times_is_told_by_name() -> None:
    story = told(wait(until="9999-12-31T23:59:59-23:00"))
    error = story.state.step("w").error
    assert error is not None
    assert "later than any time in UTC" in error.message
