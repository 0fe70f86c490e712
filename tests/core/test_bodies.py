"""Loops and branches in the core, told as short stories of events."""

from datetime import timedelta
from typing import Any

import pytest
from stories import NOW, Story, flow, loop, parallel, step

from engine.core.commands import CancelStep, CheckIteration, RenderIteration, SetTimer, StartStep
from engine.core.context import Surroundings, loop_view, template_context
from engine.core.decide import accepts, replay, resume, wanted
from engine.core.events import (
    ExecutionEnded,
    Failure,
    InvalidEventError,
    IterationChecked,
    IterationEnded,
    StepSkipped,
)


def told(*steps: Any, **more: Any) -> Story:
    story = Story(flow(*steps), **more)
    story.begin()
    return story


# Rounds and how many at once


def test_iterations_run_one_after_the_other_and_give_results_in_order() -> None:
    story = told(loop("each", [step("a")], items=["x", "y"]), step("next", "each"))
    assert story.starts == ["each.0.a"]
    story.complete("each.0.a")
    assert story.starts == ["each.1.a"]
    story.complete("each.1.a")
    assert story.starts == ["next"]
    results = [{"a": "each.0.a"}, {"a": "each.1.a"}]
    assert story.output("each") == {"results": results}
    assert story.state.inner == {}


def test_as_many_iterations_run_at_once_as_may() -> None:
    story = told(loop("each", [step("a")], times=4, max_concurrency=3))
    assert story.starts == ["each.0.a", "each.1.a", "each.2.a"]
    story.complete("each.1.a")
    assert story.starts == ["each.3.a"]
    for index in (3, 0, 2):
        story.complete(f"each.{index}.a")
    assert [r["a"] for r in story.output("each")["results"]] == [f"each.{n}.a" for n in range(4)]


def test_batches_take_several_items_each() -> None:
    story = told(loop("each", [step("a")], items=[1, 2, 3, 4, 5], batch_size=2))
    items = []
    for index in range(3):
        items.append(story.state.step(f"each.{index}.a").scope.item)
        story.complete(f"each.{index}.a")
    assert items == [[1, 2], [3, 4], [5]]
    assert story.status == {"each": "completed"}


def test_a_mapping_gives_an_item_of_key_and_value_each() -> None:
    story = told(loop("each", [step("a")], items={"x": 1, "y": 2}, max_concurrency=2))
    items = [story.state.step(f"each.{index}.a").scope.item for index in range(2)]
    assert items == [{"key": "x", "value": 1}, {"key": "y", "value": 2}]


@pytest.mark.parametrize("config", [{"items": []}, {"items": {}}, {"times": 0}])
def test_a_loop_over_nothing_completes_at_once(config: dict[str, Any]) -> None:
    story = told(loop("each", [step("a")], **config))
    assert story.output("each") == {"results": []}
    assert story.state.outcome == "completed"


def test_ten_thousand_empty_iterations_do_not_pile_up() -> None:
    story = told(loop("each", [], times=10_000))
    assert story.output("each") == {"results": [{}] * 10_000}
    switched_off = told(loop("each", [step("a", enabled=False)], times=10_000))
    assert switched_off.state.outcome == "completed"
    nothing = told(loop("outer", [loop("inner", [], items=[])], times=10_000))
    assert nothing.state.outcome == "completed"


@pytest.mark.parametrize(
    "config",
    [
        {"items": None},
        {"items": "text"},
        {"items": 3},
        {"times": -1},
        {"times": 1.5},
        {"times": float("nan")},
        {"times": float("inf")},
        {"times": True},
        {"items": [1], "batch_size": 0},
        {"items": [1], "max_concurrency": "two"},
        {"items": [1, 2, 3], "max_iterations": 2},
    ],
)
def test_a_loop_that_cannot_run_fails_once_and_is_not_retried(config: dict[str, Any]) -> None:
    story = told(loop("each", [step("a")], **config), attempts={"each": 3})
    assert story.status == {"each": "failed"}
    error = story.state.step("each").error
    assert error is not None
    assert error.type == "config"
    assert story.ran == []


# while, break, output


def test_while_is_asked_before_every_iteration() -> None:
    story = told(loop("each", [step("a")], **{"while": "so"}))
    assert story.orders == [CheckIteration("each", 0)]
    assert story.tell(IterationChecked(time=NOW, key="each", index=0, go=True)) == [
        StartStep("each.0.a", 1)
    ]
    assert story.complete("each.0.a") == [CheckIteration("each", 1)]
    story.tell(IterationChecked(time=NOW, key="each", index=1, go=False))
    assert story.output("each") == {"results": [{"a": "each.0.a"}]}


def test_a_check_that_nobody_asked_for_is_refused() -> None:
    story = told(loop("each", [step("a")], **{"while": "so"}))
    early = IterationChecked(time=NOW, key="each", index=1, go=True)
    assert not accepts(story.state, early)
    with pytest.raises(InvalidEventError):
        story.tell(early)


def test_with_iterations_at_once_the_checks_go_one_by_one() -> None:
    story = told(
        loop("each", [step("a")], max_concurrency=3, **{"while": "so"}), check=lambda n: n < 2
    )
    assert story.starts == ["each.0.a", "each.1.a"]
    story.complete("each.1.a")
    assert story.status == {"each": "open"}
    story.complete("each.0.a")
    assert story.status == {"each": "completed"}


def test_a_while_that_cannot_be_evaluated_fails_the_loop() -> None:
    story = told(loop("each", [step("a")], on_error="continue", **{"while": "so"}))
    error = Failure("template", "what?")
    story.tell(IterationChecked(time=NOW, key="each", index=0, error=error))
    assert story.state.step("each").error == error


def test_output_is_made_of_each_iteration() -> None:
    story = told(loop("each", [step("a")], times=2, output="so"))
    assert story.complete("each.0.a") == [RenderIteration("each", 0)]
    assert story.tell(IterationEnded(time=NOW, key="each", index=0, output=7)) == [
        StartStep("each.1.a", 1)
    ]
    story.complete("each.1.a")
    story.tell(IterationEnded(time=NOW, key="each", index=1, output=8))
    assert story.output("each") == {"results": [7, 8]}


def test_an_output_that_cannot_be_made_fails_its_iteration() -> None:
    story = told(loop("each", [step("a")], times=2, output="so", on_error="continue"))
    story.complete("each.0.a")
    error = Failure("template", "what?")
    story.tell(IterationEnded(time=NOW, key="each", index=0, error=error))
    story.complete("each.1.a")
    story.tell(IterationEnded(time=NOW, key="each", index=1, output=8))
    assert story.output("each") == {
        "results": [None, 8],
        "errors": [{"index": 0, "type": "template", "message": "iteration 0: what?"}],
    }


def test_break_ends_the_loop_after_its_iteration() -> None:
    story = told(
        loop("each", [step("a")], items=[1, 2, 3], **{"break": "so"}),
        render=lambda n: (n, n == 1),
    )
    story.complete("each.0.a")
    story.complete("each.1.a")
    assert story.output("each") == {"results": [0, 1]}


def test_iterations_that_run_beside_a_break_may_end() -> None:
    story = told(
        loop(
            "each", [step("a")], times=9, max_concurrency=3, on_error="continue", **{"break": "x"}
        ),
        render=lambda n: (n, n == 1),
    )
    story.complete("each.1.a")
    assert story.starts == []
    story.fail("each.0.a")
    assert story.inner == {"each.2.a": "ready"}, "another failure stops nothing either"
    story.complete("each.2.a")
    output = story.output("each")
    assert output["results"] == [None, 1, 2]
    assert [error["index"] for error in output["errors"]] == [0]


def test_an_empty_body_with_an_output_is_asked_for_it() -> None:
    story = told(loop("each", [], times=3, output="so"), render=lambda n: (n, False))
    assert story.output("each") == {"results": [0, 1, 2]}


def test_max_iterations_ends_a_loop_that_goes_on() -> None:
    story = told(
        loop("each", [step("a")], max_iterations=2, **{"while": "so"}), check=lambda n: True
    )
    story.complete("each.0.a")
    story.complete("each.1.a")
    error = story.state.step("each").error
    assert error is not None
    assert error.type == "max_iterations"
    assert len(story.output("each")["results"]) == 2


def test_as_many_iterations_as_max_iterations_may_be() -> None:
    story = told(
        loop("each", [step("a")], max_iterations=2, **{"while": "so"}), check=lambda n: n < 2
    )
    story.complete("each.0.a")
    story.complete("each.1.a")
    assert story.status == {"each": "completed"}


def test_loop_last_is_what_the_iteration_before_gave() -> None:
    story = told(
        loop("each", [step("a")], items=[5, 6], output="so"), render=lambda n: (n + 10, False)
    )
    first = loop_view(story.state.step("each.0.a").scope)
    assert first == {"item": 5, "index": 0, "parent": None, "last": None}
    story.complete("each.0.a")
    second = loop_view(story.state.step("each.1.a").scope)
    assert second == {"item": 6, "index": 1, "parent": None, "last": 10}


def test_loop_last_is_nothing_where_iterations_run_at_once() -> None:
    story = told(loop("each", [step("a")], times=3, max_concurrency=2))
    story.complete("each.0.a")
    view = loop_view(story.state.step("each.2.a").scope)
    assert view is not None
    assert view["last"] is None


# Failures in a body


def test_a_failure_ends_the_loop_and_what_runs_beside_it() -> None:
    story = told(loop("each", [step("a"), step("b", "a")], times=5, max_concurrency=3))
    story.start("each.0.a")
    orders = story.fail("each.1.a")
    assert orders == [CancelStep("each.0.a")]
    story.cancelled("each.0.a")
    error = story.state.step("each").error
    assert error == Failure("e", 'iteration 1: step "a" failed: no')
    assert story.state.outcome == "failed"
    assert story.state.inner == {}


def test_a_failure_is_noted_and_the_loop_goes_on() -> None:
    story = told(loop("each", [step("a")], times=3, on_error="continue"))
    story.complete("each.0.a")
    story.fail("each.1.a")
    story.complete("each.2.a")
    output = story.output("each")
    assert output["results"] == [{"a": "each.0.a"}, None, {"a": "each.2.a"}]
    assert output["errors"] == [
        {"index": 1, "type": "e", "message": 'iteration 1: step "a" failed: no'}
    ]
    assert story.state.outcome == "completed"


def test_a_failure_that_a_step_of_the_body_takes_ends_nothing() -> None:
    story = told(loop("each", [step("a"), step("mend", "a.failure")], times=1))
    story.fail("each.0.a")
    assert story.starts == ["each.0.mend"]
    story.complete("each.0.mend")
    assert story.output("each") == {"results": [{"mend": "each.0.mend"}]}


def test_the_failure_of_a_loop_is_taken_like_any_other() -> None:
    story = told(loop("each", [step("a")], times=1), step("mend", "each.failure"))
    story.fail("each.0.a")
    assert story.starts == ["mend"]
    story.complete("mend")
    assert story.state.outcome == "completed"


def test_a_skip_in_a_body_leaves_its_output_away() -> None:
    story = told(loop("each", [step("a"), step("b")], times=1))
    story.tell(StepSkipped(time=NOW, key="each.0.a", reason="when"))
    story.complete("each.0.b")
    assert story.output("each") == {"results": [{"b": "each.0.b"}]}


def test_variables_set_in_a_body_are_seen_there_alone() -> None:
    story = told(
        loop("each", [step("a"), step("b", "a")], times=2, max_concurrency=2), step("c", "each")
    )
    story.complete("each.0.a", variables={"v": 1})
    here, other = (story.state.step(f"each.{index}.b").scope for index in range(2))
    assert template_context(story.state, Surroundings(), here)["variables"]["v"] == 1
    assert "v" not in other.variables
    assert "v" not in story.state.variables


# Branches


def test_branches_run_side_by_side_and_give_results_by_name() -> None:
    story = told(parallel("both", {"l": [step("a"), step("b", "a")], "r": [step("c")]}))
    assert story.starts == ["both.l.a", "both.r.c"]
    story.complete("both.r.c")
    story.complete("both.l.a")
    story.complete("both.l.b")
    assert story.output("both") == {"results": {"l": {"b": "both.l.b"}, "r": {"c": "both.r.c"}}}


def test_steps_in_place_of_branches_are_a_branch_each() -> None:
    story = told(parallel("both", {"": [step("a"), step("b")]}))
    assert story.starts == ["both.a.a", "both.b.b"]
    story.complete("both.a.a")
    story.complete("both.b.b")
    results = {"a": {"a": "both.a.a"}, "b": {"b": "both.b.b"}}
    assert story.output("both") == {"results": results}


def test_no_more_branches_run_at_once_than_may() -> None:
    branches = {name: [step(f"s_{name}")] for name in "abc"}
    story = told(parallel("all", branches, max_concurrency=2))
    assert story.starts == ["all.a.s_a", "all.b.s_b"]
    story.complete("all.b.s_b")
    assert story.starts == ["all.c.s_c"]


def test_no_branches_are_a_mapping_of_nothing() -> None:
    assert told(parallel("none", {})).output("none") == {"results": {}}
    assert told(parallel("none", {"l": []})).output("none") == {"results": {"l": {}}}


def test_a_failed_branch_lets_the_others_end_and_fails_the_step() -> None:
    story = told(parallel("both", {"l": [step("a")], "r": [step("c"), step("d", "c")]}))
    story.fail("both.l.a")
    assert story.status == {"both": "open"}
    story.complete("both.r.c")
    story.complete("both.r.d")
    state = story.state.step("both")
    assert state.status == "failed"
    assert state.error == Failure("e", 'branch "l": step "a" failed: no')
    assert state.output == {"results": {"l": None, "r": {"d": "both.r.d"}}}


def test_with_fail_fast_the_first_failure_stops_the_other_branches() -> None:
    branches = {"l": [step("a"), step("b")], "r": [step("c"), step("d", "c")]}
    story = told(parallel("both", branches, fail_fast=True))
    story.start("both.r.c")
    orders = story.fail("both.l.a")
    assert orders == [CancelStep("both.r.c")]
    assert story.inner == {"both.r.c": "running", "both.r.d": "skipped"}
    story.cancelled("both.r.c")
    assert story.status == {"both": "failed"}


def test_with_fail_fast_a_failure_that_is_taken_stops_nothing() -> None:
    branches = {"l": [step("a"), step("mend", "a.failure")], "r": [step("c")]}
    story = told(parallel("both", branches, fail_fast=True))
    story.fail("both.l.a")
    assert story.starts == ["both.l.mend"]
    story.complete("both.l.mend")
    story.complete("both.r.c")
    assert story.status == {"both": "completed"}


# Nesting


def test_bodies_nest_to_any_depth() -> None:
    body = [step("deep")]
    for depth in range(40):
        body = [loop(f"l{depth}", body, times=1)]
    story = told(*body)
    (key,) = story.starts
    assert key.endswith(".deep")
    story.cancel()
    assert story.state.outcome == "cancelled"
    again = told(*body)
    again.complete(key)
    assert again.state.outcome == "completed"


def test_a_loop_in_a_branch_in_a_loop_keeps_its_places_apart() -> None:
    inner = loop("inner", [step("a")], times=2, max_concurrency=2)
    story = told(loop("outer", [parallel("both", {"l": [inner]})], times=2))
    assert story.starts == ["outer.0.both.l.inner.0.a", "outer.0.both.l.inner.1.a"]
    view = loop_view(story.state.step(story.starts[1]).scope)
    assert view is not None
    assert (view["index"], view["parent"]["index"]) == (1, 0)
    for key in story.starts:
        story.complete(key)
    assert story.starts == ["outer.1.both.l.inner.0.a", "outer.1.both.l.inner.1.a"]


# Stops


def test_a_cancel_stops_every_round_and_begins_no_other() -> None:
    story = told(loop("each", [step("a"), step("b", "a")], times=5, max_concurrency=2))
    story.start("each.0.a")
    assert story.cancel() == [CancelStep("each.0.a")]
    assert story.inner["each.0.b"] == "skipped"
    story.cancelled("each.0.a")
    assert story.status == {"each": "cancelled"}
    assert story.state.outcome == "cancelled"
    assert story.state.inner == {}


def test_a_cancel_waits_for_the_while_that_is_being_evaluated() -> None:
    story = told(loop("each", [step("a")], **{"while": "so"}))
    (order,) = story.orders
    story.cancel()
    assert wanted(story.state, order)
    assert resume(replay(story.plan, story.events), NOW).orders == [order]
    story.tell(IterationChecked(time=NOW, key="each", index=0, go=True))
    assert story.state.outcome == "cancelled"


def test_a_cancel_waits_for_the_output_that_is_being_made() -> None:
    story = told(loop("each", [step("a")], times=2, output="so"))
    (order,) = story.complete("each.0.a")
    story.cancel()
    assert wanted(story.state, order)
    story.tell(IterationEnded(time=NOW, key="each", index=0, output=1))
    assert story.state.outcome == "cancelled"


def test_a_body_whose_time_is_over_stops_its_rounds_and_times_out() -> None:
    story = told(loop("each", [step("a")], times=3, max_concurrency=2, step_more={"timeout": 60.0}))
    (timer,) = story.timers
    assert timer == SetTimer("deadline", NOW + timedelta(seconds=60), "each", 1)
    story.start("each.0.a")
    story.pass_time(60)
    assert story.deadline("each") == [CancelStep("each.0.a")]
    story.cancelled("each.0.a")
    assert story.status == {"each": "timed_out"}


def test_a_fail_fast_workflow_stops_the_bodies_of_the_others() -> None:
    story = Story(
        flow(step("x"), loop("each", [step("a")], times=2), step("y", "each"), fail_fast=True)
    )
    story.begin()
    story.start("each.0.a")
    assert story.fail("x") == [CancelStep("each.0.a")]
    story.cancelled("each.0.a")
    assert story.status == {"x": "failed", "each": "cancelled", "y": "skipped"}
    assert story.state.outcome == "failed"


# Retries of a body


def test_a_retry_of_a_loop_runs_only_what_had_not_completed() -> None:
    body = [step("a"), step("b", "a")]
    story = told(loop("each", body, items=[1, 2, 3]), attempts={"each": 2})
    for key in ("each.0.a", "each.0.b", "each.1.a"):
        story.complete(key, variables={"seen": key})
    story.fail("each.1.b")
    assert story.starts == ["each.1.b"], "and not each.0 or each.1.a"
    assert story.state.step("each.1.b").scope.variables["seen"] == "each.1.a"
    story.complete("each.1.b")
    story.complete("each.2.a")
    story.complete("each.2.b")
    assert [r["b"] for r in story.output("each")["results"]] == ["each.0.b", "each.1.b", "each.2.b"]
    assert story.ran.count("each.1.a") == 1
    assert story.state.reused == {}


def test_a_retry_of_branches_runs_only_the_failed_one() -> None:
    story = told(parallel("both", {"l": [step("a")], "r": [step("c")]}), attempts={"both": 2})
    story.complete("both.r.c")
    story.fail("both.l.a")
    assert story.starts == ["both.l.a"]
    story.complete("both.l.a")
    assert story.output("both") == {"results": {"l": {"a": "both.l.a"}, "r": {"c": "both.r.c"}}}


def test_a_retry_reaches_into_the_loops_inside() -> None:
    inner = loop("inner", [step("a"), step("b", "a")], times=2)
    story = told(loop("outer", [step("first"), inner], times=1), attempts={"outer": 2})
    for key in ("first", "inner.0.a", "inner.0.b", "inner.1.a"):
        story.complete(f"outer.0.{key}")
    story.fail("outer.0.inner.1.b")
    assert story.starts == ["outer.0.inner.1.b"]
    story.complete("outer.0.inner.1.b")
    assert story.state.outcome == "completed"
    assert len(story.ran) == len(set(story.ran)) + 1


def test_what_a_stop_cut_off_in_a_round_is_run_again_by_a_retry() -> None:
    story = told(
        loop("each", [step("a"), step("b", "a")], times=3, max_concurrency=3),
        attempts={"each": 2},
    )
    story.complete("each.0.a")
    story.start("each.1.a")
    story.fail("each.2.a")
    story.cancelled("each.1.a")
    assert story.starts == ["each.1.a", "each.2.a", "each.0.b"]


def test_a_retry_after_the_deadline_has_a_deadline_of_its_own() -> None:
    story = told(
        loop("each", [step("a")], times=2, step_more={"timeout": 60.0}), attempts={"each": 2}
    )
    story.start("each.0.a")
    story.pass_time(60)
    story.deadline("each")
    story.cancelled("each.0.a")
    assert [timer.at for timer in story.timers] == [NOW + timedelta(seconds=120)]
    assert story.starts == ["each.0.a"]


def test_a_retry_goes_on_with_the_while_where_it_was_cut_off() -> None:
    story = told(
        loop("each", [step("a")], step_more={"timeout": 60.0}, **{"while": "so"}),
        attempts={"each": 2},
    )
    story.tell(IterationChecked(time=NOW, key="each", index=0, go=True))
    story.complete("each.0.a")
    story.pass_time(60)
    story.deadline("each")
    story.tell(IterationChecked(time=story.now, key="each", index=1, go=True))
    assert story.starts == ["each.1.a"], "what was said of it is not asked again"
    story.complete("each.1.a")
    story.tell(IterationChecked(time=story.now, key="each", index=2, go=False))
    assert len(story.output("each")["results"]) == 2


def test_a_while_that_failed_is_asked_again_by_a_retry() -> None:
    story = told(loop("each", [step("a")], **{"while": "so"}), attempts={"each": 2})
    error = Failure("oops", "what?")
    orders = story.tell(IterationChecked(time=NOW, key="each", index=0, error=error))
    assert orders == [CheckIteration("each", 0)]


def test_a_loop_that_ended_by_its_while_is_not_begun_anew_by_a_retry() -> None:
    story = told(
        loop("each", [step("a")], max_concurrency=2, **{"while": "so"}),
        attempts={"each": 2},
        check=lambda n: n != 1,
    )
    story.fail("each.0.a")
    assert story.starts == ["each.0.a"]
    story.complete("each.0.a")
    assert story.output("each") == {"results": [{"a": "each.0.a"}]}


def test_a_loop_that_ended_by_its_break_is_not_gone_on_with_by_a_retry() -> None:
    story = told(
        loop("each", [step("a")], times=5, max_concurrency=2, **{"break": "so"}),
        attempts={"each": 2},
        render=lambda n: (n, n == 1),
    )
    story.complete("each.1.a")
    story.fail("each.0.a")
    assert story.starts == ["each.0.a"]
    story.complete("each.0.a")
    assert story.output("each") == {"results": [0, 1]}


def test_what_was_noted_of_a_failed_attempt_does_not_change_later() -> None:
    story = told(loop("each", [step("a")], times=2), attempts={"each": 2})
    story.complete("each.0.a")
    story.fail("each.1.a")
    noted = story.state.step("each").output
    story.complete("each.1.a")
    assert noted == {"results": [{"a": "each.0.a"}, None]}


# Handlers


def test_a_handler_may_be_a_loop() -> None:
    story = Story(flow(step("x"), loop("tidy", [step("a")], times=2), finally_=("tidy",)))
    story.begin()
    story.complete("x")
    assert story.starts == ["tidy.0.a"]
    story.complete("tidy.0.a")
    story.complete("tidy.1.a")
    assert story.state.outcome == "completed"


def test_a_handler_that_is_a_loop_is_stopped_by_the_second_cancel() -> None:
    story = Story(flow(step("x"), loop("tidy", [step("a")], times=2), finally_=("tidy",)))
    story.begin()
    story.start("x")
    story.cancel()
    story.cancelled("x")
    story.start("tidy.0.a")
    assert story.cancel() == [CancelStep("tidy.0.a")]
    story.cancelled("tidy.0.a")
    assert story.status["tidy"] == "cancelled"
    assert isinstance(story.events[-1], ExecutionEnded)


def test_compensation_runs_for_every_round_backwards() -> None:
    each = loop("each", [step("a", compensate="undo"), step("b", "a")], times=3, max_concurrency=2)
    story = Story(flow(each, step("x", "each"), step("undo")))
    story.begin()
    for key in ("1.a", "0.a", "0.b", "1.b", "2.a", "2.b"):
        story.complete(f"each.{key}")
    story.fail("x")
    undone = []
    while story.starts:
        (key,) = story.starts
        scope = story.state.step(key).scope
        assert template_context(story.state, Surroundings(), scope)["steps"]["a"]["output"]
        undone.append(key)
        story.complete(key)
    assert undone == ["each.2.undo", "each.0.undo", "each.1.undo"]
    assert story.status["undo"] == "pending"
    assert story.state.inner == {}


def test_what_a_retry_brings_back_keeps_its_place_among_the_compensations() -> None:
    each = loop("each", [step("a", compensate="undo"), step("b", "a")], times=1)
    story = Story(
        flow(
            each, step("x", compensate="mend"), step("y", "each", "x"), step("undo"), step("mend")
        ),
        attempts={"each": 2},
    )
    story.begin()
    story.complete("each.0.a")
    story.complete("x")
    story.fail("each.0.b")
    story.complete("each.0.b")
    story.fail("y")
    undone = []
    while story.starts:
        undone += story.starts
        story.complete(undone[-1])
    assert undone == ["mend", "each.0.undo"]


def test_a_compensation_of_a_stopped_round_is_not_stopped_itself() -> None:
    each = loop("each", [step("a", compensate="undo"), step("b", "a")], times=2, max_concurrency=2)
    undo = step("undo", type="workflow", config={"workflow": "w"})
    story = Story(flow(each, undo))
    story.begin()
    story.complete("each.0.a")
    story.fail("each.1.a")
    story.child("each.0.undo", "c1")
    story.child_ended("each.0.undo", "c1")
    assert story.events[-2].key == "each.0.undo"  # type: ignore[union-attr]
    assert story.events[-2].__class__.__name__ == "StepCompleted"
    assert story.state.outcome == "failed"
