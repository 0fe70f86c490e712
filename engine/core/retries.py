"""Whether a failed attempt is repeated, and how long that waits: pure, with chance handed in."""

import re

from msgspec import Struct

from engine.definition.model import RetryPolicy, Step

NEVER_RETRIED = frozenset(
    {"template", "not_supported", "unknown_type", "config", "resources", "max_iterations"}
)
"""Failures that another attempt would only meet again."""


class RetryDefaults(Struct, frozen=True):
    """The engine's values for what a ``retry_policy`` leaves out; delays are seconds."""

    max_attempts: int = 3
    initial_delay: float = 30.0
    max_delay: float = 300.0
    backoff_factor: float = 2.0
    every_step: bool = False
    """Whether steps without a policy are retried as well."""


def max_attempts(step: Step, defaults: RetryDefaults) -> int:
    """How many attempts a step has."""
    if step.retry_policy is None:
        return defaults.max_attempts if defaults.every_step else 1
    given = step.retry_policy.max_attempts
    return defaults.max_attempts if given is None else given


def retry_delay(
    step: Step,
    defaults: RetryDefaults,
    *,
    attempt: int,
    error_type: str,
    chance: float,
    retry_after: float | None = None,
) -> float | None:
    """Seconds until the next attempt after ``attempt`` failed, None when there is none.

    The wait grows exponentially and is spread over its whole length by ``chance`` (0 to 1), so that
    failures which came together do not come back together; ``retry_after`` is what the other side
    asked for, and is the least wait.
    """
    policy = step.retry_policy or RetryPolicy()
    if attempt >= max_attempts(step, defaults) or error_type in NEVER_RETRIED:
        return None
    if step.effect == "once" and error_type == "timeout":
        return None
    if policy.retry_on is not None and not any(matches(n, error_type) for n in policy.retry_on):
        return None
    first = _or(policy.initial_delay, defaults.initial_delay)
    longest = _or(policy.max_delay, defaults.max_delay)
    factor = max(_or(policy.backoff_factor, defaults.backoff_factor), 1.0)
    try:
        ceiling = min(first * factor ** (attempt - 1), longest)
    except OverflowError:
        ceiling = longest
    return max(ceiling * chance, retry_after or 0.0)


def matches(name: str, error_type: str) -> bool:
    """Whether ``retry_on`` means this error: ``timeout``, ``http_503``, ``http_5xx``, ``http``."""
    if name == error_type or error_type.startswith(f"{name}_"):
        return True
    if "x" not in name:
        return False
    pattern = re.sub(r"x+$", lambda found: r"\d" * len(found.group()), re.escape(name))
    return re.fullmatch(pattern, error_type) is not None


def _or(given: float | None, default: float) -> float:
    return default if given is None else given
