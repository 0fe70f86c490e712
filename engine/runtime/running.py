"""One attempt while it runs: a single task, stopped for sure when its time is over."""

import asyncio
import logging
from collections.abc import Coroutine, Generator, Mapping
from functools import partial
from typing import Any, cast

from engine.core.events import Event, Failure, StepCancelled, StepCompleted
from engine.core.state import StepState
from engine.definition.units import format_duration
from engine.runtime.attempt import AttemptContext
from engine.runtime.beginning import mapped_output
from engine.runtime.course import Course, now
from engine.runtime.dispatcher import Grant
from engine.runtime.large import is_heavy, lightened, unreadable
from engine.runtime.runner import Failed, Success, attempt_timeout, failed_event, run_step
from engine.steps.base import StepContext, StepError, StepType
from engine.store import cache
from engine.store.batch import Insert
from engine.store.errors import ArtifactError, RecordError, StoreError

PATIENCE = 1.5
"""Seconds that a stopped attempt has to end by itself."""

log = logging.getLogger(__name__)


class Running:
    """An attempt from the record of its start to the record of its result.

    A step that does not end although it was cancelled is left to itself after ``PATIENCE`` seconds:
    what it gives then is no longer looked at.
    """

    __slots__ = ("_over", "_timer", "_why", "course", "grant", "number", "started", "step", "task")

    def __init__(self, course: Course, step: StepState, grant: Grant | None) -> None:
        self.course = course
        self.step = step
        self.grant = grant
        self.number = step.attempt
        self.started = step.started or now()
        self.task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._why: Failed | None = None
        self._over = False

    def begin(self) -> None:
        """The start is on disk: the work begins."""
        if self._over or self.course.closed:
            self._release()
        elif self._why is not None:
            self._end(self._stopped())
        else:
            self.task = asyncio.create_task(self._work())

    def run_at_once(self) -> None:
        """Runs work that takes no time, without a task of its own unless it waits after all."""
        work = self._work()
        try:
            waits_for = work.send(None)
        except StopIteration:
            return
        self.course.attempts[self.step.key] = self
        self.task = asyncio.create_task(_rest_of(work, waits_for))

    def cancel(self) -> None:
        """Stops the attempt, which is then recorded as cancelled."""
        self._stop(_CANCELLED)

    def drop(self) -> None:
        """The start could not be recorded: nothing is begun."""
        self._over = True
        self._release()

    def _stop(self, why: Failed) -> None:
        if self._over or self._why is not None:
            return
        self._why = why
        if self._timer is not None:
            self._timer.cancel()
        if self.task is not None:
            self.task.cancel()
            self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._leave)

    def _leave(self) -> None:
        if not self._over:
            log.warning("step %s does not end although it was stopped", self.step.key)
            self._end(self._stopped())

    def _time_over(self, seconds: float) -> None:
        limit = format_duration(seconds)
        message = f"the attempt took longer than its timeout of {limit}"
        self._stop(Failed(Failure("timeout", message)))

    async def _work(self) -> None:
        try:
            event = await self._outcome()
            if not self._over:
                self._end(event if self._why is None else self._stopped())
        except StoreError as error:
            self._give_up(error)
        except Exception as error:  # a defect of the engine must not lose the execution
            log.exception("execution %s", self.course.header.id)
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        """The course stalls: its history cannot be written, or not be understood."""
        self._over = True
        self._release()
        self.course.attempts.pop(self.step.key, None)
        self.course.stall(error)

    async def _outcome(self) -> Event:
        try:
            writer = self.course.host.store.writer
            if writer.crowded and self.task is not None:
                await writer.room()
            result = await self._result()
            if self._why is None and self._timer is not None:
                self._timer.cancel()  # it is done in time, however long it takes to be kept
            return await self._event(result)
        except asyncio.CancelledError:
            return self._stopped()

    def _end(self, event: Event) -> None:
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        course = self.course
        course.attempts.pop(self.step.key, None)
        if course.closed:
            self._release()
        else:
            course.finish(event, self.grant, *self._kept(event))

    def _release(self) -> None:
        if self.grant is not None:
            self.grant.release()

    def _stopped(self) -> Event:
        why = self._why
        if why is None or why is _CANCELLED:
            return cancelled_event(self.course, self.step, self.number)
        return failed_event(self.course.host, self.step, self.number, self.started, why)

    async def _result(self) -> Success | Failed:
        course, step = self.course, self.step
        kind = course.kind(step)
        if kind is None:
            message = f'no step type "{step.node.step.type}" is installed'
            return Failed(Failure("unknown_type", message), retryable=False)
        config, given = step.config or {}, step.input or {}
        variables: Mapping[str, Any] = step.scope.variables
        if course.large:
            try:
                config, given, variables = await _read_all(course, config, given, variables)
            except _UnreadableError as error:
                return Failed(error.failure, retryable=False)
        return await self._run(kind, config, given, variables)

    async def _run(
        self, kind: StepType, config: Any, given: Any, variables: Mapping[str, Any]
    ) -> Success | Failed:
        course, step = self.course, self.step
        host, definition = course.host, step.node.step
        try:
            seconds = attempt_timeout(definition, config, host.settings.executor.timeout)
        except StepError as error:
            return Failed(Failure(error.type, error.message), retryable=False)
        context = AttemptContext(host, course.header, step, seconds, variables)
        if seconds is not None and not kind.inline:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(seconds, self._time_over, seconds)
        try:
            return await run_step(
                kind,
                step,
                config,
                given,
                cast(StepContext, context),
                host.secrets,
                course.header.mark_key,
            )
        finally:
            await context.close()

    async def _event(self, result: Success | Failed) -> Event:
        course, step = self.course, self.step
        try:
            output = result.output
            if is_heavy(output):
                output = await course.host.store.lighten(output)
            if isinstance(result, Success):
                return await self._completed(Success(output, result.branch))
            result = Failed(result.error, output, result.retryable, result.retry_after)
        except RecordError as error:
            result = Failed(Failure("output", str(error)), retryable=False)
        except ArtifactError as error:
            result = Failed(Failure("artifact", str(error)), retryable=False)
        return failed_event(course.host, step, self.number, self.started, result)

    async def _completed(self, result: Success) -> Event:
        course, step = self.course, self.step
        variables = None
        if step.node.step.output_mapping:
            mapped = await mapped_output(course, step, result.output)
            if isinstance(mapped, Failure):
                failed = Failed(mapped, result.output, retryable=False)
                return failed_event(course.host, step, self.number, self.started, failed)
            variables = course.host.secrets.mask(mapped.value)
        event = StepCompleted(
            time=now(),
            key=step.key,
            attempt=self.number,
            started=self.started,
            output=result.output,
            branch=result.branch,
            variables=variables,
            max_attempts=step.max_attempts,
        )
        return event if variables is None else await lightened(course.host.store, event)

    def _kept(self, event: Event) -> tuple[Insert, ...]:
        """The row that keeps a result for later executions, where the step has a cache."""
        step = self.step
        kept = step.node.step.cache
        if kept is None or step.digest is None or not isinstance(event, StepCompleted):
            return ()
        place = (self.course.header.workflow_id, step.node.id, step.digest)
        return (cache.result_row(*place, event.output, event.branch, event.time, kept.ttl),)


async def _rest_of(work: Coroutine[Any, Any, None], waits_for: Any) -> None:
    """The rest of a coroutine that has run up to the first thing it waits for."""
    await _Rest(work, waits_for)


class _Rest:
    def __init__(self, work: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._work = work
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        waits_for = self._waits_for
        while True:
            try:
                given = yield waits_for
            except BaseException as error:
                step = partial(self._work.throw, error)
            else:
                step = partial(self._work.send, given)
            try:
                waits_for = step()
            except StopIteration:
                return


_CANCELLED = Failed(Failure("cancelled", "it was cancelled"))


class _UnreadableError(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


async def _read_all(course: Course, config: Any, given: Any, variables: Any) -> tuple[Any, ...]:
    """What a step is given, with nothing left in files."""
    found = []
    for name, value in (("config", config), ("input", given), ("variables", variables)):
        try:
            found.append(await course.host.store.artifacts.resolve(value))
        except ArtifactError as error:
            raise _UnreadableError(unreadable(course, name, error)) from error
    return tuple(found)


def cancelled_event(course: Course, step: StepState, number: int) -> StepCancelled:
    """What is recorded of an attempt that was stopped."""
    return StepCancelled(
        time=now(),
        key=step.key,
        attempt=number,
        reason=step.scope.halted or course.state.reason,
        started=step.started,
        max_attempts=step.max_attempts,
    )
