"""The decision core: one event moves the state of an execution on, and says what to do next.

No clock, no chance and no input or output here: whatever is decided follows from the recorded
events, so a history that is replayed gives the same state.
"""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct

from engine.core import bodies, ending, pausing, steps, waits
from engine.core.commands import AT_ONCE, Command, Order, Record
from engine.core.events import (
    CancelRequested,
    ChildEnded,
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
    InvalidEventError,
    IterationChecked,
    IterationEnded,
    OutputRendered,
    StepAnswered,
    StepCancelled,
    StepCompleted,
    StepDue,
    StepFailed,
    StepLost,
    StepSkipped,
    StepStarted,
    StepWaiting,
    TimeoutReached,
)
from engine.core.offer import offer
from engine.core.plan import Plan
from engine.core.state import State
from engine.core.timers import execution_timer, queue_timer

__all__ = ["InvalidEventError", "Turn", "advance", "decide", "replay", "resume"]


class Turn(Struct, frozen=True):
    """What one event leads to: the events to record together, and the orders to carry out then."""

    events: list[Event]
    orders: list[Order]


def decide(state: State, event: Event) -> list[Command]:
    """Moves ``state`` on by ``event``. Raises InvalidEventError where it cannot have happened."""
    if state.phase == "ended":
        raise InvalidEventError(f"{type(event).__name__} after the execution ended")
    commands: list[Command] = []
    _RULES[type(event)](state, event, commands)
    return commands


def advance(state: State, event: Event) -> Turn:
    """``decide``, with everything that follows by rule alone decided and listed too."""
    events: list[Event] = []
    orders: list[Order] = []
    pending: deque[Event] = deque((event,))
    while pending:
        happened = pending.popleft()
        events.append(happened)
        for command in decide(state, happened):
            if isinstance(command, Record):
                pending.append(command.event)
            else:
                orders.append(command)
        if not pending and _falls_idle(state, orders):
            pending.append(ExecutionIdle(time=event.time))
    return Turn(events, orders)


def replay(plan: Plan, events: Iterable[Event]) -> State:
    """The state that a recorded history leads to."""
    state = State(plan)
    for event in events:
        decide(state, event)
    return state


def resume(state: State, time: datetime, *, clean: bool = False) -> Turn:
    """What is to be done after a replay: attempts that ran were cut off, what was due is due again.

    ``clean`` says that the engine was stopped on purpose, which counts against no step.
    """
    turn = Turn([], [])
    if state.phase == "queued":
        turn.orders.extend(queue_timer(state))
    if state.phase in ("new", "queued", "ended"):
        return turn
    turn.orders.extend(steps.due(state))
    turn.orders.extend(ending.due(state))
    turn.orders.extend(execution_timer(state))
    for step in [step for step in state.active() if step.status == "running"]:
        lost = StepLost(
            time=time,
            key=step.key,
            attempt=step.attempt,
            clean=clean,
            max_attempts=step.max_attempts,
        )
        more = advance(state, lost)
        turn.events.extend(more.events)
        turn.orders.extend(more.orders)
    return turn


def _falls_idle(state: State, orders: list[Order]) -> bool:
    """Whether nothing runs or is about to, and something outside is waited for."""
    if state.busy or not state.waiting or state.idle or state.paused is not None:
        return False
    return state.phase != "ended" and not any(isinstance(order, AT_ONCE) for order in orders)


def _queued(state: State, event: ExecutionQueued, commands: list[Command]) -> None:
    if state.phase != "new":
        raise InvalidEventError("the execution was queued twice")
    state.begin(event.input, event.cause, event.time)
    state.parent = event.parent
    state.reused = dict(event.reused)
    state.children = event.children
    commands.extend(queue_timer(state))


def _started(state: State, event: ExecutionStarted, commands: list[Command]) -> None:
    if state.phase != "queued":
        raise InvalidEventError("the execution started without waiting in the queue")
    state.phase = "graph"
    state.started = event.time
    commands.extend(execution_timer(state))
    top = state.top
    for node in top.graph.roots:
        offer(state, top.step(node), event.time, commands)
    if not top.open:
        ending.graph_ended(state, event.time, commands)


def _idle(state: State, event: ExecutionIdle, commands: list[Command]) -> None:
    state.idle = True


def _busy(state: State, event: ExecutionBusy, commands: list[Command]) -> None:
    state.idle = False


_RULES: dict[type, Callable[[State, Any, list[Command]], None]] = {
    ExecutionQueued: _queued,
    ExecutionStarted: _started,
    ExecutionPaused: pausing.paused,
    ExecutionResumed: pausing.resumed,
    ExecutionIdle: _idle,
    ExecutionBusy: _busy,
    StepStarted: steps.started,
    StepWaiting: waits.waiting,
    StepCompleted: steps.completed,
    StepFailed: steps.failed,
    StepLost: steps.lost,
    StepSkipped: steps.skipped,
    StepCancelled: steps.cancelled,
    StepDue: waits.came_due,
    DeadlineReached: waits.deadline_reached,
    EventArrived: waits.event_arrived,
    StepAnswered: waits.answered,
    IterationChecked: bodies.checked,
    IterationEnded: bodies.iteration_ended,
    ChildStarted: waits.child_started,
    ChildEnded: waits.child_ended,
    CancelRequested: ending.cancel_requested,
    TimeoutReached: ending.timeout_reached,
    OutputRendered: ending.output_rendered,
    ExecutionEnded: ending.ended,
}
