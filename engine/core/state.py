"""Where one execution stands: a value with one owner, changed in place by ``decide`` alone."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from engine.core.events import Cause, Failure, Outcome
from engine.core.plan import Node, Plan
from engine.core.variables import initial_variables

StepStatus = Literal[
    "pending",
    "ready",
    "running",
    "retrying",
    "completed",
    "failed",
    "timed_out",
    "skipped",
    "cancelled",
]
Phase = Literal["new", "queued", "graph", "output", "handlers", "ended"]
HandlerKind = Literal["compensate", "on_failure", "on_success", "on_cancel", "finally"]
ACTIVE = frozenset({"ready", "running", "retrying"})
OVER = frozenset({"completed", "failed", "timed_out", "skipped", "cancelled"})


class StepState:
    """One step execution. ``remaining`` counts the ports that its join still waits for."""

    __slots__ = (
        "attempt",
        "branch",
        "bypassed",
        "config",
        "doomed",
        "error",
        "fence",
        "handled",
        "input",
        "lost",
        "max_attempts",
        "node",
        "output",
        "ran",
        "remaining",
        "retry_at",
        "started",
        "status",
        "undecided",
    )

    def __init__(self, node: Node) -> None:
        self.node = node
        self.status: StepStatus = "pending"
        self.remaining = len(node.needs)
        self.attempt = 0
        self.max_attempts = 1
        self.fence = 0
        self.lost = 0
        """Attempts cut off in a row."""
        self.ran = False
        self.handled = False
        """The failure was taken by a step that ran."""
        self.undecided = 0
        """Steps that take the failure and have not yet run or been skipped."""
        self.bypassed = False
        self.doomed = False
        """That it does not run is decided; the event that says so is on its way."""
        self.input: Any = None
        self.config: dict[str, Any] | None = None
        self.output: Any = None
        self.branch: str | None = None
        self.error: Failure | None = None
        self.started: datetime | None = None
        self.retry_at: datetime | None = None

    @property
    def key(self) -> str:
        return self.node.id


class State:
    """One execution: its steps, variables and what of its end is already known."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.phase: Phase = "new"
        self.steps = [StepState(node) for node in plan.nodes]
        self.open = plan.graph_size
        """Steps of the graph that have not ended."""
        self.input: dict[str, Any] = {}
        self.variables: dict[str, Any] = {}
        self.cause: Cause | None = None
        self.queued: datetime | None = None
        self.started: datetime | None = None
        self.fence = 0
        self.stop: Outcome | None = None
        """Why nothing of the graph starts any more."""
        self.reason = ""
        self.cancels = 0
        self.unhandled: StepState | None = None
        """The first step whose failure nothing took."""
        self.compensable: list[StepState] = []
        """Completed steps that name a compensation, in the order of completion."""
        self.outcome: Outcome | None = None
        self.output: Any = None
        self.error: Failure | None = None
        self.handlers: deque[tuple[HandlerKind, StepState]] = deque()
        self.handler: tuple[HandlerKind, StepState] | None = None

    @property
    def ended(self) -> bool:
        return self.phase == "ended"

    def step(self, key: str) -> StepState:
        """The step execution of that key. Raises KeyError."""
        return self.steps[self.plan.by_id[key].index]

    def active(self) -> Iterator[StepState]:
        """Steps that are to start, running, or waiting for another attempt."""
        return (step for step in self.steps if step.status in ACTIVE)

    def begin(self, input: dict[str, Any], cause: Cause | None, time: datetime) -> None:  # noqa: A002
        """Sets what the execution starts from."""
        self.phase = "queued"
        self.input = input
        self.cause = cause
        self.queued = time
        self.variables = initial_variables(self.plan.workflow, self.plan.set_names, input)
