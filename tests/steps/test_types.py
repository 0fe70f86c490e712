"""What the types say of a config: on the canvas, in the problems list, and as ports."""

from pathlib import Path
from typing import Any

import pytest

from engine.steps.capture import LONGEST_LINE, Capture, Lines
from engine.steps.registry import step_types
from engine.steps.script_result import result_in
from tests.steps.conftest import Attempt


@pytest.mark.parametrize(
    ("type", "config", "summary"),
    [
        ("http", {"url": "https://api.example.com/orders?x=1"}, "GET /orders"),
        ("http", {"url": "https://api.example.com/", "method": "POST"}, "POST api.example.com"),
        ("http", {"url": "{{variables.api}}/orders"}, "GET /orders"),
        ("http", {"url": "{{variables.api_endpoint}}"}, "GET variables.api_endpoint"),
        ("http", {"url": "https://x.org/orders/{{input.id}}"}, "GET /orders/{{input.id}}"),
        ("http", {"url": "https://ana:secret@x.org"}, "GET x.org"),
        ("script", {"script": "a = 1\nprint(a)\n"}, "python · 2 lines"),
        ("script", {"script": "ls", "runtime": "bash"}, "bash · 1 line"),
        ("script", {"script": "puts 1", "interpreter": "/usr/bin/ruby"}, "ruby · 1 line"),
        ("script", {"script": "jobs/clean.py"}, "jobs/clean.py"),
        ("condition", {"expression": "{{ fetch.json.count > 100 }}"}, "fetch.json.count > 100"),
        ("condition", {"expression": "a > 1 and\n  b"}, "a > 1 and b"),
        ("condition", {"cases": [{"name": "big"}, {"name": "small"}]}, "2 cases: big, small"),
        ("transform", {"fields": {"a": 1, "b": 2}}, "a, b"),
        ("file", {"operation": "read", "path": "in.csv"}, "read in.csv"),
        (
            "file",
            {"operation": "copy", "path": "in/", "pattern": "*.csv", "to": "out"},
            "copy in/*.csv → out",
        ),
        ("email", {"to": "ops@example.com"}, "to ops@example.com"),
        ("email", {"to": ["a@x.org", "b@x.org"]}, "to a@x.org, b@x.org"),
        ("database", {"operation": "insert", "table": "orders"}, "insert orders"),
        ("webhook", {"url": "https://x.org/hook"}, "POST /hook"),
        ("loop", {"items": "{{steps.a.output}}"}, "each of steps.a.output"),
        ("loop", {"times": 3}, "3 times"),
        ("wait", {"duration": "2h"}, "2h"),
        ("llm", {"model": "gpt-4", "prompt": "Summarise"}, "gpt-4 · Summarise"),
        ("mcp", {"action": "search", "query": "x"}, "search"),
        ("workflow", {"workflow": "clean.yaml"}, "clean.yaml"),
        ("approval", {"message": "Send it?"}, "Send it?"),
        ("parallel", {"branches": {"a": [], "b": []}}, "2 branches"),
    ],
)
def test_a_summary_says_what_a_step_does(type: str, config: dict[str, Any], summary: str) -> None:
    assert step_types()[type].summary(config) == summary


@pytest.mark.parametrize(
    ("type", "config", "words"),
    [
        ("condition", {}, "expression or cases"),
        ("condition", {"expression": "a", "cases": []}, "only one"),
        ("condition", {"cases": [{"name": "done", "when": "a"}]}, '"done" is a port'),
        ("condition", {"cases": [{"name": "default", "when": "a"}]}, '"default" is a port'),
        ("condition", {"cases": [{"name": "two words", "when": "a"}]}, "no name"),
        ("condition", {"cases": [{"name": "a", "when": "x"}] * 2}, "two cases"),
        ("transform", {"expression": "1", "fields": {}}, "only one"),
        ("http", {"url": "example.com"}, "no web address"),
        ("http", {"url": "http://x", "json": 1, "body": "x"}, "one body"),
        ("http", {"url": "http://x", "json": 1, "files": {}}, "not with json"),
        ("http", {"url": "http://x", "auth": {"type": "bearer"}}, 'needs "token"'),
        ("http", {"url": "http://x", "max_response": "10 potatoes"}, "potatoes"),
        ("script", {"script": "{{x}}/a.py"}, "not a template"),
        ("script", {"script": "x", "max_cpu": "soon"}, "soon"),
        ("file", {"operation": "copy", "path": "a"}, 'needs "to"'),
        ("file", {"operation": "read", "path": "a", "pattern": "*"}, "no pattern"),
        ("wait", {}, "needed"),
        ("wait", {"duration": "later"}, "later"),
        ("wait", {"until": "tomorrow"}, "until is tomorrow, which is no date and time"),
        ("loop", {"items": [], "times": 3}, "only one"),
    ],
)
def test_a_check_finds_what_a_schema_cannot(type: str, config: dict[str, Any], words: str) -> None:
    issues = step_types()[type].check(config)
    assert any(words in issue.message and issue.severity == "error" for issue in issues), issues


@pytest.mark.parametrize(
    ("type", "config"),
    [
        ("http", {"url": "{{variables.url}}", "max_response": "{{variables.size}}"}),
        ("http", {"url": "https://x.org", "form": {}, "files": {"a": "b"}}),
        ("condition", {"cases": [{"name": "a-b", "when": "x"}]}),
        ("condition", {"expression": False}),
        ("script", {"script": "print('{{ no template }}')"}),
        ("wait", {"event": "paid", "match": {"id": 1}}),
        ("wait", {"until": "{{ variables.day }}"}),
        ("wait", {"until": "2030-01-31T08:00:00+01:00"}),
    ],
)
def test_a_check_leaves_good_configs_alone(type: str, config: dict[str, Any]) -> None:
    assert step_types()[type].check(config) == []


def test_a_missing_script_file_is_a_warning(tmp_path: Path) -> None:
    script = step_types()["script"]
    assert script.check({"script": "absent.py"}) == []
    (issue,) = script.check({"script": "absent.py"}, tmp_path)
    assert issue.severity == "warning"
    (tmp_path / "absent.py").touch()
    assert script.check({"script": "absent.py"}, tmp_path) == []


def test_a_condition_has_a_port_for_each_branch() -> None:
    condition = step_types()["condition"]
    assert condition.ports({"expression": "x"}) == ("true", "false")
    cases = [{"name": "a", "when": "x"}, {"name": "b", "when": "y"}, {"when": "z"}, "odd"]
    assert condition.ports({"cases": cases}) == ("a", "b", "default")


@pytest.mark.parametrize(
    ("value", "branch"),
    [(True, "true"), ([1], "true"), (0, "false"), (None, "false"), ({}, "false"), (2.5, "true")],
)
async def test_a_condition_chooses_by_the_value(attempt: Attempt, value: Any, branch: str) -> None:
    result = await attempt.run("condition", expression=value)
    assert (result.branch, result.output) == (branch, {"branch": branch})


async def test_a_condition_of_text_says_to_compare_it(attempt: Attempt) -> None:
    error = await attempt.fails("condition", expression="yes")
    assert "compare" in error.message
    assert not error.retryable


async def test_the_first_case_that_holds_is_taken(attempt: Attempt) -> None:
    cases = [{"name": "a", "when": 0}, {"name": "b", "when": 1}, {"name": "c", "when": 1}]
    assert (await attempt.run("condition", cases=cases)).branch == "b"
    assert (await attempt.run("condition", cases=cases[:1])).branch == "default"
    error = await attempt.fails("condition", cases=[{"name": "odd", "when": "text"}])
    assert 'case "odd"' in error.message


async def test_a_transform_gives_its_value(attempt: Attempt) -> None:
    assert (await attempt.run("transform", expression=[1, 2])).output == {"result": [1, 2]}
    fields = {"a": 1, "b": {"c": None}}
    assert (await attempt.run("transform", fields=fields)).output == {"result": fields}


@pytest.mark.parametrize(
    ("stdout", "result"),
    [
        ("", None),
        ("hello\nworld", None),
        ("log\n42\n", 42),
        ("42\nlog", None),
        ('{"a": 1}\nlog\n\n', {"a": 1}),
        ('{"a": 1}\n{"a": 2}', {"a": 2}),
        ("[\n  1,\n  2\n]", [1, 2]),
        ("NaN", None),
        ("[" * 100_000, None),
    ],
)
def test_the_result_is_the_last_json_of_stdout(stdout: str, result: Any) -> None:
    assert result_in(stdout) == result


def test_output_within_its_limit_is_kept_whole() -> None:
    capture = Capture(10)
    for piece in (b"abc", b"defgh", b"ij"):
        capture.feed(piece)
    assert (capture.text, capture.left_out) == ("abcdefghij", 0)


def test_of_more_output_the_middle_is_left_out() -> None:
    capture = Capture(10)
    for index in range(100):
        capture.feed(b"%02d" % index)
    assert capture.left_out == 190
    assert capture.text.startswith("00010\n...")
    assert capture.text.endswith("...\n79899"[-5:])


def test_lines_come_whole_however_the_pieces_fall() -> None:
    found: list[str] = []
    lines = Lines(found.append)
    for piece in ("ab", "c\r\nzwei ", "二\n\nlast"):
        for byte in piece.encode():
            lines.feed(bytes([byte]))
    lines.end()
    assert found == ["abc", "zwei 二", "", "last"]


def test_a_line_that_is_too_long_is_cut_once() -> None:
    found: list[str] = []
    lines = Lines(found.append)
    for _ in range(100):
        lines.feed(b"x" * 1000)
    lines.feed(b"\nnext\n")
    assert found == ["x" * LONGEST_LINE + " ...", "next"]
