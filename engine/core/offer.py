"""A step's turn has come, or will never come: the commands that say so."""

from datetime import datetime

from engine.core.commands import Command, Record, StartStep
from engine.core.events import StepCompleted, StepSkipped
from engine.core.state import State, StepState


def offer(state: State, step: StepState, time: datetime, commands: list[Command]) -> None:
    """The ports that a step waits for have fired: it starts, is passed by, or is there already.

    While the execution is paused it only becomes ready.
    """
    if not step.node.step.enabled:
        skip(step, "it is switched off", time, commands, bypass=True)
        return
    state.move(step, "ready")
    if step.key in state.reused:
        _use_again(state, step, time, commands)
    elif state.paused is None:
        commands.append(StartStep(step.key, step.attempt + 1))


def skip(
    step: StepState, reason: str, time: datetime, commands: list[Command], *, bypass: bool = False
) -> None:
    """The step will not run."""
    step.doomed = True
    skipped = StepSkipped(
        time=time, key=step.key, reason=reason, bypass=bypass, index=step.scope.index
    )
    commands.append(Record(skipped))


def _use_again(state: State, step: StepState, time: datetime, commands: list[Command]) -> None:
    known = state.reused[step.key]
    step.doomed = True  # the event that ends it is on its way
    completed = StepCompleted(
        time=time,
        key=step.key,
        attempt=step.attempt,
        started=time,
        output=known.output,
        branch=known.branch,
        variables=known.variables,
        reused=True,
        index=step.scope.index,
    )
    commands.append(Record(completed))
