"""What requests wait for while an engine comes and goes."""

import asyncio

import pytest

from engine.client.connection import Connection
from engine.client.endpoint import Endpoint, open_http
from engine.client.errors import EngineUnavailable


async def some_turns() -> None:
    """Lets everything that is ready go on."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_request_waits_on_when_the_engine_is_lost_in_the_moment_it_came() -> None:
    connection = Connection.to(Endpoint(url="http://127.0.0.1:9"))
    waiting = asyncio.create_task(connection.ready(10.0))
    await some_turns()
    connection._usable.set()
    connection._usable.clear()  # before the one that waits could go on
    await some_turns()
    assert not waiting.done()
    async with open_http(Endpoint(url="http://127.0.0.1:9"), "test") as http:
        connection._http = http
        connection._usable.set()
        assert await waiting is http


async def test_an_engine_that_does_not_come_back_is_told() -> None:
    connection = Connection.to(Endpoint(url="http://127.0.0.1:9"))
    with pytest.raises(EngineUnavailable, match="has not come back"):
        await connection.ready(0.01)
