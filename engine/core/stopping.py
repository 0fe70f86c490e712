"""Steps and bodies stopped, wherever they stand; what has ended stays as it is."""

from datetime import datetime

from engine.core.commands import CancelStep, Command, SteerChild
from engine.core.events import Failure
from engine.core.offer import skip
from engine.core.rounds import Rounds
from engine.core.state import Scope, State, StepState
from engine.core.verdict import conclude, record_cancelled


def is_stopping(state: State, step: StepState) -> bool:
    """Whether a step that goes on is being stopped, so that nothing is tried again."""
    return bool(step.scope.halted) if step.node.in_graph else state.handler is None


def halt_scope(
    state: State, scope: Scope, reason: str, time: datetime, commands: list[Command]
) -> None:
    """Nothing of a list of steps starts any more: what runs is cancelled, the rest passed by."""
    if scope.halted:
        return
    scope.halted = reason
    for step in scope.steps:
        if step.node.in_graph:
            halt(state, step, reason, time, commands)


def halt(
    state: State, step: StepState, reason: str, time: datetime, commands: list[Command]
) -> None:
    """The step is stopped, unless its end is known and only has to be recorded."""
    if step.doomed or step.verdict is not None:
        return
    if step.status == "running":
        commands.append(CancelStep(step.key))
    elif step.status == "open":
        halt_rounds(state, step, None, reason, time, commands)
    elif step.status == "waiting" and step.wait is not None and step.wait.child is not None:
        commands.append(SteerChild(step.wait.child, "cancel", reason))
    elif step.status in ("waiting", "retrying") or (step.status == "ready" and step.ran):
        record_cancelled(step, reason, time, commands)
    elif step.status in ("pending", "ready"):
        skip(step, reason, time, commands)


def halt_rounds(
    state: State,
    step: StepState,
    failure: Failure | None,
    reason: str,
    time: datetime,
    commands: list[Command],
) -> None:
    """Stops all rounds of an open body; it then fails, or is cancelled without a ``failure``.

    What is being evaluated for a round is waited for, so that its answer always has a place.
    """
    rounds = step.rounds
    if rounds is None:
        record_cancelled(step, reason, time, commands)
        return
    rounds.stopped = True
    if failure is not None:
        rounds.failure = rounds.failure or failure
    else:
        rounds.halted = reason
    for scope in list(rounds.open.values()):
        halt_scope(state, scope, reason, time, commands)
    if rounds.settled:
        settle(state, step, rounds, time, commands)


def settle(
    state: State, step: StepState, rounds: Rounds, time: datetime, commands: list[Command]
) -> None:
    """All rounds have ended: the step comes to its end too."""
    if rounds.halted:
        record_cancelled(step, rounds.halted, time, commands)
    elif rounds.failure is not None:
        conclude(state, step, commands, output=rounds.output(), error=rounds.failure)
    else:
        conclude(state, step, commands, output=rounds.output())
