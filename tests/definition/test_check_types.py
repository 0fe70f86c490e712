"""Configs, timeouts, triggers and schemas are checked against their types."""

from pathlib import Path

import pytest
from catalogues import codes, loaded

from engine.definition.edit import apply


def flow(step: str, more: str = "") -> str:
    return f"name: x\nsteps:\n  - {step}\n{more}"


def test_a_config_is_checked_against_the_schema_of_its_type() -> None:
    text = flow("{id: a, type: http, config: {urll: http://x, method: GTE, headers: 3}}")
    told = {p.path: p for p in loaded(text).problems}
    base = ("steps", 0, "config")
    assert told[*base, "urll"].hint == 'did you mean "url"?'
    assert text[told[*base, "urll"].start :].startswith("urll")
    assert told[*base, "method"].hint == 'did you mean "GET"?'
    assert "a mapping, but this is a whole number" in told[*base, "headers"].message
    assert 'needs "url"' in told[base].message


def test_what_other_tools_call_a_key_or_type_is_told_as_it_is_called_here() -> None:
    step = "{id: a, type: script, needs: [], config: {language: python, code: print(1)}}"
    text = flow(step, "  - {id: b, type: shell}\n")
    told = {p.path: p.hint for p in loaded(text).problems}
    base = ("steps", 0, "config")
    assert told["steps", 0, "needs"] == 'did you mean "depends_on"?'
    assert told[*base, "language"] == 'did you mean "runtime"?'
    assert told[*base, "code"] == 'did you mean "script"?'
    assert told["steps", 1, "type"] == 'did you mean "script"?'


def test_a_template_fits_where_another_type_is_wanted() -> None:
    config = "{url: 'http://x', headers: '{{ variables.f }}', verify: '{{ variables.f }}'}"
    assert codes("variables: {f: {}}\n" + flow(f"{{id: a, type: http, config: {config}}}")) == []


def test_a_type_that_cannot_run_yet_is_a_warning() -> None:
    found = loaded(flow("{id: a, type: llm, config: {model: m, prompt: hi}}"))
    assert [(p.code, p.severity) for p in found.problems] == [("not-runnable", "warning")]
    assert found.valid


def test_two_timeouts_are_an_error_whose_fix_keeps_one() -> None:
    text = flow("{id: a, type: http, timeout: 5s, config: {url: 'http://x', timeout: 3s}}")
    problem = loaded(text).problems[0]
    assert problem.code == "two-timeouts"
    assert problem.fix is not None
    assert codes(apply(text, problem.fix.splices)) == []


def test_a_timeout_in_a_config_is_a_duration_or_a_template() -> None:
    base = "{{id: a, type: http, config: {{url: 'http://x', timeout: {}}}}}"
    assert codes(flow(base.format("soon"))) == ["config"]
    assert codes(flow(base.format("30s"))) == []
    assert codes(flow(base.format("'{{ workflow.name }}'"))) == []


def test_a_script_file_that_is_missing_is_a_warning_where_the_folder_is_known(
    tmp_path: Path,
) -> None:
    text = flow("{id: a, type: script, config: {script: work.py}}")
    assert codes(text) == []
    found = loaded(text, folder=tmp_path)
    assert [p.severity for p in found.problems] == ["warning"]
    assert "work.py" in found.problems[0].message
    (tmp_path / "work.py").write_text("print(1)\n")
    assert loaded(text, folder=tmp_path).problems == ()


STEP = "{id: a, type: transform, config: {expression: '1'}}"


@pytest.mark.parametrize("cron", ["61 * * * *", "a b c", "* * *"])
def test_a_trigger_is_checked_by_its_type(cron: str) -> None:
    text = flow(STEP, f"triggers: [{{type: schedule, name: t, config: {{cron: '{cron}'}}}}]\n")
    found = loaded(text)
    assert not found.valid
    assert found.problems[0].trigger == "t"
    assert found.problems[0].path[:3] == ("triggers", 0, "config")


def test_a_required_input_that_a_trigger_leaves_empty_is_a_warning() -> None:
    inputs = "inputs: {required: [a, b], properties: {a: {type: string}, b: {default: 1}}}\n"
    trigger = "triggers: [{type: schedule, name: t, config: {cron: '0 2 * * *'}%s}]\n"
    found = loaded(inputs + flow(STEP, trigger % ""))
    assert [(p.code, p.severity, p.trigger) for p in found.problems] == [
        ("empty-input", "warning", "t")
    ]
    assert codes(inputs + flow(STEP, trigger % ", input: {a: x}")) == []


def test_the_schemas_of_a_definition_are_json_schemas() -> None:
    found = loaded("inputs: {type: object, properties: {a: {type: strin}}}\n" + flow(STEP))
    assert [p.code for p in found.problems] == ["json-schema"]
    assert found.problems[0].path == ("inputs", "properties", "a", "type")
    assert codes("inputs: {type: array}\n" + flow(STEP)) == ["inputs"]
    text = flow("{id: a, type: transform, config: {expression: '1'}, output_schema: {type: 3}}")
    assert codes(text) == ["json-schema"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [("429", "http_429"), ("http503", "http_503"), ("HTTP_5XX", "http_5xx"), ("timeot", "timeout")],
)
def test_a_retry_on_that_means_no_error_is_doubted_and_put_right(name: str, meant: str) -> None:
    start = "{id: a, type: transform, config: {expression: '1'}, retry_policy: {retry_on: ["
    text = flow(f"{start}'{name}', timeout]}}}}")
    (problem,) = loaded(text).problems
    assert (problem.severity, problem.hint) == ("warning", f'did you mean "{meant}"?')
    assert problem.fix is not None
    mended = apply(text, problem.fix.splices)
    assert meant in mended
    assert codes(mended) == []


@pytest.mark.parametrize("name", ["exit_3", "http_404", "http", "quota", "connection"])
def test_a_retry_on_of_a_steps_own_error_is_left(name: str) -> None:
    start = "{id: a, type: transform, config: {expression: '1'}, retry_policy: {retry_on: ["
    assert codes(flow(f"{start}{name}]}}}}")) == []
