"""Templates: what they give, what is an error, and where."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.definition.template import (
    TemplateError,
    parse_expression,
    parse_template,
    render,
    truth,
)

CONTEXT: dict[str, Any] = {
    "variables": {"size": 10, "names": ["b", "A", "c"], "none": None, "batch-size": 5, "batch": 9},
    "input": {"customer": "Ada", "price": Decimal("1.50")},
    "steps": {
        "fetch": {
            "status": "completed",
            "output": {"rows": [{"n": 2, "c": "x"}, {"n": 1, "c": "y"}], "json": {"items": 3}},
        },
        "fetch-data": {"output": 5},
        "skipped": {"status": "skipped", "output": None},
    },
    "trigger": {"time": datetime(2026, 1, 31, 8, tzinfo=UTC)},
}


def value(text: str, **limits: Any) -> Any:
    return parse_template(text).evaluate(CONTEXT, **limits)


def failure(text: str) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        parse_template(text).evaluate(CONTEXT)
    return caught.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ variables.size }}", 10),
        ("{{ variables.size }}\n", 10),
        (" {{ variables.size }}", " 10"),
        ("{{ variables.names }}", ["b", "A", "c"]),
        ("{{ input.price }}", Decimal("1.50")),
        ("{{ trigger.time }}", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("{{ 1 }}{{ 2 }}", "12"),
        ("no expression", "no expression"),
        ("}} and { and {'a': {}}", "}} and { and {'a': {}}"),
    ],
)
def test_a_whole_expression_keeps_its_kind_and_everything_else_is_text(
    text: str, expected: Any
) -> None:
    made = value(text)
    assert made == expected
    assert type(made) is type(expected)


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("variables.names", '["b", "A", "c"]'),
        ("variables.none", "null"),
        ("true", "true"),
        ("1.5", "1.5"),
        ("input.price", "1.50"),
        ("trigger.time", "2026-01-31T08:00:00Z"),
        ("[trigger.time, input.price]", '["2026-01-31T08:00:00Z", "1.50"]'),
        ("'Ünïcode 中文'", "Ünïcode 中文"),
    ],
)
def test_inside_text_anything_but_text_is_json(expression: str, written: str) -> None:
    assert value(f"<{{{{ {expression} }}}}>") == f"<{written}>"


def test_braces_in_data_come_out_literally_and_a_literal_brace_can_be_written() -> None:
    assert render({"a": ["{{ x }}"]}, {"x": "{{ 7 * 7 }}"}) == {"a": ["{{ 7 * 7 }}"]}
    assert value("{{ '{{' }} {{ '{%' }}") == "{{ {%"


def test_names_of_a_mapping_are_not_rendered() -> None:
    assert render({"{{ x }}": "{{ x }}", "n": 1}, {"x": 2}) == {"{{ x }}": 2, "n": 1}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3 - 4", 3),
        ("7 / 2", 3.5),
        ("7 // 2", 3),
        ("-7 % 3", 2),
        ("2 ** 8", 256),
        ("input.price * 2", Decimal("3.00")),
        ("input.price + 0.5", Decimal("2.00")),
        ("1 < 2 <= 2 < 3", True),
        ("1 == 1.0 and 'a' != 'b'", True),
        ("not variables.none", True),
        ("variables.none or 'x'", "x"),
        ("'da' in input.customer", True),
        ("'A' in variables.names and 'z' not in variables.names", True),
        ("'size' in variables", True),
        ("1 in variables.none", False),
        ("'yes' if variables.size > 5 else 'no'", "yes"),
        ("'yes' if variables.size > 50", None),
        ("'n=' ~ variables.size ~ true ~ none", "n=10truenull"),
        ("variables.names[1:]", ["A", "c"]),
        ("variables.names[::-1]", ["c", "A", "b"]),
        ("variables.names[-1] ~ variables.names.0", "cb"),
        ("input['customer'][0]", "A"),
        ("{'a': [1, (2, 3)]}", {"a": [1, [2, 3]]}),
        ("'ab' * 2", "abab"),
        ("[0] * 3", [0, 0, 0]),
        ("trigger.time + 3600", datetime(2026, 1, 31, 9, tzinfo=UTC)),
        ("trigger.time - trigger.time", 0.0),
        ("trigger.time > '2026-01-30T00:00:00Z' | datetime", True),
        ("steps['fetch-data'].output", 5),
        ("steps.skipped.output.json['deep'].down", None),
        ("steps.skipped.output.get('x')", None),
        ("input.nothing | default(3)", 3),
        ("input.nothing.at.all | default('x')", "x"),
        ("variables.none | default(3)", 3),
        ("input.nothing is defined", False),
        ("input.nothing is not defined", True),
        ("input.customer is defined", True),
        ("'\\u00e9\\n\\'' ~ \"\\\"\"", "é\n'\""),
        ("0x1F + 1_000", 1031),
    ],
)
def test_the_expression_syntax(expression: str, expected: Any) -> None:
    assert parse_expression(expression).evaluate(CONTEXT) == expected


@pytest.mark.parametrize("text", ["variables.size > 5", "{{ variables.size > 5 }}", " {{ true }} "])
def test_a_condition_is_written_with_or_without_braces(text: str) -> None:
    assert parse_expression(text).evaluate(CONTEXT) is True


def test_a_condition_of_several_expressions_is_refused() -> None:
    with pytest.raises(TemplateError, match="one expression"):
        parse_expression("{{ true }} and {{ false }}")


@pytest.mark.parametrize("nothing", [None, False, 0, 0.0, [], {}, Decimal(0)])
def test_null_false_zero_and_empty_collections_are_false(nothing: object) -> None:
    assert truth(nothing) is False


def test_a_text_as_a_condition_is_an_error_that_says_to_compare_it() -> None:
    with pytest.raises(TemplateError, match="compare it"):
        truth("false")
    assert truth([0]) is True


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("{{ variabels.size }}", "variabels", 'did you mean "variables"'),
        ("a {{ variables.sise }}", "sise", 'variables has no "sise"; did you mean "size"'),
        ("{{ steps.fetch.output.jsn }}", "jsn", 'steps.fetch.output has no "jsn"'),
        ("{{ input.customer.name }}", "name", "input.customer is a text"),
        ("{{ variables.names[7] }}", "7", "has 3 items"),
        ("{{ 1 | uper }}", "uper", 'there is no filter "uper"; did you mean "upper"'),
        ("{{ 1 is evn }}", "evn", 'there is no test "evn"'),
        ("{{ rang(3) }}", "rang", 'there is no function "rang"; did you mean "range"'),
        ("{{ 'a'.uper() }}", "uper", 'there is no method "uper"'),
        ("{{ variables.names.upper() }}", "upper", "a list has no method"),
        ("{{ 'a' | truncate(1, 2, 3, 4) }}", "truncate", "write truncate(length=255"),
        ("{{ 1 + }}", "", "ends too early"),
        ("{{ (1 }}", "}", "does not close ("),
        ("{{ 1) }}", ")", "closes nothing"),
        ("{{ 'abc }}", "'", "has no closing '"),
        ("{{ a § b }}", "§", "means nothing"),
        ("{{ }}", "{{ }}", "no expression"),
        ("x {{ 1", "{{", "never closed"),
        ("{% if x %}", "{%", "no statements"),
        ("{# note #}", "{#", "no comments"),
        ("{{ 1 / 0 }}", "1", "divided by 0"),
        ("{{ 'a' + 1 }}", "'a'", "~ puts values together"),
        ("{{ 'a' < 1 }}", "'a'", "have no order"),
        ("{{ variables.none + 1 }}", "variables", "null cannot be added"),
        ("{{ f(*[1]) }}", "f", 'no function "f"'),
        ("{{ range(*[1]) }}", "range", "no * or ** arguments"),
        ("{{ now() }}", "now", "cannot be used here"),
    ],
)
def test_an_error_says_what_is_wrong_and_where(text: str, place: str, words: str) -> None:
    error = failure(text)
    assert words in error.message
    assert text[error.start : error.end].startswith(place)


def test_an_expression_has_no_statements_either() -> None:
    with pytest.raises(TemplateError, match="no statements"):
        parse_expression(" {% if x %}")


def test_an_error_gives_line_and_column_and_candidates() -> None:
    error = failure("one\ntwo {{ variabels }}")
    assert (error.line, error.column) == (2, 8)
    assert error.candidates == ("variables",)
    assert "line 2, column 8" in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "{{ steps.fetch-data.output }}",
        "{{ steps.fetch-data }}",
        "{{ steps.my-long-2.output }}",
        "{{ steps.check-in.output }}",
    ],
)
def test_a_step_with_a_hyphen_in_dotted_form_is_an_error_that_says_how_to_write_it(
    text: str,
) -> None:
    with pytest.raises(TemplateError, match=r"write steps\['"):
        parse_template(text)


def test_a_missing_name_after_a_hyphen_says_how_it_is_written() -> None:
    assert "variables['my-size']" in failure("{{ variables.my-size }}").message
    assert "variables['batch-count']" in failure("{{ variables.batch-count }}").message
    assert value("{{ variables.batch-variables.size }}") == -1


def test_now_and_uuid_come_from_where_the_caller_says() -> None:
    class Recorded:
        def now(self) -> datetime:
            return datetime(2026, 5, 1, 12, tzinfo=UTC)

        def uuid(self) -> str:
            return "id-1"

    template = parse_template("{{ now() | date('%Y-%m-%d') }} {{ uuid() }}")
    assert template.calls_volatile
    assert template.evaluate({}, Recorded()) == "2026-05-01 id-1"
    assert not parse_template("{{ steps.now }}").calls_volatile


def test_white_space_around_an_expression_is_taken_away_where_a_hyphen_asks() -> None:
    assert value("a  {{- 1 -}}  b") == "a1b"
    assert value("{{-1}}") == -1


def test_the_same_text_is_read_once() -> None:
    assert parse_template("{{ 1 + 41 }}") is parse_template("{{ 1 + 41 }}")


def test_evaluating_changes_no_data() -> None:
    data = {"rows": [3, 1, 2], "names": {"b": 1, "a": 2}}
    before = repr(data)
    text = (
        "{{ [rows | sort, rows | reverse, rows | batch(2, 0), names | merge({'c': 3}), "
        "rows | slice(2, 0), names | dictsort, rows + [4], rows * 2, [rows] | flatten] }}"
    )
    assert len(parse_template(text).evaluate(data)) == 9
    assert repr(data) == before
