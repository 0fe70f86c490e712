"""Large and typed values over the API: plain JSON, whole where one is asked for, cut in lists."""

import json
import time
from typing import Any

import httpx

SOURCE = """\
name: large
steps:
  - id: some
    type: transform
    config: {expression: "range(20000) | list"}
  - id: much
    type: transform
    depends_on: [some]
    config: {expression: "('x' * 2000000)"}
  - id: typed
    type: transform
    config:
      fields:
        at: "{{ '2026-01-02T08:00:00+01:00' | datetime }}"
        price: "{{ '1.10' | decimal }}"
        own: "{{ input.own }}"
output: "{{ steps.some.output.result }}"
"""
OWN = {"$type": "System.Text", "value": [1]}


def run(api: httpx.Client) -> dict[str, Any]:
    """The execution once it has ended."""
    asked = {"source": SOURCE, "input": {"own": OWN, "text": "y" * 100_000}}
    identity = api.post("/api/v1/executions", json=asked).json()["id"]
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found: dict[str, Any] = api.get(f"/api/v1/executions/{identity}").json()
        if found["status"] in ("completed", "failed"):
            return found
    raise AssertionError(f"the execution does not end: {found['status']}")


def test_values_are_whole_where_one_is_asked_for_and_cut_in_lists(api: httpx.Client) -> None:
    done = run(api)
    assert done["status"] == "completed", done["error_message"]
    assert done["output"] == list(range(20_000))
    assert done["input"] == {"own": OWN, "text": "y" * 100_000}
    shown = {step["step_id"]: step["output"] for step in done["step_executions"]}
    assert shown["typed"]["result"] == {
        "at": "2026-01-02T08:00:00+01:00",
        "price": "1.10",
        "own": OWN,
    }
    much = shown["much"]["result"]
    assert (much["$type"], much["size"]) == ("artifact", 2_000_002)
    listed = api.get("/api/v1/executions").json()["items"][0]
    assert listed["output"]["length"] == 20_000
    assert len(json.dumps(listed)) < 5_000
    for step, result in (("some", list(range(20_000))), ("much", "x" * 2_000_000)):
        path = f"/api/v1/step-executions/{done['id']}.{step}/output"
        assert api.get(path).json() == {"result": result}
    one = api.get(f"/api/v1/step-executions/{done['id']}.some").json()
    assert one["output"] == {"result": list(range(20_000))}
