"""A step's turn has come, or will never come: the commands that say so."""

from datetime import datetime

from engine.core.commands import CancelStep, Command, Record, StartStep
from engine.core.events import StepCancelled, StepSkipped
from engine.core.state import StepState


def offer(step: StepState, time: datetime, commands: list[Command]) -> None:
    """The ports that a step waits for have fired: it starts, or is passed by."""
    if step.node.step.enabled:
        step.status = "ready"
        commands.append(StartStep(step.key, step.attempt + 1))
    else:
        skip(step, "it is switched off", time, commands, bypass=True)


def skip(
    step: StepState, reason: str, time: datetime, commands: list[Command], *, bypass: bool = False
) -> None:
    """The step will not run."""
    step.doomed = True
    commands.append(Record(StepSkipped(time=time, key=step.key, reason=reason, bypass=bypass)))


def halt(step: StepState, reason: str, time: datetime, commands: list[Command]) -> None:
    """The step is stopped, wherever it stands; one that has ended stays as it is."""
    if step.status == "running":
        commands.append(CancelStep(step.key))
    elif step.doomed:
        return
    elif step.status == "retrying" or (step.status == "ready" and step.ran):
        step.doomed = True
        cancelled = StepCancelled(
            time=time,
            key=step.key,
            attempt=step.attempt,
            reason=reason,
            started=step.started,
            max_attempts=step.max_attempts,
        )
        commands.append(Record(cancelled))
    elif step.status in ("pending", "ready"):
        skip(step, reason, time, commands)
