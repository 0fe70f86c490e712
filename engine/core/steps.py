"""The life of a step in the core: started, ended, and what its end means for the others."""

from collections.abc import Iterator
from datetime import datetime

from engine.core import ending
from engine.core.commands import Command, Record, StartStep
from engine.core.events import (
    Failure,
    InvalidEventError,
    StepCancelled,
    StepCompleted,
    StepFailed,
    StepLost,
    StepSkipped,
    StepStarted,
)
from engine.core.offer import offer, skip
from engine.core.ports import arrive, fires, why_skipped
from engine.core.state import State, StepState, StepStatus
from engine.definition.model import FAILURE

MAX_LOST = 3
"""Attempts cut off in a row after which a step is taken to be what ends the engine."""


def due(state: State) -> Iterator[StartStep]:
    """The starts that are still to be carried out."""
    for step in state.active():
        if step.status == "ready":
            yield StartStep(step.key, step.attempt + 1)
        elif step.status == "retrying":
            yield StartStep(step.key, step.attempt + 1, step.retry_at)


def started(state: State, event: StepStarted, commands: list[Command]) -> None:
    step = _expect(state, event.key, "ready", "retrying")
    step.status = "running"
    step.attempt = event.attempt
    step.max_attempts = event.max_attempts
    step.fence = state.fence = event.fence
    step.started = event.time
    step.retry_at = None
    if event.config is not None:
        step.input, step.config = event.input, event.config
    if not step.ran:
        step.ran = True
        _take_failures(state, step)


def completed(state: State, event: StepCompleted, commands: list[Command]) -> None:
    step = _expect(state, event.key, "running")
    step.output, step.branch, step.error = event.output, event.branch, None
    if event.variables:
        state.variables.update(event.variables)
    if step.node.step.compensate and step.node.in_graph:
        state.compensable.append(step)
    _end(state, step, "completed", event.time, commands)


def failed(state: State, event: StepFailed, commands: list[Command]) -> None:
    step = _expect(state, event.key, "running", "ready", "retrying")
    step.attempt, step.error, step.output = event.attempt, event.error, event.output
    step.lost = 0
    if event.retry_at is not None and not ending.is_stopping(state, step):
        step.status = "retrying"
        step.retry_at = event.retry_at
        commands.append(StartStep(step.key, event.attempt + 1, event.retry_at))
        return
    if not step.ran:
        step.ran = True
        _take_failures(state, step)
    status: StepStatus = "timed_out" if event.error.type == "timeout" else "failed"
    _end(state, step, status, event.time, commands)


def lost(state: State, event: StepLost, commands: list[Command]) -> None:
    step = _expect(state, event.key, "running")
    if ending.is_stopping(state, step):
        commands.append(
            Record(
                StepCancelled(
                    time=event.time,
                    key=step.key,
                    attempt=step.attempt,
                    reason=state.reason,
                    started=step.started,
                    max_attempts=step.max_attempts,
                )
            )
        )
        return
    step.lost += not event.clean
    error = _why_not_again(step)
    if error is None:
        step.status = "ready"
        step.attempt -= 1
        commands.append(StartStep(step.key, event.attempt))
        return
    commands.append(
        Record(
            StepFailed(
                time=event.time,
                key=step.key,
                attempt=step.attempt,
                error=error,
                started=step.started,
                max_attempts=step.max_attempts,
            )
        )
    )


def skipped(state: State, event: StepSkipped, commands: list[Command]) -> None:
    step = _expect(state, event.key, "pending", "ready")
    step.bypassed = event.bypass
    _end(state, step, "skipped", event.time, commands)


def cancelled(state: State, event: StepCancelled, commands: list[Command]) -> None:
    step = _expect(state, event.key, "running", "retrying", "ready")
    _end(state, step, "cancelled", event.time, commands)


def _expect(state: State, key: str, *statuses: StepStatus) -> StepState:
    node = state.plan.by_id.get(key)
    if node is None:
        raise InvalidEventError(f'there is no step "{key}"')
    step = state.steps[node.index]
    if step.status not in statuses:
        raise InvalidEventError(f'step "{key}" is {step.status}, not {" or ".join(statuses)}')
    return step


def _why_not_again(step: StepState) -> Failure | None:
    if step.node.step.effect == "once":
        return Failure(
            "lost", "the attempt was cut off, and is not repeated because its effect is `once`"
        )
    if step.lost >= MAX_LOST:
        return Failure("lost", f"the engine ended {step.lost} times in a row while the step ran")
    return None


def _end(
    state: State, step: StepState, status: StepStatus, time: datetime, commands: list[Command]
) -> None:
    step.status = status
    step.input = step.config = step.retry_at = None
    if not step.node.in_graph:
        ending.handler_ended(state, step, time, commands)
        return
    state.open -= 1
    if status in ("failed", "timed_out"):
        _count_takers(state, step)
    elif not step.ran:
        _release_failures(state, step)
    if state.stop is None:
        ending.check_fail_fast(state, time, commands)
    if state.stop is None:
        _propagate(state, step, time, commands)
    if not state.open:
        ending.graph_ended(state, time, commands)


def _propagate(state: State, step: StepState, time: datetime, commands: list[Command]) -> None:
    for port, node in step.node.takers:
        taker = state.steps[node.index]
        if taker.status != "pending" or taker.doomed:
            continue
        verdict = arrive(taker, fires(step, port))
        if verdict == "run":
            offer(taker, time, commands)
        elif verdict == "skip":
            skip(taker, why_skipped(state, node), time, commands)


def _count_takers(state: State, step: StepState) -> None:
    """A failure is handled by a step that takes it and runs; who may still do so is counted."""
    takers = [state.steps[node.index] for port, node in step.node.takers if port == FAILURE]
    step.handled = any(taker.ran for taker in takers)
    step.undecided = sum(taker.status in ("pending", "ready") for taker in takers)
    _note_unhandled(state, step)


def _take_failures(state: State, step: StepState) -> None:
    for source, port in step.node.needs:
        if port == FAILURE:
            state.steps[source.index].handled = True


def _release_failures(state: State, step: StepState) -> None:
    for source, port in step.node.needs:
        failing = state.steps[source.index]
        if port == FAILURE and failing.status in ("failed", "timed_out"):
            failing.undecided -= 1
            _note_unhandled(state, failing)


def _note_unhandled(state: State, step: StepState) -> None:
    if not step.handled and not step.undecided and state.unhandled is None:
        state.unhandled = step
