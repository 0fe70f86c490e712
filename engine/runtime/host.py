"""What the courses of an engine share: its store, workers, clock, secrets and settings."""

import asyncio
import heapq
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

from engine.core.commands import Order
from engine.core.decide import Turn
from engine.core.retries import RetryDefaults
from engine.runtime.course import Course
from engine.runtime.dispatcher import AGE, Dispatcher
from engine.runtime.logs import LogBook
from engine.runtime.secrets import Secrets
from engine.settings.settings import Settings
from engine.steps.base import StepType
from engine.store.store import Store
from engine.triggers.clock import Clock


class Host:
    """The resources of one engine process, and the courses that it carries out.

    At most ``max_concurrent`` executions run at once; the others wait by priority and age.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        step_types: Mapping[str, StepType],
        scratch: Path,
    ) -> None:
        self.store = store
        self.settings = settings
        self.step_types = step_types
        self.scratch = scratch
        self.secrets = Secrets()
        self.clock = Clock()
        self.logs = LogBook(store.writer, self.secrets)
        self.retries: RetryDefaults = settings.scheduler.retry.defaults()
        self.dispatcher = Dispatcher(
            settings.scheduler.workers,
            settings.limits,
            priorities=settings.scheduler.priority_queue,
            later=lambda delay, call: asyncio.get_running_loop().call_later(delay, call),
        )
        self.courses: dict[str, Course] = {}
        self._allowed = _allowed(settings)
        self._running: set[str] = set()
        self._queue: list[tuple[float, int, Course]] = []
        self._numbers = count()

    @property
    def running(self) -> int:
        """Executions that run."""
        return len(self._running)

    @property
    def queued(self) -> int:
        """Executions that wait for their turn."""
        return len(self.courses) - len(self._running)

    def admit(self, course: Course, orders: Sequence[Order] = ()) -> None:
        """Takes a queued execution, which starts when there is room."""
        self.courses[course.header.id] = course
        course.take(Turn([], list(orders)))
        urgency = course.header.priority * AGE if self.settings.scheduler.priority_queue else 0.0
        heapq.heappush(self._queue, (time.monotonic() - urgency, next(self._numbers), course))
        self._pump()

    def go_on(self, course: Course) -> None:
        """Takes an execution that has started before."""
        self.courses[course.header.id] = course
        self._running.add(course.header.id)

    def course_ended(self, course: Course) -> None:
        """Forgets a course; the next one may start."""
        identity = course.header.id
        self.courses.pop(identity, None)
        self._running.discard(identity)
        course.forget_timers()
        self._pump()

    def allowed_folders(self, folder: Path | None) -> tuple[Path, ...]:
        """Where file steps of a workflow with this folder may read and write."""
        return self._allowed if folder is None else (folder, *self._allowed)

    async def close(self) -> None:
        """Stops all attempts; the executions go on with the next engine."""
        self.clock.close()
        self._queue.clear()
        courses = list(self.courses.values())
        await asyncio.gather(*(course.close() for course in courses))
        self.logs.flush()
        for course in courses:
            course.leave()

    def _pump(self) -> None:
        while self._queue and len(self._running) < self.settings.scheduler.max_concurrent:
            _, _, course = heapq.heappop(self._queue)
            if course.state.phase == "queued" and course.header.id in self.courses:
                self._running.add(course.header.id)
                course.start()


def _allowed(settings: Settings) -> tuple[Path, ...]:
    given = settings.files.allowed
    if given is not None:
        return tuple(Path(name).expanduser() for name in given)
    return (Path.home(), Path(tempfile.gettempdir()))
