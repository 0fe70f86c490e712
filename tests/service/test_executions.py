"""Executions over the API of a real engine process."""

import time
from typing import Any

import httpx

ENDED = {"completed", "failed", "cancelled", "timed_out"}
DOUBLE = """\
name: double
inputs: {type: object, properties: {n: {type: integer}}, required: [n]}
steps:
  - id: twice
    type: transform
    config: {expression: "input.n * 2"}
output: "{{ steps.twice.output.result }}"
"""
SPEAKING = """\
name: speaking
steps:
  - id: say
    type: script
    config:
      script: |
        print("one")
        print("two")
"""
SLOW = """\
name: slow
steps:
  - id: sleep
    type: script
    config: {script: "import time; time.sleep(60)"}
"""


def ended(api: httpx.Client, execution_id: str) -> dict[str, Any]:
    """The execution once it has ended, asked for again and again as a script would."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found: dict[str, Any] = api.get(f"/api/v1/executions/{execution_id}").json()
        if found["status"] in ENDED:
            return found
    raise AssertionError(f"the execution does not end: {found}")


def start(api: httpx.Client, source: str, **more: Any) -> dict[str, Any]:
    response = api.post("/api/v1/executions", json={"source": source, **more})
    assert response.status_code == 202, response.text
    found: dict[str, Any] = response.json()
    return found


def test_a_text_is_run_and_shown_with_its_steps(api: httpx.Client) -> None:
    started = start(api, DOUBLE, input={"n": 21}, priority=7)
    found = ended(api, started["id"])
    assert (found["status"], found["output"], found["priority"]) == ("completed", 42, 7)
    assert found["source"] == DOUBLE
    assert found["workflow_name"] == "double"
    [step] = found["step_executions"]
    assert (step["step_id"], step["status"], step["attempt"]) == ("twice", "completed", 1)
    one = api.get(f"/api/v1/step-executions/{step['id']}").json()
    assert one["output"] == {"result": 42}
    output = api.get(f"/api/v1/step-executions/{step['id']}/output")
    assert output.json() == {"result": 42}
    page = api.get("/api/v1/step-executions", params={"execution_id": started["id"]}).json()
    assert [item["id"] for item in page["items"]] == [step["id"]]


def test_a_registered_workflow_is_executed_once_for_a_key(api: httpx.Client) -> None:
    workflow = api.post("/api/v1/workflows", json={"definition": DOUBLE}).json()
    path = f"/api/v1/workflows/{workflow['id']}/execute"
    key = {"idempotency-key": "order-17"}
    first = api.post(path, json={"input": {"n": 1}}, headers=key)
    second = api.post(path, json={"input": {"n": 1}}, headers=key)
    assert first.status_code == second.status_code == 202
    assert first.json()["id"] == second.json()["id"]
    other = api.post(path, json={"input": {"n": 1}})
    assert other.json()["id"] != first.json()["id"]
    listed = api.get("/api/v1/executions", params={"workflow_id": workflow["id"]}).json()
    assert len(listed["items"]) == 2


def test_a_workflow_without_inputs_is_executed_without_a_body(api: httpx.Client) -> None:
    text = "name: bodyless\nsteps:\n  - {id: a, type: transform, config: {expression: '1'}}\n"
    workflow = api.post("/api/v1/workflows", json={"definition": text}).json()
    response = api.post(f"/api/v1/workflows/{workflow['id']}/execute")
    assert response.status_code == 202, response.text
    assert ended(api, response.json()["id"])["status"] == "completed"


def test_an_input_that_its_schema_refuses_is_refused(api: httpx.Client) -> None:
    response = api.post("/api/v1/executions", json={"source": DOUBLE, "input": {"n": "x"}})
    assert response.status_code == 422
    assert "n" in response.json()["detail"]


def test_the_log_is_read_line_by_line(api: httpx.Client) -> None:
    execution = ended(api, start(api, SPEAKING)["id"])
    path = f"/api/v1/executions/{execution['id']}/logs"
    lines = [line for line in api.get(path).json()["items"] if line["stream"] == "stdout"]
    assert [line["line"] for line in lines] == ["one", "two"]
    assert {line["step_id"] for line in lines} == {"say"}
    later = api.get(path, params={"after": lines[0]["id"], "step_id": "say"}).json()["items"]
    assert [line["line"] for line in later if line["stream"] == "stdout"] == ["two"]


def test_a_cancel_ends_a_running_step_within_two_seconds(api: httpx.Client) -> None:
    execution = start(api, SLOW)
    path = f"/api/v1/executions/{execution['id']}"
    while api.get(path).json()["status"] != "running":
        pass
    begin = time.monotonic()
    response = api.post(f"{path}/cancel")
    assert response.status_code == 200, response.text
    assert ended(api, execution["id"])["status"] == "cancelled"
    assert time.monotonic() - begin < 2


def test_an_ended_execution_cannot_be_cancelled(api: httpx.Client) -> None:
    execution = ended(api, start(api, DOUBLE, input={"n": 1})["id"])
    response = api.post(f"/api/v1/executions/{execution['id']}/cancel")
    assert response.status_code == 409
    assert "completed" in response.json()["detail"]


def test_lists_are_filtered_by_status_and_time(api: httpx.Client) -> None:
    execution = ended(api, start(api, DOUBLE, input={"n": 1})["id"])
    ids = {item["id"] for item in api.get("/api/v1/executions").json()["items"]}
    assert execution["id"] in ids
    failed = api.get("/api/v1/executions", params={"status": "failed"}).json()["items"]
    assert all(item["status"] == "failed" for item in failed)
    several = api.get("/api/v1/executions", params={"status": ["failed", "completed"]})
    found = several.json()["items"]
    assert execution["id"] in {item["id"] for item in found}
    assert all(item["status"] in ("failed", "completed") for item in found)
    later = api.get("/api/v1/executions", params={"since": "2999-01-01T00:00:00Z"}).json()
    assert later["items"] == []
    before = api.get("/api/v1/executions", params={"until": "2999-01-01"}).json()["items"]
    assert execution["id"] in {item["id"] for item in before}


def test_the_statistics_count_what_ended(api: httpx.Client) -> None:
    before = api.get("/api/v1/stats").json()
    ended(api, start(api, DOUBLE, input={"n": 1})["id"])
    after = api.get("/api/v1/stats").json()
    assert after["completed"] == before["completed"] + 1
    assert after["total"] == before["total"] + 1
    assert 0 < after["success_rate"] <= 1
