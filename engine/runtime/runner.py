"""Runs one attempt: secrets filled in, bounded in time, its result masked and judged."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from typing import Any, cast

from msgspec import Struct

from engine.core.events import Failure
from engine.definition.model import Step
from engine.definition.template import fill_secrets, secret_names
from engine.definition.units import format_duration, parse_duration
from engine.runtime.attempt import AttemptContext
from engine.runtime.large import is_heavy
from engine.runtime.schemas import describe_errors
from engine.runtime.secrets import MissingSecretError, Secrets
from engine.steps.base import StepContext, StepError, StepResult, StepType, StepView

PATIENCE = 1.5
"""Seconds that a stopped attempt has to end by itself."""
UNTIMED = frozenset({"wait", "approval", "loop", "parallel", "workflow"})
"""Types without a default timeout."""

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


async def run_attempt(
    kind: StepType,
    step: Step,
    config: dict[str, Any],
    given: Mapping[str, Any],
    context: AttemptContext,
    secrets: Secrets,
    mark_key: bytes,
) -> Result:
    """The result of one attempt; only a cancel comes out as an exception."""
    try:
        config, given = _with_secrets(config, given, secrets, mark_key)
        view = StepView(id=step.id, type=step.type, name=step.title, config=config)
        work = kind.execute(view, given, cast(StepContext, context))
        result = await (work if kind.inline else _bounded(work, context.timeout))
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
    if is_heavy(result.output):
        return await asyncio.to_thread(_judged, step, result, secrets)
    return _judged(step, result, secrets)


def _with_secrets(
    config: dict[str, Any], given: Mapping[str, Any], secrets: Secrets, key: bytes
) -> tuple[dict[str, Any], Mapping[str, Any]]:
    if secret_names(config):
        config = fill_secrets(config, key, secrets.lookup)
    if secret_names(given):
        given = fill_secrets(given, key, secrets.lookup)
    return config, given


async def _bounded(work: Awaitable[StepResult], seconds: float | None) -> StepResult:
    """Waits for the work; when its time is over, or it is cancelled, it is stopped for sure."""
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        await _stop(task)
        raise
    if done:
        return task.result()
    await _stop(task)
    limit = format_duration(seconds or 0)
    raise StepError(f"the attempt took longer than its timeout of {limit}", type="timeout")


async def _stop(task: "asyncio.Future[StepResult]") -> None:
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=PATIENCE)
    if not done:
        log.warning("a step does not end although it was cancelled; it is left to itself")
        task.add_done_callback(_forget)
    elif not task.cancelled() and task.exception() is not None:
        log.debug("a cancelled step raised %r", task.exception())


def _forget(task: "asyncio.Future[StepResult]") -> None:
    if not task.cancelled() and task.exception() is not None:
        log.warning("a step that was left to itself raised %r", task.exception())


def _judged(step: Step, result: StepResult, secrets: Secrets) -> Result:
    output = secrets.mask(result.output)
    if not result.success:
        message = secrets.mask_text(result.error or "the step failed")
        return Failed(Failure(result.error_type, message), output)
    if step.output_schema is not None:
        errors = describe_errors(step.output_schema, output, "output")
        if errors:
            message = f"the output does not fit output_schema: {'; '.join(errors)}"
            return Failed(Failure("output_schema", message), output, retryable=False)
    return Success(output, result.branch)
