"""The engine killed for real, at random moments: nothing is lost, done twice or left behind."""

import json
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

ENGINE = """
import asyncio, sys
from pathlib import Path
from engine.runtime.engine import Engine
from engine.settings.settings import SchedulerSettings, Settings

async def main(home, source, number):
    async with Engine(Settings(scheduler=SchedulerSettings(workers=3)), Path(home)) as engine:
        async with engine.subscribe() as batches:
            await asyncio.gather(*(engine.execute(source=source) for _ in range(int(number))))
            print("ready", flush=True)
            while await engine.busy():
                for event in await anext(batches):
                    print(event.type, flush=True)
    print("done", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""
KILLS = 20


def workflow(ledger: Path) -> str:
    """A fan of chains, with a condition, and a step that fails at first."""
    write = f'echo "$TREADLE_IDEMPOTENCY_KEY" >> {ledger}'

    def script(identity: str, *needs: str, code: str = write) -> dict[str, object]:
        return {
            "id": identity,
            "type": "script",
            "depends_on": list(needs),
            "config": {"runtime": "bash", "script": code},
        }

    steps = [script("begin")]
    for branch in "xyz":
        steps += [script(f"{branch}1", "begin"), script(f"{branch}2", f"{branch}1")]
    steps.append(script("late", "x2", code=f"sleep 0.03; {write}"))
    choice = {"id": "choice", "type": "condition", "depends_on": ["y2"]}
    steps.append({**choice, "config": {"expression": "steps.y2.output.exit_code == 0"}})
    steps += [script("yes", "choice.true"), script("no", "choice.false")]
    steps.append(
        {
            **script("flaky", "z2", code=f"{write}; [ $(grep -c flaky {ledger}) -gt 3 ]"),
            "retry_policy": {"max_attempts": 50, "initial_delay": "20ms", "max_delay": "20ms"},
        }
    )
    steps.append(script("end", "late", "yes", "flaky"))
    return json.dumps({"name": "killed", "steps": steps})


def start(home: Path, source: str, number: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", ENGINE, str(home), source, str(number)],
        stdout=subprocess.PIPE,
        text=True,
    )


def completed(home: Path) -> set[str]:
    """The steps whose completion is on disk."""
    with sqlite3.connect(home / "treadle.sqlite") as database:
        rows = database.execute(
            "SELECT execution_id || '.' || key FROM step_executions WHERE status = 'completed'"
        )
        return {row[0] for row in rows}


def counted(ledger: Path) -> Counter[str]:
    return Counter(ledger.read_text().split()) if ledger.exists() else Counter()


def left_processes(ids: set[str]) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            key = process.environ().get("TREADLE_IDEMPOTENCY_KEY", "")
        except psutil.Error:
            continue
        if key.partition(".")[0] in ids:
            found.append(process)
    return found


@pytest.mark.chaos
def test_an_engine_killed_at_random_moments_finishes_everything(tmp_path: Path) -> None:
    home, ledger = tmp_path / "home", tmp_path / "ledger"
    source = workflow(ledger)
    chance = random.Random(20261124)
    settled: dict[str, int] = {}
    for _ in range(KILLS):
        process = start(home, source, 1)
        assert process.stdout is not None
        completions = chance.randrange(5, 25)
        for line in process.stdout:
            completions -= line == "step.completed\n"
            if completions <= 0 or line == "done\n":
                break
        time.sleep(chance.random() * 0.05)  # not only right after a completion
        process.kill()
        process.wait()
        process.stdout.close()
        now = counted(ledger)
        for key, times in settled.items():
            assert now[key] == times, f"{key} was completed, and ran again"
        settled = {key: now[key] for key in completed(home)}
    process = start(home, source, 0)
    said, _ = process.communicate(timeout=120)
    assert said.endswith("done\n")
    with sqlite3.connect(home / "treadle.sqlite") as database:
        ended = database.execute("SELECT id, status, error_message FROM executions").fetchall()
    assert len(ended) == KILLS
    assert {row[1:] for row in ended} == {("completed", None)}
    now = counted(ledger)
    for key, times in settled.items():
        assert now[key] == times
    ids = {row[0] for row in ended}
    names = ("begin", "x1", "x2", "y1", "y2", "z1", "z2", "late", "yes", "flaky", "end")
    assert all(now[f"{identity}.{name}"] for identity in ids for name in names)
    assert not any(now[f"{identity}.no"] for identity in ids)
    assert left_processes(ids) == []
