"""Pauses, told as short stories of events."""

from datetime import timedelta
from typing import Any

import pytest
from stories import NOW, Story, flow, loop, parallel, step

from engine.core.commands import CancelStep, SetTimer, StartChild, StartStep, SteerChild, WatchChild
from engine.core.decide import accepts, replay, resume, wanted
from engine.core.events import (
    ExecutionIdle,
    ExecutionPaused,
    ExecutionResumed,
    ExecutionStarted,
    InvalidEventError,
    IterationChecked,
    OutputRendered,
    StepAnswered,
    StepLost,
    TimeoutReached,
)


def told(*steps: Any, **more: Any) -> Story:
    story = Story(flow(*steps, **more))
    story.begin()
    return story


SUB = step("sub", type="workflow", config={"workflow": "w"})


def test_a_queued_execution_does_not_start_in_a_pause() -> None:
    story = Story(flow(step("a"), queue_timeout=60.0))
    story.pause()
    assert not accepts(story.state, ExecutionStarted(time=NOW))
    with pytest.raises(InvalidEventError):
        story.begin()
    story.pass_time(100)
    assert not accepts(story.state, TimeoutReached(time=story.now, queued=True))
    assert story.resume() == [SetTimer("queue", NOW + timedelta(seconds=160))]
    assert story.begin() == [StartStep("a", 1)]


def test_the_pause_of_a_queue_does_not_lengthen_the_execution() -> None:
    story = Story(flow(step("a"), timeout=60.0))
    story.pause()
    story.pass_time(100)
    story.resume()
    story.begin()
    assert story.timers == [SetTimer("execution", NOW + timedelta(seconds=160))]


def test_what_runs_may_end_and_nothing_is_started() -> None:
    story = told(step("a"), step("b", "a"), step("c"))
    story.start("a")
    story.pause()
    assert story.complete("a") == []
    assert story.status == {"a": "completed", "b": "ready", "c": "ready"}
    with pytest.raises(InvalidEventError):
        story.start("b")
    assert not wanted(story.state, StartStep("c", 1))
    assert story.resume() == [StartStep("b", 1), StartStep("c", 1)]


def test_only_one_pause_and_one_resume_at_a_time() -> None:
    story = told(step("a"))
    assert not accepts(story.state, ExecutionResumed(time=NOW))
    story.pause()
    assert not accepts(story.state, ExecutionPaused(time=NOW))
    with pytest.raises(InvalidEventError):
        story.pause()


def test_what_was_due_for_another_try_waits_for_the_end_of_the_pause() -> None:
    due = NOW + timedelta(seconds=30)
    story = told(step("a"))
    story.fail("a", due)
    story.pause()
    assert not wanted(story.state, StartStep("a", 2, due))
    story.pass_time(100)
    assert story.resume() == [StartStep("a", 2, due)]


def test_a_failure_in_a_pause_is_tried_again_after_it() -> None:
    due = NOW + timedelta(seconds=30)
    story = told(step("a"))
    story.start("a")
    story.pause()
    assert story.fail("a", due) == []
    assert story.resume() == [StartStep("a", 2, due)]


def test_a_wait_that_comes_due_in_a_pause_ends() -> None:
    story = told(step("w", type="wait", config={"duration": 60}), step("a", "w"))
    story.pause()
    story.pass_time(60)
    assert story.due("w") == []
    assert story.status == {"w": "completed", "a": "ready"}
    assert story.resume() == [StartStep("a", 1)]


def test_people_answer_in_a_pause_too() -> None:
    story = told(step("ask", type="approval", config={}), step("a", "ask"))
    story.pause()
    story.tell(StepAnswered(time=NOW, key="ask", decision="approve"))
    assert story.status == {"ask": "completed", "a": "ready"}


def test_a_question_answered_with_run_again_in_a_pause_runs_after_it() -> None:
    story = told(step("a", effect="once"))
    story.start("a")
    story.tell(StepLost(time=NOW, key="a", attempt=1))
    story.pause()
    assert story.tell(StepAnswered(time=NOW, key="a", decision="run_again")) == []
    assert story.resume() == [StartStep("a", 1)]


def test_the_timeout_of_the_execution_stands_still_in_a_pause() -> None:
    story = told(step("a"), timeout=60.0)
    story.start("a")
    story.pause()
    story.pass_time(100)
    assert not accepts(story.state, TimeoutReached(time=story.now))
    assert story.resume() == [SetTimer("execution", NOW + timedelta(seconds=160))]
    early = story.tell(TimeoutReached(time=story.now))
    assert early == [SetTimer("execution", NOW + timedelta(seconds=160))]
    story.pass_time(60)
    assert story.tell(TimeoutReached(time=story.now)) == [CancelStep("a")]


@pytest.mark.parametrize("kind", ["wait", "approval", "workflow", "loop"])
def test_the_timeouts_of_steps_without_a_worker_stand_still_too(kind: str) -> None:
    if kind == "loop":
        waiting = loop("s", [step("a")], times=1, step_more={"timeout": 60.0})
    else:
        config = {"event": "paid", "workflow": "w"}
        waiting = step("s", type=kind, config=config, timeout=60.0)
    story = told(waiting)
    story.pass_time(30)
    story.pause()
    story.pass_time(100)
    assert story.deadline("s") == []
    story.resume()
    assert SetTimer("deadline", NOW + timedelta(seconds=160), "s", 1) in story.orders
    assert story.deadline("s") == [SetTimer("deadline", NOW + timedelta(seconds=160), "s", 1)]
    story.pass_time(30)
    story.deadline("s")
    assert story.status == {"s": "timed_out"}


def test_a_pause_before_a_step_does_not_lengthen_it() -> None:
    story = told(step("a"), step("s", "a", type="approval", config={}, timeout=60.0))
    story.pause()
    story.pass_time(100)
    story.resume()
    story.complete("a")
    assert SetTimer("deadline", NOW + timedelta(seconds=160), "s", 1) in story.orders


def test_a_loop_begins_no_iteration_in_a_pause() -> None:
    story = told(loop("each", [step("a")], times=3, max_concurrency=2))
    story.start("each.0.a")
    story.pause()
    assert story.complete("each.0.a") == []
    assert set(story.inner) == {"each.1.a"}
    assert story.resume() == [StartStep("each.1.a", 1), StartStep("each.2.a", 1)]


def test_a_loop_whose_last_iteration_ends_in_a_pause_ends() -> None:
    story = told(loop("each", [step("a")], times=1), step("b", "each"))
    story.start("each.0.a")
    story.pause()
    story.complete("each.0.a")
    assert story.status == {"each": "completed", "b": "ready"}


def test_a_branch_that_fails_in_a_pause_still_stops_the_others() -> None:
    branches = {"l": [step("a")], "r": [step("c")]}
    story = told(parallel("both", branches, fail_fast=True))
    story.start("both.l.a")
    story.start("both.r.c")
    story.pause()
    assert story.fail("both.l.a") == [CancelStep("both.r.c")]
    story.cancelled("both.r.c")
    assert story.status == {"both": "failed"}


def test_a_while_that_is_answered_in_a_pause_goes_on_after_it() -> None:
    story = told(loop("each", [step("a")], **{"while": "so"}))
    story.pause()
    assert story.tell(IterationChecked(time=NOW, key="each", index=0, go=True)) == []
    assert story.inner == {"each.0.a": "ready"}
    assert story.resume() == [StartStep("each.0.a", 1)]


def test_handlers_wait_for_the_end_of_a_pause() -> None:
    story = told(step("a"), step("tidy"), finally_=("tidy",))
    story.start("a")
    story.pause()
    assert story.complete("a") == []
    assert story.state.phase == "handlers"
    assert story.resume() == [StartStep("tidy", 1)]


def test_the_output_is_made_in_a_pause() -> None:
    story = told(step("a"), output="x")
    story.start("a")
    story.pause()
    story.complete("a")
    story.tell(OutputRendered(time=NOW, output=1))
    assert story.state.outcome == "completed"


def test_children_pause_and_go_on_with_their_parent() -> None:
    story = told(SUB)
    story.child("sub", "c1")
    assert story.pause() == [SteerChild("c1", "pause")]
    dead = resume(replay(story.plan, story.events), NOW).orders
    assert dead == [WatchChild("sub", "c1"), SteerChild("c1", "pause")]
    assert story.resume() == [SteerChild("c1", "resume")]
    dead = resume(replay(story.plan, story.events), NOW).orders
    assert dead == [WatchChild("sub", "c1"), SteerChild("c1", "resume")]


def test_a_child_is_not_begun_in_a_pause() -> None:
    story = told(SUB)
    (order,) = story.orders
    story.pause()
    assert not wanted(story.state, order)
    assert story.resume() == [StartChild("sub", 1)]
    assert wanted(story.state, order)


def test_a_child_that_was_being_begun_is_paused_at_once() -> None:
    story = told(SUB)
    story.pause()
    assert story.child("sub", "c1") == [WatchChild("sub", "c1"), SteerChild("c1", "pause")]


def test_a_cancel_ends_a_pause() -> None:
    story = told(step("a"), step("b"), step("sorry"), on_cancel=("sorry",))
    story.start("a")
    story.pause()
    assert story.cancel() == [CancelStep("a")]
    assert story.state.paused is None
    assert story.cancelled("a") == [StartStep("sorry", 1)]
    assert story.status["b"] == "skipped"


def test_a_cancel_lets_a_paused_clean_up_go_on() -> None:
    story = told(step("a"), step("tidy"), finally_=("tidy",))
    story.start("a")
    story.pause()
    story.complete("a")
    assert story.cancel() == [StartStep("tidy", 1)]
    story.complete("tidy")
    assert story.state.ended


def test_a_cancel_lets_a_paused_clean_up_that_is_a_loop_go_on() -> None:
    story = told(step("a"), loop("tidy", [step("b")], times=2), finally_=("tidy",))
    story.complete("a")
    story.start("tidy.0.b")
    story.pause()
    story.complete("tidy.0.b")
    assert story.cancel() == [StartStep("tidy.1.b", 1)]


def test_a_cancel_in_a_paused_queue_ends_the_execution() -> None:
    story = Story(flow(step("a")))
    story.pause()
    story.cancel()
    assert story.state.outcome == "cancelled"


def test_the_reason_of_a_stop_outlives_a_pause() -> None:
    story = told(step("a"), step("b"), timeout=60.0)
    story.start("a")
    story.pass_time(60)
    story.tell(TimeoutReached(time=story.now))
    story.pause()
    story.resume()
    story.cancelled("a")
    assert "longer than its timeout" in story.events[-1].reason  # type: ignore[union-attr]


def test_a_death_in_a_pause_starts_nothing() -> None:
    story = told(step("a"), step("b"), loop("each", [step("c")], times=2))
    story.start("a")
    story.pause()
    state = replay(story.plan, story.events)
    turn = resume(state, NOW)
    assert [type(event) for event in turn.events] == [StepLost]
    assert turn.orders == []
    assert state.step("a").status == "ready"


def test_an_execution_is_not_idle_by_a_pause_but_may_be_after_it() -> None:
    story = told(step("a"), step("w", type="wait", config={"duration": 60}))
    story.start("a")
    story.pause()
    story.complete("a")
    assert not story.state.idle
    story.resume()
    assert isinstance(story.events[-1], ExecutionIdle)
