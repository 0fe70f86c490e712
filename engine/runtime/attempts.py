"""Steps that take a worker: their turn, their start, the attempt itself and what came of it."""

import asyncio
import hashlib
import logging
import random
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from engine.core.commands import CancelStep, StartStep
from engine.core.events import (
    Event,
    Failure,
    StepCancelled,
    StepCompleted,
    StepFailed,
    StepSkipped,
    StepStarted,
)
from engine.core.prepare import Run, Skip, cache_key, map_output, prepare
from engine.core.retries import max_attempts, retry_delay
from engine.core.state import StepState
from engine.definition.template import SystemVolatile, hide_secrets
from engine.runtime.attempt import AttemptContext
from engine.runtime.course import Course, Starting, now
from engine.runtime.dispatcher import Grant, ResourceError
from engine.runtime.runner import Failed, Success, attempt_timeout, run_attempt
from engine.steps.base import StepError, StepType, Stream
from engine.store import cache
from engine.store.batch import Insert
from engine.store.encoding import encode
from engine.store.errors import RecordError, StoreError

if TYPE_CHECKING:
    from engine.runtime.host import Host

log = logging.getLogger(__name__)
VOLATILE = SystemVolatile()


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
            partial(course.grant, order.key),
        )
    except ResourceError as error:
        fail_unstarted(course, step, Failure("resources", str(error)))


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


def begin(course: Course, key: str, grant: Grant | None, prepared: Run | None = None) -> None:
    """A step begins: its templates are rendered and its start is recorded."""
    course.requests.pop(key, None)
    step = course.state.find(key)
    usable = step is not None and step.status in ("ready", "retrying") and not step.doomed
    if step is None or not usable or course.closed or course.state.paused is not None:
        if grant is not None:
            grant.release()
        return
    cached = step.node.step.cache is not None and step.node.kind == "work"
    if cached and step.config is None and prepared is None:
        _begin_with_cache(course, step, grant)
        return
    try:
        begun = _record_start(course, step, prepared)
    except RecordError as error:
        fail_unstarted(course, step, Failure("template", str(error)))
        begun = False
    _launch(course, step, grant, begun)


def _launch(course: Course, step: StepState, grant: Grant | None, begun: bool) -> None:
    if begun and step.node.kind == "work":
        course.starting.append(Starting(step, grant))
    elif grant is not None:
        grant.release()


def _record_start(course: Course, step: StepState, prepared: Run | None = None) -> bool:
    """Records the start of an attempt, or what happens in its place."""
    config, given, digest = step.config, step.input, None
    first = config is None
    if prepared is not None:
        config, given, digest = prepared.config, prepared.input, prepared.digest
    elif first:
        found = prepare(course.state, step, course.kind(step), course.around, VOLATILE)
        if isinstance(found, Skip):
            skipped = StepSkipped(
                time=now(), key=step.key, reason=found.reason, index=step.scope.index
            )
            course.feed(skipped)
            return False
        if not isinstance(found, Run):
            fail_unstarted(course, step, found)
            return False
        config, given = found.config, found.input
    event = StepStarted(
        time=now(),
        key=step.key,
        attempt=step.attempt + 1,
        fence=course.state.fence + 1,
        max_attempts=max_attempts(step.node.step, course.host.retries),
        input=given if first else None,
        config=config if first else None,
        index=step.scope.index,
        digest=digest,
    )
    course.feed(event)
    return True


def fail_unstarted(course: Course, step: StepState, failure: Failure) -> None:
    """Records that a step failed before it could begin."""
    course.feed(_unstarted(course, step, failure))


def _unstarted(course: Course, step: StepState, failure: Failure) -> StepFailed:
    return StepFailed(
        time=now(),
        key=step.key,
        attempt=step.attempt + 1,
        error=Failure(failure.type, course.host.secrets.mask_text(failure.message)),
        max_attempts=max_attempts(step.node.step, course.host.retries),
        index=step.scope.index,
    )


def _begin_with_cache(course: Course, step: StepState, grant: Grant | None) -> None:
    """Looks for a kept result first, off the loop."""
    prepared = prepare(course.state, step, course.kind(step), course.around, VOLATILE)
    if not isinstance(prepared, Run):
        _launch(course, step, grant, _record_start(course, step))
        return
    key = cache_key(course.state, step, course.around, VOLATILE)
    if isinstance(key, Failure):
        fail_unstarted(course, step, key)
        _launch(course, step, grant, begun=False)
        return
    hidden = encode(hide_secrets(prepared.config))
    digest = hashlib.sha256(f"{step.node.step.type}\0{hidden}\0{key}".encode()).hexdigest()
    ready = Run(prepared.input, prepared.config, digest)
    task = asyncio.create_task(_look_up(course, step, grant, ready))
    course.attempts[step.key] = task
    task.add_done_callback(partial(_attempt_over, course))


async def _look_up(course: Course, step: StepState, grant: Grant | None, ready: Run) -> None:
    place = (course.header.workflow_id, step.node.id, ready.digest or "")
    try:
        kept = await course.host.store.read(cache.find_result, *place, now())
    except (StoreError, asyncio.CancelledError):
        kept = None
    finally:
        course.attempts.pop(step.key, None)
    if kept is None or course.closed or step.doomed or step.status not in ("ready", "retrying"):
        course.grant(step.key, grant, ready)
        return
    mapped = map_output(course.state, step, kept.output, course.around, VOLATILE)
    if isinstance(mapped, Failure):
        course.finish(_unstarted(course, step, mapped), grant)
        return
    completed = StepCompleted(
        time=now(),
        key=step.key,
        attempt=step.attempt,
        started=now(),
        output=kept.output,
        branch=kept.branch,
        variables=course.host.secrets.mask(mapped.value),
        cached=True,
        index=step.scope.index,
    )
    course.finish(completed, grant)


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
        event = _event_of(course, step, number, started, result)
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
    config = step.config or {}
    try:
        seconds = attempt_timeout(definition, config, host.settings.executor.timeout)
    except StepError as error:
        return Failed(Failure(error.type, error.message), retryable=False)
    context = _context(course, step, seconds)
    secrets, mark_key = host.secrets, course.header.mark_key
    try:
        given = step.input or {}
        return await run_attempt(kind, definition, config, given, context, secrets, mark_key)
    finally:
        await context.close()


def _context(course: Course, step: StepState, seconds: float | None) -> AttemptContext:
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
        variables=step.scope.variables,
        allowed_folders=host.allowed_folders(header.folder),
        write=write,
    )


def _event_of(
    course: Course, step: StepState, number: int, started: datetime, result: Success | Failed
) -> Event:
    if isinstance(result, Success):
        mapped = map_output(course.state, step, result.output, course.around, VOLATILE)
        if not isinstance(mapped, Failure):
            return StepCompleted(
                time=now(),
                key=step.key,
                attempt=number,
                started=started,
                output=result.output,
                branch=result.branch,
                variables=course.host.secrets.mask(mapped.value),
                max_attempts=step.max_attempts,
            )
        result = Failed(mapped, result.output, retryable=False)
    return failed_event(course.host, step, number, started, result)


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
