"""Pause and resume: what runs may end, nothing is started, and timeouts stand still."""

from collections.abc import Iterator

from engine.core import bodies
from engine.core.commands import Command, StartStep, SteerChild
from engine.core.events import ExecutionPaused, ExecutionResumed, InvalidEventError
from engine.core.state import State
from engine.core.timers import execution_timer, queue_timer


def paused(state: State, event: ExecutionPaused, commands: list[Command]) -> None:
    if state.phase == "new" or state.paused is not None:
        raise InvalidEventError("the execution cannot be paused now")
    state.paused = event.time
    state.reason = event.reason
    commands.extend(_steer(state, "pause"))


def resumed(state: State, event: ExecutionResumed, commands: list[Command]) -> None:
    if state.paused is None:
        raise InvalidEventError("the execution is not paused")
    state.pauses += event.time - state.paused
    state.paused = None
    state.reason = ""
    if state.phase == "queued":
        commands.extend(queue_timer(state))
        return
    commands.extend(_starts(state))
    for step in list(state.opened.values()):
        bodies.advance(state, step, event.time, commands)
    commands.extend(_steer(state, "resume"))
    commands.extend(execution_timer(state))


def _starts(state: State) -> Iterator[StartStep]:
    for step in state.active():
        if step.status in ("ready", "retrying") and not step.doomed:
            yield StartStep(step.key, step.attempt + 1, step.retry_at)


def _steer(state: State, action: str) -> Iterator[SteerChild]:
    for step in state.active():
        if step.status == "waiting" and step.wait is not None and step.wait.child is not None:
            yield SteerChild(step.wait.child, "pause" if action == "pause" else "resume")
