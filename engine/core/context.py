"""What the templates of a step can name: views over the state of its execution, made on demand."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from engine.core.artifact import Loaded, resolved
from engine.core.events import Cause, Failure
from engine.core.state import Scope, State, StepState


class Surroundings(Struct, frozen=True, kw_only=True):
    """What an execution knows beside its state: ids, and the marks of its secrets."""

    execution_id: str = ""
    workflow_id: str = ""
    version: int | None = None
    secrets: Mapping[str, Any] = {}


class StepViews(Mapping[str, Any]):
    """``steps``: by id, what each step came to; its output is null until it completed.

    Seen are the steps of one list, and of the lists that enclose it. References to what is in
    ``loaded`` are seen as what they mean.
    """

    __slots__ = ("_loaded", "_scope")

    def __init__(self, scope: Scope, loaded: Loaded | None = None) -> None:
        self._scope = scope
        self._loaded = loaded

    def __getitem__(self, key: str) -> Any:
        for scope in self._scope.outward():
            node = scope.graph.by_id.get(key)
            if node is not None:
                view = step_view(scope.steps[node.index])
                return resolved(view, self._loaded) if self._loaded else view
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        for scope in self._scope.outward():
            yield from scope.graph.by_id

    def __len__(self) -> int:
        return sum(len(scope.graph.by_id) for scope in self._scope.outward())


PUBLIC_STATUS = {"ready": "pending", "retrying": "waiting", "open": "running"}


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


def template_context(
    state: State,
    around: Surroundings,
    scope: Scope | None = None,
    loaded: Loaded | None = None,
) -> dict[str, Any]:
    """Everything that templates in ``scope`` may use, a step's own output excepted.

    References to what is in ``loaded`` are replaced by what they mean.
    """
    workflow = state.plan.workflow
    scope = scope or state.top
    context: dict[str, Any] = {
        "variables": scope.variables,
        "input": state.input,
        "steps": StepViews(scope, loaded),
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
    loop = loop_view(scope)
    if loop is not None:
        context["loop"] = loop
    if loaded:
        for name in ("variables", "input", "trigger", "loop"):
            if name in context:
                context[name] = resolved(context[name], loaded)
    return context


def loop_view(scope: Scope) -> dict[str, Any] | None:
    """``loop`` as the steps of an iteration see it; None outside of loops."""
    around = next((s for s in scope.outward() if s.parent is not None and _is_loop(s)), None)
    if around is None or around.parent is None:
        return None
    return iteration_view(around.parent, around.index or 0, around.item)


def iteration_view(step: StepState, index: int, item: Any = None) -> dict[str, Any]:
    """``loop`` for an iteration of a loop step."""
    last = step.rounds.last(index) if step.rounds is not None else None
    return {"item": item, "index": index, "parent": loop_view(step.scope), "last": last}


def _is_loop(scope: Scope) -> bool:
    return scope.parent is not None and scope.parent.node.step.type == "loop"


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
