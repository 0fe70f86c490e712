"""Where one execution stands: a value with one owner, changed in place by ``decide`` alone."""

from collections import ChainMap, deque
from collections.abc import Iterator, Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from engine.core.events import Cause, Failure, Outcome, Parent, Reused, WaitKind
from engine.core.keys import prefix_of
from engine.core.plan import Graph, Node, Plan
from engine.core.variables import initial_variables

if TYPE_CHECKING:
    from engine.core.commands import Conclude
    from engine.core.rounds import Rounds

StepStatus = Literal[
    "pending",
    "ready",
    "running",
    "open",
    "waiting",
    "retrying",
    "completed",
    "failed",
    "timed_out",
    "skipped",
    "cancelled",
]
"""``ready``: its turn has come; ``open``: the steps of its body run, and it waits for them."""
Phase = Literal["new", "queued", "graph", "output", "handlers", "ended"]
HandlerKind = Literal["compensate", "on_failure", "on_success", "on_cancel", "finally"]
ACTIVE = frozenset({"ready", "running", "open", "waiting", "retrying"})
UNREASONED = "it was cancelled"
"""The reason of a cancel for which none was given."""
OVER = frozenset({"completed", "failed", "timed_out", "skipped", "cancelled"})
BUSY = frozenset({"ready", "running"})
IDLE = frozenset({"waiting", "retrying"})


class Wait:
    """What a step waits for; ``child`` is the execution that it started."""

    __slots__ = ("assignees", "child", "failure", "kind", "options", "steered", "until")

    def __init__(
        self,
        kind: WaitKind,
        until: datetime | None = None,
        options: tuple[str, ...] = (),
        assignees: tuple[str, ...] = (),
    ) -> None:
        self.kind = kind
        self.until = until
        self.options = options
        self.assignees = assignees
        self.child: str | None = None
        self.failure: Failure | None = None
        """What the step comes to once its child, which is being cancelled, has ended."""
        self.steered = False
        """Whether the child was paused along with its parent."""


class StepState:
    """One step execution. ``remaining`` counts the ports that its join still waits for."""

    __slots__ = (
        "attempt",
        "branch",
        "bypassed",
        "child",
        "config",
        "digest",
        "doomed",
        "error",
        "fence",
        "handled",
        "input",
        "key",
        "lost",
        "max_attempts",
        "node",
        "output",
        "pauses_before",
        "ran",
        "remaining",
        "retry_at",
        "rounds",
        "scope",
        "sets",
        "started",
        "status",
        "undecided",
        "verdict",
        "wait",
    )

    def __init__(self, node: Node, scope: "Scope", key: str) -> None:
        self.node = node
        self.scope = scope
        self.key = key
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
        """That it does not run, or not any more, is decided; the event that says so follows."""
        self.input: Any = None
        self.config: dict[str, Any] | None = None
        self.digest: str | None = None
        self.output: Any = None
        self.branch: str | None = None
        self.sets: dict[str, Any] | None = None
        """The variables that its completion set."""
        self.error: Failure | None = None
        self.started: datetime | None = None
        self.pauses_before = timedelta()
        """How long the execution was paused before the attempt began."""
        self.retry_at: datetime | None = None
        self.rounds: Rounds | None = None
        """The iterations or branches of its body, once it has begun."""
        self.wait: Wait | None = None
        self.child: str | None = None
        """The execution of its sub-workflow, from the first attempt on."""
        self.verdict: Conclude | None = None
        """What it has come to, until that is recorded."""

    @property
    def index(self) -> int | None:
        """The number of the iteration or branch that it is in."""
        return self.scope.index


class Scope:
    """The steps of one list as they stand: the top, one iteration, or one branch."""

    __slots__ = (
        "graph",
        "halted",
        "index",
        "item",
        "open",
        "parent",
        "prefix",
        "steps",
        "unhandled",
        "variables",
    )

    def __init__(
        self,
        graph: Graph,
        variables: MutableMapping[str, Any],
        *,
        parent: StepState | None = None,
        index: int | None = None,
        item: Any = None,
    ) -> None:
        self.graph = graph
        self.parent = parent
        self.index = index
        self.item = item
        self.prefix = ""
        if parent is not None:
            self.prefix = prefix_of(parent.key, graph.name or index or 0)
        self.variables = variables
        self.open = graph.size
        """Steps of the graph that have not ended."""
        self.halted = ""
        """Why nothing of it starts any more."""
        self.unhandled: StepState | None = None
        """The first step whose failure nothing took."""
        prefix = self.prefix
        self.steps = [
            StepState(node, self, prefix + node.id if prefix else node.id) for node in graph.nodes
        ]

    def step(self, node: Node) -> StepState:
        """The step execution of a node of this scope's graph."""
        return self.steps[node.index]

    def outward(self) -> Iterator["Scope"]:
        """This scope, then those that enclose it."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent.scope if scope.parent is not None else None


class State:
    """One execution: its steps, variables and what of its end is already known."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.phase: Phase = "new"
        self.top = Scope(plan.graph, {})
        self.inner: dict[str, StepState] = {}
        """The steps inside open bodies, by key."""
        self.opened: dict[str, StepState] = {}
        """The steps whose bodies are open, by key."""
        self.reused: dict[str, Reused] = {}
        self.children: dict[str, str] = {}
        self.input: dict[str, Any] = {}
        self.cause: Cause | None = None
        self.parent: Parent | None = None
        self.queued: datetime | None = None
        self.started: datetime | None = None
        self.fence = 0
        self.busy = 0
        """What happens by itself: steps that run, are about to or came to an end that is not
        recorded yet, and rounds whose ``while``, ``output`` or ``break`` is being evaluated."""
        self.waiting = 0
        """Steps that wait for something outside."""
        self.idle = False
        self.paused: datetime | None = None
        self.pauses = timedelta()
        """How long it was paused before."""
        self.stop: Outcome | None = None
        """What the execution comes to because it was stopped."""
        self.reason = ""
        self.cancels = 0
        self.compensable: dict[str, StepState] = {}
        """By key, the completed steps that name a compensation, in the order of completion."""
        self.outcome: Outcome | None = None
        self.output: Any = None
        self.error: Failure | None = None
        self.handlers: deque[tuple[HandlerKind, StepState]] = deque()
        self.handler: tuple[HandlerKind, StepState] | None = None

    @property
    def ended(self) -> bool:
        return self.phase == "ended"

    @property
    def variables(self) -> Mapping[str, Any]:
        """The variables as the top level sees them."""
        return self.top.variables

    def find(self, key: str) -> StepState | None:
        """The step execution of that key; None where there is none, or no longer."""
        node = self.plan.graph.by_id.get(key)
        return self.inner.get(key) if node is None else self.top.steps[node.index]

    def step(self, key: str) -> StepState:
        """The step execution of that key. Raises KeyError."""
        found = self.find(key)
        if found is None:
            raise KeyError(key)
        return found

    def every(self) -> Iterator[StepState]:
        """All step executions that are known: those of the top, then those in open bodies."""
        yield from self.top.steps
        yield from self.inner.values()

    def active(self) -> Iterator[StepState]:
        """Steps that have begun, or are about to, and have not ended."""
        return (step for step in self.every() if step.status in ACTIVE)

    def move(self, step: StepState, status: StepStatus) -> None:
        """Gives a step another status; what it had come to before is done with."""
        self._count(step, -1)
        step.status, step.verdict = status, None
        self._count(step, 1)

    def judge(self, step: StepState, verdict: "Conclude") -> None:
        """Notes what a step has come to, until that is recorded."""
        self._count(step, -1)
        step.verdict = verdict
        self._count(step, 1)

    def _count(self, step: StepState, by: int) -> None:
        if step.verdict is not None or step.status in BUSY:
            self.busy += by
        elif step.status in IDLE:
            self.waiting += by

    def begin(self, input: dict[str, Any], cause: Cause | None, time: datetime) -> None:  # noqa: A002
        """Sets what the execution starts from."""
        self.phase = "queued"
        self.input = input
        self.cause = cause
        self.queued = time
        self.top.variables = initial_variables(self.plan.workflow, self.plan.set_names, input)

    def open_scope(self, graph: Graph, parent: StepState, index: int, item: Any = None) -> Scope:
        """Makes the scope of an iteration or branch, whose steps are known from now on."""
        around = parent.scope.variables
        layers = around.maps if isinstance(around, ChainMap) else [around]
        scope = Scope(graph, ChainMap({}, *layers), parent=parent, index=index, item=item)
        for step in scope.steps:
            self.inner[step.key] = step
        return scope

    def close_scope(self, scope: Scope) -> None:
        """Forgets the steps of a scope; compensations keep what they need of it."""
        for step in scope.steps:
            self.inner.pop(step.key, None)
