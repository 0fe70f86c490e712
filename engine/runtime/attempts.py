"""Steps that take a worker: their turn, their start, the attempt itself and what came of it."""

import asyncio
import logging
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.core.commands import CancelStep, StartStep
from engine.core.events import (
    Event,
    Failure,
    StepCancelled,
    StepCompleted,
    StepFailed,
)
from engine.core.retries import retry_delay
from engine.core.state import StepState
from engine.runtime.attempt import AttemptContext, process_limits
from engine.runtime.beginning import begin, fail_unstarted, mapped_output
from engine.runtime.course import Course, now
from engine.runtime.dispatcher import Grant, ResourceError
from engine.runtime.large import is_heavy, lightened, unreadable
from engine.runtime.runner import Failed, Success, attempt_timeout, run_attempt
from engine.steps.base import StepError, StepType, Stream
from engine.store import cache, slots
from engine.store.batch import Insert
from engine.store.errors import ArtifactError, RecordError, StoreError

if TYPE_CHECKING:
    from engine.runtime.host import Host

log = logging.getLogger(__name__)


def start_step(course: Course, order: StartStep) -> None:
    """A step's turn has come: it asks for a worker, or begins at once where it needs none."""
    if order.not_before is not None and order.not_before > now():
        again = partial(_retry, course, order.key)
        course.set_timer(f"step {order.key}", order.not_before, again)
        return
    step = course.state.find(order.key)
    if step is None:
        return
    kind = course.kind(step)
    if step.node.kind != "work" or kind is None or not kind.runnable or kind.inline:
        begin(course, order.key, None)
        return
    try:
        course.requests[order.key] = course.host.dispatcher.request(
            course.header.priority,
            step.node.step.resources,
            partial(_on_grant, course, order.key),
        )
    except ResourceError as error:
        fail_unstarted(course, step, Failure("resources", str(error)))


def _on_grant(course: Course, key: str, grant: Grant) -> None:
    """A worker is there; what is scarce is taken in the database too, which all engines see."""
    if not grant.demand:
        course.grant(key, grant)
        return
    task = asyncio.create_task(_take_slots(course, key, grant))
    course.attempts[key] = task
    task.add_done_callback(partial(_attempt_over, course))


async def _take_slots(course: Course, key: str, grant: Grant) -> None:
    host, identity = course.host, course.header.id
    wants = host.dispatcher.wants(grant.demand)
    wait: float | None = 0.0
    try:
        wait = await host.store.write(slots.take_slots, host.owner, identity, key, wants, now())
    except StoreError as error:
        log.warning("step %s of execution %s is not started yet: %s", key, identity, error)
        wait = slots.LOOK
    finally:
        course.attempts.pop(key, None)
    if wait is None:
        grant.released = partial(host.free_slots, identity, key)
        course.grant(key, grant)
        return
    grant.release()
    course.requests.pop(key, None)
    again = partial(_ask_again, course, key)
    course.set_timer(f"slots {key}", now() + timedelta(seconds=wait), again)


def _ask_again(course: Course, key: str) -> None:
    step = course.state.find(key)
    if step is not None and step.status in ("ready", "retrying"):
        course.again(StartStep(key, step.attempt + 1))


def _retry(course: Course, key: str) -> None:
    step = course.state.find(key)
    if step is not None and step.status == "retrying" and course.state.paused is None:
        course.again(StartStep(key, step.attempt + 1))


def cancel_step(course: Course, order: CancelStep) -> None:
    """Stops a running attempt, also one whose start is being recorded in this very turn."""
    task = course.attempts.get(order.key)
    if task is not None:
        task.cancel()
        return
    for entry in course.starting:
        if entry.step.key == order.key:
            course.starting.remove(entry)
            if entry.grant is not None:
                entry.grant.release()
            course.feed(_cancelled(course, entry.step, entry.step.attempt, entry.step.started))
            return


def begin_attempt(
    course: Course, step: StepState, grant: Grant | None, written: "asyncio.Future[None]"
) -> None:
    """Runs an attempt whose start is being recorded."""
    task = asyncio.create_task(_attempt(course, step, grant, written))
    course.attempts[step.key] = task
    task.add_done_callback(partial(_attempt_over, course))


def _attempt_over(course: Course, task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("execution %s: %r", course.header.id, error, exc_info=error)
        course.stall(error)


async def _attempt(
    course: Course, step: StepState, grant: Grant | None, written: "asyncio.Future[None]"
) -> None:
    """One attempt from the record of its start to the record of its result."""
    key, number, started = step.key, step.attempt, step.started or now()
    kind = course.kind(step)
    event: Event | None = None
    try:
        if kind is None:
            raise StepError(f'no step type "{step.node.step.type}" is installed')
        if not kind.inline:
            await asyncio.shield(written)
        await course.host.store.writer.room()
        result = await _run(course, kind, step)
        event = await _event_of(course, step, number, started, result)
    except asyncio.CancelledError:
        event = _cancelled(course, step, number, started)
    except StoreError:
        return  # the course stalls: its history cannot be written
    finally:
        course.attempts.pop(key, None)
        if grant is not None and (event is None or course.closed):
            grant.release()
    if not course.closed:
        course.finish(event, grant, *_kept_result(course, step, event))


def _kept_result(course: Course, step: StepState, event: Event) -> tuple[Insert, ...]:
    """The row that keeps a result for later executions, where the step has a cache."""
    kept = step.node.step.cache
    if kept is None or step.digest is None or not isinstance(event, StepCompleted):
        return ()
    place = (course.header.workflow_id, step.node.id, step.digest)
    return (cache.result_row(*place, event.output, event.branch, event.time, kept.ttl),)


async def _run(course: Course, kind: StepType, step: StepState) -> Success | Failed:
    host, definition = course.host, step.node.step
    config, given = step.config or {}, step.input or {}
    variables: Mapping[str, Any] = step.scope.variables
    if course.large:
        try:
            config, given, variables = await _read_all(course, config, given, variables)
        except _UnreadableError as error:
            return Failed(error.failure, retryable=False)
    try:
        seconds = attempt_timeout(definition, config, host.settings.executor.timeout)
    except StepError as error:
        return Failed(Failure(error.type, error.message), retryable=False)
    context = _context(course, step, seconds, variables)
    secrets, mark_key = host.secrets, course.header.mark_key
    try:
        return await run_attempt(kind, definition, config, given, context, secrets, mark_key)
    finally:
        await context.close()


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


def _context(
    course: Course, step: StepState, seconds: float | None, variables: Mapping[str, Any]
) -> AttemptContext:
    host, header = course.host, course.header
    key, number = step.key, step.attempt

    def write(line: str, stream: Stream) -> None:
        host.logs.add(header.id, key, number, stream, line, now())

    return AttemptContext(
        execution_id=header.id,
        step_id=step.node.id,
        key=key,
        attempt=number,
        folder=header.folder,
        scratch=lambda: host.scratch / f"{header.id}-{step.fence}",
        timeout=seconds,
        max_memory=host.settings.executor.max_memory,
        process_limits=process_limits(host.settings.executor),
        variables=variables,
        allowed_folders=host.allowed_folders(header.folder),
        write=write,
    )


async def _event_of(
    course: Course, step: StepState, number: int, started: datetime, result: Success | Failed
) -> Event:
    try:
        output = result.output
        if is_heavy(output):
            output = await course.host.store.lighten(output)
        if isinstance(result, Success):
            return await _completed(course, step, number, started, Success(output, result.branch))
        result = Failed(result.error, output, result.retryable, result.retry_after)
    except RecordError as error:
        result = Failed(Failure("output", str(error)), retryable=False)
    except ArtifactError as error:
        result = Failed(Failure("artifact", str(error)), retryable=False)
    return failed_event(course.host, step, number, started, result)


async def _completed(
    course: Course, step: StepState, number: int, started: datetime, result: Success
) -> Event:
    mapped = await mapped_output(course, step, result.output)
    if isinstance(mapped, Failure):
        failed = Failed(mapped, result.output, retryable=False)
        return failed_event(course.host, step, number, started, failed)
    event = StepCompleted(
        time=now(),
        key=step.key,
        attempt=number,
        started=started,
        output=result.output,
        branch=result.branch,
        variables=course.host.secrets.mask(mapped.value),
        max_attempts=step.max_attempts,
    )
    return event if mapped.value is None else await lightened(course.host.store, event)


def failed_event(
    host: "Host", step: StepState, number: int, started: datetime | None, result: Failed
) -> StepFailed:
    """What is recorded of a failed attempt, with the time of the next one where there is one."""
    time = now()
    return StepFailed(
        time=time,
        key=step.key,
        attempt=number,
        started=started,
        error=result.error,
        output=result.output,
        retry_at=_retry_at(host, step, number, result, time),
        max_attempts=step.max_attempts,
        index=step.scope.index,
    )


def _retry_at(
    host: "Host", step: StepState, number: int, result: Failed, time: datetime
) -> datetime | None:
    if not result.retryable:
        return None
    delay = retry_delay(
        step.node.step,
        host.retries,
        attempt=number,
        error_type=result.error.type,
        chance=random.random(),
        retry_after=result.retry_after,
    )
    return None if delay is None else time + timedelta(seconds=delay)


def _cancelled(
    course: Course, step: StepState, number: int, started: datetime | None
) -> StepCancelled:
    return StepCancelled(
        time=now(),
        key=step.key,
        attempt=number,
        reason=step.scope.halted or course.state.reason,
        started=started,
        max_attempts=step.max_attempts,
    )
