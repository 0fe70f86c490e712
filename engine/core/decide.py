"""The decision core: one event moves the state of an execution on, and says what to do next.

No clock, no chance and no input or output here: whatever is decided follows from the recorded
events, so a history that is replayed gives the same state.

What the engine that feeds the events must respect:

- The events of a ``Turn`` are one commit; its orders are carried out after that, in their order.
- An event from outside (a timer, a person, a child, another event) may come too late: ask
  ``accepts`` before it is fed, and drop it where that says no. ``decide`` raises for such an event.
- An order may be overtaken by what happened since: ask ``wanted`` right before it is carried out,
  and drop it where that says no. A StartStep that a pause made void is ordered again afterwards,
  so an older one still waiting for a worker is withdrawn. After a death all orders are forgotten:
  ``resume`` gives everything again that is still to be done, WatchChild, Listen and SteerChild
  included, so carrying one of these out twice must do no harm.
- CheckIteration, RenderIteration, Conclude and RenderOutput are answered without waiting for
  anything outside, by IterationChecked, IterationEnded, StepCompleted or StepFailed, and
  OutputRendered; also where the body has been stopped meanwhile, for the core waits for it. A
  Conclude without an ``error`` whose output cannot be mapped becomes a StepFailed; ``retry_at`` is
  given only where ``retryable``.
- A StartChild that is carried out twice, with a death in between, makes one child: either the child
  and its ChildStarted are one commit, or the child is known by a key. That key needs the ``fence``
  of the step: ``attempt`` begins at 1 again when the body around the step is tried again.
- ChildEnded is told also where the child had ended before it was watched, and for a child that was
  cancelled by SteerChild: the step waits for it.
- A timer that rings early or twice does no harm: the core sets it again, or ignores it.
- Every step that runs ends in StepCompleted, StepFailed, StepCancelled or StepLost, after a
  CancelStep too. A step that is ready can also be StepSkipped, StepFailed or, with ``cached``,
  StepCompleted without a start.
"""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from engine.core import bodies, ending, pausing, steps, waits
from engine.core.commands import Command, Order, Record
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
from engine.core.late import accepts, wanted
from engine.core.offer import offer
from engine.core.plan import Plan
from engine.core.state import State
from engine.core.timers import execution_timer, queue_timer

__all__ = [
    "InvalidEventError",
    "Turn",
    "accepts",
    "advance",
    "decide",
    "replay",
    "resume",
    "wanted",
]


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
        if not pending and _falls_idle(state):
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
    for step in [step for step in state.active() if step.status == "running"]:
        lost = StepLost(
            time=time,
            key=step.key,
            attempt=step.attempt,
            clean=clean,
            max_attempts=step.max_attempts,
        )
        turn.events.extend(advance(state, lost).events)
    if state.phase == "queued":
        turn.orders.extend(queue_timer(state))
    elif state.phase not in ("new", "ended"):
        turn.orders.extend(steps.due(state))
        turn.orders.extend(ending.due(state))
        turn.orders.extend(execution_timer(state))
    return turn


def _falls_idle(state: State) -> bool:
    """Whether nothing goes on by itself, and something outside is waited for."""
    if state.busy or not state.waiting or state.idle or state.paused is not None:
        return False
    return state.phase != "ended"


def _queued(state: State, event: ExecutionQueued, commands: list[Command]) -> None:
    if state.phase != "new":
        raise InvalidEventError("the execution was queued twice")
    state.begin(event.input, event.cause, event.time)
    state.parent = event.parent
    state.reused = dict(event.reused)
    state.children = event.children
    commands.extend(queue_timer(state))


def _started(state: State, event: ExecutionStarted, commands: list[Command]) -> None:
    if state.phase != "queued" or state.paused is not None:
        raise InvalidEventError("the execution started without waiting in the queue")
    state.phase = "graph"
    state.started = event.time
    state.pauses = timedelta()
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
