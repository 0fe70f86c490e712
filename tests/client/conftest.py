"""A data folder of its own for each test, whose engine is ended afterwards, whoever started it."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from engine.client.client import EngineClient
from engine.settings.lock import lock_holder


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "home"
    folder.mkdir()
    yield folder
    holder = lock_holder(folder)
    if holder is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(holder.pid, signal.SIGTERM)
        deadline = time.monotonic() + 15
        while lock_holder(folder) is not None:
            assert time.monotonic() < deadline, "the engine does not end"
            time.sleep(0.02)


@pytest.fixture
async def client(home: Path) -> AsyncIterator[EngineClient]:
    async with asyncio.timeout(60):
        async with EngineClient.local(home) as connected:
            yield connected
