"""The rules of the core one by one, told as short stories of events."""

from datetime import timedelta

import pytest
from stories import NOW, Story, flow, step

from engine.core.commands import CancelStep, RenderOutput, SetTimer, StartStep
from engine.core.decide import replay, resume
from engine.core.events import (
    CancelRequested,
    Failure,
    InvalidEventError,
    StepAnswered,
    StepCancelled,
    StepLost,
    StepSkipped,
    TimeoutReached,
)
from engine.core.plan import Plan


def test_an_empty_workflow_completes_at_once() -> None:
    story = Story(flow())
    story.begin()
    assert story.state.outcome == "completed"


def test_a_join_of_all_waits_for_every_port() -> None:
    story = Story(flow(step("a"), step("b"), step("c", "a", "b")))
    story.begin()
    assert story.starts == ["a", "b"]
    story.complete("a")
    assert story.starts == []
    story.complete("b")
    assert story.starts == ["c"]


def test_a_join_of_any_runs_on_the_first_and_only_once() -> None:
    story = Story(flow(step("a"), step("b"), step("c", "a", "b", join="any")))
    story.begin()
    story.complete("a")
    assert story.starts == ["c"]
    story.complete("b")
    assert story.starts == []


def test_a_skip_goes_down_the_graph_in_one_turn() -> None:
    story = Story(flow(step("a"), step("b", "a"), step("c", "b"), step("d", "c.done")))
    story.begin()
    story.fail("a")
    assert story.status == {"a": "failed", "b": "skipped", "c": "skipped", "d": "ready"}


def test_a_branch_fires_its_own_port_alone() -> None:
    story = Story(flow(step("c"), step("yes", "c.true"), step("no", "c.false")))
    story.begin()
    story.complete("c", branch="true")
    assert story.status == {"c": "completed", "yes": "ready", "no": "skipped"}


def test_a_bypassed_condition_fires_success_and_no_branch() -> None:
    story = Story(flow(step("c", enabled=False), step("yes", "c.true"), step("next", "c")))
    story.begin()
    assert story.status == {"c": "skipped", "yes": "skipped", "next": "ready"}


def test_a_taker_that_is_skipped_handles_no_failure() -> None:
    story = Story(flow(step("a"), step("b", "a.failure"), step("c", "a.always")))
    story.begin()
    story.fail("a")
    story.tell(StepSkipped(time=NOW, key="b", reason="when"))
    story.complete("c")
    assert story.state.outcome == "failed"


def test_fail_fast_stops_the_others() -> None:
    story = Story(flow(step("a"), step("b"), step("c"), step("d", "c"), fail_fast=True))
    story.begin()
    story.start("b")
    orders = story.fail("a")
    assert orders == [CancelStep("b")]
    assert story.status["c"] == story.status["d"] == "skipped"
    story.tell(StepCancelled(time=NOW, key="b", attempt=1))
    assert story.state.outcome == "failed"


def test_a_failure_with_a_retry_waits_and_fails_nothing() -> None:
    due = NOW + timedelta(seconds=3)
    story = Story(flow(step("a"), step("b", "a.failure")))
    story.begin()
    assert story.fail("a", due) == [StartStep("a", 2, due)]
    assert story.status == {"a": "retrying", "b": "pending"}
    story.start("a", 2)
    story.complete("a")
    assert story.status == {"a": "completed", "b": "skipped"}
    assert story.state.outcome == "completed"


def test_a_timeout_is_a_failure_with_a_state_of_its_own() -> None:
    story = Story(flow(step("a"), step("b", "a.failure")))
    story.begin()
    story.fail("a", type="timeout")
    assert story.status == {"a": "timed_out", "b": "ready"}


def test_three_cut_offs_in_a_row_set_a_step_aside() -> None:
    story = Story(flow(step("a")))
    story.begin()
    for _ in range(2):
        story.start("a")
        assert story.tell(StepLost(time=NOW, key="a", attempt=1)) == [StartStep("a", 1)]
    story.start("a")
    story.tell(StepLost(time=NOW, key="a", attempt=1))
    step_state = story.state.step("a")
    assert (step_state.status, step_state.error and step_state.error.type) == ("failed", "lost")


def test_a_cut_off_step_with_an_effect_is_not_repeated() -> None:
    story = Story(flow(step("a", effect="once")))
    story.begin()
    story.start("a")
    story.tell(StepLost(time=NOW, key="a", attempt=1))
    assert story.status == {"a": "waiting"}
    story.tell(StepAnswered(time=NOW, key="a", decision="failed", by="ana"))
    assert story.state.outcome == "failed"
    assert story.state.error is not None
    assert story.state.error.type == "lost"


def test_the_timers_of_an_execution_and_its_queue() -> None:
    workflow = flow(step("a"), timeout=60.0, queue_timeout=5.0)
    story = Story(workflow)
    assert story.orders == [SetTimer("queue", NOW + timedelta(seconds=5))]
    story.begin()
    assert SetTimer("execution", NOW + timedelta(seconds=60)) in story.orders
    story.start("a")
    assert story.tell(TimeoutReached(time=NOW + timedelta(seconds=60))) == [CancelStep("a")]
    story.tell(StepCancelled(time=NOW, key="a", attempt=1))
    assert story.state.outcome == "timed_out"
    waiting = Story(workflow)
    waiting.tell(TimeoutReached(time=NOW + timedelta(seconds=5), queued=True))
    assert waiting.state.outcome == "timed_out"
    assert waiting.status == {"a": "pending"}


def test_compensation_runs_backwards_then_the_handlers() -> None:
    story = Story(
        flow(
            step("a", compensate="undo_a"),
            step("b", "a", compensate="undo_b"),
            step("c", "b"),
            step("undo_a"),
            step("undo_b"),
            step("alarm"),
            step("tidy"),
            on_failure=("alarm",),
            finally_=("tidy",),
        )
    )
    story.begin()
    story.complete("a")
    story.complete("b")
    ran = []
    orders = story.fail("c")
    while orders:
        (order,) = orders
        assert isinstance(order, StartStep)
        ran.append(order.key)
        orders = story.fail(order.key) if order.key == "alarm" else story.complete(order.key)
    assert ran == ["undo_b", "undo_a", "alarm", "tidy"]
    assert story.state.outcome == "failed"
    assert story.state.error == Failure("e", 'step "c" failed: no')


@pytest.mark.parametrize("handler", ["on_success", "finally_"])
def test_a_failing_success_or_finally_handler_fails_the_execution(handler: str) -> None:
    story = Story(flow(step("a"), step("h"), **{handler: ("h",)}))
    story.begin()
    story.complete("a")
    story.fail("h")
    assert story.state.outcome == "failed"


def test_a_cancel_runs_its_handlers_and_no_compensation() -> None:
    story = Story(
        flow(
            step("a", compensate="undo"),
            step("b", "a"),
            step("undo"),
            step("regret"),
            step("tidy"),
            on_cancel=("regret",),
            finally_=("tidy",),
        )
    )
    story.begin()
    story.complete("a")
    story.start("b")
    assert story.tell(CancelRequested(time=NOW)) == [CancelStep("b")]
    assert story.tell(StepCancelled(time=NOW, key="b", attempt=1)) == [StartStep("regret", 1)]
    story.start("regret")
    assert story.tell(CancelRequested(time=NOW)) == [CancelStep("regret")]
    story.tell(StepCancelled(time=NOW, key="regret", attempt=1))
    assert story.state.outcome == "cancelled"
    assert story.status["tidy"] == story.status["undo"] == "pending"


def test_the_output_is_asked_for_where_the_definition_says_one() -> None:
    story = Story(flow(step("a"), output="{{ 1 }}"))
    story.begin()
    assert story.complete("a") == [RenderOutput()]
    plain = Story(flow(step("a"), step("b", "a"), step("c", "a")))
    plain.begin()
    for key in "abc":
        plain.complete(key)
    assert plain.state.output == {"b": "b", "c": "c"}


def test_what_cannot_have_happened_is_refused() -> None:
    story = Story(flow(step("a"), step("b", "a")))
    story.begin()
    with pytest.raises(InvalidEventError):
        story.start("b")
    with pytest.raises(InvalidEventError):
        story.start("nobody")
    story.complete("a")
    with pytest.raises(InvalidEventError):
        story.complete("a")
    story.complete("b")
    with pytest.raises(InvalidEventError):
        story.tell(CancelRequested(time=NOW))


def test_after_a_restart_what_was_due_is_due_again() -> None:
    due = NOW + timedelta(minutes=5)
    story = Story(flow(step("a"), step("b"), step("c"), timeout=600.0))
    story.begin()
    story.start("a")
    story.fail("b", due)
    turn = resume(replay(story.plan, story.events), NOW)
    assert [type(event) for event in turn.events] == [StepLost]
    assert StartStep("a", 1) in turn.orders
    assert StartStep("b", 2, due) in turn.orders
    assert StartStep("c", 1) in turn.orders
    assert any(isinstance(order, SetTimer) for order in turn.orders)


def test_a_circle_and_an_unknown_step_are_no_plan() -> None:
    with pytest.raises(ValueError, match="wait for each other"):
        Plan(flow(step("a", "b"), step("b", "a")))
    with pytest.raises(ValueError, match="no step"):
        Plan(flow(step("a", "nobody")))
