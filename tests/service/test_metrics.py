"""The metrics of a real engine process, in the text that Prometheus reads."""

import re
import time

import httpx

from .test_executions import DOUBLE, ended, start


def samples(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    for line in lines:
        assert re.fullmatch(r'[a-z_]+(\{([a-z_]+="[^"]*",?)+\})? [0-9.e+]+', line), line
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_ended_executions_are_counted_by_workflow_and_status(api: httpx.Client) -> None:
    workflow = api.post("/api/v1/workflows", json={"definition": DOUBLE}).json()["id"]
    for n in range(2):
        path = f"/api/v1/workflows/{workflow}/execute"
        started = api.post(path, json={"input": {"n": n}}).json()
        ended(api, started["id"])
    other = ended(api, start(api, DOUBLE.replace("double", "other"), input={"n": 1})["id"])
    total = "orchestrator_executions_total"
    last = f'{total}{{workflow_id="{other["workflow_id"]}",status="completed"}}'
    deadline = time.monotonic() + 10
    while last not in (answer := api.get("/metrics")).text:
        assert time.monotonic() < deadline, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = samples(answer.text)
    assert found[f'{total}{{workflow_id="{workflow}",status="completed"}}'] == 2
    assert found[last] == 1
    duration = "orchestrator_execution_duration_seconds"
    assert found[f'{duration}_bucket{{workflow_id="{workflow}",le="1"}}'] == 2
    assert found[f'{duration}_bucket{{workflow_id="{workflow}",le="+Inf"}}'] == 2
    assert found[f'{duration}_count{{workflow_id="{workflow}"}}'] == 2
    assert found["orchestrator_active_executions"] == 0


def test_metrics_are_not_for_strangers(api: httpx.Client) -> None:
    with httpx.Client(base_url=api.base_url) as stranger:
        assert stranger.get("/metrics").status_code == 401
