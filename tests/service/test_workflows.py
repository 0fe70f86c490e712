"""Workflows and their triggers over the API of a real engine process."""

from pathlib import Path
from typing import Any

import httpx
import pytest

TEXT = """\
name: {name}
description: Adds two numbers
tags: [math, test]
inputs:
  type: object
  properties: {{a: {{type: integer, default: 1}}}}
variables: {{b: 2}}
steps:
  - id: add  # the only one
    type: transform
    config: {{expression: "variables.a + variables.b"}}
triggers:
  - {{type: schedule, name: nightly, config: {{cron: "0 2 * * *"}}}}
output: "{{{{ steps.add.output.result }}}}"
"""


def add(api: httpx.Client, name: str, **more: Any) -> dict[str, Any]:
    response = api.post("/api/v1/workflows", json={"definition": TEXT.format(name=name), **more})
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


def test_a_workflow_comes_back_with_its_text_tree_steps_and_triggers(api: httpx.Client) -> None:
    added = add(api, "whole")
    found = api.get(f"/api/v1/workflows/{added['id']}").json()
    assert found == added
    assert found["source"] == TEXT.format(name="whole")
    assert found["definition"]["steps"][0]["id"] == "add"
    assert found["status"] == "draft"
    assert found["tags"] == ["math", "test"]
    assert found["variables"] == {"b": 2}
    assert [step["id"] for step in found["steps"]] == ["add"]
    assert [(t["name"], t["type"], t["source"]) for t in found["triggers"]] == [
        ("nightly", "schedule", "definition")
    ]


def test_a_definition_may_be_a_tree(api: httpx.Client) -> None:
    tree = {
        "name": "tree",
        "steps": [{"id": "a", "type": "transform", "config": {"expression": "1"}}],
    }
    response = api.post("/api/v1/workflows", json={"definition": tree})
    assert response.status_code == 201, response.text
    assert response.json()["definition"]["steps"] == tree["steps"]


def test_a_new_text_is_a_new_version(api: httpx.Client) -> None:
    added = add(api, "versions")
    text = TEXT.format(name="versions").replace("b: 2", "b: 3")
    path = f"/api/v1/workflows/{added['id']}"
    changed = api.put(path, json={"definition": text})
    assert changed.status_code == 200, changed.text
    assert changed.json()["version"] == added["version"] + 1
    assert api.get(path).json()["variables"] == {"b": 3}


def test_a_file_is_registered_once(api: httpx.Client, tmp_path: Path) -> None:
    file = {"path": str(tmp_path / "flow.yaml"), "folder": str(tmp_path)}
    first, second = add(api, "of a file", **file), add(api, "of a file", **file)
    assert first["id"] == second["id"]
    page = api.get("/api/v1/workflows", params={"path": file["path"]}).json()
    assert [item["id"] for item in page["items"]] == [first["id"]]


def test_activating_makes_it_due_and_pausing_ends_that(api: httpx.Client) -> None:
    path = f"/api/v1/workflows/{add(api, 'scheduled')['id']}"
    active = api.post(f"{path}/activate").json()
    assert active["status"] == "active"
    assert active["next_due"].endswith("Z")
    assert api.get(f"{path}/status").json()["status"] == "active"
    assert api.get("/api/v1/scheduler/status").json()["scheduled"] >= 1
    paused = api.post(f"{path}/pause").json()
    assert (paused["status"], paused["next_due"]) == ("paused", None)
    assert api.post(f"{path}/resume").json()["status"] == "active"
    assert api.post(f"{path}/cancel").json()["status"] == "cancelled"


def test_a_wrong_state_is_a_conflict(api: httpx.Client) -> None:
    path = f"/api/v1/workflows/{add(api, 'draft')['id']}"
    response = api.post(f"{path}/pause")
    assert response.status_code == 409
    assert "draft" in response.json()["detail"]


def test_lists_are_paged_and_filtered(api: httpx.Client) -> None:
    ids = [add(api, f"paged {n}")["id"] for n in range(5)]
    found: list[str] = []
    cursor: str | None = None
    while True:
        params = {"q": "paged", "limit": 2, **({"cursor": cursor} if cursor else {})}
        page = api.get("/api/v1/workflows", params=params).json()
        assert len(page["items"]) <= 2
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(found) == sorted(ids)
    assert api.get("/api/v1/workflows", params={"tags": "math,nothing"}).json()["items"] == []


def test_a_deleted_workflow_is_gone(api: httpx.Client) -> None:
    path = f"/api/v1/workflows/{add(api, 'short-lived')['id']}"
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_triggers_are_added_changed_and_removed(api: httpx.Client) -> None:
    workflow = add(api, "triggered")
    triggers = f"/api/v1/workflows/{workflow['id']}/triggers"
    body = {"type": "schedule", "name": "hourly", "config": {"cron": "0 * * * *"}}
    added = api.post(triggers, json=body)
    assert added.status_code == 201, added.text
    trigger = added.json()
    assert (trigger["source"], trigger["is_enabled"]) == ("api", True)
    changed = api.put(f"/api/v1/triggers/{trigger['id']}", json={"is_enabled": False})
    assert changed.json() == {**trigger, "is_enabled": False}
    names = {item["name"] for item in api.get(triggers).json()["items"]}
    assert names == {"nightly", "hourly"}
    assert api.delete(f"/api/v1/triggers/{trigger['id']}").status_code == 204
    assert {item["name"] for item in api.get(triggers).json()["items"]} == {"nightly"}


@pytest.mark.parametrize(
    "body",
    [
        {"type": "schedule", "name": "bad", "config": {"cron": "61 * * * *"}},
        {"type": "shedule", "name": "bad", "config": {}},
        {"name": "no type"},
    ],
)
def test_a_trigger_that_cannot_fire_is_refused(api: httpx.Client, body: dict[str, Any]) -> None:
    workflow = add(api, "guarded")
    response = api.post(f"/api/v1/workflows/{workflow['id']}/triggers", json=body)
    assert response.status_code == 422, response.text


def test_a_text_is_validated_without_being_kept(api: httpx.Client) -> None:
    text = TEXT.format(name="checked only")
    assert api.post("/api/v1/validate", json={"source": text}).json()["valid"] is True
    broken = api.post("/api/v1/validate", json={"source": text.replace("add  #", "add: #")}).json()
    assert broken["valid"] is False
    assert broken["problems"][0]["line"] > 0
    assert api.get("/api/v1/workflows", params={"q": "checked only"}).json()["items"] == []
