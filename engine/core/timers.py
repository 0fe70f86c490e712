"""When an execution's own timeouts end; pauses do not count."""

from datetime import timedelta

from engine.core.commands import SetTimer
from engine.core.state import State


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
