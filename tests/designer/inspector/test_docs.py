"""The Docs tab says everything of a type, and its example can be used as it stands."""

import textwrap

import pytest
from PySide6.QtWidgets import QLabel

from designer.inspector.docs import DocsPage, docs_of_step, docs_of_trigger
from designer.inspector.fields import fields_of
from designer.theme.code_edit import CodeEdit
from engine import catalogue, load


@pytest.mark.parametrize("name", sorted(catalogue().step_types))
def test_the_example_of_a_step_is_valid(name):
    kind = catalogue().step_types[name]
    docs = docs_of_step(kind, {}, fields_of(kind.schema))
    steps = textwrap.indent(docs.example, "  ")
    found = load(f"name: Example\nvariables: {{since: 1}}\nsteps:\n{steps}")
    wrong = [problem.message for problem in found.problems if problem.severity == "error"]
    assert not wrong
    assert name in docs.example


@pytest.mark.parametrize("name", ["schedule", "manual"])
def test_the_example_of_a_trigger_is_valid(name):
    kind = catalogue().trigger_types[name]
    docs = docs_of_trigger(kind, fields_of(kind.schema))
    triggers = textwrap.indent(docs.example, "  ")
    steps = "  - {id: a, type: script, config: {script: print(1)}}"
    found = load(f"name: Example\nsteps:\n{steps}\ntriggers:\n{triggers}")
    assert not [problem for problem in found.problems if problem.severity == "error"]


def words(bench):
    page = bench.view.findChild(DocsPage)
    return [label.text() for label in page.findChildren(QLabel)]


def test_settings_outputs_ports_and_an_example_are_shown(bench):
    bench.select("fetch").view.choose_tab("docs")
    shown = words(bench)
    assert {"Settings", "Gives", "Ports", "Example"} <= set(shown)
    assert {"url", "status_code", "failure"} <= set(shown)
    example = bench.view.findChild(DocsPage).findChild(CodeEdit)
    assert example.toPlainText().startswith("- id: orders")
    assert example.isReadOnly()


def test_the_ports_are_those_of_this_step(bench_of):
    case = "{cases: [{name: large, when: 1 > 0}]}"
    bench = bench_of(f"steps:\n  - {{id: a, type: condition, config: {case}}}\n").select("a")
    bench.view.choose_tab("docs")
    assert {"large", "default"} <= set(words(bench))
