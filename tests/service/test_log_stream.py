"""The log of an execution, followed as server-sent events."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from .conftest import Served
from .test_errors import problem
from .test_executions import SPEAKING, ended, start
from .test_stream import Reader

GATED = """\
name: gated
steps:
  - {id: before, type: script, config: {script: "print('before')"}}
  - {id: gate, type: wait, depends_on: [before], config: {event: go}}
  - id: each
    type: loop
    depends_on: [gate]
    config:
      times: 2
      steps:
        - {id: say, type: script, config: {script: "print('round')"}}
        - {id: hush, type: script, depends_on: [say], config: {script: "print('hush')"}}
"""


def followed(response: httpx.Response) -> Iterator[tuple[str, Any]]:
    """The type and the data of each message; heartbeats are left out."""
    assert response.headers["content-type"] == "text/event-stream"
    for message in Reader(response).messages():
        if "data" in message:
            yield message["event"], json.loads(message["data"])


def spoken(messages: list[tuple[str, Any]]) -> list[str]:
    return [
        data["line"] for type_, data in messages if type_ == "log" and data["stream"] != "engine"
    ]


def test_recorded_lines_come_first_then_those_that_follow_then_the_end(api: httpx.Client) -> None:
    execution = start(api, GATED)["id"]
    path = f"/api/v1/executions/{execution}/logs"
    with api.stream("GET", path, params={"follow": "true"}) as response:
        messages = followed(response)
        seen = [next(messages)]
        while "before" not in spoken(seen):
            seen.append(next(messages))
        while api.post("/api/v1/events", json={"type": "go"}).json()["woken"] == 0:
            pass
        seen += messages
    assert spoken(seen) == ["before", "round", "hush", "round", "hush"]
    assert seen[-1] == ("end", {"status": "completed"})
    ids = [data["id"] for type_, data in seen if type_ == "log"]
    assert ids == sorted(set(ids))


def test_an_ended_log_is_sent_and_ends(api: httpx.Client) -> None:
    execution = ended(api, start(api, SPEAKING)["id"])["id"]
    path = f"/api/v1/executions/{execution}/logs"
    with api.stream("GET", path, params={"follow": "true"}) as response:
        seen = list(followed(response))
    assert spoken(seen) == ["one", "two"]
    assert seen[-1] == ("end", {"status": "completed"})
    first = next(data["id"] for type_, data in seen if type_ == "log" and data["line"] == "one")
    resumed = {"last-event-id": str(first)}
    with api.stream("GET", path, params={"follow": "true"}, headers=resumed) as response:
        assert spoken(list(followed(response))) == ["two"]


def test_one_step_is_followed_in_all_its_rounds_or_in_one(api: httpx.Client) -> None:
    execution = start(api, GATED)["id"]
    path = f"/api/v1/executions/{execution}/logs"
    with api.stream("GET", path, params={"follow": "true", "step_id": "say"}) as response:
        messages = followed(response)
        while api.post("/api/v1/events", json={"type": "go"}).json()["woken"] == 0:
            pass
        assert spoken(list(messages)) == ["round", "round"]
    page = api.get(path, params={"step_id": "say"}).json()["items"]
    assert {line["step_id"] for line in page} == {"each.0.say", "each.1.say"}
    one = api.get(path, params={"step_id": "each.1.say"}).json()["items"]
    assert {line["step_id"] for line in one} == {"each.1.say"}


def test_a_step_that_there_is_not_is_named(api: httpx.Client) -> None:
    execution = ended(api, start(api, SPEAKING)["id"])["id"]
    for follow in ("false", "true"):
        given = {"step_id": "nope", "follow": follow}
        response = api.get(f"/api/v1/executions/{execution}/logs", params=given)
        assert 'step "nope"' in problem(response, 404)["detail"]


def test_a_followed_log_ends_with_its_engine(serve: Callable[..., Served]) -> None:
    engine = serve()
    with engine.http() as api:
        execution = start(api, GATED)["id"]
        path = f"/api/v1/executions/{execution}/logs"
        with api.stream("GET", path, params={"follow": "true"}) as response:
            messages = followed(response)
            next(messages)
            assert engine.stop() == 0
            assert "end" not in [type_ for type_, _ in messages]


def test_the_description_names_both_forms(api: httpx.Client) -> None:
    document = api.get("/openapi.json").json()
    operation = document["paths"]["/api/v1/executions/{execution_id}/logs"]["get"]
    content = operation["responses"]["200"]["content"]
    assert set(content) == {"application/json", "text/event-stream"}
    assert content["application/json"]["schema"]["$ref"].endswith("/LogLinePage")
    assert content["text/event-stream"]["schema"]["$ref"].endswith("/LogLine")
