"""Pausing, resuming, retrying, answering, waking and explaining, over the API of a real engine."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from .conftest import Served
from .test_errors import problem
from .test_executions import ended, start

API = "/api/v1"
ASKING = """\
name: asking
steps:
  - id: ask
    type: approval
    config: {message: "Send 3 invoices?"}
  - id: send
    type: transform
    depends_on: [ask]
    config: {expression: "steps.ask.output.decision"}
output: "{{ steps.send.output.result }}"
"""
NAPPING = """\
name: napping
steps:
  - {id: nap, type: wait, config: {event: order.paid, match: {id: 7}}}
output: "{{ steps.nap.output.event }}"
"""
ONCE = """\
name: once
steps:
  - id: pay
    type: script
    effect: once
    timeout: 300ms
    config: {script: "import time; time.sleep(60)"}
output: "{{ steps.pay.output }}"
"""


def flaky(file: Path) -> str:
    """Fails until the file is there; the first step counts its runs."""
    code = f"import pathlib, sys; sys.exit(0 if pathlib.Path({str(file)!r}).exists() else 7)"
    return json.dumps(
        {
            "name": "flaky",
            "steps": [
                {"id": "a", "type": "transform", "config": {"expression": "input.n | default(1)"}},
                {"id": "b", "type": "script", "depends_on": ["a"], "config": {"script": code}},
                {
                    "id": "c",
                    "type": "transform",
                    "depends_on": ["b"],
                    "config": {"expression": "steps.a.output.result"},
                },
            ],
            "output": "{{ steps.c.output.result }}",
        }
    )


def waiting(api: httpx.Client, execution_id: str, kind: str) -> dict[str, Any]:
    """The step of an execution that waits for a thing, once it does."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        page = api.get(f"{API}/step-executions", params={"waits_for": kind}).json()
        for step in page["items"]:
            if step["execution_id"] == execution_id:
                found: dict[str, Any] = step
                return found
    raise AssertionError(f"nothing of {execution_id} waits for {kind}")


def test_a_paused_execution_goes_on_when_it_is_resumed(api: httpx.Client) -> None:
    execution = start(api, ASKING)["id"]
    step = waiting(api, execution, "approval")
    paused = api.post(f"{API}/executions/{execution}/pause")
    assert (paused.status_code, paused.json()["status"]) == (200, "paused")
    assert "paused" in problem(api.post(f"{API}/executions/{execution}/pause"), 409)["detail"]
    told = api.get(f"{API}/executions/{execution}/explain").json()
    assert (told["id"], told["status"]) == (execution, "paused")
    assert "paused" in told["text"]
    api.post(f"{API}/step-executions/{step['id']}/answer", json={"decision": "approve"})
    assert api.get(f"{API}/executions/{execution}").json()["status"] == "paused"
    resumed = api.post(f"{API}/executions/{execution}/resume")
    assert resumed.status_code == 200
    assert ended(api, execution)["output"] == "approve"
    for action in ("pause", "resume"):
        problem(api.post(f"{API}/executions/{execution}/{action}"), 409)


def test_an_approval_is_found_in_the_inbox_and_answered(api: httpx.Client) -> None:
    execution = start(api, ASKING)["id"]
    step = waiting(api, execution, "approval,answer")
    assert step["options"] == ["approve", "reject"]
    assert step["workflow_name"] == "asking"
    assert "Send 3 invoices?" in step["reason"]
    text = api.get(f"{API}/step-executions/{step['id']}/explain").json()
    assert text["status"] == "waiting"
    assert "approve, reject" in text["text"]
    path = f"{API}/step-executions/{step['id']}/answer"
    assert "approve, reject" in problem(api.post(path, json={"decision": "maybe"}), 422)["detail"]
    with_output = {"decision": "approve", "output": 5}
    assert "output" in problem(api.post(path, json=with_output), 422)["detail"]
    answer = {"decision": "reject", "by": "ana", "comment": "too early"}
    answered = api.post(path, json=answer)
    assert answered.status_code == 200, answered.text
    assert answered.json()["output"] == answer
    assert "completed" in problem(api.post(path, json=answer), 409)["detail"]
    assert ended(api, execution)["output"] == "reject"


def test_only_an_assignee_may_answer(api: httpx.Client) -> None:
    text = ASKING.replace('invoices?"', 'invoices?", assignees: [ana]')
    step = waiting(api, start(api, text)["id"], "approval")
    path = f"{API}/step-executions/{step['id']}/answer"
    refused = api.post(path, json={"decision": "approve", "by": "bob"})
    assert "ana" in problem(refused, 422)["detail"]
    assert api.post(path, json={"decision": "approve", "by": "ana"}).status_code == 200


def test_a_step_with_effect_once_ends_with_the_output_it_is_given(api: httpx.Client) -> None:
    execution = start(api, ONCE)["id"]
    step = waiting(api, execution, "answer")
    assert step["options"] == ["run_again", "completed", "failed"]
    path = f"{API}/step-executions/{step['id']}/answer"
    answered = api.post(path, json={"decision": "completed", "output": {"receipt": 17}})
    assert answered.status_code == 200, answered.text
    assert ended(api, execution)["output"] == {"receipt": 17}


def test_an_event_wakes_the_steps_that_it_fits(api: httpx.Client) -> None:
    execution = start(api, NAPPING)["id"]
    step = waiting(api, execution, "event")
    assert "order.paid" in api.get(f"{API}/step-executions/{step['id']}/explain").json()["text"]
    other = {"type": "order.paid", "data": {"id": 8}}
    assert api.post(f"{API}/events", json=other).json() == {"woken": 0}
    sent = api.post(f"{API}/events", json={"type": "order.paid", "data": {"id": 7, "sum": "1.50"}})
    assert (sent.status_code, sent.json()) == (200, {"woken": 1})
    assert ended(api, execution)["output"] == {"id": 7, "sum": "1.50"}
    assert "type" in problem(api.post(f"{API}/events", json={"data": 1}), 422)["detail"]
    problem(api.post(f"{API}/events", json={"type": ""}), 422)


def test_a_retry_repeats_what_failed_and_keeps_the_rest(api: httpx.Client, tmp_path: Path) -> None:
    file = tmp_path / "there"
    first = ended(api, start(api, flaky(file))["id"])
    assert first["status"] == "failed"
    file.touch()
    retried = api.post(f"{API}/executions/{first['id']}/retry")
    assert retried.status_code == 202, retried.text
    found = ended(api, retried.json()["id"])
    assert (found["status"], found["retry_of"]) == ("completed", first["id"])
    assert {step["step_id"]: step["origin"] for step in found["step_executions"]} == {
        "a": "reused",
        "b": None,
        "c": None,
    }


def test_a_retry_takes_a_step_an_input_or_another_text(api: httpx.Client, tmp_path: Path) -> None:
    file = tmp_path / "there"
    file.touch()
    first = ended(api, start(api, flaky(file), input={"n": 1})["id"])
    path = f"{API}/executions/{first['id']}/retry"
    by_step = api.post(f"{API}/step-executions/{first['id']}.c/retry", json={"input": {"n": 5}})
    assert by_step.status_code == 202, by_step.text
    found = ended(api, by_step.json()["id"])
    assert (found["output"], found["input"]) == (1, {"n": 5})
    origins = {step["step_id"]: step["origin"] for step in found["step_executions"]}
    assert origins == {"a": "reused", "b": "reused", "c": None}
    assert ended(api, api.post(path, json={"input": {"n": 6}}).json()["id"])["output"] == 6
    whole = ended(api, api.post(path, json={"whole": True}).json()["id"])
    assert {step["origin"] for step in whole["step_executions"]} == {None}
    other = flaky(file).replace("steps.a.output.result", "'other'")
    retried = ended(api, api.post(path, json={"source": other, "from_step": "c"}).json()["id"])
    assert retried["output"] == "other"


def test_a_retry_that_cannot_be_is_refused(api: httpx.Client) -> None:
    execution = start(api, ASKING)["id"]
    path = f"{API}/executions/{execution}/retry"
    step = waiting(api, execution, "approval")
    assert "ended" in problem(api.post(path), 409)["detail"]
    problem(api.post(f"{API}/step-executions/{step['id']}/retry"), 409)
    api.post(f"{API}/executions/{execution}/cancel")
    ended(api, execution)
    for body, words in (
        ({"from_step": "nope"}, "nope"),
        ({"from_step": "ask", "whole": True}, "from_step"),
        ({"source": ASKING, "newest": True}, "source"),
        ({"source": "name: x\nsteps: [{id: a, type: nothing}]\n"}, "nothing"),
        ({"form_step": "ask"}, "form_step"),
    ):
        assert words in problem(api.post(path, json=body), 422)["detail"]


def test_the_newest_text_of_a_workflow_is_retried(api: httpx.Client) -> None:
    text = "name: n\nsteps:\n  - {id: a, type: transform, config: {expression: '1'}}\n"
    text += 'output: "{{ steps.a.output.result }}"\n'
    workflow = api.post(f"{API}/workflows", json={"definition": text}).json()["id"]
    first = ended(api, api.post(f"{API}/workflows/{workflow}/execute").json()["id"])
    newer = text.replace("'1'", "'2'")
    api.put(f"{API}/workflows/{workflow}", json={"definition": newer}).raise_for_status()
    path = f"{API}/executions/{first['id']}/retry"
    same = ended(api, api.post(path, json={"whole": True}).json()["id"])
    newest = ended(api, api.post(path, json={"whole": True, "newest": True}).json()["id"])
    assert (same["output"], newest["output"]) == (1, 2)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/executions/nothing/pause"),
        ("POST", "/executions/nothing/resume"),
        ("POST", "/executions/nothing/retry"),
        ("GET", "/executions/nothing/explain"),
        ("GET", "/executions/nothing/logs?follow=true"),
        ("POST", "/step-executions/nothing.a/retry"),
        ("POST", "/step-executions/nothing.a/answer"),
        ("GET", "/step-executions/nothing.a/explain"),
        ("GET", "/step-executions/nothing.a/output"),
    ],
)
def test_what_is_not_there_is_named(api: httpx.Client, method: str, path: str) -> None:
    body = {"decision": "approve"} if path.endswith("answer") else None
    assert "nothing" in problem(api.request(method, f"{API}{path}", json=body), 404)["detail"]


def test_the_list_of_steps_wants_an_execution_or_what_they_wait_for(api: httpx.Client) -> None:
    path = f"{API}/step-executions"
    assert "waits_for" in problem(api.get(path), 422)["detail"]
    unknown = api.get(path, params={"waits_for": "godot"})
    assert "approval" in problem(unknown, 422)["detail"]
    both = api.get(path, params={"waits_for": "approval", "execution_id": "x"})
    assert "execution_id" in problem(both, 422)["detail"]


def test_the_inbox_comes_page_by_page(serve: Callable[..., Served]) -> None:
    with serve().http() as api:
        executions = [start(api, ASKING)["id"] for _ in range(3)]
        for execution in executions:
            waiting(api, execution, "approval")
        found: list[str] = []
        cursor = None
        while True:
            given = {"waits_for": "approval", "limit": 2, **({"cursor": cursor} if cursor else {})}
            page = api.get(f"{API}/step-executions", params=given).json()
            found += [step["execution_id"] for step in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert sorted(found) == sorted(executions)


def test_iterations_are_listed_below_their_loop(api: httpx.Client) -> None:
    text = (
        "name: loop\nsteps:\n  - id: each\n    type: loop\n    config:\n      times: 3\n"
        "      steps: [{id: one, type: transform, config: {expression: 'loop.index'}}]\n"
    )
    execution = ended(api, start(api, text)["id"])
    (each,) = execution["step_executions"]
    given = {"execution_id": execution["id"], "parent_id": each["id"]}
    page = api.get(f"{API}/step-executions", params=given).json()
    assert [(step["step_id"], step["index"]) for step in page["items"]] == [
        ("one", 0),
        ("one", 1),
        ("one", 2),
    ]
    last = page["items"][-1]["id"]
    assert api.get(f"{API}/step-executions/{last}/output").json() == {"result": 2}
    again = api.post(f"{API}/step-executions/{last}/retry")
    assert again.status_code == 202, again.text
    assert ended(api, again.json()["id"])["status"] == "completed"


def test_a_step_that_has_not_begun_is_explained(api: httpx.Client) -> None:
    execution = start(api, ASKING)["id"]
    waiting(api, execution, "approval")
    told = api.get(f"{API}/step-executions/{execution}.send/explain").json()
    assert told["status"] == "pending"
    assert "ask.success" in told["text"]


@pytest.mark.parametrize(
    "path",
    [
        "/executions/x/pause",
        "/executions/x/resume",
        "/executions/x/retry",
        "/step-executions/x.a/retry",
        "/step-executions/x.a/answer",
        "/events",
    ],
)
def test_the_gate_stands_before_all_that_changes_something(served: Served, path: str) -> None:
    assert httpx.post(f"{served.url}{API}{path}", json={}).status_code == 401
