"""Collapsing steps into a sub-workflow: what crosses the border is mapped, or it is refused in
words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from designer.document import Document, EditRefused
from designer.document.collapse import collapse, plan_collapse, write_beside
from engine import load

TEXT = """version: "1.0"
name: Orders
variables: {seen: 0}
steps:
  - id: fetch   # stays
    type: transform
    config: {expression: "{'rows': [1, 2, 3], 'limit': input.limit}"}
  - id: pick
    name: Pick
    type: transform
    depends_on: [fetch]
    config: {expression: "steps.fetch.output.result.rows"}
  - id: total
    name: Total
    type: transform
    depends_on: [pick]
    config: {expression: "steps.pick.output.result | length + input.limit + variables.seen"}
    output_mapping: {seen: "{{output.result}}"}
  - id: tell
    name: Tell
    type: transform
    depends_on: [total]
    config: {expression: "steps.total.output.result"}
output: {sum: "{{steps.total.output.result}}", seen: "{{variables.seen}}"}
designer:
  positions: {fetch: [0, 0], pick: [280, 0], total: [560, 0], tell: [840, 0]}
  frames:
    sums: {title: Sums, steps: [pick, total]}
"""


@pytest.fixture
def document(qapp: QApplication, tmp_path: Path) -> Iterator[Document]:
    file = tmp_path / "orders.yaml"
    file.write_text(TEXT, encoding="utf-8")
    made = Document.open(file)
    yield made
    made.deleteLater()


def collapsed(document: Document, keys: list[str], title: str = "Sums") -> Path:
    plan = plan_collapse(document, keys, title)
    folder = document.folder
    assert folder is not None
    file = write_beside(folder, plan.title, plan.text)
    collapse(document, plan, file.name)
    return file


def errors(text: str, folder: Path) -> list[str]:
    found = load(text, "x.yaml", folder)
    return [p.message for p in found.problems if p.severity == "error"]


def refusal(document: Document, keys: list[str]) -> str:
    with pytest.raises(EditRefused) as refused:
        plan_collapse(document, keys, "Sums")
    return str(refused.value)


def test_steps_become_one_step_and_a_file_which_both_are_valid(document: Document) -> None:
    file = collapsed(document, ["pick", "total"])
    assert [step.id for step in document.workflow.steps] == ["fetch", "sums", "tell"]
    assert errors(document.text, file.parent) == []
    assert errors(file.read_text(encoding="utf-8"), file.parent) == []


def test_what_crosses_the_border_is_mapped(document: Document) -> None:
    file = collapsed(document, ["pick", "total"])
    sub = document.step("sums")
    assert sub.config == {
        "workflow": "sums.yaml",
        "input": {
            "fetch": "{{steps.fetch.output}}",
            "limit": "{{input.limit}}",
            "seen": "{{variables.seen}}",
        },
    }
    assert sub.output_mapping == {"seen": "{{output.output.seen}}"}
    assert document.step("tell").config == {"expression": "steps.sums.output.output.total.result"}
    assert document.workflow.output["sum"] == "{{steps.sums.output.output.total.result}}"
    inner = load(file.read_text(encoding="utf-8")).workflow
    assert inner.steps[0].config == {"expression": "input.fetch.result.rows"}
    assert inner.output == {"total": "{{steps.total.output}}", "seen": "{{variables.seen}}"}


def test_the_wires_lead_to_and_from_the_new_step(document: Document) -> None:
    collapsed(document, ["pick", "total"])
    assert {edge.key for edge in document.edges()} == {
        ("fetch", "success", "sums"),
        ("sums", "success", "tell"),
    }
    assert document.selection.ids == ("sums",)


def test_one_undo_brings_the_text_back_and_comments_stay(document: Document) -> None:
    collapsed(document, ["pick", "total"])
    assert "- id: fetch   # stays" in document.text
    assert "steps: [sums]" in document.text
    document.undo()
    assert document.text == TEXT


def test_a_name_that_is_taken_gets_a_number(document: Document) -> None:
    (document.folder / "sums.yaml").write_text("mine", encoding="utf-8")
    assert collapsed(document, ["pick", "total"]).name == "sums_2.yaml"
    assert (document.folder / "sums.yaml").read_text(encoding="utf-8") == "mine"


def test_a_step_skipped_inside_cannot_start_one_outside(document: Document) -> None:
    document.set_value((*document.places.steps["total"], "when"), "input.limit > 1")
    assert "may be skipped" in refusal(document, ["pick", "total"])


def test_a_failure_wire_cannot_leave(document: Document) -> None:
    document.rewire([("total", "success", "tell")], [("total", "failure", "tell")])
    assert "(failure)" in refusal(document, ["pick", "total"])


def test_steps_that_wait_for_different_things_cannot_start_as_one(document: Document) -> None:
    assert "starts as one" in refusal(document, ["pick", "tell"])


def test_a_file_must_be_there_to_lie_beside(qapp: QApplication) -> None:
    document = Document.from_text(TEXT)
    assert "Save this workflow first" in refusal(document, ["pick"])
    document.deleteLater()


def test_handlers_and_triggers_stay(document: Document) -> None:
    assert "trigger" in refusal(document, ["trigger:x", "pick"]).lower()
    document.rewire([("total", "success", "tell")], [])
    document.set_value(("on_failure",), ["tell"])
    assert "on_failure" in refusal(document, ["total", "tell"])


def test_what_means_something_else_inside_is_refused(document: Document) -> None:
    path = (*document.places.steps["pick"], "config", "expression")
    document.set_value(path, "execution.id")
    assert "execution.id" in refusal(document, ["pick", "total"])
    document.set_value(path, "input")
    assert "all of input" in refusal(document, ["pick", "total"])
