"""What people and other executions do with executions: cancel, pause, answer, retry, and more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.core.events import Cause, EventArrived, Parent, StepAnswered
from engine.core.plan import Plan
from engine.core.state import StepState
from engine.definition.problems import DefinitionError
from engine.runtime.course import Course, now
from engine.runtime.errors import ConflictError, InputError, NotFoundError
from engine.runtime.family import named_path
from engine.runtime.host import Host
from engine.runtime.large import is_heavy
from engine.runtime.library import Library
from engine.runtime.recovery import revive
from engine.runtime.repeat import Again, reused_steps
from engine.runtime.start import Launcher, Started, Wanted
from engine.store import executions as runs
from engine.store import ownership, wishes
from engine.store import step_executions as step_runs
from engine.store import workflows as table
from engine.store.views import ENDED, Execution
from engine.store.workflows import WorkflowFilter

LOOK = 0.2
"""Seconds between looks at an execution that another process carries out."""
WOKEN_AT_ONCE = 100
"""Executions that are read from the database together."""
PARKED_AFTER = timedelta(seconds=5)
"""What is due sooner keeps its execution in memory."""

log = logging.getLogger(__name__)


class Control:
    """Acts on executions, whichever process carries them out. Used from the event loop only."""

    def __init__(self, host: Host, library: Library, launcher: Launcher, owner: str) -> None:
        self._host = host
        self._store = host.store
        self._library = library
        self._launcher = launcher
        self._owner = owner
        self._drowsy: dict[str, Course] = {}
        """Courses that were at rest at the last look."""
        self._waking: dict[str, asyncio.Task[Course]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def carries_out(self, execution_id: str) -> bool:
        """Whether an execution is this engine's."""
        return execution_id in self._host.courses or execution_id in self._host.parked

    async def course(self, execution_id: str) -> Course | None:
        """The course of an execution of this engine, woken where it was parked."""
        course = self._host.courses.get(execution_id)
        if course is not None or execution_id not in self._host.parked:
            return course
        waking = self._waking.get(execution_id)
        if waking is None:
            waking = self._waking[execution_id] = asyncio.create_task(self._wake(execution_id))
            waking.add_done_callback(lambda _: self._waking.pop(execution_id, None))
        return await asyncio.shield(waking)

    async def record(self, execution_id: str) -> Execution | None:
        """An execution as it is on disk, without its steps."""
        return await self._store.read(runs.get_execution, execution_id, with_steps=False)

    # Starting

    async def start(self, wanted: Wanted) -> str:
        """Starts an execution; its id. Raises what ``Launcher.start`` raises."""
        started: Started = await self._launcher.start(wanted)
        for other in started.displaced:
            await self.cancel(other, f"{started.id} takes its place")
        return started.id

    async def start_child(
        self,
        name: str,
        folder: Path | None,
        given: dict[str, Any],
        priority: int,
        cause: Cause,
        parent: Parent,
        key: str,
    ) -> str:
        """Starts the execution of a sub-workflow: a file, or the id or name of a workflow."""
        wanted = Wanted(
            input=given,
            priority=priority,
            idempotency_key=key,
            cause=cause,
            parent=parent,
        )
        path = named_path(name, folder)
        if path is not None:
            try:
                text = await asyncio.to_thread(path.read_text, "utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise InputError(f"the sub-workflow {path} cannot be read: {error}") from error
            return await self.start(_with(wanted, source=text, path=str(path)))
        return await self.start(_with(wanted, workflow_id=await self._workflow_named(name)))

    async def _workflow_named(self, name: str) -> str:
        known = await self._store.read(table.get_workflow, name, details=False)
        if known is not None:
            return name
        page = await self._store.read(table.list_workflows, WorkflowFilter(q=name), 100, None)
        found = [workflow.id for workflow in page.items if workflow.name == name]
        if not found:
            raise NotFoundError("workflow", name)
        if len(found) > 1:
            raise InputError(f'{len(found)} workflows are called "{name}"; name one by its id')
        return found[0]

    # Acting

    async def cancel(self, execution_id: str, reason: str = "") -> None:
        """Ends an execution; what has ended stays. Raises NotFoundError."""
        course = await self.course(execution_id)
        if course is not None:
            course.cancel(reason)
            await course.settled()
            return
        record = await self._known(execution_id)
        if record.status not in ENDED:
            await self._wish(execution_id, "cancel", {"reason": reason})

    async def pause(self, execution_id: str, reason: str = "") -> None:
        """Lets running steps end and starts no more. Raises NotFoundError, ConflictError."""
        course = await self.course(execution_id)
        if course is None:
            await self._ask(execution_id, "pause", {"reason": reason})
        elif course.state.paused is not None:
            raise ConflictError("the execution is paused already")
        else:
            course.pause(reason)
            await course.settled()

    async def resume(self, execution_id: str) -> None:
        """Goes on after a pause. Raises NotFoundError, ConflictError."""
        course = await self.course(execution_id)
        if course is None:
            await self._ask(execution_id, "resume", {})
        elif course.state.paused is None:
            raise ConflictError("the execution is not paused")
        else:
            course.resume()
            await course.settled()

    async def answer(
        self,
        execution_id: str,
        key: str,
        decision: str,
        *,
        by: str = "",
        comment: str = "",
        output: Any = None,
    ) -> None:
        """Answers an approval, or says what became of a step that is not repeated.

        Raises NotFoundError, ConflictError where it waits for no answer, and InputError for an
        answer that is not offered.
        """
        output = await self._kept_apart(output)
        answered = StepAnswered(
            time=now(), key=key, decision=decision, by=by, comment=comment, output=output
        )
        course = await self.course(execution_id)
        if course is None:
            step = await self._store.read(step_runs.get_step, execution_id, key)
            if step is None:
                raise NotFoundError("step execution", f"{execution_id}.{key}")
            data = {"key": key, "decision": decision, "by": by, "comment": comment}
            await self._ask(execution_id, "answer", {**data, "output": output})
            return
        step_state = course.state.find(key)
        if step_state is None:
            raise NotFoundError("step execution", f"{execution_id}.{key}")
        _check_answer(step_state, decision, by)
        course.tell(answered)
        await course.settled()

    async def send_event(self, type_: str, data: Any) -> int:
        """Wakes the steps that wait for such an event; how many of this engine they were.

        Executions of other processes are told too, and hear of it within a second.
        """
        given = {"type_": type_, "data": data}
        await self._store.write(wishes.wish_event, self._owner, given, now())
        return await self._wake_listeners(type_, data)

    async def _wake_listeners(self, type_: str, data: Any, execution_id: str | None = None) -> int:
        told: list[Course] = []
        listeners = self._host.listeners.take(type_, data, execution_id)
        for at in range(0, len(listeners), WOKEN_AT_ONCE):
            some = listeners[at : at + WOKEN_AT_ONCE]
            courses = await asyncio.gather(*(self.course(one.execution_id) for one in some))
            for listener, course in zip(some, courses, strict=True):
                order = listener.order
                came = EventArrived(time=now(), key=order.key, attempt=order.attempt, data=data)
                if course is not None and course.tell(came):
                    told.append(course)
        await asyncio.gather(*(course.settled() for course in told))
        return len(told)

    async def _kept_apart(self, value: Any) -> Any:
        """A value that comes from outside, with what is large of it kept in files."""
        if not is_heavy(value):
            return value
        return await self._store.lighten(value, patient=False)

    async def retry(self, execution_id: str, again: Again) -> str:
        """Starts an execution that repeats what an ended one did not complete; its id.

        Raises NotFoundError, ConflictError while it has not ended, and what ``start`` raises.
        """
        record = await self._known(execution_id)
        if record.status not in ENDED:
            raise ConflictError("the execution has not ended; cancel it, or wait for its end")
        if record.status == "completed" and again == Again():
            raise ConflictError(
                "the execution completed, so nothing of it is left to do: "
                "name the step to begin from, or retry it as a whole"
            )
        return await self.start(await self._repeated(record, again))

    async def child_retry(self, execution_id: str, parent: Parent, key: str) -> str | None:
        """As ``retry`` from the failed steps, for a step that starts its sub-workflow again."""
        record = await self.record(execution_id)
        if record is None or record.status not in ENDED or record.status == "completed":
            return None
        wanted = await self._repeated(record, Again())
        return await self.start(_with(wanted, parent=parent, idempotency_key=key))

    async def _repeated(self, record: Execution, again: Again) -> Wanted:
        left = await self._store.read(ownership.read_left, record.id)
        text = left.text if again.source is None else again.source
        if again.newest:
            text = (await self._library.current(record.workflow_id, strict=True)).source or text
        plan = (await self._library.ready(text, None, left.folder)).plan
        before = plan if text == left.text else await self._plan_before(left, plan)
        reused, children = reused_steps(plan, before, left.history, again)
        workflow = await self._store.read(table.get_workflow, record.workflow_id, details=False)
        return Wanted(
            workflow_id=record.workflow_id,
            source=text,
            path=workflow.path if workflow is not None else None,
            folder=left.folder,
            input=record.input if again.input is None else again.input,
            priority=left.priority,
            retry_of=record.id,
            reused=reused,
            children=children,
        )

    async def _plan_before(self, left: ownership.Left, otherwise: Plan) -> Plan:
        """The plan of the text that ran; ``otherwise`` where that cannot be loaded any more."""
        try:
            return (await self._library.ready(left.text, None, left.folder)).plan
        except DefinitionError:
            return otherwise

    async def wait(self, execution_id: str) -> str:
        """The status in which an execution ends. Raises NotFoundError."""
        while True:
            if self.carries_out(execution_id):
                return await asyncio.shield(self._host.outcome(execution_id))
            record = await self._known(execution_id)
            if record.status in ENDED:
                return record.status
            await asyncio.sleep(LOOK)

    # From time to time

    async def carry_out_wishes(self) -> None:
        """Does what other processes asked of this one's executions."""
        if not self._host.courses and not self._host.parked:
            return
        found = await self._store.read(wishes.wishes_for, self._owner)
        for wish in found:
            try:
                await self._grant(wish)
            except (ConflictError, NotFoundError, InputError) as error:
                log.info("what was asked of execution %s: %s", wish.execution_id, error)
        if found:
            await self._store.write(wishes.forget_wishes, [wish.id for wish in found])

    async def _grant(self, wish: wishes.Wish) -> None:
        data = wish.data
        actions: dict[str, Callable[[], Awaitable[object]]] = {
            "cancel": lambda: self.cancel(wish.execution_id, data.get("reason", "")),
            "pause": lambda: self.pause(wish.execution_id, data.get("reason", "")),
            "resume": lambda: self.resume(wish.execution_id),
            "answer": lambda: self.answer(wish.execution_id, **data),
            "event": lambda: self._wake_listeners(**data, execution_id=wish.execution_id),
        }
        if wish.action in actions and self.carries_out(wish.execution_id):
            await actions[wish.action]()

    async def park(self) -> None:
        """Keeps executions that wait for something far away in the database alone."""
        soon = datetime.now(UTC) + PARKED_AFTER
        before, self._drowsy = self._drowsy, {}
        for identity, course in list(self._host.courses.items()):
            state = course.state
            if not (state.idle or state.paused is not None) or state.busy or not course.at_rest:
                continue
            due = self._next_due(course)
            if due is not None and due <= soon:
                continue
            if before.get(identity) is course:
                self._park(identity, course, due)
            else:  # one that was woken just now is about to be told why
                self._drowsy[identity] = course

    def _next_due(self, course: Course) -> datetime | None:
        dues = [self._host.clock.due((course.header.id, name)) for name in course.timers]
        return min((due for due in dues if due is not None), default=None)

    def _park(self, identity: str, course: Course, due: datetime | None) -> None:
        course.closed = True
        course.forget_timers()
        del self._host.courses[identity]
        self._host.parked.add(identity)
        self._host.places.leave(course)
        if due is not None:
            self._host.clock.set((identity, "wake"), due, lambda _: self._wake_soon(identity))

    def _wake_soon(self, identity: str) -> None:
        task = asyncio.create_task(self.course(identity))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wake(self, execution_id: str) -> Course:
        course, turn = await revive(self._host, self._library, execution_id)
        self._host.parked.discard(execution_id)
        self._host.clock.remove((execution_id, "wake"))
        if course.state.phase == "queued":
            self._host.admit(course, turn.orders)
        else:
            self._host.go_on(course, turn)
        return course

    async def _known(self, execution_id: str) -> Execution:
        record = await self.record(execution_id)
        if record is None:
            raise NotFoundError("execution", execution_id)
        return record

    async def _ask(self, execution_id: str, action: str, data: dict[str, Any]) -> None:
        record = await self._known(execution_id)
        if record.status in ENDED:
            raise ConflictError(f"the execution has ended: it is {record.status}")
        await self._wish(execution_id, action, data)

    async def _wish(self, execution_id: str, action: str, data: dict[str, Any]) -> None:
        await self._store.write(wishes.add_wish, execution_id, action, data, now())


def _check_answer(step: StepState, decision: str, by: str) -> None:
    wait = step.wait
    if step.status != "waiting" or wait is None or wait.kind not in ("approval", "answer"):
        raise ConflictError(f'step "{step.key}" waits for no answer')
    if decision not in wait.options:
        raise InputError(f'"{decision}" is no answer; the choice is {", ".join(wait.options)}')
    if wait.assignees and by not in wait.assignees:
        names = ", ".join(wait.assignees)
        raise InputError(f"{by or 'somebody'} may not answer; it is for {names}")


def _with(wanted: Wanted, **values: Any) -> Wanted:
    from msgspec import structs

    return structs.replace(wanted, **values)
