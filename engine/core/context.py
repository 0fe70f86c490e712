"""What the templates of a step can name: views over the state of its execution, made on demand."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from engine.core.events import Cause, Failure
from engine.core.state import State, StepState


class Surroundings(Struct, frozen=True, kw_only=True):
    """What an execution knows beside its state: ids, and the marks of its secrets."""

    execution_id: str = ""
    workflow_id: str = ""
    version: int | None = None
    secrets: Mapping[str, Any] = {}


class StepViews(Mapping[str, Any]):
    """``steps``: by id, what each step came to; its output is null until it completed."""

    __slots__ = ("_state",)

    def __init__(self, state: State) -> None:
        self._state = state

    def __getitem__(self, key: str) -> dict[str, Any]:
        node = self._state.plan.by_id[key]
        return step_view(self._state.steps[node.index])

    def __iter__(self) -> Iterator[str]:
        return iter(self._state.plan.by_id)

    def __len__(self) -> int:
        return len(self._state.plan.nodes)


PUBLIC_STATUS = {"ready": "pending", "retrying": "waiting"}


def step_view(step: StepState) -> dict[str, Any]:
    """One step as a template sees it."""
    return {
        "output": step.output if step.status == "completed" else None,
        "status": PUBLIC_STATUS.get(step.status, step.status),
        "attempt": step.attempt,
        "error": failure_view(step.error),
    }


def failure_view(failure: Failure | None) -> dict[str, Any] | None:
    """An error as a template sees it."""
    return None if failure is None else {"type": failure.type, "message": failure.message}


def template_context(state: State, around: Surroundings) -> dict[str, Any]:
    """Everything that the templates of a step may use, except its own output."""
    workflow = state.plan.workflow
    return {
        "variables": state.variables,
        "input": state.input,
        "steps": StepViews(state),
        "secrets": around.secrets,
        "execution": {
            "id": around.execution_id,
            "status": state.outcome or "running",
            "error": failure_view(state.error),
            "start_time": _iso(state.started),
        },
        "workflow": {
            "id": around.workflow_id,
            "name": workflow.name,
            "version": around.version,
        },
        "trigger": _trigger_view(state.cause),
    }


def _trigger_view(cause: Cause | None) -> dict[str, Any] | None:
    if cause is None or cause.type == "manual":
        return None
    return {
        "type": cause.type,
        "name": cause.name,
        "time": _iso(cause.time),
        "payload": cause.payload,
        "headers": cause.headers,
    }


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
