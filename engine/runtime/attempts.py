"""Steps whose turn has come ask for a worker and for what is scarce; running ones are stopped."""

import asyncio
import logging
from datetime import timedelta
from functools import partial

from engine.core.commands import CancelStep, StartStep
from engine.core.events import Failure
from engine.runtime.beginning import begin, fail_unstarted
from engine.runtime.course import Course, now
from engine.runtime.dispatcher import Grant, ResourceError
from engine.runtime.running import cancelled_event
from engine.store import slots
from engine.store.errors import StoreError

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
            course.header.id,
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
    course.go_aside(_take_slots(course, key, grant))


async def _take_slots(course: Course, key: str, grant: Grant) -> None:
    host, identity = course.host, course.header.id
    wants = host.dispatcher.wants(grant.demand)
    wait: float | None = 0.0
    try:
        wait = await host.store.write(slots.take_slots, host.owner, identity, key, wants, now())
    except StoreError as error:
        log.warning("step %s of execution %s is not started yet: %s", key, identity, error)
        wait = slots.LOOK
    except asyncio.CancelledError:
        grant.release()
        raise
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
    running = course.attempts.get(order.key)
    if running is not None:
        running.cancel()
        return
    for entry in course.starting:
        if entry.step.key == order.key:
            course.starting.remove(entry)
            entry.drop()
            course.feed(cancelled_event(course, entry.step, entry.number))
            return
