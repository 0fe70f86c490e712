"""When the timeouts of an execution end, and those of its steps without a worker; pauses do not
count.
"""

from datetime import timedelta

from engine.core.commands import SetTimer
from engine.core.state import State, StepState
from engine.definition.units import parse_duration


def execution_timer(state: State) -> list[SetTimer]:
    """The timer of the execution's own timeout, while it runs."""
    seconds = state.plan.workflow.timeout
    if seconds is None or state.started is None or state.phase != "graph":
        return []
    return [SetTimer("execution", state.started + timedelta(seconds=seconds) + state.pauses)]


def queue_timer(state: State) -> list[SetTimer]:
    """The timer of the execution's time in the queue."""
    seconds = state.plan.workflow.queue_timeout
    if seconds is None or state.queued is None:
        return []
    return [SetTimer("queue", state.queued + timedelta(seconds=seconds) + state.pauses)]


def step_timeout(step: StepState) -> float | None:
    """The timeout of a step that takes no worker, in seconds; None where it has none."""
    given = step.node.step.timeout
    if given is None:
        given = (step.config or {}).get("timeout")
    if given is None or step.node.kind == "work":
        return None
    try:
        return parse_duration(given)
    except ValueError:
        return None  # the check of the definition tells, and no timeout is the safe reading


def deadline(state: State, step: StepState) -> list[SetTimer]:
    """The timer of an attempt of a step that takes no worker, where it has a timeout."""
    seconds = step_timeout(step)
    if seconds is None or step.started is None:
        return []
    paused = state.pauses - step.pauses_before
    at = step.started + timedelta(seconds=seconds) + paused
    return [SetTimer("deadline", at, step.key, step.attempt)]
