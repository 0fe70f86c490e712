"""Expanding a sub-workflow in place: its steps take the place of its step, or it is refused in
words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from designer.document import Document, EditRefused
from designer.document.expand import expand, plan_expand
from engine import load

TEXT = """version: "1.0"
name: Orders
variables: {seen: 0}
steps:
  - id: fetch   # stays
    type: transform
    config: {expression: "[1, 2, 3]"}
  - id: sums
    name: Sums
    type: workflow
    depends_on: [fetch]
    config:
      workflow: sums.yaml
      input: {rows: "{{steps.fetch.output.result}}", limit: 2, seen: "{{variables.seen}}"}
    output_mapping: {seen: "{{output.output.seen}}"}
  - id: tell
    type: transform
    depends_on: [sums]
    config: {expression: "steps.sums.output.output.total + 1"}
designer:
  positions: {fetch: [0, 0], sums: [280, 80], tell: [560, 0]}
"""
SUB = """version: "1.0"
name: Sums
inputs: {type: object, properties: {rows: {}, limit: {}, seen: {}}}
steps:
  - {id: fetch, type: transform, config: {expression: "input.rows | length"}}
  - id: total
    type: transform
    depends_on: [fetch]
    config: {expression: "steps.fetch.output.result + input.limit + variables.seen"}
    output_mapping: {seen: "{{output.result}}"}
output: {total: "{{steps.total.output.result}}", seen: "{{variables.seen}}"}
designer:
  positions: {fetch: [0, 0], total: [280, 40]}
"""


@pytest.fixture
def document(qapp: QApplication, tmp_path: Path) -> Iterator[Document]:
    file = tmp_path / "orders.yaml"
    file.write_text(TEXT, encoding="utf-8")
    made = Document.open(file)
    yield made
    made.deleteLater()


def refusal(document: Document, text: str) -> str:
    with pytest.raises(EditRefused) as refused:
        plan_expand(document, "sums", text)
    return str(refused.value)


def test_the_steps_take_the_place_of_the_step_under_free_ids(document: Document) -> None:
    assert expand(document, plan_expand(document, "sums", SUB)) == ("fetch_2", "total")
    assert [step.id for step in document.workflow.steps] == ["fetch", "fetch_2", "total", "tell"]
    assert document.step("fetch_2").config == {"expression": "steps.fetch.output.result | length"}
    assert document.step("total").config == {
        "expression": "steps.fetch_2.output.result + 2 + variables.seen"
    }
    assert document.step("tell").config == {"expression": "steps.total.output.result + 1"}
    problems = load(document.text, "", document.folder).problems
    assert [one.message for one in problems if one.severity == "error"] == []


def test_the_wires_lead_through_the_steps(document: Document) -> None:
    expand(document, plan_expand(document, "sums", SUB))
    assert {edge.key for edge in document.edges()} == {
        ("fetch", "success", "fetch_2"),
        ("fetch_2", "success", "total"),
        ("total", "success", "tell"),
    }
    assert document.position("total") == (560, 120)


def test_one_undo_brings_the_text_back(document: Document) -> None:
    expand(document, plan_expand(document, "sums", SUB))
    assert "- id: fetch   # stays" in document.text
    document.undo()
    assert document.text == TEXT


def test_what_a_skipped_end_means_is_kept(document: Document) -> None:
    text = SUB.replace(
        "    depends_on: [fetch]\n", '    depends_on: [fetch]\n    when: "input.rows"\n'
    )
    expand(document, plan_expand(document, "sums", text))
    assert ("total", "done", "tell") in {edge.key for edge in document.edges()}


def test_what_holds_for_the_whole_is_not_lost_silently(document: Document) -> None:
    assert "handlers" in refusal(document, SUB + "on_failure: [total]\n")
    assert "not given" in refusal(document, SUB.replace("input.limit", "input.other"))
    assert "trigger" in refusal(document, SUB.replace("input.limit", "trigger.name"))
    document.set_value((*document.places.steps["sums"], "timeout"), "5m")
    assert "timeout" in refusal(document, SUB)


def test_a_value_that_no_step_gives_is_refused(document: Document) -> None:
    path = (*document.places.steps["tell"], "config", "expression")
    document.set_value(path, "steps.sums.output.execution_id")
    assert "execution_id" in refusal(document, SUB)
