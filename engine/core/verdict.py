"""What a step without a worker has come to: told to the engine, which maps and records it."""

from datetime import datetime
from typing import Any

from engine.core.commands import Command, Conclude, Record
from engine.core.events import Failure, StepCancelled, StepFailed
from engine.core.state import State, StepState


def conclude(
    state: State,
    step: StepState,
    commands: list[Command],
    *,
    output: Any = None,
    error: Failure | None = None,
    retryable: bool = True,
) -> None:
    """The step completed with ``output``, or failed with ``error``."""
    verdict = Conclude(step.key, step.attempt, output, error, retryable)
    state.judge(step, verdict)
    commands.append(verdict)


def record_cancelled(step: StepState, reason: str, time: datetime, commands: list[Command]) -> None:
    """The step was stopped, and nothing of it runs any more."""
    step.doomed = True
    commands.append(
        Record(
            StepCancelled(
                time=time,
                key=step.key,
                attempt=step.attempt,
                reason=reason,
                started=step.started,
                max_attempts=step.max_attempts,
            )
        )
    )


def failed_event(step: StepState, error: Failure, time: datetime) -> StepFailed:
    """That the step failed, and is not tried again."""
    return StepFailed(
        time=time,
        key=step.key,
        attempt=step.attempt,
        error=error,
        started=step.started,
        max_attempts=step.max_attempts,
        index=step.scope.index,
    )
