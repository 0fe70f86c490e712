"""A world that carries out the orders of one execution, in any order and with any trouble."""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from core_cases import Case

from engine.core.commands import (
    CancelStep,
    CheckIteration,
    Conclude,
    Listen,
    Order,
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
    ExecutionPaused,
    ExecutionQueued,
    ExecutionResumed,
    ExecutionStarted,
    Failure,
    InvalidEventError,
    IterationChecked,
    IterationEnded,
    Outcome,
    OutputRendered,
    StepAnswered,
    StepCancelled,
    StepCompleted,
    StepDue,
    StepFailed,
    StepSkipped,
    StepStarted,
    TimeoutReached,
)
from engine.core.plan import Plan
from engine.core.rounds import Rounds
from engine.core.state import ACTIVE, OVER, Scope, State, StepState

START = datetime(2026, 1, 1, tzinfo=UTC)
OUTSIDE = (StepDue, EventArrived, DeadlineReached, StepAnswered, ChildStarted, ChildEnded)
STALE = (*OUTSIDE, IterationChecked, IterationEnded, TimeoutReached, OutputRendered)


class Child:
    """The execution of a sub-workflow: it lives on when the engine of its parent dies."""

    def __init__(self, key: str, *, waited: bool) -> None:
        self.key = key
        self.waited = waited
        self.paused = self.cancelled = False
        self.status: Outcome | None = None


class World:
    """Runs a case to its end, with checks at every event."""

    def __init__(self, case: Case, seed: int, *, trouble: bool, **queued: Any) -> None:
        self.case = case
        self.chance = random.Random(seed)
        self.trouble = trouble
        self.queued = queued
        self.plan = Plan(case.workflow)
        self.state = State(self.plan)
        self.history: list[Event] = []
        self.outside: list[Event] = []
        self.orders: list[Order] = []
        self.alarms: list[SetTimer] = []
        self.running: dict[str, int] = {}
        self.listening: list[Listen] = []
        self.watched: dict[str, str] = {}
        self.children: dict[str, Child] = {}
        self.clock = START
        self.tries: Counter[str] = Counter()
        self.renders: Counter[tuple[str, int]] = Counter()
        self.deaths = 0

    # Time and events

    def now(self) -> datetime:
        self.clock += timedelta(seconds=1)
        return self.clock

    def run(self) -> State:
        self.feed(ExecutionQueued(time=self.now(), **self.queued))
        for _ in range(6000):
            if self.state.ended:
                return self.state
            self.act()
        raise AssertionError("the execution does not end")

    def feed(self, event: Event) -> None:
        assert accepts(self.state, event), event
        if isinstance(event, STALE):
            self.outside.append(event)
        turn = advance(self.state, event)
        self.history.extend(turn.events)
        self.orders.extend(turn.orders)
        check_counts(self.state)

    def tell(self, event: Event) -> None:
        """An event from outside, which may come too late."""
        if accepts(self.state, event):
            self.feed(event)
            return
        before = picture(self.state)
        with pytest.raises(InvalidEventError):
            self.decide_again(event)
        assert picture(self.state) == before

    def decide_again(self, event: Event) -> None:
        """What is not accepted is refused; what has no effect is let pass."""
        advance(self.state, event)
        raise InvalidEventError("it had no effect")

    # What may happen next

    def act(self) -> None:
        if self.trouble and self.make_trouble():
            return
        choices = list(self.choices())
        if self.state.phase == "queued" and self.state.paused is None:
            self.feed(ExecutionStarted(time=self.now()))
        elif choices:
            act, *arguments = self.chance.choice(choices)
            act(*arguments)
        else:
            self.unblock()

    def choices(self) -> Iterable[tuple[Any, ...]]:
        yield from ((self.take, order) for order in self.orders)
        yield from ((self.finish, key) for key in self.running)
        yield from ((self.hear, order) for order in self.listening)
        for identity in self.watched:
            if not self.children[identity].paused:
                yield self.end_child, identity
        for step in self.state.active():
            if step.wait is not None and step.wait.options and step.verdict is None:
                yield self.answer, step

    def unblock(self) -> None:
        """Nothing goes on by itself any more."""
        if self.state.paused is not None:
            return self.feed(ExecutionResumed(time=self.now()))
        assert self.alarms, f"nothing to do, but it has not ended: {self.state.phase}"
        return self.ring(self.chance.choice(self.alarms), at_last=True)

    def make_trouble(self) -> bool:
        roll = self.chance.random()
        if roll < 0.008:
            self.feed(CancelRequested(time=self.now()))
        elif roll < 0.03 and accepts(self.state, pause := ExecutionPaused(time=self.clock)):
            self.now()
            self.feed(pause)
        elif roll < 0.06 and accepts(self.state, going := ExecutionResumed(time=self.clock)):
            self.clock += timedelta(seconds=self.chance.choice((0, 1, 50)))
            self.feed(ExecutionResumed(time=max(going.time, self.clock)))
        elif roll < 0.08 and self.alarms:
            self.ring(self.chance.choice(self.alarms), at_last=False)
        elif roll < 0.11:
            self.die()
        elif roll < 0.14 and self.outside:
            self.tell(self.chance.choice(self.outside))
        else:
            return False
        return True

    def ring(self, timer: SetTimer, *, at_last: bool) -> None:
        """A timeout is over, or a timer rings too early."""
        if at_last or self.chance.random() < 0.5:
            self.clock = max(self.clock, timer.at)
        if self.clock >= timer.at or self.chance.random() < 0.5:
            self.alarms.remove(timer)
        event: Event
        if timer.kind == "deadline":
            event = DeadlineReached(time=self.clock, key=timer.key, attempt=timer.attempt)
        else:
            event = TimeoutReached(time=self.clock, queued=timer.kind == "queue")
        self.tell(event)

    def die(self) -> None:
        """The engine is killed: all that is left is what was recorded."""
        self.deaths += 1
        self.orders.clear()
        self.alarms.clear()
        self.running.clear()
        self.listening.clear()
        self.watched.clear()
        before = picture(self.state)
        self.state = replay(self.plan, self.history)
        assert picture(self.state) == before
        turn = resume(self.state, self.now(), clean=self.chance.random() < 0.7)
        self.history.extend(turn.events)
        self.orders.extend(turn.orders)
        check_counts(self.state)

    # Orders

    def take(self, order: Order) -> None:
        self.orders.remove(order)
        if not wanted(self.state, order):
            return
        if isinstance(order, StartStep):
            self.start(order)
        elif isinstance(order, CancelStep):
            if self.running.pop(order.key, None) is not None:
                self.cancelled(order.key)
        elif isinstance(order, SetTimer):
            self.set_timer(order)
        elif isinstance(order, RenderOutput):
            self.feed(OutputRendered(time=self.now(), output="made"))
        elif isinstance(order, CheckIteration):
            go = order.index < self.case.fate(order.key).rounds
            self.feed(IterationChecked(time=self.now(), key=order.key, index=order.index, go=go))
        elif isinstance(order, RenderIteration):
            self.render(order)
        elif isinstance(order, Conclude):
            self.conclude(order)
        elif isinstance(order, Listen):
            self.listening.append(order)
        else:
            self.mind_child(order)

    def set_timer(self, order: SetTimer) -> None:
        if order.kind != "due":
            self.alarms.append(order)
            return
        self.clock = max(self.clock, order.at)
        self.tell(StepDue(time=self.clock, key=order.key, attempt=order.attempt))

    def start(self, order: StartStep) -> None:
        step = self.state.step(order.key)
        if order.not_before is not None:
            self.clock = max(self.clock, order.not_before)
        check_ports(step)
        first = step.config is None
        if first and not self.case.fate(order.key).when and step.node.in_graph:
            self.feed(StepSkipped(time=self.now(), key=order.key, reason="when"))
            return
        self.tries[order.key] += 1
        if self.trouble and self.end_unstarted(step, order.attempt):
            return
        self.feed(
            StepStarted(
                time=self.now(),
                key=order.key,
                attempt=order.attempt,
                fence=self.state.fence + 1,
                config=dict(step.node.step.config) if first else None,
            )
        )
        if step.node.kind == "work":
            self.running[order.key] = order.attempt

    def end_unstarted(self, step: StepState, attempt: int) -> bool:
        """Some steps end without a start: what they give is known, or what they need is not."""
        roll, time = self.chance.random(), self.now()
        if roll < 0.04 and step.status == "ready" and step.node.kind == "work":
            self.feed(
                StepCompleted(
                    time=time, key=step.key, attempt=step.attempt, started=time, cached=True
                )
            )
        elif roll < 0.08:
            error = Failure("template", "as it happens")
            self.feed(StepFailed(time=time, key=step.key, attempt=attempt, error=error))
        return roll < 0.08 and step.status in OVER

    def cancelled(self, key: str) -> None:
        attempt = self.state.step(key).attempt
        self.feed(StepCancelled(time=self.now(), key=key, attempt=attempt))

    def render(self, order: RenderIteration) -> None:
        place = order.key, order.index
        config = self.state.step(order.key).node.step.config
        self.renders[place] += 1
        works = self.case.renders(*place, self.renders[place])
        last = self.case.fate(order.key).last == order.index
        self.feed(
            IterationEnded(
                time=self.now(),
                key=order.key,
                index=order.index,
                output=f"{order.key} gives {order.index}" if works else None,
                stop=works and "break" in config and last,
                error=None if works else Failure("template", "as planned"),
            )
        )

    def conclude(self, order: Conclude) -> None:
        if order.error is None:
            self.complete(order.key, order.output)
        else:
            self.fail(order.key, order.error, retryable=order.retryable)

    # Ends of steps

    def finish(self, key: str) -> None:
        del self.running[key]
        if self.case.works(key, self.tries[key]):
            return self.complete(key, key, self.case.fate(key).branch)
        timed_out = self.trouble and self.chance.random() < 0.3
        error = Failure("timeout" if timed_out else "error", "as planned")
        once = timed_out and self.state.step(key).node.step.effect == "once"
        return self.fail(key, error, retryable=not once)

    def complete(self, key: str, output: Any, branch: str | None = None) -> None:
        step = self.state.step(key)
        self.feed(
            StepCompleted(
                time=self.now(),
                key=key,
                attempt=step.attempt,
                started=step.started or self.clock,
                output=output,
                branch=branch,
                variables={step.node.id: key},
            )
        )

    def fail(self, key: str, error: Failure, *, retryable: bool) -> None:
        step = self.state.step(key)
        again = retryable and step.attempt < self.case.attempts[step.node.id]
        wait = timedelta(seconds=self.chance.choice((0, 0, 5)))
        time = self.now()
        self.feed(
            StepFailed(
                time=time,
                key=key,
                attempt=step.attempt,
                started=step.started,
                error=error,
                retry_at=time + wait if again else None,
            )
        )

    # People, events, children

    def answer(self, step: StepState) -> None:
        assert step.wait is not None
        decision = self.chance.choice(step.wait.options)
        self.feed(StepAnswered(time=self.now(), key=step.key, decision=decision, output="said"))

    def hear(self, order: Listen) -> None:
        self.listening.remove(order)
        self.tell(EventArrived(time=self.now(), key=order.key, attempt=order.attempt, data=1))

    def mind_child(self, order: StartChild | WatchChild | SteerChild) -> None:
        if isinstance(order, StartChild):
            identity = f"child {len(self.children)}"
            if order.retry_of is not None and order.retry_of in self.children:
                assert self.children[order.retry_of].status is not None
            waited = self.state.step(order.key).node.step.config["wait"] is not False
            self.children[identity] = Child(order.key, waited=waited)
            self.feed(
                ChildStarted(
                    time=self.now(), key=order.key, attempt=order.attempt, execution_id=identity
                )
            )
        elif isinstance(order, WatchChild):
            self.watched[order.execution_id] = order.key
        else:
            child = self.children[order.execution_id]
            assert child.waited
            if order.action == "cancel":
                child.cancelled, child.paused = True, False
            else:
                child.paused = order.action == "pause"

    def end_child(self, identity: str) -> None:
        key, child = self.watched.pop(identity), self.children[identity]
        if child.status is None:
            worked = self.case.works(key, self.tries[key])
            child.status = "completed" if worked else "failed"
            if child.cancelled and self.chance.random() < 0.8:
                child.status = "cancelled"
        self.tell(
            ChildEnded(
                time=self.now(), key=key, execution_id=identity, status=child.status, output=key
            )
        )


def check_ports(step: StepState) -> None:
    """A step starts only when its ports have fired."""
    if not step.node.in_graph:
        return
    assert not step.scope.halted
    fired = [
        naive_port(other.status, other.bypassed, other.branch, port)
        for source, port in step.node.needs
        for other in [step.scope.steps[source.index]]
    ]
    assert (all(fired) if step.node.step.join == "all" else any(fired)) or not fired


def naive_port(status: str, bypassed: bool, branch: str | None, port: str) -> bool:
    table = {
        "completed": {"success", "done", "always", branch},
        "failed": {"failure", "always"},
        "timed_out": {"failure", "always"},
        "skipped": {"done", "always", *(["success"] if bypassed else [])},
        "cancelled": {"always"},
    }
    return port in table.get(status, set())


def open_scopes(state: State) -> Iterable[Scope]:
    for step in state.opened.values():
        if step.rounds is not None:
            yield from step.rounds.open.values()


def check_counts(state: State) -> None:
    """The counts are those of a recount, and nothing is known of what is closed."""
    steps = list(state.every())
    asked = sum(
        (rounds.checking is not None) + sum(not scope.open for scope in rounds.open.values())
        for step in state.opened.values()
        if (rounds := step.rounds) is not None
    )
    busy = sum(s.verdict is not None or s.status in ("ready", "running") for s in steps)
    waiting = sum(s.verdict is None and s.status in ("waiting", "retrying") for s in steps)
    assert (state.busy, state.waiting) == (busy + asked, waiting)
    known = {step.key for scope in open_scopes(state) for step in scope.steps}
    undoing = [step for step in state.inner.values() if not step.node.in_graph]
    assert state.inner.keys() - {step.key for step in undoing} == known
    assert all(step.status in ACTIVE for step in undoing)
    assert len(undoing) <= 1
    assert {step.key for step in steps if step.status == "open"} == set(state.opened)
    for scope in [state.top, *open_scopes(state)]:
        graph = [step for step in scope.steps if step.node.in_graph]
        ended = ("completed", "failed", "timed_out", "skipped", "cancelled")
        assert scope.open == sum(step.status not in ended for step in graph)
    going = any(step.status == "running" for step in steps)
    assert not (state.idle and going)
    if not state.busy and state.waiting and state.paused is None and not state.ended:
        assert state.idle


def picture(state: State) -> Any:
    """Everything of a state that a replay must bring back."""
    return (
        state.phase,
        state.outcome,
        state.output,
        state.error,
        state.stop,
        state.reason,
        state.cancels,
        state.paused,
        state.pauses,
        state.idle,
        state.busy,
        state.waiting,
        state.fence,
        dict(state.reused),
        [(kind, step.key) for kind, step in state.handlers],
        state.handler and (state.handler[0], state.handler[1].key),
        list(state.compensable),
        sorted(state.inner),
        sorted(state.opened),
        _scope(state.top),
        [_scope(scope) for scope in open_scopes(state)],
        [_step(step) for step in state.inner.values()],
    )


def _scope(scope: Scope) -> Any:
    return (
        scope.prefix,
        scope.index,
        scope.item,
        scope.open,
        scope.halted,
        scope.unhandled and scope.unhandled.key,
        dict(scope.variables),
        [_step(step) for step in scope.steps],
    )


def _step(step: StepState) -> Any:
    plain = [
        getattr(step, name)
        for name in StepState.__slots__
        if name not in ("node", "scope", "wait", "rounds")
    ]
    wait = step.wait and [getattr(step.wait, name) for name in type(step.wait).__slots__]
    return plain, wait, step.rounds and _rounds(step.rounds)


def _rounds(rounds: Rounds) -> Any:
    plain = [
        getattr(rounds, name)
        for name in Rounds.__slots__
        if name not in ("open", "kept", "branches")
    ]
    kept = [
        (index, dict(k.reused), {key: _rounds(r) for key, r in k.rounds.items()}, k.children)
        for index, k in rounds.kept.items()
    ]
    return plain, list(rounds.open), kept
