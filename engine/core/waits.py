"""Steps that wait and hold no worker: for a time, an event, an answer, or another execution."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

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
    StepWaiting,
    WaitKind,
)
from engine.core.state import State, StepState, Wait
from engine.core.stopping import halt_rounds, is_stopping
from engine.core.timers import deadline, step_timeout
from engine.core.verdict import conclude, failed_event, record_cancelled
from engine.definition.template import to_text
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
    except (ValueError, OverflowError) as error:
        state.move(step, "waiting")
        conclude(state, step, commands, error=Failure("config", str(error)), retryable=False)
        return
    commands.append(Record(waiting))


def waiting(state: State, event: StepWaiting, commands: list[Command]) -> None:
    """A step waits from now on."""
    step = _known(state, event.key)
    if step.status != "running":
        raise InvalidEventError(f'step "{event.key}" is {step.status}, and cannot wait')
    step.wait = Wait(event.kind, event.until, event.options, event.assignees)
    state.move(step, "waiting")
    if step.child is None:
        step.child = state.children.get(step.key)
    commands.extend(due(state, step))


def due(state: State, step: StepState) -> list[Order]:
    """What is to be carried out for a step that waits."""
    wait = step.wait
    if wait is None or step.verdict is not None:
        return []
    if wait.kind == "time" and wait.until is not None:
        return [SetTimer("due", wait.until, step.key, step.attempt)]
    if wait.kind == "event":
        config = step.config or {}
        return [Listen(step.key, step.attempt, str(config.get("event")), config.get("match") or {})]
    if wait.kind == "child" and wait.child is None:
        return [StartChild(step.key, step.attempt, step.child)] if state.paused is None else []
    return _child_due(state, step, wait)


def _child_due(state: State, step: StepState, wait: Wait) -> list[Order]:
    if wait.child is None:
        return []
    orders: list[Order] = [WatchChild(step.key, wait.child)]
    if wait.failure is not None:
        orders.append(SteerChild(wait.child, "cancel", wait.failure.message))
    elif is_stopping(state, step):
        orders.append(SteerChild(wait.child, "cancel", step.scope.halted or state.reason))
    elif state.paused is not None:
        orders.append(steer(wait, "pause"))
    elif wait.steered:
        orders.append(steer(wait, "resume"))
    return orders


def steer(wait: Wait, action: Literal["pause", "resume"]) -> SteerChild:
    """Lets a child pause and go on with its parent."""
    wait.steered = True
    return SteerChild(wait.child or "", action)


def deadline_reached(state: State, event: DeadlineReached, commands: list[Command]) -> None:
    """The timeout of a step is over, unless pauses have moved that."""
    step = state.find(event.key)
    if step is None or not has_deadline(state, step, event.attempt):
        return
    timers = deadline(state, step)
    if timers and timers[0].at > event.time:
        commands.extend(timers)
        return
    limit = format_duration(step_timeout(step) or 0)
    failure = Failure("timeout", f"the attempt took longer than its timeout of {limit}")
    if step.status == "open":
        halt_rounds(state, step, failure, failure.message, event.time, commands)
    elif step.wait is not None and step.wait.child is not None:
        step.wait.failure = failure
        commands.append(SteerChild(step.wait.child, "cancel", failure.message))
    else:
        conclude(state, step, commands, error=failure)


def has_deadline(state: State, step: StepState, attempt: int) -> bool:
    """Whether the timeout of that attempt still matters."""
    if step.node.kind == "work" or step.status not in ("open", "waiting"):
        return False
    if step.attempt != attempt or step.doomed or step.verdict is not None:
        return False
    ends = step.wait is not None and step.wait.failure is not None
    return state.paused is None and not ends and not is_stopping(state, step)


def came_due(state: State, event: StepDue, commands: list[Command]) -> None:
    """The time has come, unless the timer was one of an earlier round and is too early."""
    step = _waiting_for(state, event.key, "time", attempt=event.attempt)
    if step.wait is not None and step.wait.until is not None and step.wait.until > event.time:
        commands.extend(due(state, step))
        return
    conclude(state, step, commands, output={"event": None})


def event_arrived(state: State, event: EventArrived, commands: list[Command]) -> None:
    step = _waiting_for(state, event.key, "event", attempt=event.attempt)
    conclude(state, step, commands, output={"event": event.data})


def answered(state: State, event: StepAnswered, commands: list[Command]) -> None:
    """A person said how it goes on."""
    step = _waiting_for(state, event.key, "approval", "answer")
    options = step.wait.options if step.wait is not None else ()
    if event.decision not in options:
        raise InvalidEventError(
            f'"{event.decision}" is no answer to step "{event.key}"; it takes {", ".join(options)}'
        )
    if step.wait is not None and step.wait.kind == "approval":
        output = {"decision": event.decision, "by": event.by, "comment": event.comment}
        conclude(state, step, commands, output=output)
    elif event.decision == RUN_AGAIN:
        step.wait = step.error = None
        step.attempt -= 1
        step.lost = 0
        state.move(step, "ready")
        if state.paused is None:
            commands.append(StartStep(step.key, step.attempt + 1))
    elif event.decision == "completed":
        conclude(state, step, commands, output=event.output)
    else:
        said = event.comment or f"{event.by or 'a person'} said that it failed"
        error = Failure("lost", said)
        if step.error is not None:
            more = f": {event.comment}" if event.comment else ""
            error = Failure(step.error.type, f"{step.error.message}{more}")
        commands.append(Record(failed_event(step, error, event.time)))


def child_started(state: State, event: ChildStarted, commands: list[Command]) -> None:
    step = _waiting_for(state, event.key, "child", attempt=event.attempt)
    if step.wait is None or step.wait.child is not None:
        raise InvalidEventError(f'step "{event.key}" has its child already')
    step.wait.child = step.child = event.execution_id
    if (step.config or {}).get("wait") is False:
        given = {"output": None, "execution_id": event.execution_id}
        conclude(state, step, commands, output=given)
    else:
        commands.extend(due(state, step))


def child_ended(state: State, event: ChildEnded, commands: list[Command]) -> None:
    step = _waiting_for(state, event.key, "child")
    if step.wait is None or step.wait.child != event.execution_id:
        raise InvalidEventError(f"{event.execution_id} is not what {event.key} waits for")
    if is_stopping(state, step):
        record_cancelled(step, step.scope.halted or state.reason, event.time, commands)
        return
    output = {"output": event.output, "execution_id": event.execution_id}
    if step.wait.failure is not None:
        conclude(state, step, commands, output=output, error=step.wait.failure)
        return
    if event.status == "completed":
        conclude(state, step, commands, output=output)
        return
    type_ = event.error.type if event.error else event.status
    said = event.error.message if event.error else event.reason or f"it was {event.status}"
    message = (
        f"the execution {event.execution_id} of the sub-workflow {_ended(event.status)}: {said}"
    )
    conclude(state, step, commands, output=output, error=Failure(type_, message))


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
    elif kind == "event" and not isinstance(config.get("match") or {}, Mapping):
        raise WaitError("match must be a mapping of fields to the values they must have")
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
        raise WaitError(
            "a wait needs a duration, a time under until, or an event, and what it names is null"
        )
    if isinstance(given, datetime):
        until = given
    else:
        try:
            until = datetime.fromisoformat(str(given))
        except ValueError:
            raise WaitError(
                f'until came out as "{given}"; write a date and time as 2030-01-31T08:00:00+01:00'
            ) from None
    try:
        return until.replace(tzinfo=UTC) if until.tzinfo is None else until.astimezone(UTC)
    except OverflowError:
        raise WaitError(f"until is {until}, which is later than any time in UTC") from None


def _texts(value: Any, name: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple):
        raise WaitError(f"{name} must be a list of texts")
    return tuple(to_text(item) for item in value if item is not None)


def _ended(status: str) -> str:
    return {"failed": "failed", "timed_out": "timed out"}.get(status, f"was {status}")


def _known(state: State, key: str) -> StepState:
    step = state.find(key)
    if step is None:
        raise InvalidEventError(f'there is no step "{key}"')
    return step


def waits_for(
    state: State, key: str, *kinds: WaitKind, attempt: int | None = None
) -> StepState | None:
    """The step of that key, where it waits for one of these and nothing has come yet."""
    step = state.find(key)
    if step is None or step.status != "waiting" or step.wait is None or step.doomed:
        return None
    if step.verdict is not None or attempt not in (None, step.attempt):
        return None
    return step if step.wait.kind in kinds else None


def _waiting_for(state: State, key: str, *kinds: WaitKind, attempt: int | None = None) -> StepState:
    step = waits_for(state, key, *kinds, attempt=attempt)
    if step is None:
        raise InvalidEventError(f'step "{key}" does not wait for {" or ".join(kinds)}')
    return step
