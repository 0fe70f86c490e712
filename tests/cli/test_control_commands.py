"""``treadle executions pause, resume, retry, answer, explain`` and ``treadle events send``."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Command
from .test_engine_commands import engine  # noqa: F401 - a fixture

Start = Callable[..., "subprocess.Popen[str]"]
ASKING = """\
name: asking
inputs: {type: object, properties: {n: {type: integer, default: 1}, who: {type: string}}}
steps:
  - {id: first, type: transform, config: {expression: "variables.n"}}
  - {id: ask, type: approval, depends_on: [first], config: {message: "Send 3 invoices?"}}
  - {id: last, type: transform, depends_on: [ask], config: {expression: "steps.first.output.result"}}
output: "{{ steps.last.output.result }}"
"""
LOOPED = """\
name: looped
steps:
  - {id: nap, type: wait, config: {event: go}}
  - id: each
    type: loop
    config:
      times: 23
      steps: [{id: one, type: script, config: {script: "print('round')"}}]
  - id: both
    type: parallel
    config: {branches: {left: [{id: l, type: transform, config: {expression: "1"}}]}}
"""
PARENT = """\
name: parent
steps:
  - {id: sub, type: workflow, config: {workflow: asking.yaml}}
"""
pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def begin(treadle: Command, tmp_path: Path) -> Callable[[str], str]:
    """Starts an execution of a text and gives its id."""

    def start(text: str) -> str:
        name = text.split("\n", 1)[0].removeprefix("name: ")
        file = tmp_path / f"{name}.yaml"
        file.write_text(text)
        treadle("workflows", "add", file).check_returncode()
        started = treadle("executions", "start", name, "--json")
        assert started.returncode == 0, started.stderr
        identity: str = json.loads(started.stdout)["id"]
        return identity

    return start


def shown(
    treadle: Command, identity: str, ready: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """An execution as ``show --json`` gives it, once it is as it is waited for."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found: dict[str, Any] = json.loads(treadle("executions", "show", identity, "--json").stdout)
        if ready(found):
            return found
    raise AssertionError(f"it does not come to that: {found}")


def asks(execution: dict[str, Any]) -> bool:
    return any(step["waits_for"] == "approval" for step in execution["step_executions"])


def is_over(execution: dict[str, Any]) -> bool:
    return execution["status"] in ("completed", "failed", "cancelled")


def test_what_waits_is_listed_shown_explained_and_answered(
    treadle: Command, begin: Callable[[str], str]
) -> None:
    assert "nothing waits" in treadle("executions", "answer").stderr
    identity = begin(ASKING)
    shown(treadle, identity, asks)
    [row] = treadle("executions", "answer").stdout.splitlines()
    assert row.split()[:3] == [identity, "ask", "asking"]
    assert "Send 3 invoices?" in row
    assert treadle("executions", "answer", identity).stdout.splitlines() == [row]
    listed = json.loads(treadle("executions", "answer", "--json").stdout)
    assert [step["id"] for step in listed["items"]] == [f"{identity}.ask"]
    view = treadle("executions", "show", identity)
    assert "Send 3 invoices? (approve, reject)" in view.stdout
    assert f"treadle executions answer {identity} ask approve" in view.stderr
    told = treadle("executions", "explain", identity, "ask")
    assert "approve, reject" in told.stdout
    assert "ask" in treadle("executions", "explain", identity).stdout
    assert "ask.success" in treadle("executions", "explain", identity, "last").stdout
    wrong = treadle("executions", "answer", identity, "maybe")
    assert wrong.returncode == 2
    assert "approve, reject" in wrong.stderr
    done = treadle("executions", "answer", identity, "approve", "--comment", "fine", "--by", "ana")
    assert done.returncode == 0, done.stderr
    found = shown(treadle, identity, is_over)
    output = next(s["output"] for s in found["step_executions"] if s["step_id"] == "ask")
    assert output == {"decision": "approve", "by": "ana", "comment": "fine"}
    late = treadle("executions", "answer", identity, "approve")
    assert late.returncode == 1
    assert "completed" in late.stderr
    assert treadle("executions", "answer", identity, "ask", "approve").returncode == 1


def test_a_step_is_named_where_several_wait(treadle: Command, begin: Callable[[str], str]) -> None:
    text = "name: two\nsteps:\n"
    for step in ("a", "b"):
        text += f"  - {{id: {step}, type: approval, config: {{message: 'go?'}}}}\n"
    identity = begin(text)
    shown(treadle, identity, lambda found: len(found["step_executions"]) == 2)
    unnamed = treadle("executions", "answer", identity, "approve")
    assert unnamed.returncode == 2
    assert "name one of" in unnamed.stderr
    named = treadle("executions", "answer", identity, "b", "reject", "--json")
    assert json.loads(named.stdout)["output"]["decision"] == "reject"
    by_id = treadle("executions", "answer", f"{identity}.a", "approve")
    assert by_id.returncode == 0, by_id.stderr
    shown(treadle, identity, is_over)


def test_a_cut_off_step_is_said_to_have_completed_with_an_output(
    treadle: Command, begin: Callable[[str], str]
) -> None:
    script = "config: {script: 'import time; time.sleep(60)'}"
    step = f"{{id: pay, type: script, effect: once, timeout: 300ms, {script}}}"
    identity = begin(f"name: once\nsteps:\n  - {step}\noutput: '{{{{ steps.pay.output }}}}'\n")
    shown(treadle, identity, lambda found: found["step_executions"][0]["waits_for"] == "answer")
    bad = treadle("executions", "answer", identity, "completed", "--output", "{x")
    assert bad.returncode == 2
    given = treadle("executions", "answer", identity, "completed", "--output", '{"n": 3}')
    assert given.returncode == 0, given.stderr
    assert shown(treadle, identity, is_over)["output"] == {"n": 3}


def test_a_paused_execution_is_resumed(treadle: Command, begin: Callable[[str], str]) -> None:
    identity = begin(ASKING)
    shown(treadle, identity, asks)
    paused = treadle("executions", "pause", identity)
    assert paused.returncode == 0, paused.stderr
    assert "‖ paused" in paused.stdout.splitlines()[0]
    again = treadle("executions", "pause", identity)
    assert again.returncode == 1
    assert "paused already" in again.stderr
    assert "paused" in treadle("executions", "explain", identity).stdout
    resumed = json.loads(treadle("executions", "resume", identity, "--json").stdout)
    assert resumed["status"] == "waiting"
    assert treadle("executions", "resume", identity).returncode == 1


def test_a_retry_says_what_it_waits_for_and_what_was_reused(
    treadle: Command, start: Start, begin: Callable[[str], str]
) -> None:
    identity = begin(ASKING)
    shown(treadle, identity, asks)
    early = treadle("executions", "retry", identity)
    assert early.returncode == 1
    assert "not ended" in early.stderr
    treadle("executions", "cancel", identity).check_returncode()
    shown(treadle, identity, is_over)
    retrying = start("executions", "retry", identity, "--wait")
    assert retrying.stderr is not None
    new = retrying.stderr.readline().split()[0]
    said = retrying.stderr.readline() + retrying.stderr.readline()
    assert "Send 3 invoices?" in said
    assert f"treadle executions answer {new} ask approve" in said
    treadle("executions", "answer", new, "approve").check_returncode()
    out, err = retrying.communicate(timeout=30)
    assert retrying.returncode == 0, err
    assert f"repeats {identity}" in out
    assert "first (reused)" in out


def test_a_retry_changes_single_values_of_the_input(
    treadle: Command, begin: Callable[[str], str]
) -> None:
    begin(ASKING)
    started = treadle(
        "executions", "start", "asking", "--input", "who=7", "--input", "n=2", "--json"
    )
    identity = json.loads(started.stdout)["id"]
    shown(treadle, identity, asks)
    treadle("executions", "answer", identity, "approve").check_returncode()
    shown(treadle, identity, is_over)
    new = json.loads(treadle("executions", "retry", identity, "--input", "n=5", "--json").stdout)
    assert new["input"] == {"who": "7", "n": 5}
    origins = shown(treadle, new["id"], asks)["step_executions"]
    assert [step["origin"] for step in origins] == [None, None]
    last = treadle("executions", "retry", identity, "--from", "last", "--wait", "--json")
    assert last.returncode == 0, last.stderr
    kept = {step["step_id"]: step["origin"] for step in json.loads(last.stdout)["step_executions"]}
    assert kept == {"first": "reused", "ask": "reused", "last": None}
    both = treadle("executions", "retry", identity, "--from", "last", "--whole")
    assert both.returncode == 2


def test_rounds_are_shown_below_their_loop_and_an_event_wakes_a_wait(
    treadle: Command, begin: Callable[[str], str]
) -> None:
    identity = begin(LOOPED)
    shown(treadle, identity, lambda found: any(s["waits_for"] for s in found["step_executions"]))
    sent = treadle("events", "send", "go", "--data", '{"n": 1}', "--json")
    assert json.loads(sent.stdout) == {"woken": 1}
    assert treadle("events", "send", "go").stdout == "0 steps woken\n"
    assert treadle("events", "send", "go", "--data", "{x").returncode == 2
    shown(treadle, identity, is_over)
    view = treadle("executions", "show", identity).stdout
    assert "\n      [0] ✓ completed  one" in view
    assert "\n      [19] ✓ completed  one" in view
    assert "[20]" not in view
    assert "… 20 of 23 rounds" in view
    assert "\n      [left] ✓ completed  l" in view
    logs = treadle("executions", "logs", identity, "--step", "one").stdout
    assert logs.count(": round") == 23
    assert (
        treadle("executions", "logs", identity, "--step", "each.4.one").stdout.count("round") == 1
    )


def test_the_execution_of_a_sub_workflow_is_named(
    treadle: Command, begin: Callable[[str], str], tmp_path: Path
) -> None:
    (tmp_path / "asking.yaml").write_text(ASKING)
    identity = begin(PARENT)
    found = shown(
        treadle, identity, lambda one: any(s["child_execution_id"] for s in one["step_executions"])
    )
    child = found["step_executions"][0]["child_execution_id"]
    assert f"execution {child}" in treadle("executions", "show", identity).stdout
    shown(treadle, child, asks)
    assert f"started by {identity}.sub" in treadle("executions", "show", child).stdout
    treadle("executions", "answer", child, "approve").check_returncode()
    shown(treadle, identity, is_over)


def test_a_log_of_a_step_that_there_is_not_is_exit_code_3(
    treadle: Command, begin: Callable[[str], str]
) -> None:
    identity = begin(ASKING)
    for more in ([], ["--json"], ["--follow"]):
        done = treadle("executions", "logs", identity, "--step", "nope", *more)
        assert done.returncode == 3
        assert 'there is no step "nope"' in done.stderr


def test_what_is_not_there_is_exit_code_3(treadle: Command) -> None:
    for arguments in (
        ["pause", "nothing"],
        ["resume", "nothing"],
        ["retry", "nothing"],
        ["explain", "nothing"],
        ["explain", "nothing", "a"],
        ["answer", "nothing"],
        ["answer", "nothing", "approve"],
        ["answer", "nothing", "a", "approve"],
    ):
        done = treadle("executions", *arguments)
        assert done.returncode == 3, done.stderr
        assert "nothing" in done.stderr
