"""Sub-workflows: their executions started, watched, steered, and what they come to told back."""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.core.artifact import Artifact
from engine.core.commands import StartChild, SteerChild, WatchChild
from engine.core.events import Cause, ChildEnded, ChildStarted, Failure, Parent, StepFailed
from engine.core.late import wanted
from engine.core.state import StepState
from engine.definition.problems import DefinitionError
from engine.runtime.course import Course, now
from engine.runtime.errors import EngineError
from engine.runtime.runner import Failed, failed_event
from engine.store.errors import ArtifactError, StoreError
from engine.store.views import ENDED, Execution

if TYPE_CHECKING:
    from engine.runtime.control import Control

DEEPEST = 20
"""Generations of sub-workflows; more is taken to be one that starts itself for ever."""
MOST_NESTED = 1_000
"""Sub-workflows of sub-workflows under way; more are taken to be some that start themselves."""
LOOK = 1.0
"""Seconds between looks at children that other processes carry out."""

log = logging.getLogger(__name__)


class Family:
    """The children of an engine's executions. Used from the event loop only."""

    def __init__(self, control: "Control") -> None:
        self._control = control
        self._watched: dict[str, tuple[str, str]] = {}
        """Child -> (execution, key) of the step that waits for it."""
        self._nested: set[str] = set()
        """Children of children that are under way, or by their key about to be started."""
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, course: Course, order: StartChild) -> None:
        """Starts a child, without holding up the rest."""
        course.go_aside(self._start(course, order))

    def watch(self, course: Course, order: WatchChild) -> None:
        """Tells the execution how the child ends, also when it has ended already."""
        self._watched[order.execution_id] = (course.header.id, order.key)
        if course.header.parent is not None:
            self._nested.add(order.execution_id)
        self._run(self._look(order.execution_id))

    def steer(self, course: Course, order: SteerChild) -> None:
        """Cancels, pauses or resumes a child."""
        self._run(self._steer(order))

    async def look(self) -> None:
        """Looks at all children that are waited for: other processes may carry them out."""
        for child in [c for c in self._watched if not self._control.carries_out(c)]:
            await self._look(child)

    def ended(self, child: str) -> None:
        """An execution of this engine is over."""
        self._nested.discard(child)
        if child in self._watched:
            self._run(self._look(child))

    async def close(self) -> None:
        """Ends what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _run(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a sub-workflow could not be looked after: %r", error, exc_info=error)

    async def _start(self, course: Course, order: StartChild) -> None:
        step = course.state.find(order.key)
        if step is None or not wanted(course.state, order):
            return
        try:
            child = await self._counted(course, step, order)
        except (EngineError, DefinitionError) as error:
            if not course.closed and wanted(course.state, order):
                course.finish(_not_started(course, step, error), None)
            return
        except StoreError as error:
            log.warning("the sub-workflow of %s is started later: %s", order.key, error)
            again = now() + timedelta(seconds=LOOK)
            course.set_timer(f"child {order.key}", again, lambda: course.again(order))
            return
        started = ChildStarted(time=now(), key=order.key, attempt=order.attempt, execution_id=child)
        if not course.tell(started) and not course.closed:
            await self._control.cancel(child, "the step that started it has ended")

    async def _counted(self, course: Course, step: StepState, order: StartChild) -> str:
        """Starts a child, unless too many are under way that stem from other sub-workflows."""
        if course.header.parent is None:
            return await self._launch(course, step, order)
        if len(self._nested) >= MOST_NESTED:
            raise EngineError(
                f"{MOST_NESTED} sub-workflows of sub-workflows are under way, and no more are "
                "started; does one start itself? A lower max_concurrency of the loop holds it back"
            )
        place = f"{course.header.id}.{order.key}"
        self._nested.add(place)
        try:
            child = await self._launch(course, step, order)
        finally:
            self._nested.discard(place)
        if self._control.carries_out(child):
            self._nested.add(child)
        return child

    async def _launch(self, course: Course, step: StepState, order: StartChild) -> str:
        config = step.config or {}
        header = course.header
        depth = header.parent.depth + 1 if header.parent is not None else 1
        if depth > DEEPEST:
            raise EngineError(
                f"sub-workflows are nested more than {DEEPEST} deep; does one start itself?"
            )
        parent = Parent(execution_id=header.id, key=step.key, depth=depth)
        key = f"{header.id}.{step.key}.{step.fence}"
        retried = order.retry_of or course.state.children.get(step.key)
        if retried is not None:
            await self._control.wait(retried)
            found = await self._control.child_retry(retried, parent, key)
            if found is not None:
                return found
        name = str(config.get("workflow") or "").strip()
        if not name:
            raise EngineError("workflow came out empty; it must be a path, an id or a name")
        return await self._control.start_child(
            name,
            header.folder,
            await self._input_of(course, step, config),
            header.priority,
            Cause(type="workflow", name=course.state.plan.workflow.name or None, time=now()),
            parent,
            key,
        )

    @staticmethod
    async def _input_of(course: Course, step: StepState, config: dict[str, Any]) -> dict[str, Any]:
        given = config.get("input")
        if given is None:
            given = step.input
        if isinstance(given, Artifact):
            given = await course.host.store.artifacts.resolve(given)
        return dict(given) if isinstance(given, dict) else {}

    async def _look(self, child: str) -> None:
        record = await self._control.record(child)
        if record is None or record.status not in ENDED:
            return
        place = self._watched.pop(child, None)
        if place is None:
            return
        course = await self._control.course(place[0])
        if course is not None:
            course.tell(_told(place[1], record))

    async def _steer(self, order: SteerChild) -> None:
        try:
            if order.action == "cancel":
                await self._control.cancel(order.execution_id, order.reason)
            elif order.action == "pause":
                await self._control.pause(order.execution_id, order.reason)
            else:
                await self._control.resume(order.execution_id)
        except EngineError as error:
            log.info("the sub-workflow's execution %s: %s", order.execution_id, error)


def _told(key: str, record: Execution) -> ChildEnded:
    error = None
    if record.error_type is not None:
        error = Failure(record.error_type, record.error_message or "")
    return ChildEnded(
        time=now(),
        key=key,
        execution_id=record.id,
        status=record.status,  # type: ignore[arg-type]  # it has ended
        output=record.output,
        error=error,
        reason=record.reason or "",
    )


def _not_started(course: Course, step: StepState, error: Exception) -> StepFailed:
    kind = "not_found" if "there is no" in str(error) else "workflow"
    if isinstance(error, ArtifactError):
        kind = "artifact"
    retryable = isinstance(error, StoreError) and kind != "artifact"
    failed = Failed(Failure(kind, str(error)), retryable=retryable)
    return failed_event(course.host, step, step.attempt, step.started, failed)


def named_path(name: str, folder: Path | None) -> Path | None:
    """The file that a sub-workflow's name means, where it is one: a path, relative to a folder."""
    path = Path(name).expanduser()
    if path.suffix not in (".yaml", ".yml", ".json") and "/" not in name:
        return None
    return path if path.is_absolute() or folder is None else folder / path
