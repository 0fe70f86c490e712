"""How a step begins: its templates rendered, what is large kept apart, its start recorded."""

import hashlib
from functools import partial
from typing import Any

from engine.core.artifact import LIMIT, Loaded, artifacts_in
from engine.core.events import (
    Event,
    Failure,
    StepCompleted,
    StepFailed,
    StepSkipped,
    StepStarted,
)
from engine.core.needs import LargeValuesNeeded
from engine.core.prepare import Mapped, Prepared, Run, Skip, cache_key, map_output, prepare
from engine.core.retries import max_attempts
from engine.core.state import StepState
from engine.definition.template import SystemVolatile, hide_secrets
from engine.runtime.course import Course, now
from engine.runtime.dispatcher import Grant
from engine.runtime.large import at_once, in_time, is_heavy, lightened
from engine.store import cache
from engine.store.encoding import encode
from engine.store.errors import ArtifactError, RecordError, StoreError

VOLATILE = SystemVolatile()


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
        course.host.launch(course, step, grant)
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
    mapped = await mapped_output(course, step, kept.output)
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


async def mapped_output(course: Course, step: StepState, output: Any) -> Mapped | Failure:
    """What the output mapping sets, large values read where it needs them."""
    state, around = course.state, course.around
    if not course.large and next(artifacts_in(output), None) is None:
        return map_output(state, step, output, around, VOLATILE)
    return await in_time(
        course, lambda loaded: map_output(state, step, output, around, VOLATILE, loaded)
    )
