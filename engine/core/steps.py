"""The life of a step in the core: started, ended, and what its end means for the others."""

from collections.abc import Iterator
from datetime import datetime

from engine.core import bodies, ending, waits
from engine.core.commands import Command, Order, Record, StartStep
from engine.core.events import (
    ExecutionBusy,
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
from engine.core.stopping import is_stopping
from engine.core.timers import deadline
from engine.core.verdict import failed_event, record_cancelled
from engine.definition.model import FAILURE

MAX_LOST = 3
"""Attempts cut off in a row after which a step is taken to be what ends the engine."""


def due(state: State) -> Iterator[Order]:
    """What is still to be carried out for steps that have begun or are about to."""
    for step in state.active():
        if step.verdict is not None:
            yield step.verdict
        elif step.status in ("ready", "retrying") and not step.doomed and state.paused is None:
            yield StartStep(step.key, step.attempt + 1, step.retry_at)
        elif step.status == "waiting":
            yield from waits.due(state, step)
            yield from deadline(state, step)
        elif step.status == "open":
            yield from bodies.due(step)
            yield from deadline(state, step)


def started(state: State, event: StepStarted, commands: list[Command]) -> None:
    step = _expect(state, event.key, "ready", "retrying")
    if step.doomed or state.paused is not None:
        raise InvalidEventError(f'step "{event.key}" may not start now')
    state.move(step, "running")
    step.attempt = event.attempt
    step.max_attempts = event.max_attempts
    step.fence = state.fence = event.fence
    step.started = event.time
    step.retry_at = step.wait = None
    step.pauses_before = state.pauses
    if event.config is not None:
        step.input, step.config, step.digest = event.input, event.config, event.digest
    if not step.ran:
        step.ran = True
        _take_failures(step)
    kind = step.node.kind
    if kind == "body":
        commands.extend(deadline(state, step))
        bodies.begin(state, step, event.time, commands)
    elif kind == "wait":
        commands.extend(deadline(state, step))
        waits.begin(state, step, event.time, commands)
    elif state.idle:
        commands.append(Record(ExecutionBusy(time=event.time)))


def completed(state: State, event: StepCompleted, commands: list[Command]) -> None:
    if event.reused or event.cached:
        step = _expect(state, event.key, "ready")
        if not step.ran:
            step.ran = True
            _take_failures(step)
        step.attempt = event.attempt
        state.reused.pop(step.key, None)
    else:
        step = _expect(state, event.key, "running", "open", "waiting")
    step.output, step.branch, step.error = event.output, event.branch, None
    if event.variables:
        step.sets = event.variables
        step.scope.variables.update(event.variables)
    if step.node.step.compensate and step.node.in_graph:
        state.compensable[step.key] = step
    _end(state, step, "completed", event.time, commands)


def failed(state: State, event: StepFailed, commands: list[Command]) -> None:
    step = _expect(state, event.key, "running", "ready", "retrying", "open", "waiting")
    ran = step.status == "running"
    step.attempt, step.error, step.output = event.attempt, event.error, event.output
    step.lost = 0
    stopping = is_stopping(state, step)
    if event.retry_at is not None and not stopping:
        state.opened.pop(step.key, None)
        state.move(step, "retrying" if event.retry_at > event.time else "ready")
        step.retry_at, step.wait = event.retry_at, None
        if state.paused is None:
            commands.append(StartStep(step.key, event.attempt + 1, event.retry_at))
        return
    timed_out = event.error.type == "timeout"
    if ran and timed_out and step.node.step.effect == "once" and not stopping:
        commands.append(Record(waits.ask_what_became(step, "the attempt timed out", event.time)))
        return
    if not step.ran:
        step.ran = True
        _take_failures(step)
    _end(state, step, "timed_out" if timed_out else "failed", event.time, commands)


def lost(state: State, event: StepLost, commands: list[Command]) -> None:
    step = _expect(state, event.key, "running")
    if is_stopping(state, step):
        record_cancelled(step, step.scope.halted or state.reason, event.time, commands)
        return
    step.lost += not event.clean
    if step.node.step.effect == "once":
        commands.append(Record(waits.ask_what_became(step, "the attempt was cut off", event.time)))
    elif step.lost >= MAX_LOST:
        message = f"the engine ended {step.lost} times in a row while the step ran"
        commands.append(Record(failed_event(step, Failure("lost", message), event.time)))
    else:
        state.move(step, "ready")
        step.attempt -= 1
        if state.paused is None:
            commands.append(StartStep(step.key, event.attempt))


def skipped(state: State, event: StepSkipped, commands: list[Command]) -> None:
    step = _expect(state, event.key, "pending", "ready")
    step.bypassed = event.bypass
    _end(state, step, "skipped", event.time, commands)


def cancelled(state: State, event: StepCancelled, commands: list[Command]) -> None:
    step = _expect(state, event.key, "running", "retrying", "ready", "open", "waiting")
    _end(state, step, "cancelled", event.time, commands)


def _expect(state: State, key: str, *statuses: StepStatus) -> StepState:
    step = state.find(key)
    if step is None:
        raise InvalidEventError(f'there is no step "{key}"')
    if step.status not in statuses:
        raise InvalidEventError(f'step "{key}" is {step.status}, not {" or ".join(statuses)}')
    return step


def _end(
    state: State, step: StepState, status: StepStatus, time: datetime, commands: list[Command]
) -> None:
    state.move(step, status)
    step.input = step.config = step.retry_at = step.wait = None
    if step.node.kind == "body":
        state.opened.pop(step.key, None)
        if status == "completed":
            step.rounds = None
    if not step.node.in_graph:
        ending.handler_ended(state, step, time, commands)
        return
    scope = step.scope
    scope.open -= 1
    if status in ("failed", "timed_out"):
        _count_takers(step)
    elif not step.ran:
        _release_failures(step)
    if not scope.halted and scope.unhandled is not None:
        if scope.parent is None:
            ending.check_fail_fast(state, time, commands)
        else:
            bodies.fail_at_once(state, scope, time, commands)
    if not scope.halted:
        _propagate(state, step, time, commands)
    if not scope.open:
        if scope.parent is None:
            ending.graph_ended(state, time, commands)
        else:
            bodies.scope_ended(state, scope, time, commands)


def _propagate(state: State, step: StepState, time: datetime, commands: list[Command]) -> None:
    steps = step.scope.steps
    for port, node in step.node.takers:
        taker = steps[node.index]
        if taker.status != "pending" or taker.doomed:
            continue
        verdict = arrive(taker, fires(step, port))
        if verdict == "run":
            offer(state, taker, time, commands)
        elif verdict == "skip":
            skip(taker, why_skipped(taker), time, commands)


def _count_takers(step: StepState) -> None:
    """A failure is handled by a step that takes it and runs; who may still do so is counted."""
    steps = step.scope.steps
    takers = [steps[node.index] for port, node in step.node.takers if port == FAILURE]
    step.handled = any(taker.ran for taker in takers)
    step.undecided = sum(taker.status in ("pending", "ready") for taker in takers)
    _note_unhandled(step)


def _take_failures(step: StepState) -> None:
    for source, port in step.node.needs:
        if port == FAILURE:
            step.scope.steps[source.index].handled = True


def _release_failures(step: StepState) -> None:
    for source, port in step.node.needs:
        failing = step.scope.steps[source.index]
        if port == FAILURE and failing.status in ("failed", "timed_out"):
            failing.undecided -= 1
            _note_unhandled(failing)


def _note_unhandled(step: StepState) -> None:
    if not step.handled and not step.undecided and step.scope.unhandled is None:
        step.scope.unhandled = step
