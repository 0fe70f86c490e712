"""What a template looks up, known before it is evaluated."""

import subprocess
import sys
from pathlib import Path

import pytest

import engine
from engine.definition.template import Reference, parse_expression, parse_template


def paths(text: str) -> list[tuple[str | int, ...]]:
    return [reference.path for reference in parse_template(text).references]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ steps.fetch.output.json }}", [("steps", "fetch", "output", "json")]),
        ("{{ steps['a-b'].output[0] }}", [("steps", "a-b", "output", 0)]),
        ("{{ steps[input.name].output }}", [("steps",), ("input", "name")]),
        ("{{ input.rows[1:loop.index].x }}", [("input", "rows"), ("loop", "index")]),
        (
            "{{ input.a.get(input.b) | join(input.c) }}",
            [("input", "a"), ("input", "b"), ("input", "c")],
        ),
        ("{{ range(input.n) }}{{ now() }}", [("input", "n")]),
        ("{{ {'k': a.b, 'x': [c]} }}", [("a", "b"), ("c",)]),
        ("{{ a if b else c.d[e].f }}", [("a",), ("b",), ("c", "d"), ("e",)]),
        ("{{ (a.b).c ~ 'a.b' }}", [("a", "b", "c")]),
        ("{{ input.items | map(attribute='x') }}", [("input", "items")]),
        ("no names", []),
    ],
)
def test_references_are_the_names_up_to_the_first_that_is_computed(
    text: str, expected: list[tuple[str | int, ...]]
) -> None:
    assert paths(text) == expected


def test_a_reference_knows_its_place() -> None:
    text = "Dear {{ input.name }}, {{ steps['a-b'] . output[0] + input['x'][y] }}"
    found = [text[r.start : r.end] for r in parse_template(text).references]
    assert found == ["input.name", "steps['a-b'] . output[0]", "input['x']", "y"]


def test_what_is_asked_for_is_guarded_and_the_rest_is_not() -> None:
    template = parse_expression("a.b | default(c.d) if e.f is defined else g[h] is not defined")
    guarded = {reference.path: reference.guarded for reference in template.references}
    assert guarded == {
        ("a", "b"): True,
        ("c", "d"): False,
        ("e", "f"): True,
        ("g",): True,
        ("h",): False,
    }


def test_the_halves_of_a_name_with_a_hyphen_say_how_it_is_written() -> None:
    references = parse_template("{{ variables.batch-size }}").references
    assert references == (
        Reference(("variables", "batch"), 3, 18, False, "variables['batch-size']"),
        Reference(("size",), 19, 23, False, "variables['batch-size']"),
    )


def test_text_without_an_expression_does_not_import_the_parser() -> None:
    code = (
        "import sys; from engine.definition.template import parse_template, render;"
        "render({'a': 'no braces', 'b': '}}'}, {}); assert 'jinja2' not in sys.modules;"
        "assert parse_template('{{ 1 }}').evaluate({}) == 1; assert 'jinja2' in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(engine.__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
