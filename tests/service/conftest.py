"""A real engine process, served on a free port, and an HTTP client for it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parent.parent.parent
LISTENS = re.compile(r"listens at (\S+),")


class Served:
    """``treadle serve`` as a child process."""

    def __init__(self, home: Path, *arguments: str, **popen: Any) -> None:
        self.home = home
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine.cli.main", "serve", *arguments],
            cwd=ROOT,
            env={**os.environ, "TREADLE_HOME": str(home)},
            stderr=subprocess.PIPE,
            text=True,
            **popen,
        )
        self.said: list[str] = []
        self.url = self._listening()

    def _listening(self) -> str:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)
            found = LISTENS.search(line)
            if found:
                return found[1]
        raise AssertionError("the engine ended: " + "".join(self.said))

    @property
    def token(self) -> str:
        return (self.home / "token").read_text().strip()

    @property
    def socket(self) -> Path:
        return self.home / "run" / "engine.sock"

    def http(self, **headers: str) -> httpx.Client:
        """A client over TCP with the token."""
        bearer = {"authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.url, headers={**bearer, **headers}, timeout=20)

    def private(self) -> httpx.Client:
        """A client over the private socket."""
        transport = httpx.HTTPTransport(uds=str(self.socket))
        return httpx.Client(base_url="http://engine", transport=transport, timeout=20)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Signals the process and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        assert self.process.stderr is not None
        self.said.append(self.process.stderr.read())
        self.process.stderr.close()
        return self.process.wait(20)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Starts engines; they are ended after the test."""
    started: list[Served] = []

    def start(*arguments: str, home: Path | None = None, **popen: Any) -> Served:
        served = Served(home or tmp_path / "home", *(arguments or ("--port", "0")), **popen)
        started.append(served)
        return served

    yield start
    for served in started:
        if served.process.poll() is None:
            served.stop()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One engine for all tests of a module that leave no trace in each other."""
    engine = Served(tmp_path_factory.mktemp("served") / "home", "--port", "0")
    yield engine
    assert engine.stop() == 0, "".join(engine.said)


@pytest.fixture
def api(served: Served) -> Iterator[httpx.Client]:
    with served.http() as client:
        yield client
