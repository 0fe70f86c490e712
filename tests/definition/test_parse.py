"""A file becomes a typed workflow, and everything that is wrong with it is told at once."""

import pytest
from catalogues import CATALOGUE, codes, loaded

from engine.definition.edit import apply
from engine.definition.model import Cache, Concurrency, Dependency, RetryPolicy
from engine.definition.parse import parse_workflow
from engine.definition.problems import DefinitionError
from engine.definition.source import read_source

EVERYTHING = """\
version: "1.0"
name: Orders
description: All of them
tags: [a, b]
is_template: true
inputs: {type: object, properties: {file: {type: string}}}
variables: {size: 3}
steps:
  - id: fetch
    name: Fetch
    description: Gets it
    type: http
    config: {url: "http://x", timeout: 10s}
    input_mapping: {a: "{{variables.size}}"}
    output_mapping: {body: "{{output.body}}"}
    retry_policy:
      {max_attempts: 3, initial_delay: 30s, max_delay: 5m, backoff_factor: 2, retry_on: [timeout]}
    timeout: 10m
    resources: {cpu: 1, memory: 512MB, gpu: 0.5}
    effect: once
    compensate: undo
    cache: {key: "{{input.file}}", ttl: 1h}
    output_schema: {type: object}
    when: "{{ variables.size > 0 }}"
    join: any
    enabled: false
    x-owner: me
  - id: each
    type: loop
    depends_on: [fetch.failure, fetch]
    config:
      items: [1, 2]
      steps:
        - {id: inner, type: transform, config: {expression: "1"}}
        - id: fan
          type: parallel
          config:
            branches:
              left: [{id: l, type: transform, config: {expression: "1"}}]
              right: []
  - {id: undo, type: script, config: {script: a.py}, order: 2, is_parallel: true}
triggers:
  - {type: schedule, name: daily, config: {cron: "0 2 * * *"}, enabled: false, input: {file: x},
     x-note: n}
output: {n: 1}
timeout: 2h
queue_timeout: 90
priority: 9
fail_fast: true
concurrency: {max: 2, key: "{{input.file}}", on_conflict: skip}
on_failure: [undo]
on_success: []
on_cancel: [undo]
finally: [undo]
designer: {positions: {fetch: [0, 0]}}
x-team: ops
"""


def test_the_whole_format_is_read() -> None:
    workflow, problems = parse_workflow(read_source(EVERYTHING), CATALOGUE)
    assert not problems
    assert workflow is not None
    fetch, each, _ = workflow.steps
    assert fetch.retry_policy == RetryPolicy(
        max_attempts=3, initial_delay=30.0, max_delay=300.0, backoff_factor=2, retry_on=("timeout",)
    )
    assert fetch.timeout == 600.0
    assert fetch.resources == {"cpu": 1.0, "memory": 512 * 2**20, "gpu": 0.5}
    assert fetch.cache == Cache(key="{{input.file}}", ttl=3600.0)
    assert fetch.extra == {"x-owner": "me"}
    assert fetch.depends_on is None
    assert each.depends_on == (Dependency("fetch", "failure"), Dependency("fetch"))
    assert each.config == {"items": [1, 2]}
    assert [step.id for step in each.bodies[0].steps] == ["inner", "fan"]
    branches = each.bodies[0].steps[1].bodies
    assert [(body.name, [step.id for step in body.steps]) for body in branches] == [
        ("left", ["l"]),
        ("right", []),
    ]
    assert workflow.concurrency == Concurrency(max=2, key="{{input.file}}", on_conflict="skip")
    assert workflow.finally_ == ("undo",)
    assert workflow.timeout == 7200.0
    assert workflow.queue_timeout == 90.0
    assert workflow.triggers[0].extra == {"x-note": "n"}
    assert workflow.extra == {"x-team": "ops"}


def test_all_problems_are_told_at_once_each_with_its_place() -> None:
    text = """\
name: 5
descripton: x
steps:
  - id: one
    typ: script
    type: scrpt
    retry_policy: {max_attempts: 0, initial_delay: soon}
    enabled: yes
  - type: http
  - id: one
    type: http
  - id: 2nd
    type: transform
    join: both
    timeout: [1]
triggers: {type: manual}
"""
    found = loaded(text)
    told = {(p.line, p.column, p.code): p for p in found.problems}
    assert (1, 7, "type") in told
    assert told[2, 1, "unknown-key"].hint == 'did you mean "description"?'
    assert told[5, 5, "unknown-key"].hint == 'did you mean "type"?'
    assert told[6, 11, "unknown-type"].hint == 'did you mean "script"?'
    assert told[6, 11, "unknown-type"].step_id == "one"
    assert told[6, 11, "unknown-type"].path == ("steps", 0, "type")
    assert (7, 34, "value") in told
    assert (7, 52, "value") in told
    assert told[8, 14, "type"].hint == "write true"
    assert (9, 5, "missing-key") in told
    assert told[10, 9, "duplicate-id"].hint == "it stands before at line 4"
    assert (12, 9, "bad-id") in told
    assert (14, 11, "type") in told
    assert (15, 14, "type") in told
    assert (16, 11, "type") in told
    assert not found.valid


def test_a_step_with_mistakes_is_still_drawn() -> None:
    wrong = "{id: a, type: nothing, retry_policy: 3, colour: red, depends_on: b}"
    found = loaded(f"steps:\n  - {wrong}\n  - {{id: b}}\n")
    assert found.workflow is not None
    assert [(step.id, step.type) for step in found.workflow.steps] == [("a", "nothing"), ("b", "")]
    assert found.workflow.steps[0].depends_on == (Dependency("b"),)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("name: 5\n", 'name: "5"\n'),
        ("tags: a b\n", "tags: [a b]\n"),
        ("variables: {200: ok}\n", 'variables: {"200": ok}\n'),
        ("variables: {big: 1e999}\n", 'variables: {big: "1e999"}\n'),
    ],
)
def test_a_quick_fix_mends_what_it_names(wrong: str, right: str) -> None:
    problem = next(p for p in loaded(wrong).problems if p.severity == "error")
    assert problem.fix is not None
    assert apply(wrong, problem.fix.splices) == right


@pytest.mark.parametrize("version", ['"1.0"', "1.0", "1", '"1.0.0"'])
def test_the_version_may_be_written_as_number(version: str) -> None:
    assert "newer-version" not in [
        p.code for p in loaded(f"version: {version}\nsteps: []\n").problems
    ]


def test_a_newer_format_says_that_it_is_read_only() -> None:
    found = loaded('version: "2.1"\nname: x\nsteps: []\n')
    newer = next(p for p in found.problems if p.code == "newer-version")
    assert "read only" in newer.hint
    assert found.workflow is not None


def test_empty_values_count_as_not_given() -> None:
    step = "id: a\n    type: transform\n    config: {expression: '1'}\n    depends_on:\n"
    found = loaded("name:\nsteps:\n  - " + step)
    assert found.valid
    assert found.workflow is not None
    assert found.workflow.steps[0].depends_on is None


@pytest.mark.parametrize("text", ["- a\n", "just text\n", "[]\n", "5\n"])
def test_a_file_without_a_mapping_is_no_definition(text: str) -> None:
    found = loaded(text)
    assert found.workflow is None
    assert "a definition is a mapping" in found.problems[0].message


def test_two_triggers_need_different_names() -> None:
    triggers = "triggers:\n  - {type: manual, name: a}\n  - {type: manual, name: a}\n"
    assert "duplicate-trigger" in codes(f"steps: []\n{triggers}")


def test_an_invalid_definition_raises_all_its_problems_errors_first() -> None:
    found = loaded("steps: []\nfoo: 1\nbar: 2\n")
    with pytest.raises(DefinitionError) as raised:
        found.usable()
    assert [p.severity for p in raised.value.problems] == ["error", "error", "warning"]
    assert 'flow.yaml:2:1: error: a workflow has no key "foo"' in str(raised.value)


def test_steps_by_alias_have_the_same_id_and_are_told() -> None:
    text = "steps:\n  - &s {id: a, type: transform, config: {expression: '1'}}\n  - *s\n"
    assert codes(text) == ["duplicate-id"]
