"""The engine process: one for a data folder, its doors, and how it begins and ends."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from .conftest import ROOT, Served

SLOW = """\
name: slow
steps:
  - {id: sleep, type: script, config: {script: "import time; time.sleep(60)"}}
"""


def command(home: Path, *arguments: str, **popen: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "engine.cli.main", *arguments],
        cwd=ROOT,
        env={**os.environ, "TREADLE_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=30,
        **popen,
    )


def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it does not come to pass"
        time.sleep(0.02)


def test_health_says_how_the_engine_is(api: httpx.Client) -> None:
    health = api.get("/health")
    assert health.status_code == 200
    found = health.json()
    assert found["status"] == "healthy"
    assert found["checks"] == {"database": "ok", "scheduler": "ok", "executor": "ok"}
    assert set(found["stats"]) == {
        "active_executions",
        "queued_executions",
        "total_workflows",
        "active_workflows",
    }


def test_tcp_needs_the_token_and_the_private_socket_does_not(served: Served) -> None:
    with httpx.Client(base_url=served.url) as stranger:
        assert stranger.get("/api/v1/workflows").status_code == 401
        assert stranger.get("/health").status_code == 200
        assert stranger.get("/openapi.json").status_code == 200
        assert stranger.get("/docs").status_code == 200
    with served.private() as owner:
        assert owner.get("/api/v1/workflows").status_code == 200


def test_rebound_names_and_other_origins_are_refused(served: Served) -> None:
    with served.http(host="evil.example") as rebound:
        assert rebound.get("/api/v1/workflows").status_code == 403
    with served.http(origin="http://evil.example") as page:
        answer = page.get("/api/v1/workflows")
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


def test_only_the_owner_can_open_the_doors(served: Served) -> None:
    assert stat.S_IMODE(served.socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(served.socket.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((served.home / "token").stat().st_mode) == 0o600


def test_the_engine_itself_is_ruled_through_the_private_socket_alone(served: Served) -> None:
    with served.http() as api:
        assert api.get("/api/v1/engine").status_code == 403
        assert api.post("/api/v1/engine/stop").status_code == 403
    with served.private() as owner:
        info = owner.get("/api/v1/engine").json()
    assert info["pid"] == served.process.pid
    assert info["home"] == str(served.home)


def test_a_second_engine_says_who_holds_the_data_folder(served: Served) -> None:
    second = command(served.home, "serve", "--port", "0")
    assert second.returncode == 1
    assert str(served.process.pid) in second.stderr
    assert str(served.home) in second.stderr
    with served.private() as owner:
        assert owner.get("/health").status_code == 200


def test_a_port_that_is_taken_is_named(served: Served, tmp_path: Path) -> None:
    port = str(httpx.URL(served.url).port)
    other = command(tmp_path, "serve", "--port", port)
    assert other.returncode == 1
    assert port in other.stderr
    assert "Traceback" not in other.stderr


def test_a_broken_database_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_bytes(b"this is no database" * 1000)
    url = f"sqlite:///{tmp_path}/broken.db"
    done = command(tmp_path / "home", "serve", "--port", "0", "--database", url)
    assert done.returncode == 1
    assert "broken.db" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_good_order(serve: Callable[..., Served], number: int) -> None:
    engine = serve()
    assert engine.stop(number) == 0
    assert not engine.socket.exists()
    assert "Traceback" not in "".join(engine.said)


def test_a_killed_engines_socket_is_no_hindrance(serve: Callable[..., Served]) -> None:
    first = serve()
    assert first.stop(signal.SIGKILL) == -signal.SIGKILL
    assert first.socket.exists()
    second = serve(home=first.home)
    with second.private() as owner:
        assert owner.get("/health").status_code == 200


def test_its_own_token_can_be_given(serve: Callable[..., Served]) -> None:
    engine = serve("--port", "0", "--token", "chosen")
    with httpx.Client(base_url=engine.url, headers={"authorization": "Bearer chosen"}) as api:
        assert api.get("/api/v1/workflows").status_code == 200


def test_it_is_stopped_through_its_private_door(serve: Callable[..., Served]) -> None:
    engine = serve()
    with engine.private() as owner:
        assert owner.post("/api/v1/engine/stop").status_code == 202
    assert engine.process.wait(10) == 0


def orphan(serve: Callable[..., Served]) -> tuple[Served, Callable[[], None]]:
    """A private engine on a parent's pipe, and what closes that pipe."""
    engine = serve("--private", "--parent-pipe", "0", stdin=subprocess.PIPE)
    assert engine.process.stdin is not None
    return engine, engine.process.stdin.close


def test_an_idle_engine_ends_with_its_parent(serve: Callable[..., Served]) -> None:
    engine, close = orphan(serve)
    close()
    assert engine.process.wait(10) == 0


def test_one_that_was_told_to_stay_stays(serve: Callable[..., Served]) -> None:
    engine, close = orphan(serve)
    with engine.private() as owner:
        assert owner.put("/api/v1/engine", json={"keep": True}).json()["keep"] is True
        close()
        owner.get("/health").raise_for_status()
    with pytest.raises(subprocess.TimeoutExpired):
        engine.process.wait(3)
    with engine.private() as owner:
        owner.put("/api/v1/engine", json={"keep": False}).raise_for_status()
    assert engine.process.wait(10) == 0


def test_one_that_runs_something_stays_until_that_has_ended(serve: Callable[..., Served]) -> None:
    engine, close = orphan(serve)
    with engine.private() as owner:
        execution = owner.post("/api/v1/executions", json={"source": SLOW}).json()["id"]
    close()
    with pytest.raises(subprocess.TimeoutExpired):
        engine.process.wait(3)
    with engine.private() as owner:
        owner.post(f"/api/v1/executions/{execution}/cancel").raise_for_status()
    assert engine.process.wait(10) == 0


def test_one_with_an_active_workflow_stays(serve: Callable[..., Served]) -> None:
    engine, close = orphan(serve)
    text = (
        "name: nightly\nsteps: []\ntriggers:\n  - {type: schedule, config: {cron: '0 2 * * *'}}\n"
    )
    with engine.private() as owner:
        workflow = owner.post("/api/v1/workflows", json={"definition": text}).json()["id"]
        owner.post(f"/api/v1/workflows/{workflow}/activate").raise_for_status()
    close()
    with pytest.raises(subprocess.TimeoutExpired):
        engine.process.wait(3)
    with engine.private() as owner:
        owner.post(f"/api/v1/workflows/{workflow}/pause").raise_for_status()
    assert engine.process.wait(10) == 0
