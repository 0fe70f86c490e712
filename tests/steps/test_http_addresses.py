"""Addresses that no request can go to are told before one is sent."""

from tests.steps.conftest import Attempt


async def test_a_port_that_no_machine_has_is_named(attempt: Attempt) -> None:
    error = await attempt.fails("http", url="http://127.0.0.1:99999/")
    assert "the port 99999" in error.message
    assert not error.retryable
