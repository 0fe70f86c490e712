"""Runs a step's work: secrets filled in, its result masked and judged, its failure recorded."""

import asyncio
import logging
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from engine.core.events import Failure, StepFailed
from engine.core.retries import matches, retry_delay
from engine.core.state import StepState
from engine.definition.model import Step
from engine.definition.template import fill_secrets
from engine.definition.units import parse_duration
from engine.runtime.course import now
from engine.runtime.large import is_heavy
from engine.runtime.schemas import describe_errors
from engine.runtime.secrets import MissingSecretError, Secrets
from engine.steps.base import StepContext, StepError, StepResult, StepType, StepView

UNTIMED = frozenset({"wait", "approval", "loop", "parallel", "workflow"})
"""Types without a default timeout."""

if TYPE_CHECKING:
    from engine.runtime.host import Host

log = logging.getLogger(__name__)


class Success(Struct, frozen=True):
    """The attempt gave this."""

    output: Any
    branch: str | None = None


class Failed(Struct, frozen=True):
    """The attempt failed."""

    error: Failure
    output: Any = None
    retryable: bool = True
    retry_after: float | None = None


Result = Success | Failed


def attempt_timeout(step: Step, config: Mapping[str, Any], default: float) -> float | None:
    """Seconds that one attempt may take: the step's, else its config's, else the engine's.

    Raises StepError for a config whose ``timeout`` came out as no duration.
    """
    if step.timeout is not None:
        return step.timeout
    given = config.get("timeout")
    if given is None or step.type in UNTIMED:
        return None if step.type in UNTIMED else default
    try:
        return parse_duration(given)
    except ValueError as error:
        raise StepError(f"config.timeout: {error}", type="config", retryable=False) from error


async def run_step(
    kind: StepType,
    state: StepState,
    config: dict[str, Any],
    given: Mapping[str, Any],
    context: StepContext,
    secrets: Secrets,
    mark_key: bytes,
) -> Result:
    """What one attempt comes to; only a cancel comes out as an exception."""
    step = state.node.step
    try:
        if state.node.names_secrets:
            config = fill_secrets(config, mark_key, secrets.lookup)
            given = fill_secrets(given, mark_key, secrets.lookup)
        view = StepView(id=step.id, type=step.type, name=step.title, config=config)
        result = await kind.execute(view, given, context)
    except StepError as error:
        return Failed(
            Failure(error.type, secrets.mask_text(error.message)),
            secrets.mask(error.output),
            error.retryable,
            error.retry_after,
        )
    except MissingSecretError as error:
        return Failed(Failure("secret", str(error)), retryable=False)
    except Exception as error:  # foreign code may raise anything; it is told, not lost
        log.exception("step %s of type %s raised an error of its own", step.id, step.type)
        message = secrets.mask_text(f"{type(error).__name__}: {error}")
        return Failed(Failure("error", message))
    takes_time = step.output_schema is not None or secrets.are_known
    if takes_time and is_heavy(result.output):
        return await asyncio.to_thread(_judged, step, result, secrets)
    return _judged(step, result, secrets)


def _judged(step: Step, result: StepResult, secrets: Secrets) -> Result:
    output = secrets.mask(result.output)
    if not result.success:
        message = secrets.mask_text(result.error or "the step failed")
        return Failed(Failure(result.error_type, message), output)
    if step.output_schema is not None:
        errors = describe_errors(step.output_schema, output, "output")
        if errors:
            message = f"the output does not fit output_schema: {'; '.join(errors)}"
            named = step.retry_policy.retry_on if step.retry_policy is not None else None
            wanted = any(matches(name, "output_schema") for name in named or ())
            return Failed(Failure("output_schema", message), output, retryable=wanted)
    return Success(output, result.branch)


def failed_event(
    host: "Host", step: StepState, number: int, started: datetime | None, result: Failed
) -> StepFailed:
    """What is recorded of a failed attempt, with the time of the next one where there is one."""
    time = now()
    return StepFailed(
        time=time,
        key=step.key,
        attempt=number,
        started=started,
        error=result.error,
        output=result.output,
        retry_at=_retry_at(host, step, number, result, time),
        max_attempts=step.max_attempts,
        index=step.scope.index,
    )


def _retry_at(
    host: "Host", step: StepState, number: int, result: Failed, time: datetime
) -> datetime | None:
    if not result.retryable:
        return None
    delay = retry_delay(
        step.node.step,
        host.retries,
        attempt=number,
        error_type=result.error.type,
        chance=random.random(),
        retry_after=result.retry_after,
    )
    return None if delay is None else time + timedelta(seconds=delay)
