"""Steps that wait and hold no worker: for a time, an event, an answer, or another execution."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.core.commands import (
    Command,
    Listen,
    Order,
    Record,
    SetTimer,
    StartChild,
    StartStep,
    SteerChild,
    WatchChild,
)
from engine.core.events import (
    ChildEnded,
    ChildStarted,
    DeadlineReached,
    EventArrived,
    Failure,
    InvalidEventError,
    StepAnswered,
    StepDue,
    StepFailed,
    StepWaiting,
    WaitKind,
)
from engine.core.state import State, StepState, Wait
from engine.core.stopping import halt_rounds
from engine.core.verdict import conclude, record_cancelled
from engine.definition.units import format_duration, parse_duration

RUN_AGAIN = "run_again"
ANSWERS = (RUN_AGAIN, "completed", "failed")
"""What can be said of a cut-off step that is not repeated."""
OPTIONS = ("approve", "reject")
LONGEST = timedelta(days=36_500)


class WaitError(ValueError):
    """A config that nothing can be waited for with."""


def begin(state: State, step: StepState, time: datetime, commands: list[Command]) -> None:
    """An attempt of a waiting step begins."""
    try:
        waiting = _waiting(step, step.config or {}, time)
    except (WaitError, ValueError, OverflowError) as error:
        state.move(step, "waiting")
        conclude(step, commands, error=Failure("config", str(error)), retryable=False)
        return
    commands.append(Record(waiting))


def waiting(state: State, event: StepWaiting, commands: list[Command]) -> None:
    """A step waits from now on."""
    step = _known(state, event.key)
    if step.status != "running":
        raise InvalidEventError(f'step "{event.key}" is {step.status}, and cannot wait')
    step.wait = Wait(event.kind, event.until, event.options)
    state.move(step, "waiting")
    if event.kind == "child":
        commands.append(StartChild(step.key, step.attempt, step.child))
    else:
        commands.extend(due(step))


def due(step: StepState) -> list[Order]:
    """What is to be carried out for a step that waits."""
    wait = step.wait
    if wait is None or step.verdict is not None:
        return []
    if wait.kind == "time" and wait.until is not None:
        return [SetTimer("due", wait.until, step.key, step.attempt)]
    if wait.kind == "event":
        config = step.config or {}
        return [Listen(step.key, step.attempt, str(config.get("event")), config.get("match") or {})]
    if wait.kind == "child":
        if wait.child is not None:
            return [WatchChild(step.key, wait.child)]
        return [StartChild(step.key, step.attempt, step.child)]
    return []


def deadline(step: StepState) -> list[Order]:
    """The timer of a step that takes no worker, where it has a timeout."""
    seconds = step.node.step.timeout
    if seconds is None:
        given = (step.config or {}).get("timeout")
        if given is None:
            return []
        try:
            seconds = parse_duration(given)
        except ValueError:
            return []  # the check of the definition tells, and no timeout is the safe reading
    if step.started is None:
        return []
    at = step.started + timedelta(seconds=seconds)
    return [SetTimer("deadline", at, step.key, step.attempt)]


def deadline_reached(state: State, event: DeadlineReached, commands: list[Command]) -> None:
    step = state.find(event.key)
    if step is None or step.attempt != event.attempt or step.doomed or step.verdict is not None:
        return
    if step.status not in ("open", "waiting"):
        return
    seconds = (event.time - (step.started or event.time)).total_seconds()
    limit = format_duration(step.node.step.timeout or round(seconds, 3))
    failure = Failure("timeout", f"the attempt took longer than its timeout of {limit}")
    if step.status == "open":
        halt_rounds(step, failure, failure.message, event.time, commands)
        return
    if step.wait is not None and step.wait.child is not None:
        commands.append(SteerChild(step.wait.child, "cancel", failure.message))
    conclude(step, commands, error=failure)


def came_due(state: State, event: StepDue, commands: list[Command]) -> None:
    step = _waiting_for(state, event.key, "time")
    if step.attempt == event.attempt:
        conclude(step, commands, output={"event": None})


def event_arrived(state: State, event: EventArrived, commands: list[Command]) -> None:
    step = _waiting_for(state, event.key, "event")
    if step.attempt == event.attempt:
        conclude(step, commands, output={"event": event.data})


def answered(state: State, event: StepAnswered, commands: list[Command]) -> None:
    """A person said how it goes on."""
    step = _waiting_for(state, event.key, "approval", "answer")
    if step.wait is not None and step.wait.kind == "approval":
        output = {"decision": event.decision, "by": event.by, "comment": event.comment}
        conclude(step, commands, output=output)
    elif event.decision == RUN_AGAIN:
        step.wait = None
        step.attempt -= 1
        step.lost = 0
        state.move(step, "ready")
        if state.paused is None:
            commands.append(StartStep(step.key, step.attempt + 1))
    elif event.decision == "completed":
        conclude(step, commands, output=event.output)
    else:
        said = event.comment or f"{event.by or 'a person'} said that it failed"
        error = step.error or Failure("lost", said)
        commands.append(Record(_failed(step, error, event.time)))


def child_started(state: State, event: ChildStarted, commands: list[Command]) -> None:
    step = _waiting_for(state, event.key, "child")
    if step.wait is None or step.attempt != event.attempt:
        return
    step.wait.child = step.child = event.execution_id
    if (step.config or {}).get("wait") is False:
        conclude(step, commands, output={"output": None, "execution_id": event.execution_id})
    else:
        commands.append(WatchChild(step.key, event.execution_id))


def child_ended(state: State, event: ChildEnded, commands: list[Command]) -> None:
    step = _waiting_for(state, event.key, "child")
    if step.wait is None or step.wait.child != event.execution_id:
        return
    if step.scope.halted or (not step.node.in_graph and state.handler is None):
        record_cancelled(step, step.scope.halted or state.reason, event.time, commands)
        return
    output = {"output": event.output, "execution_id": event.execution_id}
    if event.status == "completed":
        conclude(step, commands, output=output)
        return
    type_ = event.error.type if event.error else event.status
    said = event.error.message if event.error else event.reason or f"it was {event.status}"
    message = (
        f"the execution {event.execution_id} of the sub-workflow {_ended(event.status)}: {said}"
    )
    conclude(step, commands, output=output, error=Failure(type_, message))


def ask_what_became(step: StepState, reason: str, time: datetime) -> StepWaiting:
    """A step with ``effect: once`` was cut off or timed out: a person says how it goes on."""
    return StepWaiting(
        time=time,
        key=step.key,
        attempt=step.attempt,
        kind="answer",
        reason=f"{reason}; with effect `once` it is not repeated by itself, say what became of it",
        options=ANSWERS,
    )


def _waiting(step: StepState, config: Mapping[str, Any], time: datetime) -> StepWaiting:
    kind, reason = _kind(step, config)
    until = None
    options: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    if kind == "time":
        until = _until(config, time)
        reason = f"it waits until {until:%Y-%m-%d %H:%M:%S} UTC"
    elif kind == "approval":
        options = _texts(config.get("options"), "options") or OPTIONS
        assignees = _texts(config.get("assignees"), "assignees")
    return StepWaiting(
        time=time,
        key=step.key,
        attempt=step.attempt,
        kind=kind,
        reason=reason,
        until=until,
        options=options,
        assignees=assignees,
    )


def _kind(step: StepState, config: Mapping[str, Any]) -> tuple[WaitKind, str]:
    if step.node.step.type == "approval":
        return "approval", f"it waits for an answer: {config.get('message') or 'approve?'}"
    if step.node.step.type == "workflow":
        return "child", f"it waits for the sub-workflow {config.get('workflow')}"
    if config.get("event") is not None:
        return "event", f"it waits for an event of type {config['event']}"
    return "time", ""


def _until(config: Mapping[str, Any], time: datetime) -> datetime:
    if config.get("duration") is not None:
        return time + min(timedelta(seconds=parse_duration(config["duration"])), LONGEST)
    given = config.get("until")
    if given is None:
        raise WaitError("a wait needs a duration, a time under until, or an event")
    if isinstance(given, datetime):
        until = given
    else:
        try:
            until = datetime.fromisoformat(str(given))
        except ValueError:
            raise WaitError(
                f'until came out as "{given}"; write a date and time as 2030-01-31T08:00:00+01:00'
            ) from None
    return until.replace(tzinfo=UTC) if until.tzinfo is None else until.astimezone(UTC)


def _texts(value: Any, name: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple):
        raise WaitError(f"{name} must be a list of texts")
    return tuple(str(item) for item in value)


def _failed(step: StepState, error: Failure, time: datetime) -> StepFailed:
    return StepFailed(
        time=time,
        key=step.key,
        attempt=step.attempt,
        error=error,
        started=step.started,
        max_attempts=step.max_attempts,
        index=step.scope.index,
    )


def _ended(status: str) -> str:
    return {"failed": "failed", "timed_out": "timed out"}.get(status, f"was {status}")


def _known(state: State, key: str) -> StepState:
    step = state.find(key)
    if step is None:
        raise InvalidEventError(f'there is no step "{key}"')
    return step


def _waiting_for(state: State, key: str, *kinds: WaitKind) -> StepState:
    step = _known(state, key)
    if step.status != "waiting" or step.wait is None or step.wait.kind not in kinds:
        raise InvalidEventError(f'step "{key}" does not wait for {" or ".join(kinds)}')
    return step
