"""``treadle run``: results on stdout, progress on stderr, and the exit codes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Command

Start = Callable[..., "subprocess.Popen[str]"]
GREET = """\
name: greet
inputs:
  type: object
  properties: {name: {type: string}, times: {type: integer, default: 1}}
  required: [name]
steps:
  - id: greet
    type: transform
    config: {expression: "'Hello ' ~ variables.name"}
  - id: say
    type: script
    depends_on: [greet]
    config: {script: "print('said it')"}
output: {text: "{{ steps.greet.output.result }}", times: "{{ variables.times }}"}
"""


def script(tmp_path: Path, code: str, more: str = "") -> Path:
    file = tmp_path / "flow.yaml"
    lines = "".join(f"        {line}\n" for line in code.splitlines())
    step = f"  - id: work\n    type: script\n    config:\n      script: |\n{lines}"
    file.write_text(f"name: flow\n{more}steps:\n{step}")
    return file


@pytest.fixture
def greet(tmp_path: Path) -> Path:
    file = tmp_path / "greet.yaml"
    file.write_text(GREET)
    return file


def test_the_result_is_on_stdout_and_the_progress_on_stderr(treadle: Command, greet: Path) -> None:
    done = treadle("run", greet, "--input", "name=Ada", "--input", "times=3")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"text": "Hello Ada", "times": 3}
    assert "✓ completed greet" in done.stderr
    assert "say | said it" in done.stderr
    assert "\x1b" not in done.stderr


def test_json_is_one_document_shaped_as_the_apis(treadle: Command, greet: Path) -> None:
    done = treadle("run", greet, "--input", "name=5", "--json", "--quiet", "--priority", "9")
    assert (done.returncode, done.stderr) == (0, "")
    execution = json.loads(done.stdout)
    assert execution["status"] == "completed"
    assert execution["input"] == {"name": "5"}
    assert execution["priority"] == 9
    assert [step["step_id"] for step in execution["step_executions"]] == ["greet", "say"]


def test_the_input_can_be_a_file_and_the_definition_stdin(treadle: Command, tmp_path: Path) -> None:
    values = tmp_path / "values.json"
    values.write_text('{"name": "file"}')
    done = treadle("run", "-", "--input-file", values, input=GREET)
    assert json.loads(done.stdout)["text"] == "Hello file"


def test_a_failure_is_exit_code_1_with_its_reason(treadle: Command, tmp_path: Path) -> None:
    done = treadle("run", script(tmp_path, "raise SystemExit('no luck')"))
    assert done.returncode == 1
    assert "✗ failed work" in done.stderr
    assert "no luck" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_invalid_file_is_exit_code_2_with_its_problems(treadle: Command, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("name: bad\nsteps:\n  - {id: a, type: transfrom}\n")
    done = treadle("run", file)
    assert done.returncode == 2
    assert f"{file}:3:" in done.stderr
    assert done.stdout == ""


def test_an_input_that_does_not_fit_is_exit_code_2(treadle: Command, greet: Path) -> None:
    missing = treadle("run", greet)
    assert missing.returncode == 2
    assert "name" in missing.stderr
    assert "Traceback" not in missing.stderr


def test_a_missing_file_is_exit_code_3(treadle: Command) -> None:
    done = treadle("run", "nothing.yaml")
    assert done.returncode == 3
    assert "nothing.yaml" in done.stderr


def test_a_timeout_of_the_execution_is_exit_code_124(treadle: Command, tmp_path: Path) -> None:
    done = treadle("run", script(tmp_path, "import time; time.sleep(60)", "timeout: 500ms\n"))
    assert done.returncode == 124, done.stderr


def test_ctrl_c_cancels_and_is_exit_code_130(start: Start, tmp_path: Path) -> None:
    code = "import time\nprint('begun', flush=True)\ntime.sleep(60)"
    process = start("run", script(tmp_path, code), "--json")
    assert process.stderr is not None
    for line in process.stderr:
        if "begun" in line:
            break
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert time.monotonic() - begin < 4
    execution = json.loads(out)
    assert execution["status"] == "cancelled"
    assert execution["step_executions"][0]["status"] == "cancelled"
    assert "Traceback" not in err


def test_the_end_of_its_terminal_cancels_a_run(
    environment: dict[str, str], treadle: Command, tmp_path: Path
) -> None:
    import pty

    code = "import time\nprint('begun', flush=True)\ntime.sleep(60)"
    command = [sys.executable, "-m", "engine.cli.main", "run", script(tmp_path, code)]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, list(map(str, command)), environment)
    seen = b""
    while b"begun" not in seen:
        seen += os.read(terminal, 4096)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130
    (item,) = json.loads(treadle("executions", "list", "--json").stdout)["items"]
    assert item["status"] == "cancelled"


def test_a_run_is_in_the_history_of_its_file(treadle: Command, greet: Path) -> None:
    for _ in range(2):
        treadle("run", greet, "--input", "name=x", "--quiet").check_returncode()
    listed = json.loads(treadle("executions", "list", "--workflow", greet, "--json").stdout)
    assert [item["status"] for item in listed["items"]] == ["completed", "completed"]


def test_on_a_terminal_the_progress_is_live(
    environment: dict[str, str], greet: Path, tmp_path: Path
) -> None:
    import pty

    main, other = pty.openpty()
    command = [sys.executable, "-m", "engine.cli.main", "run", str(greet), "--input", "name=x"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**environment, "TERM": "xterm-256color"},
        stdout=subprocess.PIPE,
        stderr=other,
    )
    os.close(other)
    shown = b""
    while True:
        try:
            chunk = os.read(main, 4096)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
    os.close(main)
    assert process.wait(20) == 0
    assert process.stdout is not None
    assert json.loads(process.stdout.read())["text"] == "Hello x"
    process.stdout.close()
    text = shown.decode()
    assert "\x1b[" in text
    assert "✓" in text
    assert "said it" in text


HOLDS = """\
name: holds
concurrency: {{key: one, max: 1, on_conflict: queue}}
steps:
  - id: work
    type: script
    resources: {{db: 2}}
    config: {{runtime: bash, script: "{code}"}}
"""


def test_what_a_killed_run_held_is_free_for_the_next_and_an_engine_ends_it(
    start: Start, treadle: Command, home: Path, tmp_path: Path
) -> None:
    home.mkdir(mode=0o700)
    (home / "settings.yaml").write_text("limits: {db: 2}\n")
    file = tmp_path / "holds.yaml"
    file.write_text(HOLDS.format(code="echo begun; read -t 60 < gate; echo over"))
    os.mkfifo(tmp_path / "gate")
    killed = start("run", file)
    assert killed.stderr is not None
    for line in killed.stderr:
        if "begun" in line:
            break
    killed.kill()
    killed.wait()
    file.write_text(HOLDS.format(code="echo quick"))
    treadle("run", file).check_returncode()

    def statuses() -> list[str]:
        listed = json.loads(treadle("executions", "list", "--json").stdout)
        return sorted(item["status"] for item in listed["items"])

    assert statuses() == ["completed", "running"]  # this engine has taken it over
    (tmp_path / "gate").write_text("go\n")
    deadline = time.monotonic() + 20
    while statuses() != ["completed", "completed"]:
        assert time.monotonic() < deadline
