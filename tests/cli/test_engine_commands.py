"""``treadle workflows`` and ``treadle executions`` on the data folder's engine, and on a server."""

import json
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.settings.lock import lock_holder

from .conftest import Command

Start = Callable[..., "subprocess.Popen[str]"]
NIGHTLY = """\
name: nightly
inputs: {type: object, properties: {n: {type: integer, default: 2}}}
steps:
  - {id: twice, type: transform, config: {expression: "variables.n * 2"}}
  - {id: say, type: script, depends_on: [twice], config: {script: "print('hello')"}}
triggers:
  - {type: schedule, name: at night, config: {cron: "0 2 * * *"}}
output: "{{ steps.twice.output.result }}"
"""


@pytest.fixture
def engine(start: Start) -> Iterator[str]:
    """A served engine of the test's data folder, which the commands find; its URL."""
    server = start("serve", "--port", "0")
    assert server.stderr is not None
    found = None
    while found is None:
        line = server.stderr.readline()
        assert line, "the engine ended"
        found = re.search(r"listens at (http://\S+),", line)
    yield found[1]
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=20)
    assert server.returncode == 0


@pytest.fixture
def nightly(tmp_path: Path) -> Path:
    file = tmp_path / "nightly.yaml"
    file.write_text(NIGHTLY)
    return file


def test_a_workflow_is_added_listed_and_activated(
    treadle: Command, nightly: Path, home: Path
) -> None:
    added = treadle("workflows", "add", nightly, "--json")
    assert added.returncode == 0, added.stderr
    workflow = json.loads(added.stdout)
    assert (workflow["name"], workflow["status"]) == ("nightly", "draft")
    assert workflow["path"] == str(nightly)
    active = treadle("workflows", "add", nightly, "--activate")
    assert active.returncode == 0, active.stderr
    holder = lock_holder(home)
    assert holder is not None
    assert f"process {holder.pid}" in active.stderr
    listed = treadle("workflows", "list")
    [row] = listed.stdout.splitlines()
    assert row.split()[:3] == [workflow["id"], "active", "nightly"]
    assert row.endswith(str(nightly))
    paused = treadle("workflows", "pause", "nightly", "--json")
    assert paused.returncode == 0, paused.stderr
    assert json.loads(paused.stdout)["status"] == "paused"
    again = treadle("workflows", "activate", nightly, "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["status"] == "active"


@pytest.mark.usefixtures("engine")
def test_an_execution_is_started_shown_and_read(treadle: Command, nightly: Path) -> None:
    treadle("workflows", "add", nightly).check_returncode()
    ran = treadle("executions", "start", "nightly", "--input", "n=21", "--wait", "--json")
    assert ran.returncode == 0, ran.stderr
    execution = json.loads(ran.stdout)
    assert (execution["status"], execution["output"]) == ("completed", 42)
    shown = treadle("executions", "show", execution["id"])
    assert "✓ completed  twice" in shown.stdout
    logs = treadle("executions", "logs", execution["id"])
    assert "say: hello" in logs.stdout
    listed = json.loads(treadle("executions", "list", "--json").stdout)
    assert [item["id"] for item in listed["items"]] == [execution["id"]]


@pytest.mark.usefixtures("engine")
def test_logs_are_followed_to_the_end(treadle: Command, start: Start, tmp_path: Path) -> None:
    file = tmp_path / "slow.yaml"
    code = (
        "import time\\nfor n in range(3):\\n  print('line', n, flush=True)\\n  time.sleep(0.3)\\n"
    )
    step = f'{{id: work, type: script, config: {{script: "{code}"}}}}'
    file.write_text(f"name: slow\nsteps:\n  - {step}\n")
    treadle("workflows", "add", file).check_returncode()
    started = json.loads(treadle("executions", "start", file, "--json").stdout)
    follower = start("executions", "logs", started["id"], "--follow")
    out, err = follower.communicate(timeout=30)
    assert follower.returncode == 0, err
    assert [line.partition(": ")[2] for line in out.splitlines() if "line" in line] == [
        "line 0",
        "line 1",
        "line 2",
    ]


@pytest.mark.usefixtures("engine")
def test_a_running_execution_is_cancelled(treadle: Command, tmp_path: Path) -> None:
    file = tmp_path / "slow.yaml"
    step = '{id: work, type: script, config: {script: "import time; time.sleep(60)"}}'
    file.write_text(f"name: slow\nsteps:\n  - {step}\n")
    treadle("workflows", "add", file).check_returncode()
    started = json.loads(treadle("executions", "start", "slow", "--json").stdout)
    cancelled = treadle("executions", "cancel", started["id"])
    assert cancelled.returncode == 0, cancelled.stderr
    assert "it was cancelled" in cancelled.stdout.splitlines()[0]
    followed = treadle("executions", "logs", started["id"], "--follow")
    assert followed.returncode == 0, followed.stderr
    shown = json.loads(treadle("executions", "show", started["id"], "--json").stdout)
    assert shown["status"] == "cancelled"


@pytest.mark.usefixtures("engine")
def test_ctrl_c_ends_the_waiting_and_leaves_the_execution_by_its_id(
    treadle: Command, start: Start, tmp_path: Path
) -> None:
    file = tmp_path / "slow.yaml"
    step = '{id: work, type: script, config: {script: "import time; time.sleep(60)"}}'
    file.write_text(f"name: slow\nsteps:\n  - {step}\n")
    treadle("workflows", "add", file).check_returncode()
    waiting = start("executions", "start", "slow", "--wait")
    assert waiting.stderr is not None
    identity = waiting.stderr.readline().split()[0]
    waiting.send_signal(signal.SIGINT)
    waiting.communicate(timeout=20)
    assert waiting.returncode == 130
    shown = json.loads(treadle("executions", "show", identity, "--json").stdout)
    assert shown["status"] in ("queued", "running")
    treadle("executions", "cancel", identity).check_returncode()


@pytest.mark.parametrize(
    "arguments",
    [
        ["executions", "show", "nothing"],
        ["executions", "cancel", "nothing"],
        ["executions", "logs", "nothing", "--follow"],
        ["executions", "start", "nothing"],
        ["workflows", "activate", "nothing"],
        ["workflows", "add", "nothing.yaml"],
    ],
)
@pytest.mark.usefixtures("engine")
def test_what_is_not_there_is_exit_code_3(treadle: Command, arguments: list[str]) -> None:
    done = treadle(*arguments)
    assert done.returncode == 3, done.stderr
    assert "nothing" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("engine")
def test_a_file_that_was_never_registered_is_told_how_to_be(
    treadle: Command, nightly: Path
) -> None:
    done = treadle("executions", "start", nightly)
    assert done.returncode == 3
    assert f"treadle workflows add {nightly}" in done.stderr


@pytest.mark.usefixtures("engine")
def test_a_file_is_one_workflow_however_its_path_is_written(
    treadle: Command, nightly: Path
) -> None:
    (nightly.parent / "inner").mkdir()
    added = treadle("workflows", "add", "inner/../nightly.yaml", "--json")
    assert json.loads(added.stdout)["path"] == str(nightly)
    shown = treadle("workflows", "show", "inner/../nightly.yaml", "--json")
    assert json.loads(shown.stdout)["id"] == json.loads(added.stdout)["id"]


@pytest.mark.usefixtures("engine")
def test_a_run_of_a_file_saved_with_errors_says_that_it_is_of_the_last_good_text(
    treadle: Command, nightly: Path
) -> None:
    treadle("workflows", "add", nightly).check_returncode()
    nightly.write_text("name: nightly\nsteps: 5\n")
    ran = treadle("executions", "start", "nightly", "--wait")
    assert ran.returncode == 0, ran.stderr
    assert "the saved file has errors: line 2" in ran.stderr
    assert "last good version" in ran.stderr


@pytest.mark.parametrize("command", ["workflows", "executions"])
def test_a_status_that_there_is_not_is_told_with_those_there_are(
    treadle: Command, command: str
) -> None:
    done = treadle(command, "list", "--status", "finished")
    assert done.returncode == 2
    assert "completed" in done.stderr


@pytest.mark.usefixtures("engine")
def test_an_input_that_does_not_fit_is_told_once(treadle: Command, nightly: Path) -> None:
    treadle("workflows", "add", nightly).check_returncode()
    started = treadle("executions", "start", "nightly", "--input", "n=many")
    ran = treadle("run", nightly, "--input", "n=many")
    for done in (started, ran):
        assert done.returncode == 2
        assert done.stderr.count("many") == 1, done.stderr


@pytest.mark.usefixtures("engine")
def test_an_invalid_file_is_not_added(treadle: Command, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("name: bad\nsteps:\n  - {id: a, type: transfrom}\n")
    done = treadle("workflows", "add", file)
    assert done.returncode == 2
    assert "transform" in done.stderr


def test_the_same_commands_work_on_a_server(treadle: Command, engine: str, nightly: Path) -> None:
    treadle("workflows", "add", nightly, "--server", engine).check_returncode()
    ran = treadle("executions", "start", "nightly", "--wait", "--server", engine)
    assert ran.returncode == 0, ran.stderr
    refused = treadle("workflows", "list", "--server", engine, "--token", "wrong")
    assert refused.returncode == 1
    assert "--token or TREADLE_TOKEN" in refused.stderr
    local = treadle("workflows", "list", "--json")
    assert [item["name"] for item in json.loads(local.stdout)["items"]] == ["nightly"]


def test_a_server_that_is_not_there_is_named(treadle: Command) -> None:
    done = treadle("workflows", "list", "--server", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert "127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
