"""Random graphs run through the core: invariants, replay, and a naive interpreter that agrees."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from engine.core.commands import CancelStep, Order, RenderOutput, StartStep
from engine.core.decide import advance, replay, resume
from engine.core.events import (
    CancelRequested,
    Event,
    ExecutionEnded,
    ExecutionQueued,
    ExecutionStarted,
    Failure,
    OutputRendered,
    StepCancelled,
    StepCompleted,
    StepFailed,
    StepSkipped,
    StepStarted,
    TimeoutReached,
)
from engine.core.plan import Plan
from engine.core.state import OVER, State
from engine.definition.model import Dependency, Step, Workflow

START = datetime(2026, 1, 1, tzinfo=UTC)
PORTS = ("success", "failure", "done", "always", "true", "false")


class Fate(Struct, frozen=True):
    """How a generated step behaves: skipped by its ``when``, or so many failures, then its end."""

    when: bool = True
    failures: int = 0
    succeeds: bool = True
    branch: str | None = None


class Case(Struct, frozen=True):
    workflow: Workflow
    fates: dict[str, Fate]
    attempts: int


@st.composite
def cases(draw: st.DrawFn, handlers: bool = False) -> Case:
    count = draw(st.integers(0, 12))
    steps: list[Step] = []
    fates: dict[str, Fate] = {}
    for number in range(count):
        needs = draw(
            st.lists(
                st.tuples(st.integers(0, max(number - 1, 0)), st.sampled_from(PORTS)),
                max_size=min(number, 3),
                unique=True,
            )
        )
        identity = f"s{number}"
        steps.append(
            Step(
                id=identity,
                type="noop",
                depends_on=tuple(Dependency(f"s{index}", port) for index, port in needs),
                join=draw(st.sampled_from(["all", "any"])),
                enabled=draw(st.integers(0, 6)) > 0,
                compensate="undo" if handlers and draw(st.booleans()) else None,
            )
        )
        fates[identity] = Fate(
            when=draw(st.integers(0, 6)) > 0,
            failures=draw(st.integers(0, 2)),
            succeeds=draw(st.integers(0, 3)) > 0,
            branch=draw(st.sampled_from([None, "true", "false"])),
        )
    extra: dict[str, Any] = {}
    if handlers:
        names = ("undo", "alarm", "cheer", "regret", "tidy")
        steps.extend(Step(id=name, type="noop") for name in names)
        fates.update({name: Fate(succeeds=draw(st.integers(0, 3)) > 0) for name in names})
        extra = {
            "on_failure": ("alarm",),
            "on_success": ("cheer",),
            "on_cancel": ("regret",),
            "finally_": ("tidy",),
        }
    workflow = Workflow(
        name="generated",
        steps=tuple(steps),
        fail_fast=draw(st.booleans()),
        output=draw(st.sampled_from([None, "given"])),
        **extra,
    )
    return Case(workflow, fates, draw(st.integers(1, 3)))


class World:
    """Carries the core's orders out in a random order, with cancels, timeouts and engine deaths."""

    def __init__(self, case: Case, seed: int, trouble: bool) -> None:
        self.case = case
        self.chance = random.Random(seed)
        self.trouble = trouble
        self.plan = Plan(case.workflow)
        self.state = State(self.plan)
        self.history: list[Event] = []
        self.orders: list[Order] = []
        self.running: set[str] = set()
        self.clock = START
        self.starts: dict[str, int] = {}

    def run(self) -> State:
        self.feed(ExecutionQueued(time=self.now()))
        if not self.state.ended and self.trouble and self.chance.random() < 0.05:
            self.feed(CancelRequested(time=self.now()))
        if not self.state.ended and self.state.phase == "queued":
            self.feed(ExecutionStarted(time=self.now()))
        for _ in range(2000):
            if self.state.ended:
                return self.state
            self.step()
        raise AssertionError("the execution does not end")

    def now(self) -> datetime:
        self.clock += timedelta(seconds=1)
        return self.clock

    def feed(self, event: Event) -> None:
        turn = advance(self.state, event)
        self.history.extend(turn.events)
        self.orders.extend(turn.orders)

    def step(self) -> None:
        if self.trouble:
            roll = self.chance.random()
            if roll < 0.02:
                return self.feed(CancelRequested(time=self.now()))
            if roll < 0.03:
                return self.feed(TimeoutReached(time=self.now()))
            if roll < 0.06:
                return self.die()
        choices = len(self.orders) + len(self.running)
        assert choices, f"nothing to do, but the execution has not ended: {self.state.phase}"
        index = self.chance.randrange(choices)
        if index < len(self.orders):
            return self.carry_out(self.orders.pop(index))
        return self.finish(sorted(self.running)[index - len(self.orders)])

    def die(self) -> None:
        """The engine is killed: all that is left is what was recorded."""
        self.running.clear()
        self.orders.clear()
        self.state = replay(self.plan, self.history)
        turn = resume(self.state, self.now(), clean=True)
        self.history.extend(turn.events)
        self.orders.extend(turn.orders)

    def carry_out(self, order: Order) -> None:
        if isinstance(order, StartStep):
            self.start(order)
        elif isinstance(order, CancelStep) and order.key in self.running:
            self.running.remove(order.key)
            step = self.state.step(order.key)
            self.feed(StepCancelled(time=self.now(), key=order.key, attempt=step.attempt))
        elif isinstance(order, RenderOutput) and self.state.phase == "output":
            self.feed(OutputRendered(time=self.now(), output="made"))

    def start(self, order: StartStep) -> None:
        step = self.state.step(order.key)
        if step.status not in ("ready", "retrying") or order.attempt != step.attempt + 1:
            return
        self.check_ports(order.key)
        if step.config is None and not self.case.fates[order.key].when:
            self.feed(StepSkipped(time=self.now(), key=order.key, reason="when"))
            return
        first = step.config is None
        event = StepStarted(
            time=self.now(),
            key=order.key,
            attempt=order.attempt,
            fence=self.state.fence + 1,
            config={"n": 1} if first else None,
        )
        self.feed(event)
        self.running.add(order.key)

    def check_ports(self, key: str) -> None:
        step = self.state.step(key)
        if not step.node.in_graph:
            return
        assert not step.scope.halted
        fired = [
            naive_fires(step.scope.steps[source.index], port) for source, port in step.node.needs
        ]
        assert (all(fired) if step.node.step.join == "all" else any(fired)) or not fired

    def finish(self, key: str) -> None:
        self.running.remove(key)
        step, fate = self.state.step(key), self.case.fates[key]
        started = step.started or self.clock
        if step.attempt > fate.failures and fate.succeeds:
            return self.feed(
                StepCompleted(
                    time=self.now(),
                    key=key,
                    attempt=step.attempt,
                    started=started,
                    output=key,
                    branch=fate.branch,
                    variables={key: step.attempt},
                )
            )
        again = step.attempt < self.case.attempts
        return self.feed(
            StepFailed(
                time=self.now(),
                key=key,
                attempt=step.attempt,
                started=started,
                error=Failure("error", "as planned"),
                retry_at=self.clock + timedelta(seconds=5) if again else None,
            )
        )


def naive_fires(step: Any, port: str) -> bool:
    return naive_port(step.status, step.bypassed, step.branch, port)


def naive_port(status: str, bypassed: bool, branch: str | None, port: str) -> bool:
    table = {
        "completed": {"success", "done", "always", branch},
        "failed": {"failure", "always"},
        "skipped": {"done", "always", *(["success"] if bypassed else [])},
    }
    return port in table.get(status, set())


def naive_run(case: Case) -> dict[str, str]:
    """The statuses that the rules give, worked out step by step in the order of the file."""
    status: dict[str, str] = {}
    bypassed: set[str] = set()
    for step in case.workflow.steps:
        fate = case.fates[step.id]
        fired = [
            naive_port(status[d.step], d.step in bypassed, case.fates[d.step].branch, d.port)
            for d in dict.fromkeys(step.depends_on or ())
        ]
        due = not fired or (all(fired) if step.join == "all" else any(fired))
        if not due or not step.enabled or not fate.when:
            status[step.id] = "skipped"
            if due and not step.enabled:
                bypassed.add(step.id)
        else:
            done = fate.succeeds and fate.failures < case.attempts
            status[step.id] = "completed" if done else "failed"
    return status


def naive_outcome(case: Case, status: dict[str, str]) -> str:
    for step in case.workflow.steps:
        if status[step.id] == "failed":
            takers = [
                other.id
                for other in case.workflow.steps
                if Dependency(step.id, "failure") in (other.depends_on or ())
            ]
            if not any(status[taker] in ("completed", "failed") for taker in takers):
                return "failed"
    return "completed"


def picture(state: State) -> Any:
    """Everything of a state that a replay must bring back."""
    steps = [
        (s.key, s.status, s.attempt, s.output, s.branch, s.error, s.lost, s.remaining, s.handled)
        for s in state.top.steps
    ]
    handlers = [(kind, step.key) for kind, step in state.handlers]
    return (
        state.phase,
        state.outcome,
        state.output,
        state.error,
        state.variables,
        state.top.open,
        state.stop,
        handlers,
        steps,
    )


@settings(max_examples=150, deadline=None)
@given(case=cases(), seed=st.integers(0, 2**32))
def test_a_graph_ends_as_the_naive_interpreter_says(case: Case, seed: int) -> None:
    state = World(case, seed, trouble=False).run()
    expected = naive_run(case)
    outcome = naive_outcome(case, expected)
    assert state.outcome == outcome
    if outcome == "completed" or not case.workflow.fail_fast:
        assert {step.key: step.status for step in state.top.steps} == expected


@settings(max_examples=250, deadline=None)
@given(case=cases(handlers=True), seed=st.integers(0, 2**32))
def test_whatever_happens_the_execution_ends_and_nothing_runs_twice(case: Case, seed: int) -> None:
    world = World(case, seed, trouble=True)
    state = world.run()
    completed = [e.key for e in world.history if isinstance(e, StepCompleted)]
    assert len(completed) == len(set(completed))
    ended = False
    over: set[str] = set()
    for event in world.history:
        assert not ended
        ended = isinstance(event, ExecutionEnded)
        if isinstance(event, StepStarted):
            assert event.key not in over
        if isinstance(event, StepCompleted | StepSkipped | StepCancelled):
            over.add(event.key)
    assert ended
    if state.started is not None:
        assert all(step.status in OVER for step in state.top.steps if step.node.in_graph)


@settings(max_examples=150, deadline=None)
@given(case=cases(handlers=True), seed=st.integers(0, 2**32))
def test_a_replay_of_any_part_of_a_history_gives_the_state_of_then(case: Case, seed: int) -> None:
    world = World(case, seed, trouble=True)
    state = world.run()
    assert picture(replay(world.plan, world.history)) == picture(state)


@settings(max_examples=120, deadline=None)
@given(case=cases(handlers=True), seed=st.integers(0, 2**32))
def test_handlers_run_in_their_order_and_only_those_that_fit(case: Case, seed: int) -> None:
    world = World(case, seed, trouble=True)
    state = world.run()
    starts = [e.key for e in world.history if isinstance(e, StepStarted)]
    names = [key for key in dict.fromkeys(starts) if not state.step(key).node.in_graph]
    order = ["undo", "alarm", "cheer", "regret", "tidy"]
    assert names == sorted(names, key=order.index)
    if state.outcome == "completed":
        assert set(names) <= {"cheer", "tidy"}
