"""The one thread that writes: many batches share a commit, and none is acknowledged before it."""

import asyncio
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, bindparam, select

from engine.store.batch import Batch
from engine.store.errors import (
    ClosedError,
    DatabaseCorruptError,
    RecordError,
    StoreError,
    explain,
)
from engine.store.statements import Compiled, write_batches
from engine.store.tables import events

T = TypeVar("T")
Work = Callable[[Connection], Any]
Done = Callable[[Exception | None], None]
Heard = Callable[[Sequence[Batch]], None]

QUEUE_LIMIT = 20_000
"""Batches that may wait before those who make them have to wait too."""
GROUP_LIMIT = 2_000
"""Batches in one commit."""
RETRY_PAUSE = 0.5
"""Seconds between attempts while the database as a whole cannot be written."""

log = logging.getLogger(__name__)
_SAME = Compiled(
    select(events.c.id).where(
        events.c.id == bindparam("id"),
        events.c.execution_id.is_(bindparam("execution_id")),
        events.c.time == bindparam("time"),
        events.c.data == bindparam("data"),
    )
)


class _Job:
    """A batch or a piece of work, and the future that its writer resolves."""

    __slots__ = ("batch", "done", "error", "future", "patient", "result", "work")

    def __init__(
        self,
        batch: Batch | None,
        work: Work | None,
        future: "asyncio.Future[Any] | None",
        patient: bool,
    ) -> None:
        self.batch = batch
        self.work = work
        self.future = future
        self.done: Done | None = None
        self.patient = patient
        self.result: Any = None
        self.error: Exception | None = None


def no_fault(point: str) -> None:
    """What happens at a named point of a commit: nothing, except in tests."""


class Writer:
    """Writes from a bounded queue in a thread of its own. All methods belong to the event loop.

    While the disk is full or the database locked, patient jobs (the course of executions) are kept
    and tried again, the others fail at once with the reason; ``trouble`` says it while it lasts.
    """

    fault: Callable[[str], None] = staticmethod(no_fault)
    """Called at ``begin``, ``commit`` (right before it) and ``committed`` (right after it)
    of each transaction: there tests of faults raise, or end the process."""

    def __init__(self, engine: Engine, place: str, heard: Heard) -> None:
        self.trouble: StoreError | None = None
        self._engine = engine
        self._place = place
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._queue: deque[_Job] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._driver: sqlite3.Connection
        self._cursor: sqlite3.Cursor
        self._room = asyncio.Event()
        self._room.set()
        self._thread = threading.Thread(target=self._run, name="treadle-writer", daemon=True)
        self._thread.start()

    def submit(self, batch: Batch, *, patient: bool = True) -> "asyncio.Future[None]":
        """Queues a batch; the future is done when it is on disk, or says why it is not."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._put(_Job(batch, None, future, patient))
        return future

    def record(self, batch: Batch, done: Done) -> None:
        """Queues a batch; ``done`` is called in the loop once it is on disk, or with the reason
        why it is not. Cheaper than a future where very many are recorded; it must not raise.
        """
        job = _Job(batch, None, None, patient=True)
        job.done = done
        self._put(job)

    @property
    def crowded(self) -> bool:
        """Whether those who can should write less."""
        return not self._room.is_set()

    def post(self, batch: Batch, *, patient: bool = True) -> None:
        """Queues a batch that nobody waits for; without patience it may be lost in trouble."""
        self._put(_Job(batch, None, None, patient))

    async def run(self, work: Callable[[Connection], T], batch: Batch | None = None) -> T:
        """Runs ``work`` in the writer's transaction, then writes ``batch`` in the same one.

        Raises what ``work`` raises, and StoreError.
        """
        future: asyncio.Future[T] = self._loop.create_future()
        self._put(_Job(batch, work, future, False))
        return await future

    async def room(self) -> None:
        """Waits until the queue has room again; those who make many batches call it before each."""
        await self._room.wait()

    async def close(self) -> None:
        """Writes what is queued, and ends the thread. Jobs that cannot be written fail."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        await asyncio.to_thread(self._thread.join)
        await asyncio.sleep(0)  # lets the last futures be resolved

    def _put(self, job: _Job) -> None:
        with self._wake:
            if self._closing:
                raise ClosedError("the engine is stopping, and takes nothing new")
            self._queue.append(job)
            if len(self._queue) >= QUEUE_LIMIT:
                self._room.clear()
            self._wake.notify()

    def _run(self) -> None:
        with self._engine.connect().execution_options(writes=True) as connection:
            driver = connection.connection.driver_connection
            self._driver = cast(sqlite3.Connection, driver)
            self._cursor = self._driver.cursor()
            while jobs := self._take():
                kept = self._write(connection, jobs)
                with self._wake:
                    self._queue.extendleft(reversed(kept))
                    if kept and not self._closing:
                        self._wake.wait_for(lambda: self._closing, RETRY_PAUSE)
                    elif kept:
                        self._fail_rest()

    def _take(self) -> list[_Job]:
        with self._wake:
            while not self._queue and not self._closing:
                self._wake.wait()
            count = min(len(self._queue), GROUP_LIMIT)
            jobs = [self._queue.popleft() for _ in range(count)]
            if not self._room.is_set() and len(self._queue) < QUEUE_LIMIT // 2:
                self._loop.call_soon_threadsafe(self._room.set)
        return jobs

    def _write(self, connection: Connection, jobs: list[_Job]) -> list[_Job]:
        """Writes a group; the jobs to keep for later."""
        try:
            try:
                self._commit(connection, jobs)
            except Exception as error:  # one bad job must not fail the others of its group
                if explain(error, self._place) is not None or len(jobs) == 1:
                    raise
                self._commit_one_by_one(connection, jobs)
        except Exception as error:
            if not self._is_written(jobs):
                return self._refuse(jobs, error)
        self.trouble = None
        self._settle(jobs)
        return []

    def _commit(self, connection: Connection, jobs: list[_Job]) -> None:
        if all(job.work is None for job in jobs):
            self._commit_batches([job.batch for job in jobs if job.batch is not None])
            return
        with connection.begin():
            self.fault("begin")
            batches: list[Batch] = []
            for job in jobs:
                if job.work is not None:
                    write_batches(self._cursor, batches)
                    batches.clear()
                    job.result = job.work(connection)
                if job.batch is not None:
                    batches.append(job.batch)
            write_batches(self._cursor, batches)
            self.fault("commit")
        self.fault("committed")

    def _commit_batches(self, batches: list[Batch]) -> None:
        """The common case, without what SQLAlchemy's transaction costs."""
        self._cursor.execute("BEGIN IMMEDIATE")
        try:
            self.fault("begin")
            write_batches(self._cursor, batches)
            self.fault("commit")
            self._cursor.execute("COMMIT")
            self.fault("committed")
        except BaseException:
            if self._driver.in_transaction:
                self._cursor.execute("ROLLBACK")
            raise

    def _is_written(self, jobs: list[_Job]) -> bool:
        """Whether a group whose commit failed is on disk all the same: it is not written twice."""
        row = next((r for j in jobs if j.batch is not None for r in j.batch.events if r.id), None)
        if row is None:
            return False
        try:
            self._cursor.execute(_SAME.sql, (row.id, row.execution_id, row.time, row.data))
            return self._cursor.fetchone() is not None
        except sqlite3.Error:
            return False

    def _commit_one_by_one(self, connection: Connection, jobs: list[_Job]) -> None:
        with connection.begin():
            for job in jobs:
                try:
                    with connection.begin_nested():
                        if job.work is not None:
                            job.result = job.work(connection)
                        if job.batch is not None:
                            write_batches(self._cursor, (job.batch,))
                except Exception as error:
                    if explain(error, self._place) is not None:
                        raise
                    job.error = _for_caller(job, error)

    def _refuse(self, jobs: list[_Job], error: Exception) -> list[_Job]:
        trouble = explain(error, self._place)
        if trouble is None:  # a job alone in its group
            for job in jobs:
                job.error = _for_caller(job, error)
            self._settle(jobs)
            return []
        if self.trouble is None or type(self.trouble) is not type(trouble):
            log.error("%s", trouble)
        self.trouble = trouble
        lasting = isinstance(trouble, DatabaseCorruptError)
        kept = [job for job in jobs if job.patient and not lasting]
        failed = [job for job in jobs if not job.patient or lasting]
        for job in failed:
            job.error = trouble
        self._settle(failed)
        return kept

    def _fail_rest(self) -> None:
        rest = list(self._queue)
        self._queue.clear()
        for job in rest:
            job.error = self.trouble or ClosedError("the engine stopped before this was written")
        self._settle(rest)

    def _settle(self, jobs: list[_Job]) -> None:
        if jobs:
            self._loop.call_soon_threadsafe(self._resolve, jobs)

    def _resolve(self, jobs: list[_Job]) -> None:
        written = [job.batch for job in jobs if job.batch is not None and job.error is None]
        for job in jobs:
            if job.done is not None:
                job.done(job.error)
            elif job.future is not None and not job.future.done():
                if job.error is None:
                    job.future.set_result(job.result)
                else:
                    job.future.set_exception(job.error)
            elif job.future is None and job.error is not None and job.error is not self.trouble:
                log.error("a record was lost: %s", job.error)
        if written:
            self._heard(written)


def _for_caller(job: _Job, error: Exception) -> Exception:
    if job.work is not None or isinstance(error, StoreError):
        return error
    return RecordError(f"this cannot be recorded: {error}")
