"""Which function carries out which order of the core."""

from collections.abc import Callable
from typing import Any

from engine.core.commands import (
    CancelStep,
    CheckIteration,
    Conclude,
    Listen,
    RenderIteration,
    RenderOutput,
    SetTimer,
    StartChild,
    StartStep,
    SteerChild,
    WatchChild,
)
from engine.runtime import attempts, flow
from engine.runtime.course import Course

CARRIED_OUT: dict[type[Any], Callable[[Course, Any], None]] = {
    StartStep: attempts.start_step,
    CancelStep: attempts.cancel_step,
    SetTimer: flow.set_timer,
    RenderOutput: flow.render_the_output,
    CheckIteration: flow.check_the_iteration,
    RenderIteration: flow.render_the_iteration,
    Conclude: flow.conclude,
    StartChild: lambda course, order: course.host.family.start(course, order),
    WatchChild: lambda course, order: course.host.family.watch(course, order),
    SteerChild: lambda course, order: course.host.family.steer(course, order),
    Listen: lambda course, order: course.host.listeners.add(course.header.id, order),
}
