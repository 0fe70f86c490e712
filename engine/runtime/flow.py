"""Orders that only templates and rules are needed for: outputs, iterations, ends of such steps."""

from typing import Any

from engine.core.artifact import Loaded, resolved
from engine.core.commands import (
    CheckIteration,
    Conclude,
    RenderIteration,
    RenderOutput,
    SetTimer,
)
from engine.core.events import (
    DeadlineReached,
    Event,
    Failure,
    IterationChecked,
    IterationEnded,
    OutputRendered,
    StepCompleted,
    StepDue,
    TimeoutReached,
)
from engine.core.needs import ask_for_all
from engine.core.prepare import (
    Mapped,
    check_iteration,
    map_output,
    render_iteration,
    render_output,
)
from engine.core.state import StepState
from engine.definition.template import SystemVolatile, mask_marks
from engine.runtime.course import Course, now
from engine.runtime.large import answer
from engine.runtime.runner import Failed, failed_event
from engine.runtime.schemas import describe_errors
from engine.runtime.secrets import MASK

VOLATILE = SystemVolatile()


def set_timer(course: Course, order: SetTimer) -> None:
    """Tells the execution when the time has come."""
    event: Event
    if order.kind == "due":
        event = StepDue(time=order.at, key=order.key, attempt=order.attempt)
    elif order.kind == "deadline":
        event = DeadlineReached(time=order.at, key=order.key, attempt=order.attempt)
    else:
        event = TimeoutReached(time=order.at, queued=order.kind == "queue")
    course.set_timer(f"{order.kind} {order.key}", order.at, lambda: course.tell(event))


def render_the_output(course: Course, order: RenderOutput) -> None:
    """Makes what the execution returns."""

    def make(loaded: Loaded | None) -> Event:
        made = render_output(course.state, course.around, VOLATILE, loaded)
        if isinstance(made, Failure):
            return refuse(made)
        return OutputRendered(time=now(), output=course.host.secrets.mask(made.value))

    def refuse(failure: Failure) -> Event:
        return OutputRendered(time=now(), error=_masked(course, failure))

    answer(course, order, make, refuse)


def check_the_iteration(course: Course, order: CheckIteration) -> None:
    """Evaluates a loop's ``while``."""
    step = course.state.find(order.key)
    if step is None:
        return
    key, index = order.key, order.index

    def make(loaded: Loaded | None) -> Event:
        found = check_iteration(course.state, step, index, course.around, VOLATILE, loaded)
        if isinstance(found, Failure):
            return refuse(found)
        return IterationChecked(time=now(), key=key, index=index, go=found)

    def refuse(failure: Failure) -> Event:
        return IterationChecked(time=now(), key=key, index=index, error=_masked(course, failure))

    answer(course, order, make, refuse)


def render_the_iteration(course: Course, order: RenderIteration) -> None:
    """Evaluates a loop's ``output`` and ``break``."""
    step = course.state.find(order.key)
    if step is None:
        return
    key, index = order.key, order.index

    def make(loaded: Loaded | None) -> Event:
        made = render_iteration(course.state, step, index, course.around, VOLATILE, loaded)
        if isinstance(made, Failure):
            return refuse(made)
        output = course.host.secrets.mask(made.output)
        if step.node.names_secrets:
            output = mask_marks(output, MASK)
        return IterationEnded(time=now(), key=key, index=index, output=output, stop=made.stop)

    def refuse(failure: Failure) -> Event:
        return IterationEnded(time=now(), key=key, index=index, error=_masked(course, failure))

    answer(course, order, make, refuse)


def conclude(course: Course, order: Conclude) -> None:
    """Records the end of a step that holds no worker, its output mapped and judged."""
    step = course.state.find(order.key)
    if step is None:
        return
    output = course.host.secrets.mask(order.output)

    def make(loaded: Loaded | None) -> Event:
        if order.error is not None:
            return fail(Failed(_masked(course, order.error), output, order.retryable))
        mapped = _judged(course, step, output, loaded)
        if isinstance(mapped, Failure):
            return fail(Failed(mapped, output, retryable=False))
        return StepCompleted(
            time=now(),
            key=step.key,
            attempt=step.attempt,
            started=step.started or now(),
            output=output,
            variables=course.host.secrets.mask(mapped.value),
            max_attempts=step.max_attempts,
        )

    def fail(failed: Failed) -> Event:
        return failed_event(course.host, step, step.attempt, step.started, failed)

    answer(course, order, make, lambda failure: fail(Failed(failure, retryable=False)))


def _judged(
    course: Course, step: StepState, output: Any, loaded: Loaded | None
) -> Mapped | Failure:
    schema = step.node.step.output_schema
    if schema is not None:
        whole = output
        if loaded is not None:
            ask_for_all("output_schema", output, loaded)
            whole = resolved(output, loaded)
        errors = describe_errors(schema, whole, "output")
        if errors:
            message = f"the output does not fit output_schema: {'; '.join(errors)}"
            return Failure("output_schema", message)
    return map_output(course.state, step, output, course.around, VOLATILE, loaded)


def _masked(course: Course, failure: Failure) -> Failure:
    return Failure(failure.type, course.host.secrets.mask_text(failure.message))
