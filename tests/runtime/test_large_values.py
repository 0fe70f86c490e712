"""Large values and typed ones: seen by steps and templates as ever, and kept out of the journal."""

import asyncio
import errno
import gc
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import msgspec
import pytest

from engine.core.artifact import Artifact, artifacts_in
from engine.core.state import State
from engine.runtime.engine import Engine
from engine.runtime.upkeep import sweep_artifacts
from engine.steps.base import StepContext, StepResult, StepView
from engine.store import artifacts
from engine.store.artifacts import Artifacts
from engine.store.errors import DiskFullError

ROWS = [
    {"n": n, "text": "x" * 80, "day": date(2026, 1, 1), "price": Decimal(n) / 4}
    for n in range(30_000)
]
TYPES = {
    "at": datetime(2026, 1, 2, tzinfo=UTC),
    "price": Decimal("1.10"),
    "local": date(2026, 5, 6),
}


def gives(output: Any) -> Any:
    """A step that gives this."""

    async def act(step: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        return StepResult(output=output)

    return act


def notes(into: list[Any], output: Any = None) -> Any:
    """A step that notes its input."""

    async def act(step: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        into.append(given)
        return StepResult(output=output)

    return act


def step(identity: str, *needs: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "type": "act", "depends_on": list(needs), **more}


def size_of(state: State) -> int:
    """Bytes of all objects that only a state leads to: no classes, modules or functions."""
    seen: set[int] = {id(state.plan)}
    size = 0
    pending: list[Any] = [state]
    while pending:
        item = pending.pop()
        if id(item) in seen or isinstance(item, type | ModuleType | FunctionType):
            continue
        seen.add(id(item))
        size += sys.getsizeof(item)
        pending.extend(gc.get_referents(item))
    return size


def database_size(home: Path) -> int:
    return sum(path.stat().st_size for path in home.glob("treadle.sqlite*"))


def files_of(home: Path) -> list[Path]:
    return [path for path in (home / "artifacts").rglob("*") if path.is_file()]


def a_loop(items: str, **config: Any) -> dict[str, Any]:
    body = [step("each", input_mapping={"item": "{{ loop.item }}"})]
    config = {"items": items, "steps": body, "max_concurrency": 4, **config}
    return {"id": "loop", "type": "loop", "depends_on": ["second"], "config": config}


async def test_a_large_output_goes_through_steps_and_a_loop_and_a_restart(
    tmp_path: Path, act: Any, engine_at: Callable[..., Engine]
) -> None:
    seen: list[Any] = []
    arrived, go = asyncio.Event(), asyncio.Event()

    async def last(step: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        arrived.set()
        await go.wait()
        seen.append(("last", given))
        return StepResult(output=given["rows"][0])

    act.acts = {
        "first": gives({"rows": ROWS, "count": len(ROWS)}),
        "second": notes(seen, ROWS),
        "each": notes(seen),
        "last": last,
    }
    workflow = {
        "steps": [
            step("first", output_mapping={"kept": "{{ output.rows }}"}),
            step("second", "first", input_mapping={"rows": "{{ steps.first.output.rows }}"}),
            a_loop("{{ steps.second.output[:10] }}", output="{{ loop.item }}"),
            step(
                "last",
                "loop",
                input_mapping={
                    "rows": "{{ variables.kept }}",
                    "note": "{{ steps.second.output[3].text | length }}, {{ steps.first.output.count }}",
                },
            ),
        ]
    }
    async with asyncio.timeout(60):
        async with engine_at(tmp_path, act) as engine:
            identity = await engine.execute(source=json.dumps(workflow))
            await arrived.wait()
            course = engine._host.courses[identity]
            assert size_of(course.state) < 200_000
            assert database_size(tmp_path) < 5_000_000  # the files of the journal's log too
            await asyncio.sleep(0)
        arrived.clear()
        async with engine_at(tmp_path, act) as engine:
            await arrived.wait()
            assert size_of(engine._host.courses[identity].state) < 200_000
            go.set()
            assert await engine.wait(identity) == "completed"
            found = await engine.get_execution(identity)
    assert seen[0] == {"rows": ROWS}
    assert [given["item"] for given in seen[1:11]] == ROWS[:10]
    assert seen[-1] == ("last", {"rows": ROWS, "note": "80, 30000"})
    assert found.output == {"last": ROWS[0]}
    assert len(files_of(tmp_path)) == 1  # the rows, however often they are named


async def test_a_loop_over_a_large_list_keeps_it_in_its_file(bench: Any) -> None:
    rows = [{"n": n, "text": "x" * 900} for n in range(300)]
    seen: list[Any] = []
    sizes: list[int] = []

    async def each(step: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        seen.append(given["item"])
        if len(seen) == 150:
            (course,) = bench.engine._host.courses.values()
            sizes.append(size_of(course.state))
        return StepResult(output={"n": given["item"][0]["n"]})

    bench.act.acts = {"first": gives({"rows": rows}), "each": each}
    loop = a_loop("{{ steps.first.output.rows }}", batch_size=2)
    done = await bench.run({"steps": [step("first"), {**loop, "depends_on": ["first"]}]})
    assert done.status == "completed"
    assert sorted(seen, key=lambda pair: pair[0]["n"]) == [
        rows[at : at + 2] for at in range(0, 300, 2)
    ]
    assert done.output["loop"]["results"][149] == {"each": {"n": 298}}
    assert sizes[0] < 300_000


async def test_results_that_are_large_lie_in_files_one_by_one_and_together(bench: Any) -> None:
    async def each(step: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        return StepResult(output=[given["item"], "y" * 70_000])

    seen: list[Any] = []
    bench.act.acts = {"each": each, "last": notes(seen)}
    body = [step("each", input_mapping={"item": "{{ loop.index }}"})]
    config = {
        "times": 600,
        "steps": body,
        "output": "{{ steps.each.output }}",
        "max_concurrency": 8,
    }
    last = {"pick": "{{ steps.loop.output.results[599][0] }}"}
    done = await bench.run(
        {
            "steps": [
                {"id": "loop", "type": "loop", "config": config},
                step("last", "loop", input_mapping=last),
            ]
        }
    )
    assert done.status == "completed"
    assert seen == [{"pick": 599}]


async def test_types_are_kept_over_a_restart(
    tmp_path: Path, act: Any, engine_at: Callable[..., Engine]
) -> None:
    seen: list[Any] = []
    act.acts = {"first": gives(TYPES), "last": notes(seen)}
    workflow = {
        "steps": [
            step("first", output_mapping={"price": "{{ output.price }}"}),
            {"id": "ask", "type": "approval", "depends_on": ["first"], "config": {"message": "?"}},
            step(
                "last",
                "ask.success",
                input_mapping={
                    "all": "{{ steps.first.output }}",
                    "twice": "{{ variables.price * 2 }}",
                },
            ),
        ]
    }
    async with asyncio.timeout(20):
        async with engine_at(tmp_path, act) as engine:
            identity = await engine.execute(source=json.dumps(workflow))
            while (await engine.get_execution(identity, details=False)).status != "waiting":
                await asyncio.sleep(0.01)
        async with engine_at(tmp_path, act) as engine:
            await engine.answer(f"{identity}.ask", "approve")
            assert await engine.wait(identity) == "completed"
            shown = await engine.get_step(f"{identity}.first", raw=True)
    assert seen == [{"all": TYPES, "twice": Decimal("2.20")}]
    assert msgspec.json.decode(msgspec.json.encode(shown.output)) == {
        "at": "2026-01-02T00:00:00Z",
        "price": "1.10",
        "local": "2026-05-06",
    }


@pytest.mark.parametrize(
    ("text", "large"),
    [
        ("x" * 65_534, False),
        ("x" * 65_535, True),
        ("\x01" * 10_922, False),  # six bytes each, and the quotes
        ("\x01" * 10_923, True),
        ("é" * 32_767, False),
        ("é" * 32_768, True),
    ],
)
async def test_what_counts_is_the_size_in_json(
    bench: Any, tmp_path: Path, text: str, large: bool
) -> None:
    bench.act.acts = {"first": gives(text)}
    given = {"copy": "{{ steps.first.output ~ '' }}"}
    done = await bench.run(
        {
            "steps": [step("first"), step("last", "first", input_mapping=given)],
            "output": "{{ steps.first.output }}",
        }
    )
    assert done.output == text
    assert bool(files_of(tmp_path / "home")) is large
    with sqlite3.connect(tmp_path / "home" / "treadle.sqlite") as database:
        (size,) = database.execute("SELECT max(length(CAST(data AS BLOB))) FROM events").fetchone()
    assert size < 66_500


async def test_bytes_reach_later_steps_as_they_were(bench: Any) -> None:
    seen: list[Any] = []
    bench.act.acts = {"first": gives({"picture": b"\x00\xff"}), "last": notes(seen)}
    given = {"picture": "{{ steps.first.output.picture }}"}
    done = await bench.run({"steps": [step("first"), step("last", "first", input_mapping=given)]})
    assert seen == [{"picture": b"\x00\xff"}]
    shown = await bench.engine.get_step(f"{done.id}.first", raw=True)
    assert bytes(shown.output) == b'{"picture":"AP8="}'


async def test_large_values_are_shown_whole_only_where_they_are_asked_for(bench: Any) -> None:
    bench.act.acts = {"small": gives("s" * 100_000), "large": gives("l" * 2_000_000)}
    done = await bench.run({"steps": [step("small"), step("large")]})
    page = await bench.engine.list_steps(done.id, raw=True)
    listed = {found.step_id: found.output for found in page.items}
    assert isinstance(listed["small"], Artifact)
    assert listed["large"].size == 2_000_002
    small = await bench.engine.get_step(f"{done.id}.small", raw=True)
    large = await bench.engine.get_step(f"{done.id}.large", raw=True)
    assert bytes(small.output) == b'"' + b"s" * 100_000 + b'"'
    assert large.output == listed["large"]
    whole = await bench.engine.step_output(f"{done.id}.large")
    assert bytes(whole) == b'"' + b"l" * 2_000_000 + b'"'
    async with bench.engine.subscribe(after=0, execution_id=done.id) as batches:
        told = await anext(batches)
    assert len(msgspec.json.encode(told)) < 20_000


async def test_a_large_input_of_an_execution_and_of_its_sub_workflow(
    bench: Any, tmp_path: Path
) -> None:
    seen: list[Any] = []
    bench.act.acts = {"inner": notes(seen, "z" * 90_000)}
    child = {
        "inputs": {"properties": {"rows": {"type": "array", "maxItems": 20_000}}},
        "steps": [step("inner", input_mapping={"rows": "{{ input.rows }}"})],
        "output": "{{ steps.inner.output }}",
    }
    (tmp_path / "child.json").write_text(json.dumps(child))
    call = {"workflow": str(tmp_path / "child.json"), "input": {"rows": "{{ input.rows }}"}}
    rows = list(range(20_000))
    workflow = {
        "inputs": {"properties": {"rows": {"type": "array"}}},
        "concurrency": {"max": 5, "key": "{{ input.rows | length }}"},
        "steps": [{"id": "call", "type": "workflow", "config": call}],
        "output": "{{ steps.call.output.output | length }}",
    }
    done = await bench.run(workflow, input={"rows": rows})
    assert (done.status, done.output) == ("completed", 90_000)
    assert done.input == {"rows": rows}
    assert seen == [{"rows": rows}]


async def test_a_condition_and_a_schema_look_at_the_value_itself(bench: Any) -> None:
    bench.act.acts = {"first": gives({"rows": list(range(50_000))})}
    last = {"when": "{{ steps.first.output.rows | length == 50000 }}"}
    loop = {
        "id": "loop",
        "type": "loop",
        "depends_on": ["first"],
        "output_schema": {"properties": {"results": {"maxItems": 2}}},
        "config": {
            "while": "{{ steps.first.output.rows[loop.index] < 2 }}",
            "steps": [step("each")],
            "output": "{{ steps.first.output.rows }}",
            "break": "{{ loop.last | length > 50000 }}",
        },
    }
    done = await bench.run({"steps": [step("first"), step("last", "first", **last), loop]})
    assert done.status == "completed"
    assert bench.act.seen.count(("last", 1)) == 1
    assert done.output["loop"]["results"] == [list(range(50_000))] * 2


@pytest.mark.parametrize(
    "damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"[1")]
)
async def test_a_lost_file_fails_the_step_that_needs_it_and_says_which(
    tmp_path: Path, act: Any, engine_at: Callable[..., Engine], damage: Callable[[Path], object]
) -> None:
    seen: list[Any] = []
    act.acts = {"first": gives(list(range(50_000))), "last": notes(seen)}
    workflow = {
        "steps": [
            step("first"),
            {"id": "ask", "type": "approval", "depends_on": ["first"], "config": {"message": "?"}},
            step("template", "ask", input_mapping={"one": "{{ steps.first.output[1] }}"}),
            step("value", "ask", input_mapping={"all": "{{ steps.first.output }}"}),
        ],
        "output": "{{ steps.first.output[0] }}",
    }
    async with asyncio.timeout(20):
        async with engine_at(tmp_path, act) as engine:
            identity = await engine.execute(source=json.dumps(workflow))
            while (await engine.get_execution(identity, details=False)).status != "waiting":
                await asyncio.sleep(0.01)
        (path,) = files_of(tmp_path)
        damage(path)
        async with engine_at(tmp_path, act) as engine:
            await engine.answer(f"{identity}.ask", "approve")
            assert await engine.wait(identity) == "failed"
            found = await engine.get_execution(identity)
    errors = {done.step_id: done.error for done in found.step_executions if done.error}
    for name, place in (("template", "input_mapping.one"), ("value", "input")):
        assert errors[name].type == "artifact"
        digest = path.parent.name + path.name
        start = f'{place}: the output of step "first": artifact {digest[:12]} '
        assert errors[name].message.startswith(start)


async def test_a_kept_result_whose_file_is_gone_is_made_again(bench: Any, tmp_path: Path) -> None:
    bench.act.acts = {"first": gives("a" * 100_000)}
    workflow = {"steps": [step("first", cache={"key": "k"})], "output": "{{ steps.first.output }}"}
    assert [(await bench.run(workflow)).output for _ in range(2)] == ["a" * 100_000] * 2
    assert bench.act.seen == [("first", 1)]
    (path,) = files_of(tmp_path / "home")
    path.unlink()
    assert (await bench.run(workflow)).output == "a" * 100_000
    assert bench.act.seen == [("first", 1)] * 2


async def test_a_retry_takes_references_over(bench: Any, tmp_path: Path) -> None:
    tries: list[Any] = []

    async def last(step: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        tries.append(given)
        return StepResult(success=len(tries) > 1, error="no", output=None)

    bench.act.acts = {"first": gives("a" * 100_000), "last": last}
    given = {"all": "{{ steps.first.output }}"}
    more = {"input_mapping": given, "retry_policy": {"max_attempts": 1}}
    done = await bench.run({"steps": [step("first"), step("last", "first", **more)]})
    assert done.status == "failed"
    async with asyncio.timeout(20):
        again = await bench.engine.retry(done.id)
        assert await bench.engine.wait(again) == "completed"
    assert tries == [{"all": "a" * 100_000}] * 2
    assert len(files_of(tmp_path / "home")) == 1
    with sqlite3.connect(tmp_path / "home" / "treadle.sqlite") as database:
        users = {row[0] for row in database.execute("SELECT user FROM artifact_uses")}
    assert users == {done.id, again}


async def test_secrets_are_masked_before_a_value_is_kept(
    tmp_path: Path, act: Any, engine_at: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TREADLE_SECRET_TOKEN", "hunter2hunter2")
    rows = ["hunter2hunter2"] + ["x" * 1000] * 100
    act.acts = {"first": gives({"rows": rows, "bytes": b"\xff\x00hunter2hunter2\xfe"})}
    async with engine_at(tmp_path, act) as engine:
        await engine.wait(await engine.execute(source=json.dumps({"steps": [step("first")]})))
    kept = sorted(path.read_bytes() for path in files_of(tmp_path))
    assert kept[0].startswith(b'["***",')
    assert b"hunter2" not in kept[0]
    assert kept[1] == b"\xff\x00***\xfe"


async def test_an_answer_that_cannot_be_written_as_json_fails_the_step(bench: Any) -> None:
    bench.act.acts = {"first": gives(["x" * 100_000, float("nan")])}
    done = await bench.run({"steps": [step("first")]})
    assert done.status == "failed"
    assert done.step_executions[0].error.type == "output"
    assert "nan is no number that JSON knows" in done.step_executions[0].error.message


DYING = """
import asyncio, os, sys
from pathlib import Path
from engine.runtime.engine import Engine
from engine.settings.settings import Settings
from engine.store import artifacts

async def main(home):
    written = artifacts._sync_folder
    def die(folder):
        written(folder)
        os._exit(9)
    artifacts._sync_folder = die
    async with Engine(Settings(), Path(home)) as engine:
        source = '''{"steps": [{"id": "a", "type": "transform",
            "config": {"expression": "range(30000) | list"}}]}'''
        await engine.wait(await engine.execute(source=source))

asyncio.run(main(sys.argv[1]))
"""


async def test_a_file_without_an_event_is_removed_and_the_step_runs_again(
    tmp_path: Path, act: Any, engine_at: Callable[..., Engine]
) -> None:
    died = subprocess.run([sys.executable, "-c", DYING, str(tmp_path)], timeout=60)
    assert died.returncode == 9
    assert len(files_of(tmp_path)) == 1
    async with asyncio.timeout(30):
        async with engine_at(tmp_path, act, schedules=False) as engine:
            assert await sweep_artifacts(engine._store) == 0  # young files may yet be named
            assert await sweep_artifacts(engine._store, age=-1) == 1
        assert not files_of(tmp_path)
        async with engine_at(tmp_path, act) as engine:
            page = await engine.list_executions()
            assert await engine.wait(page.items[0].id) == "completed"
            found = await engine.get_execution(page.items[0].id)
    assert found.output == {"a": {"result": list(range(30_000))}}


async def test_the_loop_goes_on_while_a_value_is_kept_and_read(bench: Any) -> None:
    slowest = 0.0

    async def watch() -> None:
        nonlocal slowest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0)
            slowest = max(slowest, time.perf_counter() - before)

    text = ["x" * 1_000] * 20_000
    seen: list[Any] = []
    bench.act.acts = {"first": gives(text), "last": notes(seen)}
    given = {"all": "{{ steps.first.output }}"}
    watching = asyncio.create_task(watch())
    await bench.run({"steps": [step("first"), step("last", "first", input_mapping=given)]})
    watching.cancel()
    assert seen == [{"all": text}]
    assert slowest < 1.0


class FullDisk:
    """A disk without room for large values, until there is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = True
        real = os.fsync

        def fsync(handle: int) -> None:
            if self.full:
                raise OSError(errno.ENOSPC, "No space left on device")
            real(handle)

        monkeypatch.setattr(artifacts.os, "fsync", fsync)
        monkeypatch.setattr(artifacts, "PAUSE", 0.02)


async def ailing(engine: Engine) -> str:
    """What the engine says of its disk, once it says something."""
    async with asyncio.timeout(10):
        while (health := await engine.health()).status == "healthy":
            await asyncio.sleep(0.01)
    return health.checks["database"]


async def test_a_full_disk_is_told_and_waited_for(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch)
    bench.act.acts = {"first": gives("a" * 100_000)}
    identity = await bench.start({"steps": [step("first")]})
    assert "artifacts is full; free some space" in await ailing(bench.engine)
    assert (await bench.engine.get_execution(identity)).status == "running"
    disk.full = False
    assert await bench.engine.wait(identity) == "completed"
    assert (await bench.engine.health()).status == "healthy"
    assert bench.act.seen == [("first", 1)]


async def test_a_full_disk_does_not_use_up_the_time_of_a_step(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch)
    bench.act.acts = {"first": gives("a" * 100_000)}
    identity = await bench.start({"steps": [step("first", timeout="100ms")]})
    await ailing(bench.engine)
    begun = time.monotonic()
    while time.monotonic() < begun + 0.2:  # past the timeout
        await ailing(bench.engine)
    disk.full = False
    assert await bench.engine.wait(identity) == "completed"
    assert bench.act.seen == [("first", 1)]


async def test_a_step_that_waits_for_room_can_be_cancelled(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch)
    bench.act.acts = {"first": gives("a" * 100_000)}
    identity = await bench.start({"steps": [step("first")]})
    await ailing(bench.engine)
    await bench.engine.cancel(identity)
    async with asyncio.timeout(10):
        assert await bench.engine.wait(identity) == "cancelled"
    assert (await bench.engine.health()).status == "healthy"
    disk.full = False


async def test_a_large_input_is_refused_at_once_while_the_disk_is_full(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    FullDisk(monkeypatch)
    with pytest.raises(DiskFullError):
        await bench.start({"steps": [step("first")]}, input={"text": "a" * 100_000})
    page = await bench.engine.list_executions()
    assert page.items == []


@pytest.mark.parametrize("then", ["resume", "cancel", "close"])
async def test_a_step_whose_values_are_being_read_can_be_paused_and_stopped(
    tmp_path: Path,
    act: Any,
    engine_at: Callable[..., Engine],
    monkeypatch: pytest.MonkeyPatch,
    then: str,
) -> None:
    reading, go = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    load = Artifacts.load

    def slow(store: Artifacts, artifact: Artifact) -> Any:
        loop.call_soon_threadsafe(reading.set)
        go.wait(20)
        return load(store, artifact)

    async def first(step: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        monkeypatch.setattr(artifacts.Artifacts, "load", slow)
        monkeypatch.setattr(artifacts.Artifacts, "at_hand", lambda store, wanted: None)
        return StepResult(output="a" * 100_000)

    act.acts = {"first": first}
    given = {"size": "{{ steps.first.output | length }}"}
    workflow = {"steps": [step("first"), step("last", "first", input_mapping=given)]}
    async with asyncio.timeout(30):
        async with engine_at(tmp_path, act) as engine:
            identity = await engine.execute(source=json.dumps(workflow))
            await reading.wait()
            if then == "resume":
                await engine.pause(identity)
                go.set()
                await asyncio.sleep(0)
                await engine.resume(identity)
                assert await engine.wait(identity) == "completed"
            elif then == "cancel":
                await engine.cancel(identity)
                go.set()
                assert await engine.wait(identity) == "cancelled"
            else:
                loop.call_later(0.1, go.set)
        if then == "close":
            monkeypatch.undo()
            async with engine_at(tmp_path, act) as engine:
                assert await engine.wait(identity) == "completed"
    assert act.seen.count(("last", 1)) == (then != "cancel")


def test_references_are_found_wherever_they_are() -> None:
    one, two = Artifact("a", 1), Artifact("b", 2)
    assert set(artifacts_in({"a": [one, {"b": (two,)}], "c": "text"})) == {one, two}
