"""The JSON Schema of the format is valid itself, and agrees with what the reader says."""

import pytest
from catalogues import CATALOGUE, loaded
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from test_dump import workflows

from engine.definition.dump import dump_workflow
from engine.definition.model import Workflow
from engine.definition.schema import workflow_schema
from engine.definition.validate import validate_value

SCHEMA = workflow_schema(CATALOGUE)
VALIDATOR = Draft202012Validator(SCHEMA)


def test_the_schema_is_valid_by_its_meta_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", [*CATALOGUE.step_types, *CATALOGUE.trigger_types])
def test_the_schema_of_every_type_is_valid_by_its_meta_schema(name: str) -> None:
    for types in (CATALOGUE.step_types, CATALOGUE.trigger_types):
        if name in types:
            Draft202012Validator.check_schema(types[name].schema)


GOOD = """\
version: "1.0"
name: x
variables: {n: 1}
steps:
  - {id: a, type: http, timeout: 5s, config: {url: "http://x", headers: "{{ variables }}"}}
  - id: l
    type: loop
    config: {items: [1], steps: [{id: i, type: transform, config: {expression: "1"}}]}
    depends_on: [a]
    x-note: mine
  - id: p
    type: parallel
    config: {branches: {one: [{id: q, type: transform, config: {expression: "1"}}]}}
triggers: [{type: schedule, name: t, config: {cron: "0 2 * * *"}}]
designer:
"""


def messages(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(loaded(text).source.tree())]


def test_a_good_definition_is_valid() -> None:
    assert messages(GOOD) == []
    assert loaded(GOOD).valid


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: x", "nmae: x"),
        ("timeout: 5s", "timeout: soon"),
        ("type: http", "type: htp"),
        ("{id: q,", "{ident: q,"),
        ('url: "http://x"', "urll: x"),
        ('"{{ variables }}"', "5"),
        ("type: schedule", "type: sometimes"),
        ("depends_on: [a]", "depends_on: a"),
    ],
)
def test_what_the_reader_refuses_the_schema_refuses(old: str, new: str) -> None:
    text = GOOD.replace(old, new)
    assert messages(text)
    assert not loaded(text).valid


@settings(max_examples=50)
@given(workflows())
def test_the_shape_of_every_workflow_that_is_written_is_valid(workflow: Workflow) -> None:
    tree = dump_workflow(workflow)
    shape = {
        **SCHEMA,
        "$defs": {**SCHEMA["$defs"], "step": {**SCHEMA["$defs"]["step"], "allOf": []}},
    }
    shape["$defs"]["trigger"] = {**SCHEMA["$defs"]["trigger"], "allOf": []}
    wrong = [error.message for error in Draft202012Validator(shape).iter_errors(tree)]
    assert wrong == []


CASES = [
    ({"type": "string"}, 1),
    ({"type": ["string", "null"]}, None),
    ({"type": "integer"}, 1.0),
    ({"type": "integer"}, 1.5),
    ({"type": "number"}, True),
    ({"type": "boolean"}, True),
    ({"enum": [1, "a"]}, "a"),
    ({"enum": [1, "a"]}, True),
    ({"const": "x"}, "y"),
    ({"required": ["a"]}, {}),
    ({"properties": {"a": {"type": "integer"}}}, {"a": "x"}),
    ({"additionalProperties": False, "properties": {"a": {}}}, {"b": 1}),
    ({"additionalProperties": {"type": "string"}}, {"b": 1}),
    ({"items": {"type": "string"}}, ["a", 1]),
    ({"minItems": 2}, [1]),
    ({"maxItems": 1}, [1, 2]),
    ({"minimum": 3}, 2),
    ({"maximum": 3}, 4),
    ({"exclusiveMinimum": 3}, 3),
    ({"exclusiveMaximum": 3}, 3),
    ({"minLength": 1}, ""),
    ({"maxLength": 1}, "ab"),
    ({"pattern": "^a"}, "ba"),
    ({"anyOf": [{"type": "string"}, {"minimum": 3}]}, 2),
    ({"anyOf": [{"type": "string"}, {"minimum": 3}]}, 4),
    ({"allOf": [{"minimum": 3}, {"maximum": 5}]}, 6),
    ({"properties": {"a": False}}, {"a": 1}),
]


@pytest.mark.parametrize(("schema", "value"), CASES)
def test_the_fast_validator_agrees_with_the_full_one(
    schema: dict[str, object], value: object
) -> None:
    ours = not validate_value(schema, value, allow_templates=False)
    assert ours == Draft202012Validator(schema).is_valid(value)


def test_the_fast_validator_says_where_and_how() -> None:
    schema = {"properties": {"a": {"additionalProperties": False, "properties": {"name": {}}}}}
    assert validate_value(schema, {"a": {"nam": 1}}) == [
        (("a", "nam"), '"a" has no key "nam"', 'did you mean "name"?', True)
    ]
