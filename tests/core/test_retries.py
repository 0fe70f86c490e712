"""Whether and when an attempt is repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.retries import RetryDefaults, matches, max_attempts, retry_delay
from engine.definition.model import RetryPolicy, Step

DEFAULTS = RetryDefaults(max_attempts=3, initial_delay=30, max_delay=300, backoff_factor=2)


def step(**policy: object) -> Step:
    return Step(id="a", type="t", retry_policy=RetryPolicy(**policy))  # type: ignore[arg-type]


def delay(of: Step, attempt: int, error: str = "error", chance: float = 1.0) -> float | None:
    return retry_delay(of, DEFAULTS, attempt=attempt, error_type=error, chance=chance)


def test_a_step_without_a_policy_is_tried_once() -> None:
    plain = Step(id="a", type="t")
    assert delay(plain, 1) is None
    assert max_attempts(plain, RetryDefaults(max_attempts=4, every_step=True)) == 4


def test_the_wait_grows_up_to_its_bound_and_ends_with_the_attempts() -> None:
    often = step(max_attempts=6)
    assert [delay(often, n) for n in range(1, 7)] == [30, 60, 120, 240, 300, None]


def test_a_policy_leaves_to_the_defaults_what_it_does_not_say() -> None:
    assert delay(step(initial_delay=1), 1) == 1
    assert delay(step(initial_delay=1), 3) is None


def test_the_other_sides_wish_is_the_least_wait() -> None:
    found = retry_delay(
        step(), DEFAULTS, attempt=1, error_type="http_429", chance=0.0, retry_after=17
    )
    assert found == 17


@pytest.mark.parametrize(
    ("name", "error", "hit"),
    [
        ("http_5xx", "http_503", True),
        ("http_5xx", "http_404", False),
        ("http_503", "http_503", True),
        ("http", "http_404", True),
        ("timeout", "timeout", True),
        ("exit", "exit_1", True),
        ("max", "maxi", False),
    ],
)
def test_what_retry_on_means(name: str, error: str, hit: bool) -> None:
    assert matches(name, error) is hit


def test_what_another_attempt_cannot_mend_is_not_repeated() -> None:
    assert delay(step(), 1, "template") is None
    assert delay(step(retry_on=("timeout",)), 1, "http_500") is None
    once = Step(id="a", type="t", retry_policy=RetryPolicy(), effect="once")
    assert delay(once, 1, "timeout") is None
    assert delay(once, 1, "http_500") == 30


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_a_wait_is_never_negative_or_longer_than_its_bound(attempt: int, chance: float) -> None:
    found = delay(step(max_attempts=100_000), attempt, chance=chance)
    assert found is not None
    assert 0 <= found <= 300
