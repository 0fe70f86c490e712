"""Executions that repeat a part of another one, told as short stories of events."""

from typing import Any

from stories import Story, flow, loop, parallel, step

from engine.core.commands import StartChild, StartStep
from engine.core.events import Reused, StepCompleted, StepStarted


def told(*steps: Any, reused: dict[str, Reused], more: Any = None, **queued: Any) -> Story:
    story = Story(flow(*steps, **(more or {})), reused=reused, **queued)
    story.begin()
    return story


def test_what_completed_before_is_not_run_again() -> None:
    reused = {"a": Reused(output=1, variables={"v": 2})}
    story = told(step("a"), step("b", "a"), step("c", "b"), reused=reused)
    assert story.orders == [StartStep("b", 1)]
    assert story.output("a") == 1
    assert story.state.variables["v"] == 2
    (completed,) = [event for event in story.events if isinstance(event, StepCompleted)]
    assert completed.reused
    assert not any(isinstance(event, StepStarted) for event in story.events)


def test_a_reused_branch_fires_as_it_did() -> None:
    steps = step("c"), step("yes", "c.true"), step("no", "c.false")
    story = told(*steps, reused={"c": Reused(branch="false")})
    assert story.status == {"c": "completed", "yes": "skipped", "no": "ready"}


def test_a_reused_step_takes_its_turn_like_any_other() -> None:
    story = told(step("a"), step("b", "a"), reused={"b": Reused(output=1)})
    assert story.starts == ["a"]
    assert story.status["b"] == "pending"
    story.complete("a")
    assert story.state.outcome == "completed"


def test_a_reused_step_takes_a_failure() -> None:
    story = told(step("a"), step("mend", "a.failure"), reused={"mend": Reused()})
    story.fail("a")
    assert story.state.outcome == "completed"


def test_a_step_that_is_switched_off_now_is_not_reused() -> None:
    story = told(step("a", enabled=False), reused={"a": Reused(output=1)})
    assert story.status == {"a": "skipped"}


def test_a_whole_loop_is_reused_without_being_opened() -> None:
    story = told(
        loop("each", [step("a")], times=2), step("b", "each"), reused={"each": Reused(output=1)}
    )
    assert story.starts == ["b"]
    assert story.state.inner == {}


def test_a_loop_that_failed_is_opened_and_its_completed_steps_reused() -> None:
    reused = {f"each.{n}.a": Reused(output=n) for n in (0, 1)} | {"each.0.b": Reused(output="b")}
    body = [step("a"), step("b", "a")]
    story = told(loop("each", body, times=3), reused=reused)
    assert story.starts == ["each.1.b"]
    story.complete("each.1.b")
    assert story.starts == ["each.2.a"]
    story.complete("each.2.a")
    story.complete("each.2.b")
    results = story.output("each")["results"]
    assert results == [{"b": "b"}, {"b": "each.1.b"}, {"b": "each.2.b"}]


def test_everything_in_a_body_may_be_reused() -> None:
    reused = {"both.l.a": Reused(output=1), "both.r.b": Reused(output=2)}
    story = told(parallel("both", {"l": [step("a")], "r": [step("b")]}), reused=reused)
    assert story.output("both") == {"results": {"l": {"a": 1}, "r": {"b": 2}}}
    assert story.state.outcome == "completed"


def test_a_sub_workflow_goes_on_with_the_child_it_had() -> None:
    sub = step("sub", type="workflow", config={"workflow": "w"})
    story = told(sub, loop("each", [sub], times=1), reused={}, children={"sub": "c1"})
    assert StartChild("sub", 1, "c1") in story.orders
    inside = told(loop("each", [sub], times=1), reused={}, children={"each.0.sub": "c2"})
    assert StartChild("each.0.sub", 1, "c2") in inside.orders


def test_a_reused_step_is_compensated_like_one_that_ran() -> None:
    story = told(
        step("a", compensate="undo"), step("b", "a"), step("undo"), reused={"a": Reused(output=1)}
    )
    story.fail("b")
    assert story.starts == ["undo"]


def test_reuse_in_a_pause_runs_nothing() -> None:
    story = Story(flow(step("x"), step("a", "x"), step("b", "a")), reused={"a": Reused()})
    story.begin()
    story.start("x")
    story.pause()
    story.complete("x")
    assert story.status == {"x": "completed", "a": "completed", "b": "ready"}
