"""Secrets: filled in at the attempt, marked in what is stored, masked in what comes out."""

import base64
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.runtime.secrets import Secrets
from engine.steps.base import StepContext, StepResult, StepView

SECRET = 'p@ss/w"ord+42'


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TREADLE_SECRET_API_KEY", SECRET)
    return SECRET


async def test_a_secret_reaches_the_attempt_and_nothing_that_is_recorded(
    secret: str, tmp_path: Path, engine_at: Any, act: Any
) -> None:
    seen: list[Any] = []

    async def use(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        seen.append((view.config["header"], given["key"]))
        context.log(f"calling with {given['key']}")
        encoded = base64.b64encode(f"user:{secret}".encode()).decode()
        return StepResult(output={"plain": f"<{secret}>", "url": quote(secret), "basic": encoded})

    act.acts = {"a": use}
    workflow = (
        '{"steps": [{"id": "a", "type": "act", "config": {"header": "Key {{ secrets.api_key }}"},'
        ' "input_mapping": {"key": "{{ secrets.api_key }}"}}]}'
    )
    async with engine_at(tmp_path, act) as engine:
        identity = await engine.execute(source=workflow)
        assert await engine.wait(identity) == "completed"
        record = await engine.get_execution(identity)
        lines = (await engine.list_logs(identity)).items
    assert seen == [(f"Key {secret}", secret)]
    assert record.step_executions[0].input == {"key": "{{secrets.api_key}}"}
    assert record.step_executions[0].output["plain"] == "<***>"
    assert record.step_executions[0].output["url"] == "***"
    assert lines[0].line == "calling with ***"
    stored = "\n".join(dump(tmp_path / "treadle.sqlite"))
    for form in (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode()[:12]):
        assert form not in stored


def dump(path: Path) -> list[str]:
    with sqlite3.connect(path) as database:
        return list(database.iterdump())


async def test_a_missing_secret_is_named(bench: Any) -> None:
    record = await bench.run(
        {"steps": [{"id": "a", "type": "act", "input_mapping": {"k": "{{ secrets.none }}"}}]}
    )
    assert record.step_executions[0].error.type == "secret"
    assert "TREADLE_SECRET_NONE" in record.step_executions[0].error.message


@given(st.binary(max_size=5), st.text("abcXYZ019+/= é", min_size=8, max_size=30), st.binary())
def test_a_secret_is_found_in_base64_of_anything_around_it(
    before: bytes, value: str, after: bytes
) -> None:
    secrets = Secrets({"TREADLE_SECRET_X": value})
    encoded = base64.b64encode(before + value.encode() + after).decode()
    assert "***" in secrets.mask_text(encoded)


def test_short_secrets_are_left_alone() -> None:
    secrets = Secrets({"TREADLE_SECRET_X": "abc"})
    assert secrets.mask({"k": "abc"}) == {"k": "abc"}


async def test_a_loop_gives_secrets_to_its_steps(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine_at: Any, act: Any
) -> None:
    monkeypatch.setenv("TREADLE_SECRET_ONE", "first-secret")
    monkeypatch.setenv("TREADLE_SECRET_TWO", "second-secret")
    seen: list[Any] = []

    async def use(view: StepView, given: Mapping[str, Any], context: StepContext) -> StepResult:
        seen.append(given["key"])
        return StepResult(output={"key": given["key"]})

    act.acts = {"a": use, "undo": use}
    source = """
steps:
  - id: each
    type: loop
    config:
      items: ["{{ secrets.one }}", "{{ secrets.two }}"]
      output: "key {{ loop.item }}"
      steps:
        - {id: a, type: act, compensate: undo, input_mapping: {key: "{{ loop.item }}"}}
  - {id: fail, type: transform, depends_on: [each], config: {expression: "1 / 0"}}
  - {id: undo, type: act, input_mapping: {key: "{{ loop.item }}"}}
"""
    async with engine_at(tmp_path, act) as engine:
        identity = await engine.execute(source=source)
        assert await engine.wait(identity) == "failed"
        each = await engine.get_step(f"{identity}.each")
    assert seen == ["first-secret", "second-secret", "second-secret", "first-secret"]
    assert each.output == {"results": ["key ***", "key ***"]}
    assert "first-secret" not in "\n".join(dump(tmp_path / "treadle.sqlite"))


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("workflow", {"workflow": "w", "input": {"key": "{{ loop.item }}"}}),
        ("approval", {"message": "with {{ loop.item }}?"}),
        ("wait", {"event": "x", "match": {"key": "{{ loop.item }}"}}),
    ],
)
async def test_what_waits_is_given_no_secrets(
    kind: str, config: dict[str, Any], secret: str, tmp_path: Path, engine_at: Any, act: Any
) -> None:
    inner = {"id": "w", "type": kind, "config": config}
    items = ["{{ secrets.api_key }}"]
    loop = {"id": "each", "type": "loop", "config": {"items": items, "steps": [inner]}}
    async with engine_at(tmp_path, act) as engine:
        identity = await engine.execute(source=json.dumps({"steps": [loop]}))
        assert await engine.wait(identity) == "failed"
        error = (await engine.get_step(f"{identity}.each.0.w")).error
    assert error.type == "secret"
    assert f"a {kind} step cannot be given a secret, and it names api_key" in error.message


async def test_a_secret_in_place_of_a_list_is_told_without_its_mark(
    secret: str, tmp_path: Path, engine_at: Any, act: Any
) -> None:
    config = {"items": "{{ secrets.api_key }}", "steps": []}
    loop = {"id": "each", "type": "loop", "config": config}
    async with engine_at(tmp_path, act) as engine:
        identity = await engine.execute(source=json.dumps({"steps": [loop]}))
        await engine.wait(identity)
        error = (await engine.get_step(f"{identity}.each")).error
    assert error.message == "items came out as a secret; it must be a list"
