"""What comes too late: events that no longer fit, and orders that nobody wants carried out now."""

from collections.abc import Callable
from typing import Any

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
    WatchChild,
)
from engine.core.events import (
    ChildEnded,
    ChildStarted,
    DeadlineReached,
    Event,
    EventArrived,
    ExecutionPaused,
    ExecutionQueued,
    ExecutionResumed,
    ExecutionStarted,
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
    TimeoutReached,
)
from engine.core.rounds import Rounds
from engine.core.state import ACTIVE, State
from engine.core.waits import has_deadline, waits_for


def accepts(state: State, event: Event) -> bool:
    """Whether the event still fits where the execution stands; never raises.

    What comes from outside may be late: a timer, an answer, the end of a child. It is dropped then.
    """
    if state.ended:
        return False
    fits = _FITS.get(type(event))
    return fits is None or fits(state, event)


def wanted(state: State, order: Order) -> bool:
    """Whether the order is still to be carried out; never raises."""
    if state.ended:
        return False
    holds = _HOLDS.get(type(order))
    return holds is None or holds(state, order)


def _rounds(state: State, key: str) -> Rounds | None:
    step = state.opened.get(key)
    return step.rounds if step is not None and step.verdict is None else None


def _may_start(state: State, key: str, attempt: int) -> bool:
    step = state.find(key)
    if step is None or step.doomed or state.paused is not None:
        return False
    return step.status in ("ready", "retrying") and attempt == step.attempt + 1


def _is_checking(state: State, order: CheckIteration | IterationChecked) -> bool:
    rounds = _rounds(state, order.key)
    return rounds is not None and rounds.checking == order.index


def _has_run_out(state: State, order: RenderIteration | IterationEnded) -> bool:
    rounds = _rounds(state, order.key)
    scope = rounds.open.get(order.index) if rounds is not None else None
    return scope is not None and not scope.open


def _answers(state: State, event: StepAnswered) -> bool:
    step = waits_for(state, event.key, "approval", "answer")
    return step is not None and step.wait is not None and event.decision in step.wait.options


def _is_childless(state: State, order: StartChild | ChildStarted) -> bool:
    step = waits_for(state, order.key, "child", attempt=order.attempt)
    return step is not None and step.wait is not None and step.wait.child is None


def _is_child(state: State, order: WatchChild | ChildEnded) -> bool:
    step = waits_for(state, order.key, "child")
    return step is not None and step.wait is not None and step.wait.child == order.execution_id


def _has_deadline(state: State, event: DeadlineReached) -> bool:
    step = state.find(event.key)
    return step is not None and has_deadline(state, step, event.attempt)


def _times_out(state: State, event: TimeoutReached) -> bool:
    if state.paused is not None:
        return False
    return state.phase == ("queued" if event.queued else "graph") and state.stop is None


def _timer_matters(state: State, order: SetTimer) -> bool:
    if order.kind == "queue":
        return state.phase == "queued"
    if order.kind == "execution":
        return state.phase == "graph" and state.stop is None
    step = state.find(order.key)
    if step is None or step.attempt != order.attempt or step.verdict is not None:
        return False
    return step.status in ("open", "waiting") and not step.doomed


def _is_active(state: State, event: StepCompleted | StepFailed | StepCancelled) -> bool:
    step = state.find(event.key)
    return step is not None and step.status in ACTIVE


def _runs(state: State, order: CancelStep | StepLost) -> bool:
    step = state.find(order.key)
    return step is not None and step.status == "running"


def _may_be_skipped(state: State, event: StepSkipped) -> bool:
    step = state.find(event.key)
    return step is not None and step.status in ("pending", "ready")


def _concludes(state: State, order: Conclude) -> bool:
    step = state.find(order.key)
    return step is not None and step.verdict == order


_FITS: dict[type, Callable[[State, Any], bool]] = {
    ExecutionQueued: lambda state, event: state.phase == "new",
    ExecutionStarted: lambda state, event: state.phase == "queued" and state.paused is None,
    ExecutionPaused: lambda state, event: state.phase != "new" and state.paused is None,
    ExecutionResumed: lambda state, event: state.paused is not None,
    StepStarted: lambda state, event: _may_start(state, event.key, event.attempt),
    StepCompleted: _is_active,
    StepFailed: _is_active,
    StepLost: _runs,
    StepSkipped: _may_be_skipped,
    StepCancelled: _is_active,
    StepDue: lambda state, event: (
        waits_for(state, event.key, "time", attempt=event.attempt) is not None
    ),
    EventArrived: lambda state, event: (
        waits_for(state, event.key, "event", attempt=event.attempt) is not None
    ),
    DeadlineReached: _has_deadline,
    StepAnswered: _answers,
    IterationChecked: _is_checking,
    IterationEnded: _has_run_out,
    ChildStarted: _is_childless,
    ChildEnded: _is_child,
    TimeoutReached: _times_out,
    OutputRendered: lambda state, event: state.phase == "output",
}
_HOLDS: dict[type, Callable[[State, Any], bool]] = {
    StartStep: lambda state, order: _may_start(state, order.key, order.attempt),
    CancelStep: _runs,
    SetTimer: _timer_matters,
    RenderOutput: lambda state, order: state.phase == "output",
    CheckIteration: _is_checking,
    RenderIteration: _has_run_out,
    Conclude: _concludes,
    StartChild: lambda state, order: state.paused is None and _is_childless(state, order),
    WatchChild: _is_child,
    Listen: lambda state, order: (
        waits_for(state, order.key, "event", attempt=order.attempt) is not None
    ),
}
