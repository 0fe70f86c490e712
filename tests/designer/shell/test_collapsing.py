"""Making a sub-workflow from the canvas: the frame gives its name, the file lies beside this one,
and both run as before."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.canvas import CanvasView
from designer.document import Document
from designer.shell.collapsing import Collapsing
from designer.theme import Theme

TEXT = """version: "1.0"
name: Numbers
steps:
  - {id: make, type: transform, config: {expression: "[1, 2, 3]"}}
  - {id: add, type: transform, depends_on: [make], config: {expression: "steps.make.output | sum"}}
  - {id: tell, type: transform, depends_on: [add], config: {expression: "steps.add.output + 1"}}
output: "{{steps.tell.output}}"
designer:
  positions: {make: [0, 0], add: [280, 0], tell: [560, 0]}
  frames:
    f: {title: Add up, steps: [add]}
"""


@pytest.fixture
def canvas(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[CanvasView]:
    file = tmp_path / "numbers.yaml"
    file.write_text(TEXT, encoding="utf-8")
    document = Document.open(file)
    view = CanvasView(document, Theme("light"))
    qtbot.addWidget(view)
    view.show()
    yield view
    document.deleteLater()


def test_a_frame_becomes_a_sub_workflow_of_its_name(canvas: CanvasView, tmp_path: Path) -> None:
    told: list[str] = []
    collapsing = Collapsing(canvas.document, canvas, asyncio.run, canvas)
    collapsing.told.connect(told.append)
    canvas.document.selection.set((), (), ["frame:f"])
    canvas.collapse()
    assert (tmp_path / "add_up.yaml").is_file()
    assert told == ["1 step went into add_up.yaml."]
    assert canvas.document.step("add_up").config["workflow"] == "add_up.yaml"
    assert canvas.document.step("tell").config == {
        "expression": "steps.add_up.output.output.add + 1"
    }


def test_it_is_expanded_in_place_again(canvas: CanvasView) -> None:
    collapsing = Collapsing(canvas.document, canvas, asyncio.run, canvas)
    canvas.document.selection.set(["add"])
    canvas.collapse()
    assert [step.type for step in canvas.document.workflow.steps].count("workflow") == 1
    collapsing.expand_current()
    assert [step.id for step in canvas.document.workflow.steps] == ["make", "add", "tell"]
    assert canvas.document.step("tell").config == {"expression": "steps.add.output + 1"}


def test_the_reason_is_told_where_it_cannot_be(canvas: CanvasView, tmp_path: Path) -> None:
    told: list[str] = []
    collapsing = Collapsing(canvas.document, canvas, asyncio.run, canvas)
    collapsing.told.connect(told.append)
    canvas.select_all()
    canvas.collapse()
    assert told == ["These are all the steps; leave at least one in this workflow."]
    assert [file.name for file in tmp_path.iterdir()] == ["numbers.yaml"]
