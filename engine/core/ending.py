"""How an execution ends: stopped early or run out, then its handlers in order, then its outcome."""

from collections.abc import Iterator
from datetime import datetime

from engine.core import pausing
from engine.core.bodies import default_output
from engine.core.commands import Command, Record, RenderOutput
from engine.core.events import (
    CancelRequested,
    ExecutionEnded,
    Failure,
    InvalidEventError,
    Outcome,
    OutputRendered,
    TimeoutReached,
)
from engine.core.offer import offer
from engine.core.state import ACTIVE, UNREASONED, HandlerKind, State, StepState
from engine.core.stopping import halt, halt_scope
from engine.core.timers import execution_timer, queue_timer
from engine.definition.units import format_duration


def check_fail_fast(state: State, time: datetime, commands: list[Command]) -> None:
    """With ``fail_fast`` a failure that nothing takes stops the others at once."""
    failed = state.top.unhandled
    if failed is not None and state.plan.workflow.fail_fast:
        reason = f'step "{failed.key}" failed, and the workflow fails fast'
        _stop(state, "failed", reason, time, commands)


def cancel_requested(state: State, event: CancelRequested, commands: list[Command]) -> None:
    state.cancels += 1
    state.reason = event.reason or UNREASONED
    held_back = state.paused is not None
    pausing.lift(state, event.time)
    if state.phase == "queued":
        state.outcome = "cancelled"  # nothing had begun, so there is nothing to clean up
        _next_handler(state, event.time, commands)
    elif state.phase == "graph":
        if state.stop is None:
            _stop(state, "cancelled", state.reason, event.time, commands)
    elif state.phase == "output":
        _conclude(state, "cancelled", None, event.time, commands)
    elif state.phase == "handlers":
        _cancel_handlers(state, event.time, commands)
        if held_back and state.handler is not None:
            pausing.go_on(state, event.time, commands)


def timeout_reached(state: State, event: TimeoutReached, commands: list[Command]) -> None:
    """The execution, or its time in the queue, is over, unless pauses have moved that."""
    if state.paused is not None:
        return
    timers = queue_timer(state) if event.queued else execution_timer(state)
    if timers and timers[0].at > event.time:
        commands.extend(timers)
    elif event.queued:
        if state.phase == "queued":
            limit = format_duration(state.plan.workflow.queue_timeout or 0)
            state.reason = f"it waited in the queue for longer than {limit}"
            _conclude(
                state, "timed_out", Failure("queue_timeout", state.reason), event.time, commands
            )
    elif state.phase == "graph" and state.stop is None:
        limit = format_duration(state.plan.workflow.timeout or 0)
        reason = f"the execution took longer than its timeout of {limit}"
        state.error = Failure("timeout", reason)
        _stop(state, "timed_out", reason, event.time, commands)


def graph_ended(state: State, time: datetime, commands: list[Command]) -> None:
    """Nothing of the graph can run any more: what the execution came to is known."""
    if state.stop in ("cancelled", "timed_out"):
        _conclude(state, state.stop, state.error, time, commands)
    elif (step := state.top.unhandled) is not None:
        error = step.error or Failure("error", "it failed")
        failure = Failure(error.type, f'step "{step.key}" failed: {error.message}')
        _conclude(state, "failed", failure, time, commands)
    elif state.plan.workflow.output is not None:
        state.phase = "output"
        commands.append(RenderOutput())
    else:
        state.output = default_output(state.top)
        _conclude(state, "completed", None, time, commands)


def output_rendered(state: State, event: OutputRendered, commands: list[Command]) -> None:
    if state.phase != "output":
        raise InvalidEventError("the output was made before the steps ended")
    state.output = event.output
    outcome: Outcome = "completed" if event.error is None else "failed"
    _conclude(state, outcome, event.error, event.time, commands)


def handler_ended(state: State, step: StepState, time: datetime, commands: list[Command]) -> None:
    """A handler's failure is recorded and the others go on; some of them change the outcome."""
    if step.scope.parent is not None:
        state.inner.pop(step.key, None)
    current, state.handler = state.handler, None
    spoils = current is not None and current[0] in ("on_success", "finally")
    if spoils and step.status in ("failed", "timed_out") and state.outcome == "completed":
        message = step.error.message if step.error else "it failed"
        kind = step.error.type if step.error else "error"
        state.outcome, state.output = "failed", None
        state.error = Failure(kind, f'handler "{step.key}" failed: {message}')
    _next_handler(state, time, commands)


def ended(state: State, event: ExecutionEnded, commands: list[Command]) -> None:
    state.phase = "ended"
    state.outcome, state.output, state.error = event.status, event.output, event.error


def due(state: State) -> Iterator[RenderOutput]:
    """What is still to be carried out beside the steps."""
    if state.phase == "output":
        yield RenderOutput()


def _stop(state: State, why: Outcome, reason: str, time: datetime, commands: list[Command]) -> None:
    """Nothing of the graph starts any more: running steps are cancelled, the others passed by."""
    state.stop, state.reason = why, reason
    halt_scope(state, state.top, reason, time, commands)


def _conclude(
    state: State,
    outcome: Outcome,
    error: Failure | None,
    time: datetime,
    commands: list[Command],
) -> None:
    """The outcome is known: the handlers that fit it are lined up, and the first begins."""
    state.phase, state.outcome, state.error = "handlers", outcome, error
    workflow = state.plan.workflow
    if outcome in ("failed", "timed_out"):
        undo: dict[str, StepState] = {}
        for completed in reversed(state.compensable.values()):
            handler = _compensation(state, completed)
            undo.setdefault(handler.key, handler)
        state.handlers.extend(("compensate", step) for step in undo.values())
        _line_up(state, "on_failure", workflow.on_failure)
    elif outcome == "cancelled":
        _line_up(state, "on_cancel", workflow.on_cancel)
    else:
        _line_up(state, "on_success", workflow.on_success)
    _line_up(state, "finally", workflow.finally_)
    _next_handler(state, time, commands)


def _line_up(state: State, kind: HandlerKind, keys: tuple[str, ...]) -> None:
    state.handlers.extend((kind, state.step(key)) for key in keys)


def _compensation(state: State, completed: StepState) -> StepState:
    """The handler that undoes a step; inside a body there is one for each round."""
    node = state.plan.graph.by_id[completed.node.step.compensate or ""]
    scope = completed.scope
    if scope.parent is None:
        return state.top.step(node)
    return StepState(node, scope, scope.prefix + node.id)


def _next_handler(state: State, time: datetime, commands: list[Command]) -> None:
    while state.handlers:
        kind, step = state.handlers.popleft()
        if step.status == "pending":
            state.handler = (kind, step)
            if step.scope.parent is not None:
                state.inner[step.key] = step
            offer(state, step, time, commands)
            return
    if state.outcome is not None:
        end = ExecutionEnded(
            time=time,
            status=state.outcome,
            output=state.output if state.outcome == "completed" else None,
            error=state.error,
            reason=state.reason,
            started=state.started,
        )
        commands.append(Record(end))


def _cancel_handlers(state: State, time: datetime, commands: list[Command]) -> None:
    """The first cancel turns to the clean-up, a second one stops that too."""
    current, first = state.handler, state.cancels == 1
    if first and current is not None and current[0] == "finally":
        return
    state.handlers.clear()
    if first:
        if state.outcome == "completed":
            state.outcome = "cancelled"
            _line_up(state, "on_cancel", state.plan.workflow.on_cancel)
        _line_up(state, "finally", state.plan.workflow.finally_)
    if current is not None and current[1].status in ACTIVE:
        state.handler = None
        halt(state, current[1], state.reason, time, commands)
