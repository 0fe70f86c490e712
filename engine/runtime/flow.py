"""Orders that only templates and rules are needed for: outputs, iterations, ends of such steps."""

from typing import Any

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
from engine.core.prepare import (
    Iteration,
    Mapped,
    check_iteration,
    map_output,
    render_iteration,
    render_output,
)
from engine.core.state import StepState
from engine.definition.template import SystemVolatile
from engine.runtime.attempts import failed_event
from engine.runtime.course import Course, now, unwritable
from engine.runtime.runner import Failed
from engine.runtime.schemas import describe_errors
from engine.store.errors import RecordError

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
    made = render_output(course.state, course.around, VOLATILE)
    if isinstance(made, Failure):
        course.feed(OutputRendered(time=now(), error=_masked(course, made)))
        return
    try:
        course.feed(OutputRendered(time=now(), output=course.host.secrets.mask(made.value)))
    except RecordError as error:
        course.feed(OutputRendered(time=now(), error=Failure("output", str(error))))


def check_the_iteration(course: Course, order: CheckIteration) -> None:
    """Evaluates a loop's ``while``."""
    step = course.state.find(order.key)
    if step is None:
        return
    found = check_iteration(course.state, step, order.index, course.around, VOLATILE)
    error = _masked(course, found) if isinstance(found, Failure) else None
    go = found is True
    course.tell(IterationChecked(time=now(), key=order.key, index=order.index, go=go, error=error))


def render_the_iteration(course: Course, order: RenderIteration) -> None:
    """Evaluates a loop's ``output`` and ``break``."""
    step = course.state.find(order.key)
    if step is None:
        return
    made = render_iteration(course.state, step, order.index, course.around, VOLATILE)
    output: Any = None
    stop, error = False, None
    if isinstance(made, Iteration):
        output, stop = course.host.secrets.mask(made.output), made.stop
    else:
        error = _masked(course, made)
    key, index = order.key, order.index
    try:
        ended = IterationEnded(
            time=now(), key=key, index=index, output=output, stop=stop, error=error
        )
        course.tell(ended)
    except RecordError as wrong:
        failure = Failure("output", str(wrong))
        course.tell(IterationEnded(time=now(), key=key, index=index, error=failure))


def conclude(course: Course, order: Conclude) -> None:
    """Records the end of a step that holds no worker, its output mapped and judged."""
    step = course.state.find(order.key)
    if step is None:
        return
    event = _verdict(course, step, order)
    try:
        course.feed(event)
    except RecordError as error:
        course.feed(unwritable(event, error))


def _verdict(course: Course, step: StepState, order: Conclude) -> Event:
    output = course.host.secrets.mask(order.output)
    failed: Failed
    if order.error is not None:
        failed = Failed(_masked(course, order.error), output, order.retryable)
    else:
        mapped = _judged(course, step, output)
        if isinstance(mapped, Mapped):
            return StepCompleted(
                time=now(),
                key=step.key,
                attempt=step.attempt,
                started=step.started or now(),
                output=output,
                variables=course.host.secrets.mask(mapped.value),
                max_attempts=step.max_attempts,
            )
        failed = Failed(mapped, output, retryable=False)
    return failed_event(course.host, step, step.attempt, step.started, failed)


def _judged(course: Course, step: StepState, output: Any) -> Mapped | Failure:
    schema = step.node.step.output_schema
    errors = describe_errors(schema, output, "output") if schema is not None else []
    if errors:
        message = f"the output does not fit output_schema: {'; '.join(errors)}"
        return Failure("output_schema", message)
    return map_output(course.state, step, output, course.around, VOLATILE)


def _masked(course: Course, failure: Failure) -> Failure:
    return Failure(failure.type, course.host.secrets.mask_text(failure.message))
