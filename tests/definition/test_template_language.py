"""The words of the template language: filters, tests, functions and methods."""

import re
from typing import Any

import pytest

from engine.definition.template import (
    FILTERS,
    FUNCTIONS,
    METHODS,
    TESTS,
    SystemVolatile,
    TemplateError,
    parse_expression,
    parse_template,
)

ROWS = [
    {"name": "Ada", "age": 36, "city": "London", "tags": ["x"]},
    {"name": "bob", "age": 25, "city": "Paris", "tags": []},
    {"name": "Cy", "age": None, "city": "London", "tags": ["x", "y"]},
]


def value(expression: str) -> Any:
    return parse_expression(expression).evaluate({"rows": ROWS, "text": "a\nb"}, SystemVolatile())


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'ab' | upper ~ ('AB' | lower)", "ABab"),
        ("'ada king' | title", "Ada King"),
        ("' a ' | trim", "a"),
        ("'a-b-c' | replace('-', '+', 1)", "a+b-c"),
        ("'a,b' | split(',')", ["a", "b"]),
        ("text | lines", ["a", "b"]),
        ("('word ' * 200000).split() | length", 200000),
        ("text | indent(2)", "a\n  b"),
        ("[1, 'b', none] | join('-')", "1-b-null"),
        ("rows | join(', ', attribute='name')", "Ada, bob, Cy"),
        ("'%s is %.1f, %05d, %(x)s%%' | format('a', 2, 42, x='b')", "a is 2.0, 00042, b%"),
        ("'a long text' | truncate(6)", "a lon…"),
        ("'a long text' | truncate(8, false)", "a long…"),
        ("'a b c' | wordcount", 3),
        ("'<a>' | escape", "&lt;a&gt;"),
        ("[3, 1, 2] | sort", [1, 2, 3]),
        ("['b', 'A', 'c'] | sort", ["A", "b", "c"]),
        ("rows | sort(attribute='age') | map(attribute='name')", ["bob", "Ada", "Cy"]),
        ("rows | sort(attribute='city,name', reverse=true) | map(attribute='name')", None),
        ("rows | map(attribute='age', default=0) | sum", 61),
        ("rows | sum(attribute='tags') if false else 1", 1),
        ("rows | selectattr('age') | selectattr('age', 'ge', 30) | map(attribute='name')", ["Ada"]),
        ("rows | rejectattr('tags') | map(attribute='name')", ["bob"]),
        ("rows | groupby('city') | map(attribute='grouper')", ["London", "Paris"]),
        ("rows | map(attribute='tags.0', default='-') | list", ["x", "-", "x"]),
        ("rows | map(attribute='name') | map('upper') | first", "ADA"),
        ("[1, 2, 3, 4] | select('even')", [2, 4]),
        ("[0, 1, '', 'a'] | select", [1, "a"]),
        ("[1, 2, 3] | reject('in', [2])", [1, 3]),
        ("[1, 1, '1', true, [1], [1]] | unique", [1, "1", True, [1]]),
        ("['a', 'A'] | unique(case_sensitive=false)", ["a"]),
        ("[[1, [2]], 3] | flatten", [1, 2, 3]),
        ("[[1, [2]], 3] | flatten(1)", [1, [2], 3]),
        ("[1, 2, 3] | batch(2, 0)", [[1, 2], [3, 0]]),
        ("[1, 2, 3] | slice(2)", [[1, 2], [3]]),
        ("[1, 2] | zip(['a', 'b'])", [[1, "a"], [2, "b"]]),
        ("[] | first", None),
        ("'abc' | reverse ~ ('abc' | last)", "cbac"),
        ("[2, none, 1] | min ~ ([1, 2] | max)", "12"),
        ("{'b': 1, 'a': 2} | dictsort", [["a", 2], ["b", 1]]),
        ("{'b': 1, 'a': 2} | dictsort(by='value')", [["b", 1], ["a", 2]]),
        ("{'a': 1} | items", [["a", 1]]),
        ("{'a': 1} | merge({'b': 2}, {'a': 3})", {"a": 3, "b": 2}),
        ("{'a': 1, 'b': 2} | pick('a', 'z')", {"a": 1}),
        ("{'a': 1, 'b': 2} | omit('a')", {"b": 2}),
        ("'42' | int + ('x' | int(default=1))", 43),
        ("'3.9' | int", 3),
        ("'ff' | int(base=16)", 255),
        ("'1.5' | float", 1.5),
        ("('0.1' | decimal + ('0.2' | decimal)) | string", "0.3"),
        ("'yes' | bool", True),
        ("2.345 | round(2)", 2.35),
        ("2.5 | round ~ (2.1 | round(method='ceil'))", "33"),
        ("-5 | abs", 5),
        ("1536 | filesizeformat", "1.5 KB"),
        ("{'a': [1, 'é']} | tojson", '{"a": [1, "é"]}'),
        ("'{\"a\": [1.5, null]}' | fromjson", {"a": [1.5, None]}),
        ("'a b/ü' | urlencode", "a%20b%2F%C3%BC"),
        ("{'a': 'x y', 'b': 1} | urlencode", "a=x%20y&b=1"),
        ("'a%20b' | urldecode", "a b"),
        ("'é' | b64encode | b64decode", "é"),
        ("'a' | hash", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        ("'2026-01-31T23:30:00Z' | datetime | timezone('Asia/Shanghai') | date", "2026-02-01"),
        ("0 | datetime | isoformat", "1970-01-01T00:00:00Z"),
        ("'31.01.2026' | datetime('%d.%m.%Y') | timestamp", 1769817600.0),
        ("'5m' | duration ~ (300 | durationformat)", "300.05m"),
        ("range(1, 10, 3)", [1, 4, 7]),
        ("dict(a=1)", {"a": 1}),
        ("len('abc') + max(1, 2) + min([3, 4])", 8),
        ("'a.b'.split('.')[0].upper().lower().ljust(3, '.')", "a.."),
        ("', '.join(['a', 1])", "a, 1"),
        ("'{} {1.x[0]} {k:>4}|{n:,.2f}{{}}'.format(1, {'x': [2]}, k='b', n=1234.5)", None),
        ("'{a}'.format_map({'a': 1})", "1"),
        ("'abc'.startswith('a') and 'abc'.endswith('c')", True),
        ("'a=b=c'.partition('=')", ["a", "=", "b=c"]),
        ("{'items': 1}.items() ~ {'items': 1}.items", '[["items", 1]]1'),
        ("{'a': 1}.get('b', 2)", 2),
        ("['a', 'b'].index('b') + [1, 1].count(1)", 3),
        ("'7'.zfill(3)", "007"),
        ("6 is divisibleby(3) and 3 is odd and 'a' is in ['a']", True),
        ("[] is empty and none is none and 1 is number and 'a' is string", True),
        ("{} is mapping and [] is sequence and true is boolean", True),
    ],
)
def test_what_the_words_give(expression: str, expected: Any) -> None:
    special = {
        "rows | sort(attribute='city,name', reverse=true) | map(attribute='name')": [
            "bob",
            "Cy",
            "Ada",
        ],
        "'{} {1.x[0]} {k:>4}|{n:,.2f}{{}}'.format(1, {'x': [2]}, k='b', n=1234.5)": (
            "1 2    b|1,234.50{}"
        ),
    }
    assert value(expression) == special.get(expression, expected)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("'x' | int", "give a default"),
        ("'x' | float", "give a default"),
        ("none | length", "use | default(...) first"),
        ("[1, 'a'] | sort", "have no order"),
        ("['a'] | sum", "an item must be a number"),
        ("'a' | fromjson", "no JSON"),
        ("'[NaN]' | fromjson", "no JSON"),
        ("'?' | b64decode", "no Base64"),
        ("'x' | bool", "neither true nor false"),
        ("'x' | datetime", "no date as ISO 8601"),
        ("0 | datetime | timezone('Mars')", 'no time zone "Mars"'),
        ("0 | datetime | date('%Q')", "no part of a date"),
        ("'{x}'.format(1)", "has no value"),
        ("'{'.format(1)", "is written {{"),
        ("'{:d}'.format('a')", "format code"),
        ("'%d' | format('a')", "does not fit a text"),
        ("'%s %s' | format(1)", "has no value"),
        ("range(1, 2, 0)", "not 0"),
        ("[1] | map('nothing')", 'no filter "nothing"'),
        ("['a'] | map('upper', 1)", "write upper"),
        ("[1] | select('nothing')", 'no test "nothing"'),
        ("'a' | hash('crc')", "sha256"),
        ("'a'.split('')", "separator is empty"),
        ("1 +", "ends too early"),
    ],
)
def test_a_misuse_is_said_in_plain_words(expression: str, words: str) -> None:
    with pytest.raises(TemplateError) as caught:
        value(expression)
    assert words in caught.value.message


@pytest.mark.parametrize("field", ["{0.__class__}", "{0.upper}", "{0[__class__]}", "{0.a.b!r}"])
def test_a_field_of_format_looks_in_data_only(field: str) -> None:
    with pytest.raises(TemplateError):
        value(f"'{field}'.format('text')")


def all_functions() -> list[Any]:
    tables = [FILTERS, TESTS, FUNCTIONS, *METHODS.values()]
    return [function for table in tables for function in table.values()]


def test_every_word_is_documented_and_its_example_works() -> None:
    for function in all_functions():
        assert function.doc.endswith("."), function.name
        assert function.signature.startswith(function.name)
        [expression] = re.findall(r"\{\{ .* \}\}", function.example)
        assert parse_template(expression).is_expression, function.name


def test_what_an_example_promises_is_what_it_gives() -> None:
    checked = 0
    for function in all_functions():
        expression, promised, result = function.example.partition(" gives ")
        if not promised or result.endswith("..."):
            continue
        made = parse_template(f"x{expression}").evaluate({})[1:]
        assert made == result.replace("'", '"') or made == result, function.example
        checked += 1
    assert checked > 50
