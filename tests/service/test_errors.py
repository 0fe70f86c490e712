"""Every error is a problem document (RFC 9457) that says what is wrong and with what."""

from typing import Any

import httpx
import pytest

WORKFLOWS = "/api/v1/workflows"


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["status"] == status
    assert document["title"]
    return document


@pytest.mark.parametrize(
    ("path", "thing"),
    [
        ("/api/v1/workflows/nothing", 'workflow "nothing"'),
        ("/api/v1/executions/nothing", 'execution "nothing"'),
        ("/api/v1/executions/nothing/logs", 'execution "nothing"'),
        ("/api/v1/step-executions/nothing", 'step execution "nothing"'),
        ("/api/v1/step-executions?execution_id=nothing", 'execution "nothing"'),
        ("/api/v1/workflows/nothing/triggers", 'workflow "nothing"'),
        ("/api/v1/nothing", "/api/v1/nothing"),
    ],
)
def test_what_is_not_there_is_named(api: httpx.Client, path: str, thing: str) -> None:
    assert thing in problem(api.get(path), 404)["detail"]


@pytest.mark.parametrize("path", ["/api/v1/workflows", "/api/v1/executions"])
def test_a_word_that_a_query_does_not_take_is_told_with_those_it_takes(
    api: httpx.Client, path: str
) -> None:
    detail = problem(api.get(path, params={"status": "nothing"}), 422)["detail"]
    assert "status" in detail
    assert "completed, failed" in detail


def test_a_method_that_a_path_does_not_know(api: httpx.Client) -> None:
    assert "PATCH" in problem(api.patch(WORKFLOWS), 405)["detail"]


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"definition": }', b"[" * 100_000])
def test_malformed_json_is_a_bad_request(api: httpx.Client, body: bytes) -> None:
    problem(api.post(WORKFLOWS, content=body), 400)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "definition"),
        ({"definition": 5}, "definition"),
        ({"definition": "name: a", "nmae": "b"}, "nmae"),
        ([], "object"),
    ],
)
def test_json_of_another_shape_is_unprocessable(api: httpx.Client, body: Any, words: str) -> None:
    assert words in problem(api.post(WORKFLOWS, json=body), 422)["detail"]


def test_a_missing_body_is_asked_for(api: httpx.Client) -> None:
    assert "body" in problem(api.post(WORKFLOWS), 422)["detail"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "limit=100000", "since=yesterday", "status=nothing"]
)
def test_a_query_value_out_of_range_is_unprocessable(api: httpx.Client, query: str) -> None:
    name = query.partition("=")[0]
    assert name in problem(api.get(f"/api/v1/executions?{query}"), 422)["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/workflows?",
        "/executions?",
        "/step-executions?execution_id=x&",
        "/step-executions?waits_for=approval&",
    ],
)
@pytest.mark.parametrize("cursor", ["%00zz", "zzz"])
def test_a_cursor_that_nobody_was_given_is_unprocessable(
    api: httpx.Client, path: str, cursor: str
) -> None:
    assert "cursor" in problem(api.get(f"/api/v1{path}cursor={cursor}"), 422)["detail"]


def test_a_body_that_is_too_large_is_refused(api: httpx.Client) -> None:
    body = b'{"definition": "' + b"x" * (17 * 1024 * 1024) + b'"}'
    problem(api.post(WORKFLOWS, content=body), 413)


def test_an_invalid_definition_comes_back_with_its_problems(api: httpx.Client) -> None:
    text = "name: broken\nsteps:\n  - id: a\n    type: transfrom\n    config: {}\n"
    document = problem(api.post(WORKFLOWS, json={"definition": text}), 422)
    found = document["problems"]
    assert [(p["line"], p["severity"]) for p in found if p["severity"] == "error"] == [(4, "error")]
    assert "transform" in found[0]["hint"]


def test_a_name_that_differs_from_the_definitions_is_refused(api: httpx.Client) -> None:
    body = {"name": "one", "definition": "name: another\nsteps: []\n"}
    assert "another" in problem(api.post(WORKFLOWS, json=body), 422)["detail"]


@pytest.mark.parametrize("body", [b'{"source": "\xff"}', b'{"source": "x", "\xfe": 1}'])
def test_a_text_that_is_not_utf8_is_a_bad_request(api: httpx.Client, body: bytes) -> None:
    response = api.post("/api/v1/validate", content=body)
    assert "UTF-8" in problem(response, 400)["detail"]


def test_a_body_that_is_too_large_is_told_how_large_it_may_be(api: httpx.Client) -> None:
    body = b'{"source": "' + b"x" * (17 * 1024 * 1024) + b'"}'
    assert "16 MB" in problem(api.post("/api/v1/validate", content=body), 413)["detail"]


@pytest.mark.parametrize(
    ("route", "key", "place", "words"),
    [
        ("/api/v1/executions", "path", "flow.yaml", "not an absolute path"),
        ("/api/v1/executions", "folder", "../here", "not an absolute path"),
        ("/api/v1/executions", "folder", "/tmp/\0", "NUL"),
        (WORKFLOWS, "path", "flow.yaml", "not an absolute path"),
        ("/api/v1/validate", "folder", "here", "not an absolute path"),
    ],
)
def test_places_that_are_not_absolute_are_refused(
    api: httpx.Client, route: str, key: str, place: str, words: str
) -> None:
    text = "name: a\nsteps: []\n"
    body = {"definition" if route == WORKFLOWS else "source": text, key: place}
    detail = problem(api.post(route, json=body), 422)["detail"]
    assert detail.startswith(f"{key}: ")
    assert words in detail
