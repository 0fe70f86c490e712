"""Templates under attack: no way into Python, no way to use up time or memory."""

import resource
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definition.template import (
    FILTERS,
    METHODS,
    TESTS,
    Limits,
    SystemVolatile,
    TemplateError,
    parse_expression,
    parse_template,
    render,
    to_json_text,
)

SECONDS = 6.0
MEGABYTES = 256


class Intruder:
    """An object that should not be among data, with something to steal."""

    secret = "stolen"

    def steal(self) -> str:
        return "stolen"


DATA: dict[str, Any] = {
    "text": "some text",
    "number": 7,
    "big": 10**900,
    "rows": [{"a": i, "b": str(i)} for i in range(50)],
    "nothing": None,
    "object": Intruder(),
    "decimal": Decimal("1E+999999"),
    "time": datetime(2026, 1, 1, tzinfo=UTC),
}


def outcome(text: str) -> tuple[str, Any]:
    """("value", it) or ("error", its words), within the bounds of time and memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    try:
        made = ("value", parse_template(text).evaluate(DATA, SystemVolatile()))
    except TemplateError as error:
        assert 0 <= error.start <= error.end <= len(text)
        made = ("error", str(error))
    assert time.process_time() - start < SECONDS
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < MEGABYTES
    return made


@pytest.mark.parametrize(
    "expression",
    [
        "''.__class__",
        "''.__class__.__mro__[1].__subclasses__()",
        "''['__class__']",
        "text|attr('__class__')",
        "text.__class__|default('')|length > 5",
        "rows.__len__()",
        "rows.append(1)",
        "rows.clear()",
        "rows[0].update(a=2)",
        "object.secret",
        "object.steal()",
        "object['secret']",
        "object",
        "[object]|tojson",
        "object|string",
        "'{0.secret}'.format(object)",
        "'{0.__class__.__init__.__globals__}'.format(text)",
        "'%(__class__)s'|format(text)",
        "rows|map(attribute='__class__')|first|string ~ rows|map('attr', '__class__')|list",
        "rows|groupby('__class__')|first",
        "rows|sort(attribute='__class__.__name__')|map('attr','x')",
        "range.__self__",
        "dict.mro()",
        "self.__init__.__globals__",
        "cycler.__init__.__globals__.os.popen('id').read()",
        "lipsum.__globals__['os']",
        "namespace(x=1)",
        "joiner()",
        "config.items()",
        "request.application",
        "get_flashed_messages.__globals__",
        "().__class__.__bases__[0]",
        "(1).__class__",
        "1.0.hex()",
        "none.__class__.__mro__",
        "now().__class__",
        "now().__reduce__()",
        "now.__globals__",
        "uuid().__class__",
        "(text.upper).__func__",
        "text.upper",
        "text.format.__self__",
        "text.encode()",
        "text.translate({})",
        "[].__iter__()",
        "{}.__class__.__base__.__subclasses__()",
        "''|attr('\\x5f\\x5fclass\\x5f\\x5f')",
        "['__class__']|map('attr')",
        "text|map('getattr', '__class__')",
        "text is sameas(text.__class__)",
        "__import__('os')",
        "eval('1')",
        "open('/etc/passwd').read()",
        "import os",
        "lambda: 1",
        "[x for x in rows]",
        "(x := 1)",
        "text if object.secret",
        "loop.__class__",
        "super()",
        "caller()",
        "varargs",
        "_context",
        "environment",
        "undefined_name.__class__",
        "text[object]",
        "rows[text]",
        "object|default(object).secret",
        "object == object.secret",
        "object.secret is defined",
        "{object: 1}",
        "'a'.join(object)",
    ],
)
def test_nothing_leads_from_data_into_python(expression: str) -> None:
    before = to_json_text(DATA["rows"])
    kind, made = outcome(f"x{{{{ {expression} }}}}")
    assert kind == "error" or isinstance(made, str)
    assert not any(
        sign in made for sign in ("stolen", "<class", "built-in", "object at 0x", "uid=")
    )
    assert to_json_text(DATA["rows"]) == before


DEEP = 3_000
EXPENSIVE = [
    "'a' * 10**9",
    "10**9 * 'a'",
    "[0] * 10**9",
    "range(10**9)",
    "range(10**9) | list | length",
    "range(99999999999999999999)",
    "9**9**9",
    "2 ** 100000",
    "2.0 ** 100000",
    "0 ** -1",
    "(-8) ** 0.5",
    "big * big * big",
    "big ** 9",
    "decimal + 1",
    "decimal | int",
    "decimal | round(2)",
    "2.5 ** decimal",
    "'{:f}'.format(decimal)",
    "'%f' | format(decimal)",
    "'%1000000000d' | format(1)",
    "'%.1000000000f' | format(1)",
    "'%*d' | format(1000000000, 1)",
    "'{:1000000000}'.format(1)",
    "'{:.1000000000}'.format(1.5)",
    "'{:{w}}'.format(1, w=1000000000)",
    "'{0:>{1}}'.format('a', 999999999)",
    "'a'.ljust(10**9)",
    "'a'.center(10**9)",
    "'1'.zfill(10**9)",
    "'a' | center(10**9)",
    "'a\\nb' | indent(10**9)",
    "'a' | truncate(10**18)",
    "1 | round(10**9)",
    "1.5 | round(-(10**9))",
    "('9' * 5000) | int",
    "('9' * 999) | int",
    "('f' * 10000) | int(base=16)",
    "('1e' ~ '9' * 18) | float",
    "('1e' ~ '9' * 18) | decimal",
    "[1] | batch(10**9, 0)",
    "[1] | slice(10**9)",
    "[1, 2] | batch(10**6, 0) | map('batch', 10**6, 0) | list",
    "('x' * 10**6) | replace('x', 'y' * 10**6)",
    "('x' * 1000) | replace('', 'y' * 1000) | replace('', 'y' * 1000)",
    "('x' * 10**7) | list",
    "('a,' * 10**7).split(',')",
    "('abc\\n' * 10**7) | lines | length",
    "('abc ' * 10**7).rsplit() | length",
    "('%41' * 10**7) | urldecode | length",
    "range(10**6) | unique | length",
    "('a ' * 10**7).split()",
    "('a\\n' * 10**7) | lines | length",
    "('é' * 10**7) | urlencode",
    "('x' * 10**7) | escape | escape | length",
    "('x' * 10**7) | b64encode | b64encode | b64encode",
    "range(10**5) | map('string') | join(', ' * 10**4)",
    "('a' * 10**4).join(range(10**5))",
    "range(10**6) | map('round', 2) | sum",
    "range(3 * 10**5) | sort(reverse=true) | unique | reverse | first",
    "range(1000) | map('map', 'string') | list",
    "(range(1000) | list * 1000) | tojson | length",
    "[[[[[range(9999)] * 99] * 99] * 99] * 99] * 99",
    "[[[[[rows] * 99] * 99] * 99] * 99] == [[[[[rows] * 99] * 99] * 99] * 99]",
    "[[[[rows] * 99] * 99] * 99] | flatten",
    "[[rows] * 999, [rows] * 999] | unique | length",
    "[rows] * 9999 | unique | length",
    "('[' * 100000) | fromjson",
    "('[' * 900 ~ ']' * 900) | fromjson",
    "('[0,' * 10**6) | fromjson",
    "('{\"a\":' * 10**5) | fromjson",
    "('1' * 10**5) | fromjson",
    "'a' ~ 'a' * 10**8",
    "('ab' * 10**6) | sort | first",
    "('%s' * 10**6) | format('a')",
    "('{}' * 10**6).format('a')",
    "('{{' * 10**6).format()",
    "time + 10**18",
    "time - 1e300",
    "10**18 | datetime",
    "('1' * 190) | datetime('%d%m%y%H%M%S%j%U%w%f')",
    "time | date('%Y' * 300)",
    "('a' * 30 ~ '!') | select('match', '(a+)+$') | list",
    "('a' * 10**6) in ('a' * 10**7 ~ 'b')",
    "('a' * 10**5 ~ 'b') in ('a' * 2 * 10**7)",
    "(" * DEEP + "1" + ")" * DEEP,
    "[" * DEEP + "]" * DEEP,
    "(" * 500,
    "[" * 500,
    "{1:" * 500,
    "not " * DEEP + "1",
    "-" * DEEP + "1",
    "1" + "+1" * 1_900,
    "1" + "-1" * 100_000,
    "a" + ".b" * 1_900,
    "a" + "[0]" * 1_200,
    "1" + "|abs" * 1_900,
    "1" + " is none" * 1_900,
    "a" + "()" * 1_900,
    "1" + " if 1 else 1" * 900,
    "1" + " if 1" * 1_900,
    "1" + " and 1" * 1_900,
    "1" + " or 0" * 1_900,
    "1" + "**1" * 1_900,
    "1" + " in [1]" * 900,
    "1" + " < 2" * 1_900,
    "'a'" + " ~ 'a'" * 1_900,
    "'a' " * 3_900,
    "[" + "1," * 1_990 + "]",
    "f(" * 500,
    "1" * 100_000,
    "'" + "\\u0041" * 100_000 + "'",
    "a" * 100_000,
]


@pytest.mark.parametrize("expression", EXPENSIVE, ids=range(len(EXPENSIVE)))
def test_nothing_takes_long_or_makes_much(expression: str) -> None:
    kind, made = outcome(f"{{{{ {expression} }}}}")
    assert kind == "error" or len(to_json_text(made)) < 64 * 2**20


def test_a_template_itself_is_bounded() -> None:
    assert outcome("{{" * 400_000)[0] == "error"
    assert outcome("{{ 1 }}" * 20_000)[0] == "value"
    assert outcome("x" * 2_000_000 + "{{ 1 }}")[0] == "error"


def test_the_limits_can_be_set_by_the_caller() -> None:
    small = Limits(steps=50, memory=1_000, output=20, seconds=1.0)
    for text in ("{{ range(40) | sum }}", "{{ 'a' * 2000 }}", "{{ 'a' * 30 }}", "{{ 1 }}" * 30):
        with pytest.raises(TemplateError):
            parse_template(text).evaluate({}, limits=small)
    assert parse_template("{{ 'a' * 3 }}").evaluate({}, limits=small) == "aaa"


def test_data_that_were_read_are_never_evaluated_again() -> None:
    payload = "{{ 7 * 7 }} ${7*7} {% x %} ={{ 7*7 }}"
    once = render({"a": "{{ data }}", "b": "<{{ data }}>"}, {"data": payload})
    assert once == {"a": payload, "b": f"<{payload}>"}


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.decimals()
    | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
words = st.sampled_from(
    [
        *("a", "b", "a.b", "1", "2.5", "'x'", "''", "[", "]", "{", "}", "(", ")", ",", ":", "."),
        *("|", "~", "+", "-", "*", "/", "//", "%", "**", "==", "<", ">=", "=", " is ", " not "),
        *(" in ", " and ", " or ", " if ", " else ", "none", "true", "\\", "'", '"', "}}", "{{"),
        *("range(9)", "dict(x=a)", "a[0]", "a[1:]", "now()", "__class__", "*", "999999999", "\n"),
        *(f"|{name}" for name in FILTERS),
        *(f"|{name}(2)" for name in FILTERS),
        *(f"|{name}('a')" for name in FILTERS),
        *(f" is {name}" for name in TESTS),
        *(f".{name}(2)" for methods in METHODS.values() for name in methods),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=60), json_values)
def test_any_text_gives_a_value_or_a_template_error(text: str, data: Any) -> None:
    for wrapped in (text, f"{{{{{text}}}}}", f"x{{{{ {text} }}}}"):
        value_or_error(wrapped, data)


@settings(max_examples=1_500, deadline=None)
@given(st.lists(words, max_size=8), json_values)
def test_any_expression_of_words_gives_a_value_or_a_template_error(
    parts: list[str], data: Any
) -> None:
    value_or_error(f"{{{{ a{''.join(parts)} }}}}", data)
    value_or_error(f"x{{{{ {''.join(parts)} }}}}", data)


def value_or_error(text: str, data: Any) -> None:
    context = {"a": data, "b": {"a": data}}
    before = repr(context)
    try:
        template = parse_template(text)
        for reference in template.references:
            assert text[reference.start :].startswith(str(reference.path[0]))
        made = template.evaluate(context, SystemVolatile())
        assert isinstance(made, str | int | float | Decimal | datetime | list | dict | type(None))
    except TemplateError as error:
        assert error.message
        assert 0 <= error.start <= error.end <= len(text)
    assert repr(context) == before


@given(json_values)
def test_a_whole_expression_gives_the_very_value_of_the_data(data: Any) -> None:
    assert parse_expression("a.b").evaluate({"a": {"b": data}}) is data


@given(st.text())
def test_text_data_come_through_inside_text(data: str) -> None:
    assert parse_template("<{{ a }}>").evaluate({"a": data}) == f"<{data}>"


def test_a_small_text_that_stands_for_a_huge_result_is_refused() -> None:
    rows = [{"n": number} for number in range(1_000)]
    for text in ("{{ [[rows] * 999] * 99 }}", "{{ ([[rows] * 999] * 99)[0:98] }}"):
        with pytest.raises(TemplateError, match=r"(larger|more|longer) than"):
            parse_template(text).evaluate({"rows": rows})
    assert parse_template("{{ rows }}").evaluate({"rows": rows}) is rows
