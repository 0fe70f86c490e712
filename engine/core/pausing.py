"""Pause and resume: what runs may end, nothing is started, and timeouts stand still."""

from collections.abc import Iterator
from datetime import datetime

from engine.core import bodies, waits
from engine.core.commands import Command, Order, StartStep
from engine.core.events import ExecutionPaused, ExecutionResumed, InvalidEventError
from engine.core.state import State, StepState
from engine.core.stopping import is_stopping
from engine.core.timers import deadline, execution_timer, queue_timer


def paused(state: State, event: ExecutionPaused, commands: list[Command]) -> None:
    if state.phase == "new" or state.paused is not None:
        raise InvalidEventError("the execution cannot be paused now")
    state.paused = event.time
    for step in state.active():
        wait = step.wait
        if step.status != "waiting" or wait is None or wait.child is None:
            continue
        if step.verdict is None and wait.failure is None and not is_stopping(state, step):
            commands.append(waits.steer(wait, "pause"))


def resumed(state: State, event: ExecutionResumed, commands: list[Command]) -> None:
    if state.paused is None:
        raise InvalidEventError("the execution is not paused")
    lift(state, event.time)
    if state.phase == "queued":
        commands.extend(queue_timer(state))
    else:
        go_on(state, event.time, commands)
        commands.extend(execution_timer(state))


def lift(state: State, time: datetime) -> None:
    """The pause, if there is one, is over; what it held back is left to ``go_on``."""
    if state.paused is not None:
        state.pauses += time - state.paused
        state.paused = None


def go_on(state: State, time: datetime, commands: list[Command]) -> None:
    """Starts what a pause held back."""
    for step in list(state.active()):
        if not step.doomed and step.verdict is None:
            commands.extend(_held_back(state, step))
    for step in list(state.opened.values()):
        bodies.advance(state, step, time, commands)


def _held_back(state: State, step: StepState) -> Iterator[Order]:
    if step.status in ("ready", "retrying"):
        yield StartStep(step.key, step.attempt + 1, step.retry_at)
    elif step.status in ("waiting", "open"):
        yield from deadline(state, step)
    wait = step.wait
    if step.status != "waiting" or wait is None or wait.kind != "child":
        return
    if wait.child is None:
        yield from waits.due(state, step)
    elif wait.steered:
        yield waits.steer(wait, "resume")
