"""The command line as a user has it: processes of their own, a data folder for each test."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.settings.lock import lock_holder

ROOT = Path(__file__).parent.parent.parent
Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "home"
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
def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TREADLE_")}
    return {**kept, "TREADLE_HOME": str(home), "PYTHONPATH": str(ROOT)}


@pytest.fixture
def treadle(environment: dict[str, str], tmp_path: Path) -> Command:
    """Runs ``treadle ARGUMENTS`` in the test's folder and returns what it said."""

    def run(*arguments: str | Path, **more: Any) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "engine.cli.main", *map(str, arguments)],
            cwd=tmp_path,
            env={**environment, **more.pop("env", {})},
            capture_output=True,
            text=True,
            timeout=60,
            **more,
        )

    return run


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Callable[..., "subprocess.Popen[str]"]:
    """Starts ``treadle ARGUMENTS`` and returns the running process."""

    def begin(*arguments: str | Path) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "engine.cli.main", *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return begin
