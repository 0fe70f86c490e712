"""The API's description says what the API does."""

from typing import Any

import httpx
import jsonschema
import pytest

from .conftest import Served


@pytest.fixture
def document(api: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = api.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [ref for child in value.values() for ref in references(child)]
        if isinstance(value, list):
            return [ref for child in value for ref in references(child)]
        return []

    names = {ref.rpartition("/")[2] for ref in references(document)}
    assert names <= set(document["components"]["schemas"])
    assert "engine" not in str(sorted(document["components"]["schemas"]))


def test_errors_are_described_as_problem_documents(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        for status, response in operation["responses"].items():
            if status.startswith("4"):
                assert list(response["content"]) == ["application/problem+json"], (path, method)
        if "requestBody" in operation:
            assert {"400", "413", "422"} <= set(operation["responses"]), (path, method)
        if path != "/health":
            assert "401" in operation["responses"], (path, method)


def test_the_stream_is_described_as_one(document: dict[str, Any]) -> None:
    answer = document["paths"]["/api/v1/events/stream"]["get"]["responses"]["200"]
    assert list(answer["content"]) == ["text/event-stream"]
    assert "etag" not in str(answer).lower()


def test_answers_have_the_shape_that_is_described(
    api: httpx.Client, document: dict[str, Any]
) -> None:
    api.post("/api/v1/workflows", json={"definition": "name: shown\nsteps: []\n"})
    for path in ("/api/v1/workflows", "/api/v1/executions", "/health", "/api/v1/stats"):
        answers = document["paths"][path]["get"]["responses"]["200"]
        schema = answers["content"]["application/json"]["schema"]
        jsonschema.validate(api.get(path).json(), {**document, **schema})


def test_what_ran_is_answered_in_the_shape_that_is_described(
    api: httpx.Client, document: dict[str, Any]
) -> None:
    steps = "[{id: a, type: transform, config: {expression: '1 + 1'}}]"
    text = f"name: ran\nsteps: {steps}\ntriggers: [{{type: manual, name: by hand}}]\n"
    workflow = api.post("/api/v1/workflows", json={"definition": text}).json()["id"]
    started = api.post(f"/api/v1/workflows/{workflow}/execute", json={"input": {"n": 1}})
    identity = started.json()["id"]
    with api.stream("GET", "/api/v1/events/stream", params={"after": 0}) as events:
        assert any('"execution.completed"' in line for line in events.iter_lines())
    found: dict[str, Any] = {}
    for path, asked in {
        "/workflows/{workflow_id}": f"/workflows/{workflow}",
        "/workflows/{workflow_id}/triggers": f"/workflows/{workflow}/triggers",
        "/workflows/{workflow_id}/status": f"/workflows/{workflow}/status",
        "/executions/{execution_id}": f"/executions/{identity}",
        "/step-executions": f"/step-executions?execution_id={identity}",
        "/step-executions/{step_execution_id}": f"/step-executions/{identity}.a",
        "/scheduler/status": "/scheduler/status",
    }.items():
        answers = document["paths"][f"/api/v1{path}"]["get"]["responses"]["200"]
        schema = answers["content"]["application/json"]["schema"]
        found[path] = api.get(f"/api/v1{asked}").json()
        jsonschema.validate(found[path], {**document, **schema})
    shown = found["/workflows/{workflow_id}"]
    assert (shown["source"], shown["definition"]["name"]) == (text, "ran")
    assert [step["id"] for step in shown["steps"]] == ["a"]
    assert [trigger["name"] for trigger in shown["triggers"]] == ["by hand"]
    execution = found["/executions/{execution_id}"]
    assert (execution["input"], execution["source"]) == ({"n": 1}, text)
    (step,) = execution["step_executions"]
    assert step == found["/step-executions/{step_execution_id}"]
    assert step == found["/step-executions"]["items"][0]
    assert step["output"] is not None
    assert api.get(f"/api/v1/step-executions/{identity}.a/output").json() == step["output"]


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        assert operation.get("description"), (path, method)
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)


def test_the_bare_address_leads_to_the_page_without_a_token(served: Served) -> None:
    page = httpx.get(served.url, follow_redirects=True)
    assert (page.status_code, page.url.path) == (200, "/docs")
    assert "Authorization: Bearer" in page.text


def test_the_page_needs_nothing_from_elsewhere(api: httpx.Client) -> None:
    page = api.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "/api/v1/workflows/{workflow_id}/execute" in page.text
    assert "src=" not in page.text
    assert "http://" not in page.text.replace("http://127.0.0.1", "")
    assert "https://" not in page.text
