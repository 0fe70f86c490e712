"""Scripts that go wild harm neither the engine nor a script beside them."""

import asyncio
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest

from engine.runtime.attempt import process_limits
from engine.settings.settings import ExecutorSettings
from engine.steps import supervised
from engine.steps.base import StepError
from engine.steps.command import DEFAULT_LIMITS, Limits
from engine.steps.supervised import Supervision
from tests.steps.conftest import Attempt
from tests.steps.test_script import is_gone, pid_in, until

MARGIN = 50_000_000
"""Bytes by which the engine may grow while a script goes wild."""


@pytest.fixture(autouse=True)
async def watched_without_cgroups(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Supervision]:
    """Forces the way that every Linux has: the supervisor's own look at the process trees."""
    supervision = Supervision(cgroups=False)
    monkeypatch.setattr(supervised, "SUPERVISION", supervision)
    yield supervision
    await supervision.close()


@pytest.fixture
def neighbour(tmp_path: Path) -> Iterator[Attempt]:
    with tempfile.TemporaryDirectory() as scratch:
        yield Attempt(tmp_path, Path(scratch))


async def beside(neighbour: Attempt, wild: Attempt, **config: object) -> StepError:
    """Runs a wild script beside a good one, which must not notice; how the wild one failed."""
    good = "import time\nfor i in range(20): time.sleep(0.05); print(i, flush=True)\nprint('fine')"
    before = psutil.Process().memory_info().rss
    start = time.monotonic()
    calm = asyncio.create_task(neighbour.run("script", script=good))
    await until(lambda: bool(neighbour.logged("stdout")))
    laps = asyncio.create_task(longest_lap())
    async with asyncio.timeout(30):
        error = await wild.fails("script", **config)
    laps.cancel()
    result = await calm
    assert result.output["stdout"].endswith("fine\n")
    assert result.output["exit_code"] == 0
    assert time.monotonic() - start < 15
    assert psutil.Process().memory_info().rss - before < MARGIN
    return error


async def longest_lap() -> None:
    """Fails loudly when the event loop stands still, as a slow machine never lets it."""
    while True:
        start = time.monotonic()
        await asyncio.sleep(0.01)
        assert time.monotonic() - start < 2, "the event loop stood still"


def marked(supervision: Supervision) -> list[int]:
    """All that the supervisor has below it."""
    assert supervision.pid
    below = psutil.Process(supervision.pid).children(recursive=True)
    return [child.pid for child in below if child.status() != psutil.STATUS_ZOMBIE]


async def test_a_fork_bomb_is_stopped_at_the_limit_of_processes(
    attempt: Attempt, neighbour: Attempt, watched_without_cgroups: Supervision
) -> None:
    bomb = """
        import os, time
        for _ in range(400):
            if os.fork() == 0:
                time.sleep(20)
                os._exit(0)
        time.sleep(20)
    """
    code = "\n".join(line[8:] for line in bomb.splitlines())
    error = await beside(neighbour, attempt, script=code, max_processes=50)
    assert error.type == "processes"
    assert "more than 50 processes" in error.message
    assert "executor.max_processes" in error.message
    assert marked(watched_without_cgroups) == []


async def test_a_bomb_that_forks_ever_on_after_its_script_has_ended_is_outrun(
    attempt: Attempt, neighbour: Attempt, watched_without_cgroups: Supervision
) -> None:
    code = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork():
    os._exit(0)
end = time.monotonic() + 15          # ends by itself if nobody ends it
os.setsid()
for _ in range(7):                   # 128 at most at once, each following the one before
    os.fork()
while time.monotonic() < end:
    if os.fork():
        os._exit(0)
    time.sleep(0.001)
"""
    error = await beside(neighbour, attempt, script=code, max_processes=30)
    assert error.type == "processes"
    assert marked(watched_without_cgroups) == []


async def test_a_memory_hog_is_ended_at_its_limit(attempt: Attempt, neighbour: Attempt) -> None:
    code = """
import time
held = []
for _ in range(100):                 # 2 GB, 20 MB at a time
    held.append(b"x" * 20_000_000)
    time.sleep(0.02)
"""
    error = await beside(neighbour, attempt, script=code, max_memory="200MB")
    assert error.type == "memory"
    assert "200MB" in error.message
    assert "executor.max_memory" in error.message


async def test_a_hog_that_is_too_fast_to_be_watched_meets_the_kernel_limit(
    attempt: Attempt,
) -> None:
    code = "held = [b'x' * 20_000_000 for _ in range(100)]"
    error = await attempt.fails("script", script=code, max_memory="200MB")
    assert error.type == "memory"
    assert "200MB" in error.message


async def test_memory_spread_over_five_children_is_added_up(
    attempt: Attempt, neighbour: Attempt, watched_without_cgroups: Supervision
) -> None:
    code = """
import os, time
for _ in range(5):
    if os.fork() == 0:
        held = []
        for _ in range(6):           # 60 MB each
            held.append(b"x" * 10_000_000)
            time.sleep(0.1)
        time.sleep(20)
        os._exit(0)
time.sleep(20)
"""
    error = await beside(neighbour, attempt, script=code, max_memory="200MB")
    assert error.type == "memory"
    assert marked(watched_without_cgroups) == []


async def test_what_children_share_is_counted_once(attempt: Attempt) -> None:
    code = """
import os, time
held = b"x" * 100_000_000
children = []
for _ in range(5):
    pid = os.fork()
    if pid == 0:
        time.sleep(0.7)
        os._exit(0)
    children.append(pid)
for pid in children:
    os.waitpid(pid, 0)
print(len(children))
"""
    result = await attempt.run("script", script=code, max_memory="250MB")
    assert result.output["result"] == 5


async def test_endless_output_is_ended_and_told(
    attempt: Attempt, neighbour: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = Limits(processes=100, open_files=1000, output=100_000_000)
    monkeypatch.setattr(attempt, "process_limits", limits)
    error = await beside(neighbour, attempt, script="yes", runtime="bash", max_output="1MB")
    assert error.type == "output_limit"
    assert "executor.max_output" in error.message
    assert len(error.output["stdout"]) < 1_100_000
    assert len(attempt.lines) < 100_000, "the log was flooded"
    assert any("came too fast" in line for line in attempt.logged("engine"))


async def test_a_crash_is_told_by_its_signal(attempt: Attempt, neighbour: Attempt) -> None:
    code = "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)"
    error = await beside(neighbour, attempt, script=code)
    assert error.type == f"signal_{int(signal.SIGSEGV)}"
    assert "SIGSEGV" in error.message


DEAF = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:                   # once more away: a daemon that nobody's parent knows
    os.setsid()
    if os.fork() == 0:
        open("daemon.pid", "w").write(str(os.getpid()))
        time.sleep(30)
    os._exit(0)
open("script.pid", "w").write(str(os.getpid()))
time.sleep(30)
"""


async def test_a_cancel_ends_deaf_scripts_and_their_daemons_within_two_seconds(
    attempt: Attempt,
) -> None:
    folder = attempt.folder
    assert folder
    running = asyncio.create_task(attempt.run("script", script=DEAF))
    pids = [folder / "daemon.pid", folder / "script.pid"]
    await until(lambda: all(pid.exists() and pid.read_text() for pid in pids))
    start = time.monotonic()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert time.monotonic() - start < 2
    assert all(is_gone(pid_in(pid)) for pid in pids)


async def test_a_daemon_without_session_parent_or_environment_ends_with_its_script(
    attempt: Attempt,
) -> None:
    assert attempt.folder
    code = "(env -i setsid sh -c 'echo $$ > daemon.pid; exec sleep 30' &) ; until [ -s daemon.pid ]; do :; done"
    await attempt.run("script", script=code, runtime="bash")
    assert is_gone(pid_in(attempt.folder / "daemon.pid"))


async def test_a_daemon_that_nobody_can_be_named_for_spares_the_others(
    attempt: Attempt, neighbour: Attempt
) -> None:
    assert attempt.folder and neighbour.folder
    wait = "until [ -e go ]; do sleep 0.02; done; echo '\"unharmed\"'"
    calm = asyncio.create_task(neighbour.run("script", script=wait, runtime="bash"))
    code = "(env -i setsid sh -c 'echo $$ > daemon.pid; exec sleep 30' &) ; until [ -s daemon.pid ]; do :; done"
    await attempt.run("script", script=code, runtime="bash")
    (neighbour.folder / "go").touch()
    assert (await calm).output["result"] == "unharmed"
    await until(lambda: is_gone(pid_in(attempt.folder / "daemon.pid")))  # type: ignore[operator]


async def test_the_script_holds_nothing_of_the_engine(attempt: Attempt) -> None:
    code = "import os\nprint(sorted(int(fd) for fd in os.listdir('/proc/self/fd'))[:-1])"
    result = await attempt.run("script", script=code)
    assert result.output["result"] == [0, 1, 2]


async def test_open_files_are_limited(attempt: Attempt) -> None:
    code = "import resource\nprint(list(resource.getrlimit(resource.RLIMIT_NOFILE)))"
    result = await attempt.run("script", script=code)
    assert result.output["result"] == [4096, 4096]


async def test_a_slow_script_never_delays_quick_ones(attempt: Attempt, tmp_path: Path) -> None:
    slow = asyncio.create_task(attempt.run("script", script="while :; do :; done", runtime="bash"))
    start = time.monotonic()
    for index in range(20):
        scratch = tmp_path / f"quick{index}"
        scratch.mkdir()
        await Attempt(tmp_path, scratch).run("script", script="true", runtime="bash")
    assert time.monotonic() - start < 10
    assert not slow.done()
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow


async def test_a_supervisor_that_is_closed_goes_and_a_new_one_comes(
    attempt: Attempt, neighbour: Attempt, watched_without_cgroups: Supervision
) -> None:
    await attempt.run("script", script="true", runtime="bash")
    first = watched_without_cgroups.pid
    assert first
    await watched_without_cgroups.close()
    assert is_gone(first)
    await neighbour.run("script", script="true", runtime="bash")
    assert watched_without_cgroups.pid not in (None, first)


async def test_large_requests_are_taken_in_pieces(attempt: Attempt) -> None:
    words = ["x" * 100_000] * 12
    result = await attempt.run("script", script="echo $#", runtime="bash", args=words)
    assert result.output["result"] == 12


def test_the_settings_start_with_the_limits_that_steps_take_without_them() -> None:
    assert process_limits(ExecutorSettings()) == DEFAULT_LIMITS
