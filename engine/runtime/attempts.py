"""Steps that take a worker: their turn, their start, the attempt itself and what came of it."""

import asyncio
import hashlib
import logging
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.core.artifact import LIMIT, Loaded, artifacts_in
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
from engine.core.needs import LargeValuesNeeded
from engine.core.prepare import Mapped, Prepared, Run, Skip, cache_key, map_output, prepare
from engine.core.retries import max_attempts, retry_delay
from engine.core.state import StepState
from engine.definition.template import SystemVolatile, hide_secrets
from engine.runtime.attempt import AttemptContext, process_limits
from engine.runtime.course import Course, Starting, now
from engine.runtime.dispatcher import Grant, ResourceError
from engine.runtime.large import at_once, in_time, is_heavy, lightened, unreadable
from engine.runtime.runner import Failed, Success, attempt_timeout, run_attempt
from engine.steps.base import StepError, StepType, Stream
from engine.store import cache, slots
from engine.store.batch import Insert
from engine.store.encoding import encode
from engine.store.errors import ArtifactError, RecordError, StoreError

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


def begin(course: Course, key: str, grant: Grant | None, prepared: Prepared | None = None) -> None:
    """A step begins: its templates are rendered and its start is recorded."""
    course.requests.pop(key, None)
    step = course.state.find(key)
    if step is None or not _may_begin(course, step):
        if grant is not None:
            grant.release()
        return
    if step.config is None and prepared is None:
        prepared = _rendered_at_once(course, step)
        if prepared is None or (isinstance(prepared, Run) and is_heavy(prepared)):
            course.go_aside(_begin_aside(course, step, grant, prepared))
            return
    try:
        begun = _record_start(course, step, prepared)
    except RecordError as error:
        fail_unstarted(course, step, Failure("template", str(error)))
        begun = False
    _launch(course, step, grant, begun)


def _may_begin(course: Course, step: StepState) -> bool:
    usable = step.status in ("ready", "retrying") and not step.doomed
    return usable and not course.closed and course.state.paused is None


def _rendered_at_once(course: Course, step: StepState) -> Prepared | None:
    """What the step's templates come to; None where files must be read for that first."""
    if step.node.step.cache is not None and step.node.kind == "work":
        return None
    try:
        return at_once(course, partial(_rendered, course, step))
    except LargeValuesNeeded:
        return None


def _rendered(course: Course, step: StepState, loaded: Loaded | None) -> Prepared:
    return prepare(course.state, step, course.kind(step), course.around, VOLATILE, loaded)


def _launch(course: Course, step: StepState, grant: Grant | None, begun: bool) -> None:
    if begun and step.node.kind == "work":
        course.starting.append(Starting(step, grant))
    elif grant is not None:
        grant.release()


def _record_start(course: Course, step: StepState, prepared: Prepared | None) -> bool:
    """Records the start of an attempt, or what happens in its place."""
    if isinstance(prepared, Skip):
        skipped = StepSkipped(
            time=now(), key=step.key, reason=prepared.reason, index=step.scope.index
        )
        course.feed(skipped)
        return False
    if isinstance(prepared, Failure):
        fail_unstarted(course, step, prepared)
        return False
    event = StepStarted(
        time=now(),
        key=step.key,
        attempt=step.attempt + 1,
        fence=course.state.fence + 1,
        max_attempts=max_attempts(step.node.step, course.host.retries),
        input=prepared.input if prepared is not None else None,
        config=prepared.config if prepared is not None else None,
        index=step.scope.index,
        digest=prepared.digest if prepared is not None else None,
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


async def _begin_aside(
    course: Course, step: StepState, grant: Grant | None, prepared: Prepared | None
) -> None:
    """Begins a step that reads or keeps large values, or looks for a kept result, first."""
    try:
        found = prepared or await in_time(course, partial(_rendered, course, step))
        if isinstance(found, Run):
            found = await _kept_apart(course, step, found)
        event = None
        if isinstance(found, Run) and step.node.step.cache is not None:
            found = await _with_digest(course, step, found)
            if isinstance(found, Run):
                event = await _look_up(course, step, found)
    except BaseException:
        if grant is not None:
            grant.release()
        raise
    if course.state.find(step.key) is not step or not _may_begin(course, step):
        if grant is not None:
            grant.release()
    elif event is not None:
        course.finish(event, grant)
    else:
        course.grant(step.key, grant, found)


async def _kept_apart(course: Course, step: StepState, ready: Run) -> Run | Failure:
    """The input and config with large values kept in files."""
    try:
        ready = await lightened(course.host.store, ready)
    except RecordError as error:
        return Failure("template", str(error))
    except ArtifactError as error:
        return Failure("artifact", str(error))
    if step.node.kind != "wait":
        return ready
    for name, value in ready.config.items():
        if name != "input" and any(artifacts_in(value)):
            return Failure("config", f"config.{name} is larger than {LIMIT // 1024} KB")
    return ready


async def _with_digest(course: Course, step: StepState, ready: Run) -> Run | Failure:
    """With what a kept result is found by."""
    key = await in_time(
        course,
        lambda loaded: cache_key(course.state, step, course.around, VOLATILE, loaded),
    )
    if isinstance(key, Failure):
        return key
    hidden = encode(hide_secrets(ready.config))
    digest = hashlib.sha256(f"{step.node.step.type}\0{hidden}\0{key}".encode()).hexdigest()
    return Run(ready.input, ready.config, digest)


async def _look_up(course: Course, step: StepState, ready: Run) -> Event | None:
    """What a kept result makes of a step; None where there is none that can be used."""
    store = course.host.store
    place = (course.header.workflow_id, step.node.id, ready.digest or "")
    try:
        kept = await store.read(cache.find_result, *place, now())
    except StoreError:
        return None
    if kept is None or not await store.artifacts.have(artifacts_in(kept.output)):
        return None
    mapped = await _mapped(course, step, kept.output)
    if isinstance(mapped, Failure):
        return _unstarted(course, step, mapped)
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
    return await lightened(store, completed)


async def _mapped(course: Course, step: StepState, output: Any) -> Mapped | Failure:
    """What the output mapping sets, large values read where it needs them."""
    state, around = course.state, course.around
    if not course.large and next(artifacts_in(output), None) is None:
        return map_output(state, step, output, around, VOLATILE)
    return await in_time(
        course, lambda loaded: map_output(state, step, output, around, VOLATILE, loaded)
    )


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
        event = await _told(course, step, number, started, result)
        return await lightened(course.host.store, event) if is_heavy(event) else event
    except RecordError as error:
        failed = Failed(Failure("output", str(error)), retryable=False)
    except ArtifactError as error:
        failed = Failed(Failure("artifact", str(error)), retryable=False)
    return failed_event(course.host, step, number, started, failed)


async def _told(
    course: Course, step: StepState, number: int, started: datetime, result: Success | Failed
) -> Event:
    if isinstance(result, Success):
        output = result.output
        if is_heavy(output):
            output = await course.host.store.lighten(output)
        mapped = await _mapped(course, step, output)
        if not isinstance(mapped, Failure):
            return StepCompleted(
                time=now(),
                key=step.key,
                attempt=number,
                started=started,
                output=output,
                branch=result.branch,
                variables=course.host.secrets.mask(mapped.value),
                max_attempts=step.max_attempts,
            )
        result = Failed(mapped, output, retryable=False)
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
