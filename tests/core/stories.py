"""Short stories of events: a state that is told what happens, and small workflows to tell it of."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.core.commands import (
    CheckIteration,
    Conclude,
    Order,
    RenderIteration,
    SetTimer,
    StartStep,
)
from engine.core.decide import advance
from engine.core.events import (
    CancelRequested,
    ChildEnded,
    ChildStarted,
    DeadlineReached,
    Event,
    ExecutionPaused,
    ExecutionQueued,
    ExecutionResumed,
    ExecutionStarted,
    Failure,
    IterationChecked,
    IterationEnded,
    Outcome,
    StepCancelled,
    StepCompleted,
    StepDue,
    StepFailed,
    StepStarted,
)
from engine.core.plan import Plan
from engine.core.state import State
from engine.definition.model import Body, Dependency, Step, Workflow

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Story:
    """A state, told what happens. Steps that take no worker are started and concluded by itself.

    ``attempts`` says by id how often a step is tried; ``check`` answers for a loop's ``while`` and
    ``render`` for its ``output`` and ``break``: without them those orders are left to the test.
    """

    def __init__(
        self,
        workflow: Workflow,
        *,
        attempts: dict[str, int] | None = None,
        check: Callable[[int], bool] | None = None,
        render: Callable[[int], tuple[Any, bool]] | None = None,
        **queued: Any,
    ) -> None:
        self.plan = Plan(workflow)
        self.state = State(self.plan)
        self.now = NOW
        self.attempts = attempts or {}
        self.check = check
        self.render = render
        self.events: list[Event] = []
        self.orders: list[Order] = []
        self.tell(ExecutionQueued(time=NOW, **queued))

    def tell(self, event: Event) -> list[Order]:
        """The orders that are left to the test."""
        self.orders = []
        orders = deque(self._feed(event))
        while orders:
            order = orders.popleft()
            answer = self._answer(order)
            if answer is None:
                self.orders.append(order)
            else:
                orders.extend(self._feed(answer))
        return self.orders

    def _feed(self, event: Event) -> list[Order]:
        turn = advance(self.state, event)
        self.events += turn.events
        return turn.orders

    def _answer(self, order: Order) -> Event | None:
        if isinstance(order, StartStep) and (order.not_before or self.now) <= self.now:
            if self.state.step(order.key).node.kind != "work":
                return self._start(order.key, order.attempt)
        elif isinstance(order, Conclude):
            return self._conclude(order)
        elif isinstance(order, CheckIteration) and self.check is not None:
            go = self.check(order.index)
            return IterationChecked(time=self.now, key=order.key, index=order.index, go=go)
        elif isinstance(order, RenderIteration) and self.render is not None:
            output, stop = self.render(order.index)
            return IterationEnded(
                time=self.now, key=order.key, index=order.index, output=output, stop=stop
            )
        return None

    def _start(self, key: str, attempt: int) -> StepStarted:
        step = self.state.find(key)
        first = step is not None and step.config is None
        config = dict(step.node.step.config) if step is not None and first else None
        fence = self.state.fence + 1
        return StepStarted(time=self.now, key=key, attempt=attempt, fence=fence, config=config)

    def _conclude(self, order: Conclude) -> Event:
        step = self.state.step(order.key)
        started = step.started or self.now
        if order.error is None:
            return StepCompleted(
                time=self.now,
                key=order.key,
                attempt=order.attempt,
                started=started,
                output=order.output,
            )
        again = order.retryable and order.attempt < self.attempts.get(step.node.id, 1)
        return StepFailed(
            time=self.now,
            key=order.key,
            attempt=order.attempt,
            started=started,
            error=order.error,
            output=order.output,
            retry_at=self.now if again else None,
        )

    def begin(self) -> list[Order]:
        return self.tell(ExecutionStarted(time=self.now))

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def start(self, key: str, attempt: int = 1) -> list[Order]:
        return self.tell(self._start(key, attempt))

    def complete(
        self, key: str, branch: str | None = None, variables: dict[str, Any] | None = None
    ) -> list[Order]:
        if self.state.step(key).status in ("ready", "retrying"):
            self.start(key, self.state.step(key).attempt + 1)
        attempt = self.state.step(key).attempt
        event = StepCompleted(
            time=self.now,
            key=key,
            attempt=attempt,
            started=self.now,
            output=key,
            branch=branch,
            variables=variables,
        )
        return self.tell(event)

    def fail(self, key: str, retry_at: datetime | None = None, type: str = "e") -> list[Order]:
        if self.state.step(key).status in ("ready", "retrying"):
            self.start(key, self.state.step(key).attempt + 1)
        event = StepFailed(
            time=self.now,
            key=key,
            attempt=self.state.step(key).attempt,
            started=self.now,
            error=Failure(type, "no"),
            retry_at=retry_at,
        )
        return self.tell(event)

    def cancelled(self, key: str) -> list[Order]:
        """The attempt that was to be stopped has stopped."""
        attempt = self.state.step(key).attempt
        return self.tell(StepCancelled(time=self.now, key=key, attempt=attempt))

    def cancel(self) -> list[Order]:
        return self.tell(CancelRequested(time=self.now, reason="enough"))

    def pause(self) -> list[Order]:
        return self.tell(ExecutionPaused(time=self.now))

    def resume(self) -> list[Order]:
        return self.tell(ExecutionResumed(time=self.now))

    def due(self, key: str) -> list[Order]:
        step = self.state.step(key)
        if step.wait is not None and step.wait.until is not None:
            self.now = max(self.now, step.wait.until)
        return self.tell(StepDue(time=self.now, key=key, attempt=step.attempt))

    def deadline(self, key: str) -> list[Order]:
        attempt = self.state.step(key).attempt
        return self.tell(DeadlineReached(time=self.now, key=key, attempt=attempt))

    def child(self, key: str, execution_id: str) -> list[Order]:
        attempt = self.state.step(key).attempt
        return self.tell(
            ChildStarted(time=self.now, key=key, attempt=attempt, execution_id=execution_id)
        )

    def child_ended(
        self, key: str, execution_id: str, status: Outcome = "completed", **more: Any
    ) -> list[Order]:
        return self.tell(
            ChildEnded(time=self.now, key=key, execution_id=execution_id, status=status, **more)
        )

    @property
    def status(self) -> dict[str, str]:
        return {step.key: step.status for step in self.state.top.steps}

    @property
    def inner(self) -> dict[str, str]:
        """The steps of open bodies."""
        return {step.key: step.status for step in self.state.inner.values()}

    def output(self, key: str) -> Any:
        return self.state.step(key).output

    @property
    def starts(self) -> list[str]:
        return [order.key for order in self.orders if isinstance(order, StartStep)]

    @property
    def timers(self) -> list[SetTimer]:
        return [order for order in self.orders if isinstance(order, SetTimer)]

    @property
    def ran(self) -> list[str]:
        """The steps with a worker that were started, in their order."""
        return [
            event.key
            for event in self.events
            if isinstance(event, StepStarted) and event.key.rpartition(".")[2] not in self._own
        ]

    @property
    def _own(self) -> set[str]:
        own = ("loop", "parallel", "wait", "approval", "workflow")
        return {step.id for step in self.plan.workflow.walk() if step.type in own}


def step(identity: str, *needs: str, type: str = "t", **more: Any) -> Step:
    pairs = [need.partition(".") for need in needs]
    return Step(
        id=identity,
        type=type,
        depends_on=tuple(Dependency(name, port or "success") for name, _, port in pairs),
        **more,
    )


def loop(
    identity: str, body: list[Step], *needs: str, step_more: Any = None, **config: Any
) -> Step:
    more = step_more or {}
    bodies = (Body("", tuple(body)),)
    return step(identity, *needs, type="loop", bodies=bodies, config=config, **more)


def parallel(
    identity: str,
    branches: dict[str, list[Step]],
    *needs: str,
    step_more: Any = None,
    **config: Any,
) -> Step:
    more = step_more or {}
    bodies = tuple(Body(name, tuple(steps)) for name, steps in branches.items())
    return step(identity, *needs, type="parallel", bodies=bodies, config=config, **more)


def flow(*steps: Step, **more: Any) -> Workflow:
    return Workflow(steps=steps, **more)
