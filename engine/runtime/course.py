"""One execution being carried out: it owns the state, records what happens, does what follows."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from engine.core.commands import Order, StartStep
from engine.core.context import Surroundings
from engine.core.decide import Turn, accepts, advance, resume
from engine.core.events import (
    CancelRequested,
    Event,
    ExecutionPaused,
    ExecutionResumed,
    ExecutionStarted,
    Failure,
    Parent,
    StepCompleted,
    StepFailed,
)
from engine.core.prepare import Prepared
from engine.core.state import State, StepState
from engine.definition.template import SecretMarks
from engine.steps.base import StepType
from engine.store.batch import Batch, Insert
from engine.store.encoding import REFERS, encode
from engine.store.errors import RecordError
from engine.store.project import add_events

if TYPE_CHECKING:
    from engine.runtime.dispatcher import Grant, Request
    from engine.runtime.host import Host
    from engine.runtime.running import Running

log = logging.getLogger(__name__)
GRACE = 2.0
"""Seconds that attempts have to stop when their engine does."""


class Header(Struct, frozen=True, kw_only=True):
    """What an execution is, beside its state."""

    id: str
    workflow_id: str
    version: int | None
    folder: Path | None
    priority: int
    mark_key: bytes
    trigger_id: str | None = None
    retry_of: str | None = None
    parent: Parent | None = None
    concurrency_key: str | None = None


class Course:
    """Owns the state of one execution; all of it happens in the event loop.

    Events change the state at once and are recorded together; an attempt that could do something
    outside begins only when its start is on disk. How an order is carried out is told by
    ``engine.runtime.orders``.
    """

    __slots__ = (
        "_awaited",
        "_batch",
        "_granted",
        "_held",
        "_orders",
        "_unwritten",
        "_working",
        "admitted",
        "around",
        "aside",
        "attempts",
        "closed",
        "header",
        "host",
        "instant",
        "large",
        "requests",
        "starting",
        "state",
        "timers",
    )

    def __init__(self, host: "Host", header: Header, state: State) -> None:
        self.host = host
        self.header = header
        self.state = state
        self.around = Surroundings(
            execution_id=header.id,
            workflow_id=header.workflow_id,
            version=header.version,
            secrets=SecretMarks(header.mark_key),
        )
        self.admitted = False
        """Whether it counts among the executions that run, so that its steps may start."""
        self.large = False
        """Whether there are references to values in files."""
        self.aside: set[asyncio.Task[None]] = set()
        """What reads or keeps large values, and then goes on."""
        self.closed = False
        self.requests: dict[str, Request] = {}
        """Steps that wait for a worker."""
        self.attempts: dict[str, Running] = {}
        self.instant: deque[Running] = deque()
        """Attempts of steps that take no time: they begin and end in one commit."""
        self.starting: list[Running] = []
        """Attempts that begin when their start is on disk."""
        self.timers: set[str] = set()
        self._awaited: list[asyncio.Future[None]] = []
        self._orders: deque[Order] = deque()
        self._granted: deque[tuple[str, Grant | None, Prepared | None]] = deque()
        self._held: list[Order] = []
        self._batch: Batch | None = None
        self._unwritten = 0
        self._working = False

    # What happens to it

    def start(self) -> None:
        """Begins; the engine has room for it."""
        self.feed(ExecutionStarted(time=now()))

    def let_run(self) -> None:
        """The engine has room for its steps again."""
        held, self._held = self._held, []
        self._orders.extend(held)
        self._work()

    def cancel(self, reason: str = "") -> None:
        """Ends the execution as soon as its running steps have stopped."""
        if not self.state.ended and not self.closed:
            self.feed(CancelRequested(time=now(), reason=reason))

    def pause(self, reason: str = "") -> None:
        """Lets what runs end, and starts nothing more."""
        if self.state.ended or self.closed or self.state.paused is not None:
            return
        for request in self.requests.values():
            request.withdrawn = True
        self.requests.clear()
        self._held.clear()
        self.feed(ExecutionPaused(time=now(), reason=reason))

    def resume(self) -> None:
        """Goes on after a pause."""
        if self.closed or self.state.paused is None:
            return
        state = self.state
        status: Literal["queued", "running", "waiting"] = "waiting" if state.idle else "running"
        if state.phase == "queued":
            status = "queued"
        self.feed(ExecutionResumed(time=now(), status=status))
        if state.phase == "queued" and not self.admitted:
            self.host.want_slot(self)

    def tell(self, event: Event) -> bool:
        """Takes what came from outside, unless it comes too late; whether it was taken."""
        if self.closed or not accepts(self.state, event):
            return False
        self.feed(event)
        return True

    def feed(self, event: Event, *more: Insert) -> None:
        """Takes an event: moves the state on, records what happened, carries out what follows.

        ``more`` rows are written in the same commit. Raises RecordError, with nothing changed, for
        an event that cannot be written.
        """
        data: str | None = encode(event)
        self.large = self.large or (data is not None and REFERS in data)
        turn = advance(self.state, event)
        batch = self._open_batch()
        if more:
            batch.inserts.extend(more)
        header = self.header
        add_events(batch, header.id, header.workflow_id, turn.events, data)
        self._orders.extend(turn.orders)
        self._work()

    def take(self, turn: Turn) -> None:
        """Goes on after a recovery."""
        if turn.events:
            batch = self._open_batch()
            add_events(batch, self.header.id, self.header.workflow_id, turn.events)
        self._orders.extend(turn.orders)
        self._work()

    def go_aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Does what has to wait for files, without holding up the rest."""
        task = asyncio.create_task(work)
        self.aside.add(task)
        task.add_done_callback(self._came_back)

    def _came_back(self, task: "asyncio.Task[None]") -> None:
        self.aside.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.stall(error)

    def grant(self, key: str, grant: "Grant | None", prepared: Prepared | None = None) -> None:
        """A worker is there for a step, whose templates may have been rendered already."""
        self._granted.append((key, grant, prepared))
        self._work()

    def finish(self, event: Event, grant: "Grant | None", *more: Insert) -> None:
        """Records a result, and the starts that it makes possible, in one commit."""
        working, self._working = self._working, True
        try:
            try:
                self.feed(event, *more)
            except RecordError as error:
                self.feed(unwritable(event, error))
            finally:
                if grant is not None:
                    grant.release()  # what the freed worker does next belongs to the same commit
        finally:
            self._working = working
        self._work()

    def again(self, order: Order) -> None:
        """Carries out an order whose time has come."""
        if not self.closed:
            self._orders.append(order)
            self._work()

    # Timers

    def set_timer(self, name: str, due: datetime, call: Callable[[], object]) -> None:
        """Calls at ``due``; one timer of a name replaces another."""
        self.timers.add(name)
        self.host.clock.set((self.header.id, name), due, lambda _: self._ring(name, call))

    def _ring(self, name: str, call: Callable[[], object]) -> None:
        self.timers.discard(name)
        if not self.closed:
            call()

    def forget_timers(self) -> None:
        """Removes everything that was to come."""
        for name in self.timers:
            self.host.clock.remove((self.header.id, name))
        self.timers.clear()

    # Its end in this engine

    async def close(self) -> None:
        """Stops every attempt without a result; what they were is told by the next engine."""
        self.closed = True
        for request in self.requests.values():
            request.withdrawn = True
        running = [one for one in self.attempts.values() if one.task is not None]
        tasks: list[asyncio.Future[Any]] = [*self.aside]
        tasks += [one.task for one in running if one.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE)

    def leave(self) -> None:
        """Records that the running attempts were cut off on purpose; after ``close``."""
        turn = resume(self.state, now(), clean=True)
        if turn.events:
            batch = Batch()
            add_events(batch, self.header.id, self.header.workflow_id, turn.events)
            self.host.store.writer.post(batch)

    @property
    def at_rest(self) -> bool:
        """Whether nothing of it is under way, and all that happened is on disk."""
        under_way = self.attempts or self.aside or self.requests or self.starting
        busy = under_way or self._orders or self._granted
        return not busy and not self._held and not self._unwritten and self._batch is None

    async def settled(self) -> None:
        """Returns when all that happened so far is on disk."""
        if self._unwritten:
            written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._awaited.append(written)
            await written

    def kind(self, step: StepState) -> StepType | None:
        """The type of a step, where it is installed."""
        return self.host.step_types.get(step.node.step.type)

    def stall(self, error: BaseException) -> None:
        """The history cannot be written: nothing more is done until an engine takes this over."""
        if self.closed:
            return
        log.error(
            "execution %s stops here, its course cannot be recorded: %s", self.header.id, error
        )
        self.closed = True
        self.host.stall(self)

    def _open_batch(self) -> Batch:
        if self._batch is None:
            self._batch = Batch()
        return self._batch

    def _work(self) -> None:
        """Carries out what is to be done, one after the other however deep it leads."""
        if self._working:
            return
        self._working = True
        host = self.host
        try:
            while self._orders or self._granted or self.instant:
                if self._granted:
                    host.begin(self, *self._granted.popleft())
                elif self.instant:
                    self.instant.popleft().run_at_once()
                else:
                    order = self._orders.popleft()
                    if not self.admitted and type(order) is StartStep:
                        self._held.append(order)
                    else:
                        host.carry_out(self, order)
        finally:
            self._working = False
            self._flush()
        if self._held and not self.closed:
            host.want_slot(self)
        elif self.state.idle and self.admitted and not self.state.busy:
            host.leave_slot(self)

    def _flush(self) -> None:
        """Sends off what happened, and the attempts that wait for that to be on disk."""
        batch, self._batch = self._batch, None
        if batch is None:
            return
        self.host.logs.flush_if_any()
        self._unwritten += 1
        if not self.starting:
            self.host.store.writer.record(batch, self._on_written)
            return
        starting, self.starting = self.starting, []
        for entry in starting:
            self.attempts[entry.step.key] = entry
        self.host.store.writer.record(batch, partial(self._on_written, starting=starting))

    def _on_written(self, error: Exception | None, starting: "Sequence[Running]" = ()) -> None:
        """What happened is on disk: attempts may begin, and whoever waited for that goes on."""
        self._unwritten -= 1
        if error is not None:
            for entry in starting:
                entry.drop()
            self.stall(error)
        else:
            for entry in starting:
                entry.begin()
            if self.state.ended and not self._unwritten:
                self.host.course_ended(self)
        if self._awaited and (error is not None or not self._unwritten):
            awaited, self._awaited = self._awaited, []
            for future in awaited:
                if future.done():
                    continue
                if error is None:
                    future.set_result(None)
                else:
                    future.set_exception(error)


def unwritable(event: Event, error: RecordError) -> StepFailed:
    """What is recorded in place of a result that cannot be. Raises ``error`` for other events."""
    if not isinstance(event, StepCompleted | StepFailed):
        raise error
    return StepFailed(
        time=event.time,
        key=event.key,
        attempt=event.attempt,
        started=event.started,
        error=Failure("output", str(error)),
        max_attempts=event.max_attempts,
    )


def now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)
