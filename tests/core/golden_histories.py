"""Records the histories that every later version must be able to replay.

    python tests/core/golden_histories.py VERSION

Runs workflows of all shapes in a real engine and keeps, for each execution, the definition, its
events as they are on disk, and what it came to, in ``tests/core/golden/VERSION.json``. Run once for
each release, and never again for the same one: a history that was released is never changed.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine.runtime.engine import Engine
from engine.settings.settings import SchedulerSettings, Settings

FOLDER = Path(__file__).with_name("golden")


def transform(identity: str, *needs: str, value: str = "1", **more: Any) -> dict[str, Any]:
    config = {"expression": value}
    return {"id": identity, "type": "transform", "depends_on": [*needs], "config": config, **more}


def script(identity: str, *needs: str, code: str = "true", **more: Any) -> dict[str, Any]:
    config = {"runtime": "bash", "script": code}
    return {"id": identity, "type": "script", "depends_on": [*needs], "config": config, **more}


def shapes() -> dict[str, dict[str, Any]]:
    """Workflows that use every event between them, by name."""
    retry = {"max_attempts": 2, "initial_delay": 0, "max_delay": 0}
    items = {"items": [1, 2, 3], "max_concurrency": 2, "output": "{{ loop.item * 2 }}"}
    whiles = {"while": "loop.index < 3", "break": "loop.last == 1", "output": "{{ loop.index }}"}
    choice = {"id": "c", "type": "condition", "config": {"expression": "input.n > 1"}}
    both = {"branches": {"x": [transform("l")], "y": [transform("r"), transform("s", "r")]}}
    ask = {"id": "ask", "type": "approval", "config": {"message": "go?"}}
    event = {"id": "w", "type": "wait", "config": {"event": "golden"}}
    nap = {"id": "nap", "type": "wait", "config": {"duration": "20ms"}}
    return {
        "graph": {
            "steps": [
                transform("a", output_mapping={"seen": "{{ output.result }}"}),
                {**choice, "depends_on": ["a"]},
                transform("yes", "c.true"),
                transform("no", "c.false"),
                transform("off", "a", enabled=False),
                transform("never", "a", when="false"),
                transform("end", "yes.done", "no.done", "off", "never.done"),
            ],
            "output": {"seen": "{{ variables.seen }}"},
        },
        "failure": {
            "steps": [
                transform("done", compensate="undo"),
                script("bad", "done", code="exit 3", retry_policy=retry),
                transform("undo"),
                transform("alarm"),
                transform("tidy"),
            ],
            "on_failure": ["alarm"],
            "finally": ["tidy"],
        },
        "handled": {"steps": [script("bad", code="exit 3"), transform("help", "bad.failure")]},
        "loops": {
            "steps": [
                {"id": "each", "type": "loop", "config": {**items, "steps": [transform("n")]}},
                {"id": "some", "type": "loop", "config": {**whiles, "steps": [transform("m")]}},
                {"id": "both", "type": "parallel", "depends_on": ["each"], "config": both},
            ]
        },
        "waits": {"steps": [nap, ask, event, transform("after", "nap", "ask", "w")]},
        "cancelled": {"steps": [script("long", code="sleep 30"), transform("later", "long")]},
        "timed out": {"steps": [script("long", code="sleep 30")], "timeout": "300ms"},
        "paused": {"steps": [script("first", code="sleep 0.3"), transform("second", "first")]},
        "parent": {
            "steps": [{"id": "sub", "type": "workflow", "config": {"workflow": "child.json"}}]
        },
    }


async def record(folder: Path) -> dict[str, str]:
    """Runs everything; execution id by name."""
    (folder / "child.json").write_text(json.dumps({"name": "child", "steps": [transform("a")]}))
    settings = Settings(scheduler=SchedulerSettings(workers=4))
    ids: dict[str, str] = {}
    async with Engine(settings, folder) as engine:
        for name, shape in shapes().items():
            text = json.dumps({"name": name, **shape})
            ids[name] = await engine.execute(source=text, folder=str(folder), input={"n": 2})
        async with asyncio.timeout(30):
            await engine.pause(ids["paused"], "golden")
            for name, step in (("waits", "ask"), ("waits", "w"), ("cancelled", "long")):
                while (await state_of(engine, ids[name], step)) not in ("waiting", "running"):
                    await asyncio.sleep(0.02)
            await engine.cancel(ids["cancelled"], "golden")
            await engine.answer(f"{ids['waits']}.ask", "approve", by="ana")
            await engine.send_event("golden", {"n": 1})
            while (await state_of(engine, ids["paused"], "first")) != "completed":
                await asyncio.sleep(0.02)
            await engine.resume(ids["paused"])
            for identity in ids.values():
                await engine.wait(identity)
        ids["retried"] = await engine.retry(ids["failure"])
        await engine.wait(ids["retried"])
    return ids


async def state_of(engine: Engine, identity: str, step: str) -> str:
    record_ = await engine.get_execution(identity)
    found = [s.status for s in record_.step_executions if s.step_id == step]
    return found[0] if found else ""


def collected(folder: Path, ids: dict[str, str]) -> list[dict[str, Any]]:
    """The histories with what they came to."""
    found = []
    with sqlite3.connect(folder / "treadle.sqlite") as database:
        for name, identity in ids.items():
            events = database.execute(
                "SELECT data FROM events WHERE execution_id = ? ORDER BY id", (identity,)
            ).fetchall()
            status, text = database.execute(
                "SELECT e.status, t.text FROM executions e JOIN texts t ON t.hash = e.text_hash "
                "WHERE e.id = ?",
                (identity,),
            ).fetchone()
            steps = database.execute(
                "SELECT key, status FROM step_executions WHERE execution_id = ?", (identity,)
            ).fetchall()
            found.append(
                {
                    "name": name,
                    "definition": json.loads(text),
                    "events": [json.loads(row[0]) for row in events],
                    "status": status,
                    "steps": {key: state for key, state in steps if "." not in key},
                }
            )
    return found


def main() -> None:
    target = FOLDER / f"{sys.argv[1]}.json"
    if target.exists():
        raise SystemExit(f"{target} is there: what was released is never changed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ids = asyncio.run(record(folder))
        histories = collected(folder, ids)
    lines = ",\n".join(json.dumps(history, ensure_ascii=False) for history in histories)
    target.write_text(f"[\n{lines}\n]\n")
    print(f"{len(histories)} histories in {target}")


if __name__ == "__main__":
    main()
