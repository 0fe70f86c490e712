"""Why an execution or a step is where it is: from the living course, or from the history."""

from datetime import datetime

from engine.core.decide import replay
from engine.core.events import InvalidEventError
from engine.core.explain import Facts, explain_execution, explain_step
from engine.core.state import State, StepState
from engine.definition.problems import DefinitionError
from engine.runtime.course import Course, now
from engine.runtime.errors import NotFoundError
from engine.runtime.host import Host
from engine.runtime.library import Library
from engine.store import ownership, step_executions
from engine.store.views import StepExecution


async def explain(host: Host, library: Library, execution_id: str, key: str | None) -> str:
    """Words for an execution, or for one of its steps. Raises NotFoundError."""
    course = host.courses.get(execution_id)
    state = course.state if course is not None else await _replayed(host, library, execution_id)
    if key is None:
        if state is None:
            return "Its history cannot be read with this version and these plug-ins."
        return explain_execution(state, _facts(host, course, None))
    step = state.find(key) if state is not None else None
    row = await host.store.read(step_executions.get_step, execution_id, key)
    if step is None and row is None:
        raise NotFoundError("step execution", f"{execution_id}.{key}")
    if row is not None and (step is None or row.origin is not None or row.status == "skipped"):
        return _of_row(row)
    if step is None or state is None:
        raise NotFoundError("step execution", f"{execution_id}.{key}")
    return explain_step(state, step, _facts(host, course, step))


async def _replayed(host: Host, library: Library, execution_id: str) -> State | None:
    try:
        left = await host.store.read(ownership.read_left, execution_id)
    except LookupError:
        raise NotFoundError("execution", execution_id) from None
    try:
        ready = await library.ready(left.text, None, left.folder)
        return replay(ready.plan, left.history)
    except (DefinitionError, InvalidEventError):
        return None


def _facts(host: Host, course: Course | None, step: StepState | None) -> Facts:
    moment: datetime = now()
    trouble = host.store.writer.trouble or host.store.artifacts.trouble
    told = str(trouble) if trouble is not None else ""
    if course is None:
        return Facts(now=moment, trouble=told)
    lacking: dict[str, None] = {}
    again: datetime | None = None
    for one in (step,) if step is not None else course.state.active():
        wanted = one.node.step.resources
        if one.status == "ready" and wanted:
            again = host.clock.due((course.header.id, f"slots {one.key}"))
            again = again or host.dispatcher.due(wanted, moment)
            scarce = host.dispatcher.lacks(wanted) or (list(wanted) if again else [])
            lacking.update(dict.fromkeys(scarce))
    rates = host.dispatcher.rates
    return Facts(
        now=moment,
        workers=host.dispatcher.workers,
        lacking=tuple(name for name in lacking if name not in rates),
        slow=tuple(name for name in lacking if name in rates),
        asks_again=again,
        trouble=told,
        before=host.places.position(course),
        places=host.settings.scheduler.max_concurrent,
        is_blocked=host.places.is_blocked(course),
    )


def _of_row(row: StepExecution) -> str:
    if row.origin == "reused":
        return "It did not run: its output is that of the execution that this one repeats."
    if row.origin == "cached":
        return "It did not run: its result was kept from an earlier run with the same input."
    if row.status == "skipped":
        return f"It was skipped: {row.reason}."
    if row.error is not None:
        return f"It {row.status.replace('_', ' ')} ({row.error.type}: {row.error.message})."
    return f"It {row.status}." if row.status == "completed" else f"It was {row.status}."
