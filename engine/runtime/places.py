"""Which executions run: so many at once, by priority and age, none beside what it excludes."""

import asyncio
import heapq
import logging
import time
from itertools import count

from engine.runtime.course import Course
from engine.runtime.dispatcher import AGE
from engine.store import ownership
from engine.store.errors import StoreError
from engine.store.writer import Writer

LOOK = 0.5
"""Seconds between looks whether another process has freed a concurrency key."""

log = logging.getLogger(__name__)


class Places:
    """The places of executions that run; those that only wait or are paused have none."""

    def __init__(self, limit: int, writer: Writer, *, priorities: bool) -> None:
        self._limit = limit
        self._writer = writer
        self._priorities = priorities
        self._taken: set[Course] = set()
        self._wanted: dict[Course, int] = {}
        self._queue: list[tuple[float, int, Course]] = []
        self._blocked: list[Course] = []
        """Courses that wait for another execution of the same concurrency key."""
        self._numbers = count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._look: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def taken(self) -> int:
        """Executions that run."""
        return len(self._taken)

    @property
    def wanted(self) -> int:
        """Executions that wait for a place."""
        return len(self._wanted) + len(self._blocked)

    def want(self, course: Course) -> None:
        """Asks for a place; ``course`` is started, or let run, when it has one."""
        if course in self._wanted or course in self._taken or course in self._blocked:
            return
        urgency = course.header.priority * AGE if self._priorities else 0.0
        number = self._wanted[course] = next(self._numbers)
        heapq.heappush(self._queue, (time.monotonic() - urgency, number, course))
        self._pump()

    def take(self, course: Course) -> None:
        """Gives a place to an execution that ran before, whether there is room or not."""
        self._taken.add(course)
        course.admitted = True

    def leave(self, course: Course) -> None:
        """Frees the place of a course, or takes back that it wants one."""
        self._wanted.pop(course, None)
        if course in self._blocked:
            self._blocked.remove(course)
        course.admitted = False
        if course in self._taken:
            self._taken.discard(course)
        if course.header.concurrency_key is not None and course.state.ended:
            self._unblock()
        self._pump()

    def position(self, course: Course) -> int | None:
        """How many are before it in the queue; None when it is not in it."""
        number = self._wanted.get(course)
        if number is None:
            return None
        own = next(entry for entry in self._queue if entry[1] == number)
        return sum(
            1 for entry in self._queue if entry < own and self._wanted.get(entry[2]) == entry[1]
        )

    def is_blocked(self, course: Course) -> bool:
        """Whether it waits for another execution of its concurrency key."""
        return course in self._blocked

    def close(self) -> None:
        """Nothing more is started."""
        self._closed = True
        self._queue.clear()
        if self._look is not None:
            self._look.cancel()
        for task in self._tasks:
            task.cancel()

    def _pump(self) -> None:
        while self._queue and len(self._taken) < self._limit and not self._closed:
            _, number, course = heapq.heappop(self._queue)
            if self._wanted.get(course) != number:
                continue
            del self._wanted[course]
            if course.closed or course.state.ended:
                continue
            queued = course.state.phase == "queued"
            if queued and course.state.paused is not None:
                continue
            self.take(course)
            if queued and course.header.concurrency_key is not None:
                self._start_alone(course)
            elif queued:
                course.start()
            else:
                course.let_run()

    def _start_alone(self, course: Course) -> None:
        task = asyncio.create_task(self._claim_key(course))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _claim_key(self, course: Course) -> None:
        """Starts a course if its concurrency key is free, which the database alone decides."""
        concurrency = course.state.plan.workflow.concurrency
        header = course.header
        most = concurrency.max if concurrency is not None else 1
        try:
            free = await self._writer.run(
                lambda connection: ownership.claim_key(
                    connection, header.id, header.workflow_id, header.concurrency_key or "", most
                )
            )
        except StoreError as error:
            log.warning("execution %s is not started yet: %s", header.id, error)
            free = False
        if course.closed or course.state.phase != "queued":
            return
        if free and course.state.paused is None:
            course.start()
            return
        self._taken.discard(course)
        course.admitted = False
        if course.state.paused is None:
            self._blocked.append(course)
            self._arm()
        self._pump()

    def _arm(self) -> None:
        if self._look is None and not self._closed:
            self._look = asyncio.get_running_loop().call_later(LOOK, self._unblock)

    def _unblock(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None
        blocked, self._blocked = self._blocked, []
        for course in blocked:
            self.want(course)
