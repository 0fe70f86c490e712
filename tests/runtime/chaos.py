"""Kills a real engine at random moments while workflows of all shapes run, and checks the promises.

    python tests/runtime/chaos.py --kills 200 --seed 7

Every script writes its idempotency key into a ledger outside the engine. What must hold: each
execution ends; what was recorded as completed never runs again; what was cut off runs again, except
with ``effect: once``, which is asked about and runs no more than it was told to; no child process
outlives its engine.
"""

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

ENGINE = """
import asyncio, json, sys
from pathlib import Path
from engine.runtime.engine import Engine
from engine.settings.settings import SchedulerSettings, Settings

async def answer(engine):
    page = await engine.list_waiting()
    for step in page.items:
        try:
            if step.waits_for == "approval":
                await engine.answer(step.id, "approve", by="chaos")
            elif step.waits_for == "answer":
                print("asked", step.id, flush=True)
                await engine.answer(step.id, "completed", output={"said": True})
        except Exception as error:
            print("refused", step.id, error, flush=True)

async def main(home, folder, names):
    settings = Settings(scheduler=SchedulerSettings(workers=6, poll_interval=0.5))
    async with Engine(settings, Path(home)) as engine:
        print("ready", flush=True)
        for name in json.loads(names):
            path = Path(folder, name)
            await engine.execute(source=path.read_text(), path=str(path))
        async with engine.subscribe() as batches:
            while await engine.busy():
                await answer(engine)
                for event in await anext(batches):
                    print(event.type, flush=True)
    print("done", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""
ROOT = Path(__file__).resolve().parents[2]
KEY = "TREADLE_IDEMPOTENCY_KEY"


class Shapes:
    """Makes workflows of all shapes, by chance."""

    def __init__(self, chance: random.Random, ledger: Path) -> None:
        self.chance = chance
        self.ledger = ledger
        self.count = 0
        self.children: dict[str, dict[str, Any]] = {}

    def workflow(self, number: int) -> dict[str, Any]:
        steps = self.graph(self.chance.randrange(2, 6), depth=0)
        flow: dict[str, Any] = {"name": f"chaos {number}", "steps": steps}
        if self.chance.random() < 0.3:
            steps.append(self.script())
            flow["finally"] = [steps[-1]["id"]]
        return flow

    def graph(self, size: int, depth: int) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = []
        for index in range(size):
            step = self.step(depth)
            before = [s["id"] for s in steps]
            picked = self.chance.sample(before, k=min(index, self.chance.randrange(0, 3)))
            step["depends_on"] = picked
            steps.append(step)
        return steps

    def step(self, depth: int) -> dict[str, Any]:
        makers = [self.script, self.script, self.script, self.flaky, self.once, self.wait]
        makers += [self.condition, self.approval]
        if depth < 2:
            makers += [
                lambda: self.loop(depth),
                lambda: self.parallel(depth),
            ]
        if depth < 1:
            makers.append(self.sub)
        return self.chance.choice(makers)()

    def identity(self) -> str:
        self.count += 1
        return f"s{self.count}"

    def script(self, code: str = "") -> dict[str, Any]:
        write = f'echo "${KEY}" >> {self.ledger}'
        pause = f"sleep {self.chance.choice([0, 0, 0.02, 0.05])}"
        after = self.chance.choice([f"{write}; {pause}", f"{pause}; {write}"])
        config = {"runtime": "bash", "script": f"{after}{code}"}
        return {"id": self.identity(), "type": "script", "config": config}

    def flaky(self) -> dict[str, Any]:
        step = self.script(f'; [ "$(grep -c "^${KEY}$" {self.ledger})" -gt 2 ]')
        step["config"]["script"] = (
            f'echo "${KEY}" >> {self.ledger}; [ "$(grep -c "^${KEY}$" {self.ledger})" -gt 2 ]'
        )
        step["retry_policy"] = {"max_attempts": 50, "initial_delay": "20ms", "max_delay": "20ms"}
        return step

    def once(self) -> dict[str, Any]:
        return {**self.script(), "effect": "once"}

    def wait(self) -> dict[str, Any]:
        duration = self.chance.choice(["1ms", "100ms", "400ms"])
        return {"id": self.identity(), "type": "wait", "config": {"duration": duration}}

    def condition(self) -> dict[str, Any]:
        expression = self.chance.choice(["true", "false"])
        return {"id": self.identity(), "type": "condition", "config": {"expression": expression}}

    def approval(self) -> dict[str, Any]:
        return {"id": self.identity(), "type": "approval", "config": {"message": "go on?"}}

    def loop(self, depth: int) -> dict[str, Any]:
        config: dict[str, Any] = {"steps": self.graph(self.chance.randrange(1, 3), depth + 1)}
        kind = self.chance.randrange(3)
        if kind == 0:
            config["items"] = list(range(self.chance.randrange(0, 4)))
        elif kind == 1:
            config["times"] = self.chance.randrange(1, 4)
        else:
            config["while"] = f"loop.index < {self.chance.randrange(1, 4)}"
        if kind < 2:
            config["max_concurrency"] = self.chance.randrange(1, 4)
        if self.chance.random() < 0.5:
            config["output"] = "{{ loop.index }}"
        return {"id": self.identity(), "type": "loop", "config": config}

    def parallel(self, depth: int) -> dict[str, Any]:
        branches = {name: self.graph(self.chance.randrange(1, 3), depth + 1) for name in "ab"}
        return {"id": self.identity(), "type": "parallel", "config": {"branches": branches}}

    def sub(self) -> dict[str, Any]:
        name = f"child{len(self.children)}.json"
        self.children[name] = {"name": name, "steps": self.graph(2, depth=1)}
        return {"id": self.identity(), "type": "workflow", "config": {"workflow": name}}


class Chaos:
    """One run: a folder, its workflows, and the engines that are killed in it."""

    def __init__(self, folder: Path, seed: int, workflows: int, kills: int) -> None:
        self.chance = random.Random(seed)
        self.home = folder / "home"
        self.ledger = folder / "ledger"
        self.ledger.touch()
        self.folder = folder
        self.kills = kills
        self.settled: dict[str, int] = {}
        self.asked: set[str] = set()
        self.once: set[str] = set()
        self.names: list[str] = []
        shapes = Shapes(self.chance, self.ledger)
        for number in range(workflows):
            name = f"flow{number}.json"
            (folder / name).write_text(json.dumps(shapes.workflow(number)))
            self.names.append(name)
        for name, child in shapes.children.items():
            (folder / name).write_text(json.dumps(child))
        texts = [path.read_text() for path in folder.glob("*.json")]
        self.once = {s["id"] for text in texts for s in _steps(json.loads(text)) if s.get("effect")}

    def run(self) -> None:
        """All the kills, then an engine that is left to finish. Raises AssertionError."""
        waiting = list(self.names)
        for kill in range(self.kills):
            share = -(-len(waiting) // max(self.kills - kill - 1, 1))
            begun, waiting = waiting[:share], waiting[share:]
            self._kill_one(begun)
            self._check()
        process = self._start([])
        said, _ = process.communicate(timeout=300)
        self._note(said)
        assert said.endswith("done\n"), said[-500:]
        self._check()
        self._check_end()

    def _start(self, names: list[str]) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", ENGINE, str(self.home), str(self.folder), json.dumps(names)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def _kill_one(self, begun: list[str]) -> None:
        process = self._start(begun)
        assert process.stdout is not None
        left = self.chance.randrange(1, 30)
        for line in process.stdout:
            self._note(line)
            left -= line.startswith("step.")
            if left <= 0 or line == "done\n":
                break
        time.sleep(self.chance.random() * 0.05)  # not only right after something was recorded
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        self._note(rest)

    def _note(self, said: str) -> None:
        for line in said.splitlines():
            if line.startswith("asked "):
                self.asked.add(line.removeprefix("asked "))

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.home / "treadle.sqlite") as database:
            return database.execute(query).fetchall()

    def _check(self) -> None:
        """What was recorded as completed before has not run since."""
        now = Counter(self.ledger.read_text().split())
        for key, times in self.settled.items():
            assert now[key] == times, f"{key} was completed, and ran again"
        done = self._rows(
            "SELECT execution_id || '.' || key FROM step_executions "
            "WHERE status = 'completed' AND origin IS NULL"
        )
        self.settled = {key: now[key] for (key,) in done}

    def _check_end(self) -> None:
        ends = self._rows("SELECT id, status, error_type, error_message FROM executions")
        for identity, status, error_type, message in ends:
            # A step that three engines in a row died over is set aside: that is promised too.
            assert status == "completed" or error_type == "lost", (identity, status, message)
        assert sum(row[1] == "completed" for row in ends) > len(ends) // 2
        assert len(ends) >= len(self.names)
        now = Counter(self.ledger.read_text().split())
        for key, times in now.items():
            if key.rpartition(".")[2] in self.once:
                assert times <= 1, f"{key} has effect once, and ran {times} times"
        scripts = self._rows(
            "SELECT s.execution_id || '.' || s.key, s.step_id FROM step_executions s "
            "JOIN events e ON e.id = s.started_event "
            "WHERE s.status = 'completed' AND e.data LIKE '%\"runtime\":\"bash\"%'"
        )
        for key, step_id in scripts:
            assert now[key] >= 1 or step_id in self.once, f"{key} completed without having run"
        assert _orphans({row[0] for row in ends}) == []


def _steps(tree: Any) -> list[dict[str, Any]]:
    """Every step of a definition, bodies included."""
    found: list[dict[str, Any]] = []
    pending = list(tree["steps"])
    while pending:
        step = pending.pop()
        found.append(step)
        config = step.get("config", {})
        pending += config.get("steps", [])
        for branch in config.get("branches", {}).values():
            pending += branch
    return found


def _orphans(ids: set[str]) -> list[int]:
    found: list[int] = []
    for process in psutil.process_iter():
        try:
            key = process.environ().get(KEY, "")
        except psutil.Error:
            continue
        if key.partition(".")[0] in ids:
            found.append(process.pid)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--workflows", type=int, default=50)
    parser.add_argument("--seed", type=int, default=20261124)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        chaos = Chaos(Path(folder), given.seed, given.workflows, given.kills)
        began = time.monotonic()
        chaos.run()
        ran = len(chaos.ledger.read_text().split())
        print(
            f"{given.kills} kills, {given.workflows} workflows, {len(chaos.settled)} steps "
            f"completed in {ran} runs, {len(chaos.asked)} asked about, "
            f"{time.monotonic() - began:.0f} s: every promise kept"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
