"""The decision core: one event moves the state of an execution on, and says what to do next.

No clock, no chance and no input or output here: whatever is decided follows from the recorded
events, so a history that is replayed gives the same state.
"""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from engine.core import ending, steps
from engine.core.commands import Command, Order, Record, SetTimer
from engine.core.events import (
    CancelRequested,
    Event,
    ExecutionEnded,
    ExecutionQueued,
    ExecutionStarted,
    InvalidEventError,
    OutputRendered,
    StepCancelled,
    StepCompleted,
    StepFailed,
    StepLost,
    StepSkipped,
    StepStarted,
    TimeoutReached,
)
from engine.core.offer import offer
from engine.core.plan import Plan
from engine.core.state import State

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


def execution_timer(state: State) -> list[SetTimer]:
    """The timer of the execution's own timeout, while it runs."""
    seconds = state.plan.workflow.timeout
    if seconds is None or state.started is None or state.phase != "graph":
        return []
    return [SetTimer("execution", state.started + timedelta(seconds=seconds))]


def queue_timer(state: State) -> list[SetTimer]:
    """The timer of the execution's time in the queue."""
    seconds = state.plan.workflow.queue_timeout
    if seconds is None or state.queued is None:
        return []
    return [SetTimer("queue", state.queued + timedelta(seconds=seconds))]


def _queued(state: State, event: ExecutionQueued, commands: list[Command]) -> None:
    if state.phase != "new":
        raise InvalidEventError("the execution was queued twice")
    state.begin(event.input, event.cause, event.time)
    commands.extend(queue_timer(state))


def _started(state: State, event: ExecutionStarted, commands: list[Command]) -> None:
    if state.phase != "queued":
        raise InvalidEventError("the execution started without waiting in the queue")
    state.phase = "graph"
    state.started = event.time
    commands.extend(execution_timer(state))
    for node in state.plan.roots:
        offer(state.steps[node.index], event.time, commands)
    if not state.open:
        ending.graph_ended(state, event.time, commands)


_RULES: dict[type, Callable[[State, Any, list[Command]], None]] = {
    ExecutionQueued: _queued,
    ExecutionStarted: _started,
    StepStarted: steps.started,
    StepCompleted: steps.completed,
    StepFailed: steps.failed,
    StepLost: steps.lost,
    StepSkipped: steps.skipped,
    StepCancelled: steps.cancelled,
    CancelRequested: ending.cancel_requested,
    TimeoutReached: ending.timeout_reached,
    OutputRendered: ending.output_rendered,
    ExecutionEnded: ending.ended,
}
