"""Control groups: made for real where this machine lets us; where it does not, that is said."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.steps import cgroup, isolation_report, supervised
from engine.steps.supervised import Supervision
from tests.steps.conftest import Attempt
from tests.steps.test_script import is_gone, pid_in, until

DAEMON = """
(env -i setsid sh -c 'echo $$ > daemon.pid; exec sleep 30' > /dev/null 2>&1 &)
until [ -s daemon.pid ]; do :; done
tail -n 1 /proc/self/cgroup
"""


def can_be_made(needed: frozenset[str]) -> bool:
    try:
        cgroup.find(needed)
    except cgroup.UnavailableError:
        return False
    return True


async def supervision(
    monkeypatch: pytest.MonkeyPatch, needed: frozenset[str]
) -> AsyncIterator[Supervision]:
    made = Supervision(needed=needed)
    monkeypatch.setattr(supervised, "SUPERVISION", made)
    yield made
    await made.close()


@pytest.fixture
async def keeping(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Supervision]:
    """Groups that keep processes together, where they can be made; without controllers."""
    async for made in supervision(monkeypatch, frozenset()):
        yield made


@pytest.fixture
async def holding(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Supervision]:
    """Groups that hold memory and processes, where they can be made."""
    async for made in supervision(monkeypatch, cgroup.NEEDED):
        yield made


def folders() -> list[Path]:
    try:
        return list(cgroup.find(frozenset()).glob(f"treadle-{os.getpid()}-*"))
    except cgroup.UnavailableError:
        return []


async def test_by_a_cgroup_if_one_can_be_made_a_daemon_ends_with_its_script(
    attempt: Attempt, keeping: Supervision
) -> None:
    assert attempt.folder
    result = await attempt.run("script", script=DAEMON, runtime="bash")
    assert is_gone(pid_in(attempt.folder / "daemon.pid"))
    assert ("/treadle-" in result.output["stdout"]) == can_be_made(frozenset())
    await keeping.close()
    assert folders() == []


async def test_by_a_cgroup_if_one_can_be_made_a_cancel_leaves_nothing(
    attempt: Attempt, keeping: Supervision
) -> None:
    folder = attempt.folder
    assert folder
    code = "trap '' TERM\n" + DAEMON + "\nsleep 30"
    running = asyncio.create_task(attempt.run("script", script=code, runtime="bash"))
    await until(lambda: bool(attempt.logged("stdout")))
    async with asyncio.timeout(2):
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert is_gone(pid_in(folder / "daemon.pid"))


async def test_by_a_cgroup_if_it_has_controllers_memory_and_processes_are_held(
    attempt: Attempt, holding: Supervision, tmp_path: Path
) -> None:
    hog = "held = [b'x' * 10_000_000 for _ in range(60)]"
    error = await attempt.fails("script", script=hog, max_memory="200MB")
    assert error.type == "memory"
    (scratch := tmp_path / "scratch").mkdir()
    bomb = "import os, time\nfor _ in range(200):\n    if os.fork() == 0: time.sleep(20)\ntime.sleep(20)"
    bomb = bomb.replace("time.sleep(20)\ntime", "(time.sleep(20), os._exit(0))\ntime")
    error = await Attempt(attempt.folder, scratch).fails("script", script=bomb, max_processes=50)
    assert error.type == "processes"
    assert bool(folders()) == can_be_made(cgroup.NEEDED)


def test_the_report_says_which_way_it_is_and_what_cannot_be_enforced() -> None:
    told = "\n".join(isolation_report())
    if can_be_made(cgroup.NEEDED):
        assert "held by the kernel, in control groups" in told
    else:
        assert "watched every 100 ms" in told
        assert "not enforced by the kernel" in told
    assert "not enforced: what a script does on purpose" in told


def test_the_folder_of_a_dead_engine_is_cleared_where_one_can_be_made() -> None:
    if not can_be_made(frozenset()):
        with pytest.raises(cgroup.UnavailableError):
            cgroup.prepare(frozenset())
        return
    dead = cgroup.find(frozenset()) / "treadle-1-0"  # process 1 started at no such time
    dead.mkdir()
    made = cgroup.prepare(frozenset())
    assert not dead.exists()
    cgroup.remove(made)
    assert not made.exists()
