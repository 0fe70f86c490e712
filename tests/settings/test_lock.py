"""Locks of a data folder, against real processes."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from engine.settings import EngineLock, EngineRunningError, OwnerLock, home, socket_path
from engine.settings.lock import is_free

HOLD = """
import sys
from pathlib import Path
from engine.settings import EngineLock
lock = EngineLock(Path(sys.argv[1]), "treadle serve")
lock.acquire()
lock.announce(port=1)
print("held", flush=True)
sys.stdin.read()
"""


def hold(data: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_engine_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    holder = hold(tmp_path)
    try:
        with pytest.raises(EngineRunningError) as caught:
            EngineLock(tmp_path).acquire()
        assert caught.value.holder is not None
        assert caught.value.holder.pid == holder.pid
        assert caught.value.holder.port == 1
        assert str(holder.pid) in str(caught.value)
    finally:
        holder.kill()
        holder.wait()


def test_a_killed_holder_frees_the_folder(tmp_path: Path) -> None:
    holder = hold(tmp_path)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    lock = EngineLock(tmp_path)
    assert lock.holder() is None
    with lock:
        found = lock.holder()
        assert found is not None
        assert found.pid == os.getpid()


def test_the_lock_is_free_again_after_its_block(tmp_path: Path) -> None:
    with EngineLock(tmp_path):
        pass
    with EngineLock(tmp_path) as lock:
        assert lock.held


def test_an_owner_is_alive_until_it_lets_go(tmp_path: Path) -> None:
    owner = OwnerLock(tmp_path, "one")
    assert not is_free(owner.path)
    owner.release()
    assert is_free(owner.path)
    assert not owner.path.exists()


def test_home_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREADLE_HOME", str(tmp_path / "data"))
    assert home() == tmp_path / "data"


@pytest.mark.parametrize("depth", [1, 30])
def test_the_socket_lies_in_a_private_folder_under_a_short_path(tmp_path: Path, depth: int) -> None:
    data = tmp_path.joinpath(*["folder"] * depth)
    path = socket_path(data)
    assert path is not None
    assert len(os.fsencode(path)) < 100
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert socket_path(data) == path
