"""What the courses of an engine share: its store, workers, clock, secrets and settings."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.core.commands import Order
from engine.core.decide import Turn, wanted
from engine.core.prepare import Prepared
from engine.core.retries import RetryDefaults
from engine.core.state import StepState
from engine.runtime import beginning
from engine.runtime.course import Course
from engine.runtime.dispatcher import Dispatcher, Grant
from engine.runtime.listeners import Listeners
from engine.runtime.logs import LogBook
from engine.runtime.orders import CARRIED_OUT
from engine.runtime.places import Places
from engine.runtime.running import Running
from engine.runtime.scratch import ScratchFolders
from engine.runtime.secrets import Secrets
from engine.settings.settings import Settings
from engine.steps.base import StepType
from engine.store.batch import Batch, Freed
from engine.store.store import Store
from engine.triggers.clock import Clock

if TYPE_CHECKING:
    from engine.runtime.family import Family


class Host:
    """The resources of one engine process, and the courses that it carries out."""

    family: "Family"
    listeners: Listeners

    def __init__(
        self,
        store: Store,
        settings: Settings,
        step_types: Mapping[str, StepType],
        scratch: Path,
        owner: str = "",
    ) -> None:
        self.owner = owner
        self.store = store
        self.settings = settings
        self.step_types = step_types
        self.scratch = ScratchFolders(scratch)
        self.secrets = Secrets()
        self.clock = Clock()
        self.logs = LogBook(store.writer, self.secrets)
        self.listeners = Listeners()
        self.retries: RetryDefaults = settings.scheduler.retry.defaults()
        self.dispatcher = Dispatcher(
            settings.scheduler.workers,
            settings.limits,
            priorities=settings.scheduler.priority_queue,
            later=lambda delay, call: asyncio.get_running_loop().call_later(delay, call),
        )
        self.places = Places(
            settings.scheduler.max_concurrent,
            store.writer,
            priorities=settings.scheduler.priority_queue,
        )
        self.courses: dict[str, Course] = {}
        self.parked: set[str] = set()
        """Executions that wait for something outside, and are kept in the database alone."""
        self.starting: set[str] = set()
        """Executions that are being recorded."""
        self.stalled: set[str] = set()
        """Executions whose history could not be written, until their attempts have stopped."""
        self._outcomes: dict[str, asyncio.Future[str]] = {}
        self._allowed = _allowed(settings)

    @property
    def running(self) -> int:
        """Executions that run."""
        return self.places.taken

    @property
    def queued(self) -> int:
        """Executions that wait for their turn."""
        return self.places.wanted

    def is_missing(self, execution_id: str) -> bool:
        """Whether an execution is neither carried out, nor parked, nor about to be."""
        return (
            execution_id not in self.courses
            and execution_id not in self.parked
            and execution_id not in self.starting
            and execution_id not in self.stalled
        )

    def admit(self, course: Course, orders: Sequence[Order] = ()) -> None:
        """Takes a queued execution, which starts when there is room."""
        self.courses[course.header.id] = course
        course.take(Turn([], list(orders)))
        self.places.want(course)

    def go_on(self, course: Course, turn: Turn) -> None:
        """Takes an execution that has started before."""
        self.courses[course.header.id] = course
        if course.state.busy or not course.state.idle:
            self.places.take(course)
        course.take(turn)

    def want_slot(self, course: Course) -> None:
        """A course has steps to start, and does not count among those that run."""
        self.places.want(course)

    def leave_slot(self, course: Course) -> None:
        """A course only waits for something outside."""
        self.places.leave(course)

    def carry_out(self, course: Course, order: Order) -> None:
        """Does what the core asks for, unless what happened since made it void."""
        if wanted(course.state, order):
            CARRIED_OUT[type(order)](course, order)

    def begin(self, course: Course, key: str, grant: Grant | None, ready: Prepared | None) -> None:
        """A worker is there for a step."""
        beginning.begin(course, key, grant, ready)

    def launch(self, course: Course, step: StepState, grant: Grant | None) -> None:
        """An attempt begins: at once where it takes no time, else when its start is on disk."""
        running = Running(course, step, grant)
        kind = course.kind(step)
        if kind is not None and kind.inline and not course.large:
            course.instant.append(running)
        else:
            course.starting.append(running)

    def free_slots(self, execution_id: str, key: str) -> None:
        """Gives back what an attempt held of the limits."""
        self.store.writer.post(Batch(freed=[Freed(self.owner, execution_id, key)]))

    def outcome(self, execution_id: str) -> "asyncio.Future[str]":
        """Done when an execution of this engine has ended, with its status."""
        known = self._outcomes.get(execution_id)
        if known is None:
            known = self._outcomes[execution_id] = asyncio.get_running_loop().create_future()
        return known

    def course_ended(self, course: Course) -> None:
        """Forgets a course; the next one may start."""
        identity = course.header.id
        self.forget(course)
        outcome = self._outcomes.pop(identity, None)
        if outcome is not None and not outcome.done():
            outcome.set_result(course.state.outcome or "failed")
        self.family.ended(identity)

    def stall(self, course: Course) -> None:
        """Stops a course whose history cannot be written; the next sweep goes on from there."""
        identity = course.header.id
        self.stalled.add(identity)
        tasks: list[asyncio.Future[Any]] = [*course.aside]
        tasks += [one.task for one in course.attempts.values() if one.task is not None]
        for task in tasks:
            task.cancel()
        stopped = asyncio.gather(*tasks, return_exceptions=True)
        stopped.add_done_callback(lambda _: self.stalled.discard(identity))
        self.forget(course)

    def forget(self, course: Course) -> None:
        """Lets go of a course, without an end of its execution."""
        self.courses.pop(course.header.id, None)
        self.places.leave(course)
        course.forget_timers()
        self.listeners.forget(course.header.id)

    def allowed_folders(self, folder: Path | None) -> tuple[Path, ...]:
        """Where file steps of a workflow with this folder may read and write."""
        return self._allowed if folder is None else (folder, *self._allowed)

    async def close(self) -> None:
        """Stops all attempts; the executions go on with the next engine."""
        self.clock.close()
        self.places.close()
        await self.family.close()
        courses = list(self.courses.values())
        await asyncio.gather(*(course.close() for course in courses))
        self.logs.flush()
        for course in courses:
            course.leave()
        await asyncio.gather(*(kind.close() for kind in self.step_types.values()))


def _allowed(settings: Settings) -> tuple[Path, ...]:
    given = settings.files.allowed
    if given is not None:
        return tuple(Path(name).expanduser() for name in given)
    return (Path.home(), Path(tempfile.gettempdir()))
