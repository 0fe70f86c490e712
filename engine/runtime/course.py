"""One execution being carried out: orders of the core become attempts, their results events."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from engine.core.commands import CancelStep, Order, RenderOutput, SetTimer, StartStep
from engine.core.context import Surroundings
from engine.core.decide import Turn, advance, resume
from engine.core.events import (
    CancelRequested,
    Event,
    ExecutionStarted,
    Failure,
    OutputRendered,
    StepCancelled,
    StepCompleted,
    StepFailed,
    StepSkipped,
    StepStarted,
    TimeoutReached,
)
from engine.core.prepare import Run, Skip, map_output, prepare, render_output
from engine.core.retries import max_attempts, retry_delay
from engine.core.state import State, StepState
from engine.definition.template import SecretMarks, SystemVolatile
from engine.runtime.attempt import AttemptContext
from engine.runtime.dispatcher import Grant, Request, ResourceError
from engine.runtime.runner import Failed, Success, attempt_timeout, run_attempt
from engine.steps.base import StepError, StepType, Stream
from engine.store.batch import Batch
from engine.store.encoding import encode
from engine.store.errors import RecordError, StoreError
from engine.store.project import add_event

if TYPE_CHECKING:
    from engine.runtime.host import Host

log = logging.getLogger(__name__)
VOLATILE = SystemVolatile()


class Header(Struct, frozen=True, kw_only=True):
    """What an execution is, beside its state."""

    id: str
    workflow_id: str
    version: int | None
    folder: Path | None
    priority: int
    mark_key: bytes
    trigger_id: str | None = None


class Course:
    """Owns the state of one execution; all of it happens in the event loop.

    Events change the state at once and are recorded together; an attempt that could do something
    outside begins only when its start is on disk.
    """

    def __init__(self, host: "Host", header: Header, state: State) -> None:
        self.header = header
        self.state = state
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._host = host
        self._around = Surroundings(
            execution_id=header.id,
            workflow_id=header.workflow_id,
            version=header.version,
            secrets=SecretMarks(header.mark_key),
        )
        self._orders: deque[Order] = deque()
        self._granted: deque[tuple[str, Grant]] = deque()
        self._requests: dict[str, Request] = {}
        self._attempts: dict[str, asyncio.Task[None]] = {}
        self._starting: list[tuple[StepState, Grant | None]] = []
        self._timers: set[tuple[str, str]] = set()
        self._batch: Batch | None = None
        self._written_last: asyncio.Future[None] | None = None
        self._working = False
        self._closed = False

    def start(self) -> None:
        """Begins; the engine has room for it."""
        self.feed(ExecutionStarted(time=_now()))

    def cancel(self, reason: str = "") -> None:
        """Ends the execution as soon as its running steps have stopped."""
        if not self.state.ended and not self._closed:
            self.feed(CancelRequested(time=_now(), reason=reason))

    def feed(self, event: Event) -> None:
        """Takes an event: moves the state on, records what happened, carries out what follows.

        Raises RecordError, with nothing changed, for an event that cannot be written.
        """
        data = encode(event)
        self._take(advance(self.state, event), data)

    def take(self, turn: Turn) -> None:
        """Goes on after a recovery."""
        self._take(turn, None)

    async def close(self) -> None:
        """Stops every attempt without a result; what they were is told by the next engine."""
        self._closed = True
        for request in self._requests.values():
            request.withdrawn = True
        tasks = list(self._attempts.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def settled(self) -> None:
        """Returns when all that happened so far is on disk."""
        if self._written_last is not None:
            await asyncio.shield(self._written_last)

    def leave(self) -> None:
        """Records that the running attempts were cut off on purpose; after ``close``."""
        turn = resume(self.state, _now(), clean=True)
        if turn.events:
            batch = Batch()
            for event in turn.events:
                add_event(batch, self.header.id, self.header.workflow_id, event)
            self._host.store.writer.post(batch)

    def _take(self, turn: Turn, data: str | None) -> None:
        self._record(turn.events, data)
        self._orders.extend(turn.orders)
        self._work()

    def _record(self, events: list[Event], data: str | None) -> None:
        if self._batch is None:
            self._batch = Batch()
        header = self.header
        for event in events:
            add_event(self._batch, header.id, header.workflow_id, event, data)
            data = None

    def _work(self) -> None:
        """Carries out what is to be done, one after the other however deep it leads."""
        if self._working:
            return
        self._working = True
        try:
            while self._orders or self._granted:
                if self._granted:
                    key, grant = self._granted.popleft()
                    self._begin(key, grant)
                else:
                    self._carry_out(self._orders.popleft())
        finally:
            self._working = False
            self._flush()

    def _flush(self) -> None:
        """Sends off what happened, and the attempts that wait for that to be on disk."""
        batch, self._batch = self._batch, None
        if batch is None:
            return
        self._host.logs.flush_if_any()
        written = self._written_last = self._host.store.writer.submit(batch)
        starting, self._starting = self._starting, []
        for step, grant in starting:
            task = asyncio.create_task(self._attempt(step, grant, written))
            self._attempts[step.key] = task
            task.add_done_callback(self._attempt_over)
        written.add_done_callback(self._written)

    def _attempt_over(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("execution %s: %r", self.header.id, error, exc_info=error)
            self._stall(error)

    def _written(self, written: "asyncio.Future[None]") -> None:
        error = written.exception()
        if error is not None:
            self._stall(error)
        elif self.state.ended and written is self._written_last and not self.ended.done():
            self.ended.set_result(self.state.outcome or "failed")
            self._host.course_ended(self)

    def _stall(self, error: BaseException) -> None:
        """The history cannot be written: nothing more is done until an engine takes this over."""
        if self._closed:
            return
        log.error(
            "execution %s stops here, its course cannot be recorded: %s", self.header.id, error
        )
        self._closed = True
        for task in self._attempts.values():
            task.cancel()
        if not self.ended.done():
            self.ended.set_exception(error)
            self.ended.exception()
        self._host.course_ended(self)

    def _carry_out(self, order: Order) -> None:
        if isinstance(order, StartStep):
            self._start_step(order)
        elif isinstance(order, CancelStep):
            task = self._attempts.get(order.key)
            if task is not None:
                task.cancel()
            else:
                self._stop_unstarted(order.key)
        elif isinstance(order, SetTimer):
            due = TimeoutReached(time=order.at, queued=order.kind == "queue")
            self._set_timer(order.kind, order.at, lambda: self._timeout(due))
        elif isinstance(order, RenderOutput):
            made = render_output(self.state, self._around, VOLATILE)
            if isinstance(made, Failure):
                self.feed(OutputRendered(time=_now(), error=made))
            else:
                self._feed_output(made.value)

    def _feed_output(self, value: object) -> None:
        try:
            self.feed(OutputRendered(time=_now(), output=self._host.secrets.mask(value)))
        except RecordError as error:
            self.feed(OutputRendered(time=_now(), error=Failure("output", str(error))))

    def _stop_unstarted(self, key: str) -> None:
        """A step whose start is being recorded in this very turn does not begin any more."""
        for entry in self._starting:
            if entry[0].key == key:
                self._starting.remove(entry)
                if entry[1] is not None:
                    entry[1].release()
                step = entry[0]
                event = StepCancelled(
                    time=_now(),
                    key=key,
                    attempt=step.attempt,
                    reason=self.state.reason,
                    started=step.started,
                    max_attempts=step.max_attempts,
                )
                self.feed(event)
                return

    def _set_timer(self, name: str, due: datetime, call: Callable[[], None]) -> None:
        key = (self.header.id, name)
        self._timers.add(key)
        self._host.clock.set(key, due, lambda _: call())

    def forget_timers(self) -> None:
        """Removes everything that was to come."""
        for key in self._timers:
            self._host.clock.remove(key)
        self._timers.clear()

    def _timeout(self, event: TimeoutReached) -> None:
        if not self.state.ended and not self._closed:
            self.feed(event)

    def _start_step(self, order: StartStep) -> None:
        if order.not_before is not None and order.not_before > _now():
            again = f"step {order.key}"
            self._set_timer(again, order.not_before, lambda: self._retry(order.key))
            return
        step = self.state.step(order.key)
        kind = self._kind(step)
        if kind is None or not kind.runnable or kind.inline:
            self._begin(order.key, None)
            return
        try:
            self._requests[order.key] = self._host.dispatcher.request(
                self.header.priority,
                step.node.step.resources,
                lambda grant: self._on_grant(order.key, grant),
            )
        except ResourceError as error:
            self._fail_unstarted(step, Failure("resources", str(error)))

    def _retry(self, key: str) -> None:
        if not self._closed and self.state.step(key).status == "retrying":
            self._orders.append(StartStep(key, 0))
            self._work()

    def _on_grant(self, key: str, grant: Grant) -> None:
        self._granted.append((key, grant))
        self._work()

    def _begin(self, key: str, grant: Grant | None) -> None:
        """A step's turn has come: its templates are rendered and its start is recorded."""
        self._requests.pop(key, None)
        step = self.state.step(key)
        if self._closed or step.status not in ("ready", "retrying"):
            if grant is not None:
                grant.release()
            return
        try:
            begun = self._record_start(step)
        except RecordError as error:
            self._fail_unstarted(step, Failure("template", str(error)))
            begun = False
        if begun:
            self._starting.append((step, grant))
        elif grant is not None:
            grant.release()

    def _record_start(self, step: StepState) -> bool:
        """Records the start of an attempt, or what happens in its place."""
        config, given = step.config, step.input
        first = config is None
        if first:
            kind = self._kind(step)
            prepared = prepare(self.state, step, kind, self._around, VOLATILE)
            if isinstance(prepared, Skip):
                self.feed(StepSkipped(time=_now(), key=step.key, reason=prepared.reason))
                return False
            if not isinstance(prepared, Run):
                self._fail_unstarted(step, prepared)
                return False
            config, given = prepared.config, prepared.input
        event = StepStarted(
            time=_now(),
            key=step.key,
            attempt=step.attempt + 1,
            fence=self.state.fence + 1,
            max_attempts=max_attempts(step.node.step, self._host.retries),
            input=given if first else None,
            config=config if first else None,
        )
        self.feed(event)
        return True

    def _fail_unstarted(self, step: StepState, failure: Failure) -> None:
        message = self._host.secrets.mask_text(failure.message)
        error = Failure(failure.type, message)
        self.feed(
            StepFailed(
                time=_now(),
                key=step.key,
                attempt=step.attempt + 1,
                error=error,
                max_attempts=max_attempts(step.node.step, self._host.retries),
            )
        )

    async def _attempt(
        self, step: StepState, grant: Grant | None, written: "asyncio.Future[None]"
    ) -> None:
        """One attempt from the record of its start to the record of its result."""
        key, number, started = step.key, step.attempt, step.started or _now()
        kind = self._kind(step)
        event: Event | None = None
        try:
            if kind is None:
                raise StepError(f'no step type "{step.node.step.type}" is installed')
            if not kind.inline:
                await asyncio.shield(written)
            await self._host.store.writer.room()
            result = await self._run(kind, step)
            event = self._event_of(step, number, started, result)
        except asyncio.CancelledError:
            event = StepCancelled(
                time=_now(),
                key=key,
                attempt=number,
                reason=self.state.reason,
                started=started,
                max_attempts=step.max_attempts,
            )
        except StoreError:
            return  # the course stalls: its history cannot be written
        finally:
            self._attempts.pop(key, None)
            if grant is not None and (event is None or self._closed):
                grant.release()
        if not self._closed:
            self._finish(step, event, grant)

    def _finish(self, step: StepState, event: Event, grant: Grant | None) -> None:
        """Records a result, and the starts that it makes possible, in one commit."""
        self._working = True  # what the freed worker does next belongs to the same commit
        try:
            try:
                self.feed(event)
            except RecordError as error:
                self.feed(self._unwritable(event, error))
            finally:
                if grant is not None:
                    grant.release()
        finally:
            self._working = False
            self._work()

    def _unwritable(self, event: Event, error: RecordError) -> StepFailed:
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

    async def _run(self, kind: StepType, step: StepState) -> Success | Failed:
        host, definition = self._host, step.node.step
        config = step.config or {}
        try:
            seconds = attempt_timeout(definition, config, host.settings.executor.timeout)
        except StepError as error:
            return Failed(Failure(error.type, error.message), retryable=False)
        key, number = step.key, step.attempt

        def write(line: str, stream: Stream) -> None:
            host.logs.add(self.header.id, key, number, stream, line, _now())

        context = AttemptContext(
            execution_id=self.header.id,
            step_id=step.node.id,
            attempt=number,
            folder=self.header.folder,
            scratch=lambda: host.scratch / f"{self.header.id}-{step.fence}",
            timeout=seconds,
            max_memory=host.settings.executor.max_memory,
            variables=self.state.variables,
            allowed_folders=host.allowed_folders(self.header.folder),
            write=write,
        )
        try:
            return await run_attempt(
                kind,
                definition,
                config,
                step.input or {},
                context,
                host.secrets,
                self.header.mark_key,
            )
        finally:
            await context.close()

    def _event_of(
        self, step: StepState, number: int, started: datetime, result: Success | Failed
    ) -> Event:
        now = _now()
        if isinstance(result, Success):
            mapped = map_output(self.state, step, result.output, self._around, VOLATILE)
            if not isinstance(mapped, Failure):
                return StepCompleted(
                    time=now,
                    key=step.key,
                    attempt=number,
                    started=started,
                    output=result.output,
                    branch=result.branch,
                    variables=self._host.secrets.mask(mapped.value),
                    max_attempts=step.max_attempts,
                )
            result = Failed(mapped, result.output, retryable=False)
        return StepFailed(
            time=now,
            key=step.key,
            attempt=number,
            started=started,
            error=result.error,
            output=result.output,
            retry_at=self._retry_at(step, number, result, now),
            max_attempts=step.max_attempts,
        )

    def _retry_at(
        self, step: StepState, number: int, result: Failed, now: datetime
    ) -> datetime | None:
        if not result.retryable:
            return None
        delay = retry_delay(
            step.node.step,
            self._host.retries,
            attempt=number,
            error_type=result.error.type,
            chance=random.random(),
            retry_after=result.retry_after,
        )
        return None if delay is None else now + timedelta(seconds=delay)

    def _kind(self, step: StepState) -> StepType | None:
        return self._host.step_types.get(step.node.step.type)


def _now() -> datetime:
    return datetime.now(UTC)
