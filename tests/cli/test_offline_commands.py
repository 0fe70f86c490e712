"""Commands that need no engine: validate, schema, graph, eval, schedule, and the command itself."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from .conftest import Command

GOOD = """\
name: good "one"
steps:
  - {id: check, type: condition, config: {expression: "1 > 0"}}
  - id: yes_
    name: 'Say "yes"'
    type: transform
    depends_on: [check.true]
    config: {expression: "1"}
"""
LOOP = """\
  - id: each
    type: loop
    depends_on: [yes_]
    config:
      items: [1]
      steps:
        - {id: inner, type: transform, config: {expression: "loop.item"}}
"""
BAD = """\
name: bad
steps:
  - id: a
    type: transform
    config: {expression: "steps.nothing.output"}
  - id: b
    type: transfrom
    depends_on: [zzz]
    config: {}
"""


@pytest.fixture
def good(tmp_path: Path) -> Path:
    file = tmp_path / "good.yaml"
    file.write_text(GOOD)
    return file


@pytest.fixture
def looping(tmp_path: Path) -> Path:
    file = tmp_path / "looping.yaml"
    file.write_text(GOOD + LOOP)
    return file


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    file = tmp_path / "bad.yaml"
    file.write_text(BAD)
    return file


def test_a_valid_file_is_valid(treadle: Command, good: Path) -> None:
    done = treadle("validate", good)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"{good}: valid\n"


def test_problems_are_lines_that_a_compiler_would_write(treadle: Command, bad: Path) -> None:
    done = treadle("validate", "bad.yaml")
    assert done.returncode == 2
    places = [line.split(": ")[0] for line in done.stdout.splitlines()]
    assert {"bad.yaml:7:11", "bad.yaml:8:18"} <= set(places)
    assert 'did you mean "transform"?' in done.stdout


def test_a_secret_that_this_machine_lacks_is_a_warning(treadle: Command, tmp_path: Path) -> None:
    file = tmp_path / "secret.yaml"
    config = "{url: 'http://localhost', headers: {Authorization: '{{ secrets.api_key }}'}}"
    file.write_text(f"name: x\nsteps:\n  - {{id: a, type: http, config: {config}}}\n")
    lacking = treadle("validate", file)
    assert lacking.returncode == 0
    assert 'warning: there is no secret "api_key"' in lacking.stdout
    assert "TREADLE_SECRET_API_KEY" in lacking.stdout
    assert treadle("validate", file, env={"TREADLE_SECRET_API_KEY": "known"}).stdout == ""


def test_problems_as_json_have_the_shape_of_the_api(
    treadle: Command, good: Path, bad: Path
) -> None:
    done = treadle("validate", "--json", good, bad)
    assert done.returncode == 2
    document = json.loads(done.stdout)
    assert document["valid"] is False
    assert {problem["file"] for problem in document["problems"]} == {str(bad)}


def test_a_missing_file_is_not_found(treadle: Command) -> None:
    done = treadle("validate", "nothing.yaml")
    assert done.returncode == 3
    assert done.stderr == "treadle: nothing.yaml: there is no such file\n"


def test_the_schema_is_one_and_takes_a_valid_definition(treadle: Command) -> None:
    done = treadle("schema")
    assert done.returncode == 0, done.stderr
    schema = json.loads(done.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    step = {"id": "a", "type": "transform", "config": {"expression": "1"}}
    jsonschema.validate({"name": "x", "steps": [step]}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"name": "x", "stps": []}, schema)


def test_the_graph_as_mermaid(treadle: Command, looping: Path) -> None:
    done = treadle("graph", looping)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "flowchart LR"
    assert '  check -->|"true"| yes_' in lines
    assert "  yes_ --> each" in lines
    assert '  yes_["Say #quot;yes#quot;<br/><i>transform</i>"]' in lines
    assert any(line.strip().startswith("inner[") for line in lines)


def test_ids_that_are_words_of_mermaid_are_told_apart(treadle: Command, tmp_path: Path) -> None:
    file = tmp_path / "words.yaml"
    end = "{id: end, type: transform, config: {expression: 1}}"
    ending = "{id: ending, type: transform, depends_on: [end], config: {expression: 1}}"
    file.write_text(f"name: words\nsteps:\n  - {end}\n  - {ending}\n")
    lines = treadle("graph", file).stdout.splitlines()
    assert '  _end["end<br/><i>transform</i>"]' in lines
    assert "  _end --> ending" in lines


def test_a_graph_of_a_definition_with_errors_says_so(treadle: Command, bad: Path) -> None:
    done = treadle("graph", bad)
    assert done.stdout.startswith("flowchart LR")
    assert f"{bad}:7:" in done.stderr
    assert "zzz" in done.stderr
    assert done.returncode == 2


def test_the_graph_as_dot(treadle: Command, looping: Path) -> None:
    done = treadle("graph", looping, "--format", "dot")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('digraph "good \\"one\\"" {\n')
    assert '"check" -> "yes_" [label="true"];' in done.stdout
    assert done.stdout.count("{") == done.stdout.count("}")


@pytest.mark.parametrize(
    ("template", "value"),
    [("{{ 1 + 1 }}", 2), ("a{{ 'b' }}", "ab"), ("{{ [1, 'x', none] }}", [1, "x", None])],
)
def test_a_templates_value_is_json(treadle: Command, template: str, value: object) -> None:
    done = treadle("eval", template)
    assert (done.returncode, json.loads(done.stdout)) == (0, value)


def test_a_template_sees_its_context(treadle: Command, tmp_path: Path) -> None:
    context = tmp_path / "context.yaml"
    context.write_text("variables: {city: 東京}\n")
    done = treadle("eval", "{{ variables.city }}!", "--context", context)
    assert json.loads(done.stdout) == "東京!"
    piped = treadle("eval", "{{ a }}", "--context", "-", input='{"a": {"b": 1}}')
    assert json.loads(piped.stdout) == {"b": 1}


def test_a_wrong_template_is_shown_with_its_place(treadle: Command) -> None:
    done = treadle("eval", "x {{ nothing.at.all }}")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "nothing" in done.stderr
    assert "^" in done.stderr
    assert "Traceback" not in done.stderr
    assert "there are no names here" in done.stderr
    assert "--context" in done.stderr


def test_a_template_that_needs_no_names_is_not_asked_for_them(treadle: Command) -> None:
    done = treadle("eval", "{{ 1 / 0 }}")
    assert done.returncode == 2
    assert "--context" not in done.stderr


def test_the_clock_and_new_ids_are_there_to_try(treadle: Command) -> None:
    done = treadle("eval", "{{ [now() | string | length > 9, uuid() | length] }}")
    assert json.loads(done.stdout) == [True, 36]


def test_the_next_fire_times(treadle: Command) -> None:
    done = treadle(
        "schedule", "next", "30 2 * * *", "--timezone", "Europe/Berlin",
        "--start", "2026-03-28T00:00", "--count", "3",
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        "2026-03-28T02:30:00+01:00",
        "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:30:00+02:00",
    ]


def test_fire_times_as_json(treadle: Command) -> None:
    done = treadle("schedule", "next", "@daily", "--start", "2026-01-01T12:00Z", "--json")
    assert len(json.loads(done.stdout)) == 5


@pytest.mark.parametrize(
    "arguments",
    [
        ["schedule", "next", "61 * * * *"],
        ["schedule", "next", "@daily", "--timezone", "Mars/Base"],
        ["schedule", "next", "@daily", "--start", "soon"],
        ["schedule", "next", "@daily", "--count", "0"],
        ["rnu", "x.yaml"],
        ["run"],
        ["--nothing"],
        ["graph", "x.yaml", "--format", "png"],
    ],
)
def test_wrong_usage_is_exit_code_2_in_words(treadle: Command, arguments: list[str]) -> None:
    done = treadle(*arguments)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_an_option_before_its_command_is_put_right(treadle: Command) -> None:
    done = treadle("--server", "http://127.0.0.1:1", "executions", "list")
    assert done.returncode == 2
    assert "treadle executions --server" in done.stderr


def test_help_lists_the_commands_and_imports_none(treadle: Command) -> None:
    done = treadle("--help")
    assert done.returncode == 0
    for command in ("run", "validate", "serve", "workflows", "executions", "schedule"):
        assert f"  {command} " in done.stdout


@pytest.mark.parametrize(
    "options", [("--server", "http://127.0.0.1:1"), ("--sample=orders-report",)]
)
def test_the_designers_options_open_the_designer(
    treadle: Command, options: tuple[str, ...]
) -> None:
    done = treadle(*options, env={"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""})
    assert done.returncode == 2
    assert "no display" in done.stderr


def test_a_file_that_is_missing_does_not_stop_the_others(
    treadle: Command, good: Path, tmp_path: Path
) -> None:
    done = treadle("validate", "missing.yaml", good, "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["valid"]) == (3, False)
    assert [problem["code"] for problem in found["problems"]] == ["unreadable"]
    (tmp_path / "bad.yaml").write_text(BAD, encoding="utf-8")
    done = treadle("validate", "missing.yaml", "bad.yaml")
    assert done.returncode == 2, "an invalid definition weighs more"
    assert "missing.yaml" in done.stderr
    assert "transfrom" in done.stdout


def test_an_unknown_option_is_told(treadle: Command) -> None:
    done = treadle("--servr", "http://127.0.0.1:1")
    assert done.returncode == 2
    assert '"--servr" is neither a command nor a file' in done.stderr


def test_without_a_display_the_headless_way_is_shown(treadle: Command) -> None:
    done = treadle(env={"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""})
    assert done.returncode == 2
    assert "treadle run FILE" in done.stderr


def test_a_reader_that_goes_away_is_no_error(
    start: Callable[..., "subprocess.Popen[str]"],
) -> None:
    writer = start("schedule", "next", "* * * * *", "--count", "10000")
    assert writer.stdout is not None
    assert writer.stderr is not None
    writer.stdout.readline()
    writer.stdout.close()
    assert writer.stderr.read() == ""
    assert writer.wait(20) == 141
    writer.stderr.close()
