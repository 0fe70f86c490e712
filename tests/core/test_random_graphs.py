"""Random graphs run through the core: invariants, replay, and a naive interpreter that agrees."""

from typing import Any

from core_cases import HANDLERS, Case, cases
from core_naive import Naive
from core_world import World, check_counts, picture
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.decide import advance, replay
from engine.core.events import (
    CancelRequested,
    ExecutionEnded,
    ExecutionPaused,
    ExecutionResumed,
    Reused,
    StepCancelled,
    StepCompleted,
    StepFailed,
    StepSkipped,
    StepStarted,
)
from engine.core.state import OVER, State

LENIENT = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
SEEDS = st.integers(0, 2**32)


def often(count: int) -> Any:
    return settings(max_examples=count, deadline=None, suppress_health_check=LENIENT)


def last_statuses(world: World) -> dict[str, str]:
    """What every step came to in the end, the steps of bodies included."""
    found: dict[str, str] = {}
    for event in world.history:
        if isinstance(event, StepCompleted):
            found[event.key] = "completed"
        elif isinstance(event, StepFailed) and event.retry_at is None:
            found[event.key] = "failed"
        elif isinstance(event, StepSkipped):
            found[event.key] = "skipped"
        elif isinstance(event, StepCancelled):
            found[event.key] = "cancelled"
    return found


def plain(value: Any) -> Any:
    """An output without what the naive interpreter does not know."""
    if isinstance(value, dict) and "errors" in value:
        indices = [error["index"] for error in value["errors"]]
        return {"results": plain(value["results"]), "errors": indices}
    if isinstance(value, dict) and value.keys() == {"event"}:
        return "wait"
    if isinstance(value, dict) and "decision" in value:
        return "approval"
    if isinstance(value, dict) and "execution_id" in value:
        return "workflow" if value["output"] is None else value["output"]
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


@often(200)
@given(case=cases(quiet=True), seed=SEEDS)
def test_a_graph_ends_as_the_naive_interpreter_says(case: Case, seed: int) -> None:
    world = World(case, seed, trouble=False)
    state = world.run()
    naive = Naive(case)
    outcome, output = naive.run()
    assert last_statuses(world) == naive.status
    assert state.outcome == outcome
    if outcome == "completed":
        assert plain(state.output) == ("made" if case.workflow.output else output)


def check_history(world: World) -> None:
    """What holds of every history."""
    completed: set[str] = set()
    paused = ended = False
    for event in world.history:
        assert not ended, "nothing follows the end"
        ended = isinstance(event, ExecutionEnded)
        if isinstance(event, ExecutionPaused):
            paused = True
        elif isinstance(event, ExecutionResumed | CancelRequested):
            paused = False
        elif isinstance(event, StepStarted):
            assert event.key not in completed, "what completed never runs again"
            assert not paused, "nothing starts in a pause"
        elif isinstance(event, StepCompleted):
            assert event.reused or event.key not in completed
            completed.add(event.key)
    assert ended


def check_end(world: World) -> None:
    """What is left of an execution that has ended."""
    state = world.state
    if state.started is not None:
        assert all(step.status in OVER for step in state.top.steps if step.node.in_graph)
    assert not state.inner
    assert not state.opened
    assert (state.busy, state.waiting) == (0, 0)
    for child in world.children.values():
        assert child.status is not None or not child.waited, "no child is left behind"


@often(250)
@given(case=cases(handlers=True), seed=SEEDS)
def test_whatever_happens_the_execution_ends_and_nothing_runs_twice(case: Case, seed: int) -> None:
    world = World(case, seed, trouble=True)
    world.run()
    check_history(world)
    check_end(world)


@often(80)
@given(case=cases(handlers=True), seed=SEEDS)
def test_a_replay_of_any_part_of_a_history_gives_the_state_of_then(case: Case, seed: int) -> None:
    world = World(case, seed, trouble=True)
    state = world.run()
    assert picture(replay(world.plan, world.history)) == picture(state)
    told = State(world.plan)
    events = list(world.history)
    recorded = 0
    while recorded < len(events):
        turn = advance(told, events[recorded])
        assert events[recorded : recorded + len(turn.events)] == turn.events
        recorded += len(turn.events)
        check_counts(told)
        if world.chance.random() < 0.2:
            assert picture(replay(world.plan, events[:recorded])) == picture(told)


@often(80)
@given(case=cases(handlers=True), seed=SEEDS)
def test_handlers_run_in_their_order_and_only_those_that_fit(case: Case, seed: int) -> None:
    world = World(case, seed, trouble=True)
    state = world.run()
    starts = [e.key for e in world.history if isinstance(e, StepStarted)]
    names = [key.rpartition(".")[2] for key in dict.fromkeys(starts)]
    handlers = [name for name in names if name in case.workflow.handlers]
    undone = [name for name in handlers if name in ("undo", "amend")]
    others = [name for name in handlers if name not in ("undo", "amend")]
    assert handlers == undone + others
    assert others == sorted(others, key=HANDLERS.index)
    if state.outcome == "completed":
        assert set(handlers) <= {"cheer", "tidy"}


@often(80)
@given(case=cases(lucky=True), first=SEEDS, second=SEEDS)
def test_what_is_reused_does_not_run_and_the_rest_does(case: Case, first: int, second: int) -> None:
    before = World(case, first, trouble=True)
    before.run()
    reused = {
        event.key: Reused(output=event.output, branch=event.branch, variables=event.variables)
        for event in before.history
        if isinstance(event, StepCompleted)
    }
    world = World(case, second, trouble=True, reused=reused)
    world.run()
    check_history(world)
    check_end(world)
    started = {event.key for event in world.history if isinstance(event, StepStarted)}
    assert not started & reused.keys()
