import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.inspector.fields import fields_of
from designer.inspector.preview import preview
from designer.inspector.values import (
    EMPTY,
    read_json_field,
    read_typed,
    shown_json,
    typed,
)
from designer.theme.wording import described
from engine import catalogue

SIMPLE = st.one_of(
    st.text(),
    st.integers(),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
)
TREES = st.recursive(
    SIMPLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(TREES)
def test_a_value_that_is_typed_is_read_back_as_itself(value):
    again = read_typed(typed(value))
    assert again == value
    assert type(again) is type(value)


@given(TREES)
def test_a_value_in_a_json_field_is_read_back_as_itself(value):
    again = read_json_field(shown_json(value))
    assert again == value
    assert type(again) is type(value)


def test_nothing_typed_is_no_value():
    assert read_typed("") is EMPTY
    assert read_json_field("  \n") is EMPTY


def test_broken_json_is_told_and_a_plain_text_is_not():
    with pytest.raises(ValueError, match="no JSON yet"):
        read_json_field('{"a": ')
    assert read_json_field("plain text") == "plain text"
    assert read_json_field("{{ input }}") == "{{ input }}"


@pytest.mark.parametrize("name", list(catalogue().step_types))
def test_every_step_type_has_a_form_with_titles_and_help(name):
    schema = catalogue().step_types[name].schema
    fields = fields_of(schema, ("config",))
    assert {field.path[1] for field in fields} == set(schema["properties"])
    assert all(field.title and field.help for field in fields)


@pytest.mark.parametrize("name", list(catalogue().trigger_types))
def test_every_trigger_type_has_a_form(name):
    schema = catalogue().trigger_types[name].schema
    assert {field.path[1] for field in fields_of(schema, ("config",))} == set(
        schema.get("properties", {})
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([1] * 4812, "list of 4,812"),
        ({"a": 1, "b": 2, "c": 3, "d": 4}, "mapping of a, b, c, …"),
        ({}, "empty mapping"),
        ("hi\nthere", "“hi there”"),
        (None, "null"),
        (True, "true"),
        (2.5, "2.5"),
    ],
)
def test_a_value_in_a_few_words(value, words):
    assert described(value) == words


def test_a_preview_says_why_there_is_none():
    assert preview("{{ nope }}", False, {"input": {}}).startswith("No preview: ")
    assert preview("{{ broken", False, {}).startswith("No preview: ")
    assert preview("no template", False, {}) == ""
    assert preview("input.a > 1", True, {"input": {"a": 2}}) == "Preview from the last run: true"
