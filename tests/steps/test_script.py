"""Scripts run as real child processes, and leave nothing behind."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from engine.steps.command import Command
from engine.steps.process import run_process
from engine.steps.supervised import SUPERVISION
from tests.steps.conftest import Attempt

ROOT = Path(__file__).parents[2]


async def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        await asyncio.sleep(0.01)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def pid_in(file: Path) -> int:
    return int(file.read_text())


async def test_an_inline_script_reads_its_input_and_gives_its_last_line_of_json(
    attempt: Attempt,
) -> None:
    code = """
        import json, sys
        rows = json.load(sys.stdin)["rows"]
        print("counting")
        print(json.dumps({"count": len(rows), "last": rows[-1]}))
        print("done")
    """
    result = await attempt.run("script", {"rows": [1, "zwei 二"]}, script=textwrap.dedent(code))
    assert result.output["result"] == {"count": 2, "last": "zwei 二"}
    assert result.output["exit_code"] == 0
    assert attempt.logged("stdout")[0] == "counting"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("add.py", "import json,sys\nd=json.load(sys.stdin)\nprint(json.dumps(d['a']+d['b']))"),
        (
            "add.js",
            "const d = JSON.parse(require('fs').readFileSync(0)); console.log(d.a + d.b)",
        ),
        (
            "add.mjs",
            "import fs from 'node:fs'; const d = JSON.parse(fs.readFileSync(0)); "
            "console.log(await Promise.resolve(d.a + d.b))",
        ),
        ("add.sh", 'read -r line; [ -n "$line" ] && echo $((1 + 2))'),
    ],
)
async def test_a_file_runs_in_the_runtime_of_its_ending(
    attempt: Attempt, name: str, code: str
) -> None:
    assert attempt.folder
    (attempt.folder / name).write_text(code)
    result = await attempt.run("script", {"a": 1, "b": 2}, script=name)
    assert result.output["result"] == 3


async def test_inline_node_code_may_import(attempt: Attempt) -> None:
    code = "import os from 'node:os'\nconsole.log(JSON.stringify({ok: !!os.EOL}))"
    result = await attempt.run("script", script=code, runtime="node")
    assert result.output["result"] == {"ok": True}


async def test_the_result_file_wins_over_stdout(attempt: Attempt) -> None:
    code = 'echo "{}"; cp "$TREADLE_INPUT" "$TREADLE_RESULT"'
    result = await attempt.run("script", {"x": [1]}, script=code, runtime="bash")
    assert result.output["result"] == {"x": [1]}


async def test_a_result_file_that_is_not_json_is_told(attempt: Attempt) -> None:
    error = await attempt.fails("script", script='echo oops > "$TREADLE_RESULT"', runtime="bash")
    assert error.type == "result"
    assert "TREADLE_RESULT is not JSON" in error.message


@pytest.mark.parametrize("size", [0, 15_000, 40_000, 300_000])
async def test_a_result_and_an_input_may_have_any_size(attempt: Attempt, size: int) -> None:
    text = "\u00e9\u0001" * (size // 2)
    code = 'cat > "$TREADLE_RESULT"'
    result = await attempt.run("script", {"x": text}, script=code, runtime="bash")
    assert result.output["result"] == {"x": text}


async def test_an_empty_result_file_is_none(attempt: Attempt) -> None:
    code = 'echo "[2]"; : > "$TREADLE_RESULT"'
    result = await attempt.run("script", script=code, runtime="bash")
    assert result.output["result"] == [2]
    assert list(attempt.scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ('printf "\\xff" > "$TREADLE_RESULT"', "is not JSON"),
        ('mkdir "$TREADLE_RESULT"', "the result file has"),
        ('mkfifo "$TREADLE_RESULT"', None),
        ('ln -s "$TREADLE_INPUT" "$TREADLE_RESULT"', None),
    ],
)
async def test_a_strange_result_file_harms_nobody(
    attempt: Attempt, code: str, words: str | None
) -> None:
    if words is None:
        result = await attempt.run("script", script=code, runtime="bash")
        assert result.output["result"] is None
    else:
        error = await attempt.fails("script", script=code, runtime="bash")
        assert error.type == "result"
        assert words in error.message


async def test_a_missing_folder_to_run_in_is_told(attempt: Attempt) -> None:
    error = await attempt.fails("script", script="1", cwd="nowhere")
    assert error.type == "not_found"
    assert f'there is no folder "{attempt.resolve("nowhere")}"' in error.message


async def test_what_keeps_its_files_from_being_written_is_told_as_it_is(
    attempt: Attempt, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    attempt.scratch_path = tmp_path / "file" / "scratch"
    with pytest.raises(NotADirectoryError, match="scratch"):
        await attempt.run("script", script="1")


async def test_pretty_printed_json_is_a_result(attempt: Attempt) -> None:
    code = "import json\nprint(json.dumps({'a': [1, 2], 'b': {}}, indent=2))"
    result = await attempt.run("script", script=code)
    assert result.output["result"] == {"a": [1, 2], "b": {}}


async def test_a_script_knows_its_run(attempt: Attempt) -> None:
    code = "import json, os\nprint(json.dumps(dict(os.environ)))"
    result = (await attempt.run("script", script=code)).output["result"]
    assert result["TREADLE_IDEMPOTENCY_KEY"] == "key-of-the-step"
    assert result["TREADLE_EXECUTION_ID"] == "execution-1"
    assert result["TREADLE_ATTEMPT"] == "1"


async def test_the_environment_holds_only_what_is_named(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TREADLE_SECRET_API", "hidden")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    code = "import json, os\nprint(json.dumps(dict(os.environ)))"
    env = (await attempt.run("script", script=code, env={"LEVEL": 3, "ON": True})).output["result"]
    assert "hidden" not in env.values()
    assert env["LEVEL"] == "3"
    assert env["ON"] == "true"
    assert env["PATH"]


async def test_arguments_are_never_read_by_a_shell(attempt: Attempt) -> None:
    code = 'printf "%s|" "$@"'
    result = await attempt.run(
        "script", script=code, runtime="bash", args=["a b", "$(id)", 3, True]
    )
    assert result.output["stdout"] == "a b|$(id)|3|true|"


async def test_an_interpreter_by_path_runs_the_file(attempt: Attempt) -> None:
    assert attempt.folder
    shutil.copy("/bin/sh", attempt.folder / "mine")
    (attempt.folder / "x.py").write_text("echo from a shell")
    result = await attempt.run("script", script="x.py", interpreter="./mine")
    assert result.output["stdout"] == "from a shell\n"


async def test_inline_python_imports_modules_of_the_folder(attempt: Attempt) -> None:
    assert attempt.folder
    (attempt.folder / "prices.py").write_text("VAT = 19")
    result = await attempt.run("script", script="import prices\nprint(prices.VAT)")
    assert result.output["result"] == 19


async def test_a_failure_shows_the_last_words_and_keeps_the_output(attempt: Attempt) -> None:
    code = "echo before; echo 'no such table: orders' >&2; exit 3"
    error = await attempt.fails("script", script=code, runtime="bash")
    assert error.type == "exit_3"
    assert "no such table: orders" in error.message
    assert error.output["stdout"] == "before\n"
    assert error.output["exit_code"] == 3


async def test_a_script_that_is_killed_names_the_signal(attempt: Attempt) -> None:
    error = await attempt.fails("script", script="kill -9 $$", runtime="bash")
    assert error.type == "signal_9"
    assert "SIGKILL" in error.message


async def test_a_missing_file_is_told_before_anything_runs(attempt: Attempt) -> None:
    error = await attempt.fails("script", script="absent.py")
    assert error.type == "not_found"
    assert not error.retryable
    assert "absent.py" in error.message


async def test_a_runtime_that_is_not_installed_tells_the_way_out(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    error = await attempt.fails("script", script="1", runtime="node")
    assert error.type == "not_installed"
    assert "install Node.js" in error.message


async def test_a_program_that_cannot_be_started_is_told(attempt: Attempt) -> None:
    assert attempt.folder
    broken = attempt.folder / "broken"
    broken.write_text("#!/no/such/interpreter\n")
    broken.chmod(0o755)
    error = await attempt.fails("script", script="x = 1", interpreter=str(broken))
    assert "cannot start" in error.message


async def test_large_input_to_a_script_that_does_not_read_does_not_hang(attempt: Attempt) -> None:
    result = await attempt.run("script", {"data": "x" * 5_000_000}, script="print(7)")
    assert result.output["result"] == 7


async def test_endless_output_is_cut_and_told(attempt: Attempt) -> None:
    code = "yes a line | head -c 3000000; echo; echo '{\"end\": true}'"
    result = await attempt.run("script", script=code, runtime="bash", max_output="100KB")
    assert len(result.output["stdout"]) < 110_000
    assert "bytes were left out here" in result.output["stdout"]
    assert result.output["result"] == {"end": True}
    assert any("stdout was cut" in line for line in attempt.logged("engine"))


async def test_a_huge_line_costs_little_memory(attempt: Attempt) -> None:
    before = psutil.Process().memory_info().rss
    code = "import sys\nfor _ in range(200): sys.stdout.write('x' * 1_000_000)\n"
    result = await attempt.run("script", script=code, max_output="1MB")
    assert len(result.output["stdout"]) < 1_100_000
    assert len(attempt.logged("stdout")[0]) < 20_000
    assert psutil.Process().memory_info().rss - before < 50_000_000


async def test_output_that_is_no_utf8_is_shown_all_the_same(attempt: Attempt) -> None:
    result = await attempt.run("script", script=r"printf 'a\xff\xfeb\n'", runtime="bash")
    assert result.output["stdout"].startswith("a")


async def test_lines_are_logged_while_the_script_runs(attempt: Attempt) -> None:
    assert attempt.folder
    code = "echo started; until [ -e go ]; do sleep 0.02; done; echo ended"
    running = asyncio.create_task(attempt.run("script", script=code, runtime="bash"))
    await until(lambda: attempt.logged("stdout") == ["started"])
    assert not running.done()
    (attempt.folder / "go").touch()
    await running
    assert attempt.logged("stdout") == ["started", "ended"]


STUBBORN = """
trap '' TERM
echo $$ > main.pid
setsid bash -c 'trap "" TERM; echo $$ > away.pid; while :; do sleep 1; done' &
(setsid setsid bash -c 'echo $$ > orphan.pid; exec sleep 1000' &)
while :; do sleep 1; done
"""
PIDS = ("main.pid", "away.pid", "orphan.pid")


def all_written(folder: Path) -> bool:
    return all((folder / name).exists() and (folder / name).read_text().strip() for name in PIDS)


async def test_a_cancel_ends_the_whole_tree_within_two_seconds(attempt: Attempt) -> None:
    folder = attempt.folder
    assert folder
    running = asyncio.create_task(attempt.run("script", script=STUBBORN, runtime="bash"))
    await until(lambda: all_written(folder))
    start = time.monotonic()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert time.monotonic() - start < 2
    assert all(is_gone(pid_in(folder / name)) for name in PIDS)


async def test_without_a_supervisor_the_tree_is_looked_through(
    attempt: Attempt, tmp_path: Path
) -> None:
    folder = attempt.folder
    assert folder
    code = "setsid bash -c 'echo $$ > away.pid; exec sleep 1000' & echo $$ > main.pid; wait"
    command = Command(
        arguments=("bash", "-c", code),
        env=dict(os.environ),
        cwd=folder,
        scratch=tmp_path / "scratch",
        files={"input.json": "{}"},
        stdin=tmp_path / "scratch" / "input.json",
        result=tmp_path / "scratch" / "result.json",
        max_output=1000,
    )
    running = asyncio.create_task(run_process(command, attempt.log, supervised=False))
    pids = [folder / "main.pid", folder / "away.pid"]
    await until(lambda: all(pid.exists() and pid.read_text() for pid in pids))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await until(lambda: all(is_gone(pid_in(pid)) for pid in pids), 10)


async def test_a_cancel_at_the_very_start_leaves_nothing(attempt: Attempt) -> None:
    for turns in range(12):
        shutil.rmtree(attempt.scratch)
        attempt.scratch.mkdir()
        running = asyncio.create_task(attempt.run("script", script="exec sleep 1000", runtime="sh"))
        await asyncio.sleep(turns * 0.004)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    children = [child for child in psutil.Process().children() if child.is_running()]
    assert [child.pid for child in children] in ([], [SUPERVISION.pid])
    assert [child for parent in children for child in parent.children()] == []


async def test_what_survives_a_script_is_ended_with_it(attempt: Attempt) -> None:
    assert attempt.folder
    code = "(setsid sleep 1000 & echo $! > left.pid); sleep 1000 & echo $! > child.pid; echo 1"
    result = await attempt.run("script", script=code, runtime="bash")
    assert result.output["result"] == 1
    assert is_gone(pid_in(attempt.folder / "left.pid"))
    assert is_gone(pid_in(attempt.folder / "child.pid"))


async def test_a_polite_end_lets_a_script_clean_up(attempt: Attempt) -> None:
    folder = attempt.folder
    assert folder
    code = "trap 'echo cleaned > end; exit' TERM; touch up; while :; do sleep 0.05; done"
    running = asyncio.create_task(attempt.run("script", script=code, runtime="bash"))
    await until((folder / "up").exists)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (folder / "end").read_text() == "cleaned\n"


ENGINE = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {path!r})
from tests.steps.conftest import Attempt
attempt = Attempt(Path({folder!r}), Path({scratch!r}))
asyncio.run(attempt.run("script", script={script!r}, runtime="bash"))
"""


async def test_scripts_die_with_an_engine_that_is_killed(attempt: Attempt) -> None:
    folder = attempt.folder
    assert folder
    code = ENGINE.format(
        path=str(ROOT),
        folder=str(folder),
        scratch=str(attempt.scratch),
        script=STUBBORN,
    )
    engine = subprocess.Popen([sys.executable, "-c", code])
    await until(lambda: all_written(folder))
    engine.send_signal(signal.SIGKILL)
    engine.wait()
    await until(lambda: all(is_gone(pid_in(folder / name)) for name in PIDS), 10)


async def test_a_script_that_kills_its_supervisor_dies_and_the_next_one_runs(
    attempt: Attempt,
) -> None:
    error = await attempt.fails("script", script="kill -9 $PPID; sleep 1000", runtime="bash")
    assert error.type == "lost"
    shutil.rmtree(attempt.scratch)
    attempt.scratch.mkdir()
    result = await attempt.run("script", script="echo 1", runtime="bash")
    assert result.output["result"] == 1


async def test_a_limit_that_cannot_be_read_names_its_key(attempt: Attempt) -> None:
    error = await attempt.fails("script", script="1", max_output="much")
    assert error.type == "config"
    assert error.message.startswith("max_output:")


async def test_memory_is_limited(attempt: Attempt) -> None:
    error = await attempt.fails("script", script="x = bytearray(500_000_000)", max_memory="100MB")
    assert "MemoryError" in error.message


async def test_processor_time_is_limited(attempt: Attempt) -> None:
    error = await attempt.fails("script", script="while True: pass", max_cpu=1)
    assert error.type in ("signal_24", "signal_9")


async def test_a_script_has_no_folder_but_its_scratch_when_the_workflow_has_none(
    attempt: Attempt,
) -> None:
    attempt.folder = None
    result = await attempt.run("script", script="import os, json\nprint(json.dumps(os.getcwd()))")
    assert Path(result.output["result"]).resolve() == attempt.scratch.resolve()


async def test_many_scripts_run_at_once(attempt: Attempt, tmp_path: Path) -> None:
    def other(index: int) -> Attempt:
        scratch = tmp_path / f"scratch{index}"
        scratch.mkdir()
        return Attempt(attempt.folder, scratch)

    runs = [
        other(i).run("script", {"i": i}, script='cat "$TREADLE_INPUT"', runtime="bash")
        for i in range(12)
    ]
    results = await asyncio.gather(*runs)
    assert [json.loads(result.output["stdout"])["i"] for result in results] == list(range(12))
