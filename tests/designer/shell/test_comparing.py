"""Another version beside the screen: drawn with its differences, as text, and let go of again."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from designer.shell.compare_pane import Sides

OLD = """\
name: Orders
steps:
  - {id: fetch, type: transform, config: {expression: "1"}}
  - {id: clean, type: transform, depends_on: [fetch], config: {expression: "2"}}
designer: {positions: {fetch: [0, 0], clean: [280, 0]}}
"""
NEW = """\
name: Orders
steps:
  - {id: fetch, type: transform, config: {expression: "7"}}
  - {id: store, type: transform, depends_on: [fetch], config: {expression: "3"}}
designer: {positions: {fetch: [0, 0], store: [280, 0]}}
"""


@pytest.fixture
def space(studio, workflow):
    return studio.open(workflow(NEW))


@pytest.fixture
def pane(studio, space):
    taken = []
    space.compare(Sides("Since 3f2a", OLD, "3f2a"), [("Take", lambda: taken.append(1))])
    pane = space.compare_pane
    studio.until(lambda: pane.comparison is not None)
    pane.taken = taken
    return pane


def rows(pane):
    return [
        pane.changes.list.model().index(n, 0).data() for n in range(len(pane.changes.list.rows))
    ]


def test_the_differences_are_drawn_in_place_of_the_canvas(space, pane):
    assert not space.canvas.isVisible()
    assert pane.canvas.isVisible()
    assert {key: state.status for key, state in pane.canvas.states.items()} == {
        "fetch": "changed",
        "store": "added",
        "clean": "removed",
    }
    assert pane.canvas.scene.position("clean") != pane.canvas.scene.position("store")


def test_a_wire_that_is_gone_is_dashed_and_a_new_one_is_not(studio, pane):
    scene, tints = pane.canvas.scene, pane.canvas._drawing.tints
    roles = {edge.key: tints.roles[tints.wires[i]] for i, edge in enumerate(scene.edges)}
    assert roles[("fetch", "success", "store")] == studio.theme.state("added").color
    assert roles[("fetch", "success", "clean")] == studio.theme.state("removed").color


def test_the_list_says_in_words_what_differs_and_leads_there(pane):
    assert rows(pane) == [
        "added, store",
        "removed, clean",
        "changed, fetch, config.expression 1 → 7",
        "config.expression 1 → 7",
    ]
    place = pane.changes.list.visualRect(pane.changes.list.model().index(1, 0)).center()
    QTest.mouseClick(pane.changes.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert pane.canvas.document.selection.current == "clean"


def test_the_legend_counts_each_kind(pane):
    # A wire counts with the step that it came or went with.
    assert [pill._text for pill in pane.legend.pills.values()] == [
        "2 added",
        "2 removed",
        "1 changed",
        "0 moved",
    ]


def test_an_edit_meanwhile_is_compared_too(studio, space, pane):
    space.document.remove(["store"])
    studio.until(lambda: "store" not in pane.comparison.nodes)
    assert pane.comparison.nodes["clean"] == "removed"


def test_a_comparison_cannot_be_edited(pane):
    pane.canvas.document.selection.set(["store"])
    pane.canvas.delete_selection()
    assert "store" in pane.canvas.scene.index


def test_the_texts_are_there_as_well(pane):
    pane.shown.chosen.emit("text")
    assert pane.text.isVisible()
    assert pane.text.differences == 3


def test_escape_gives_the_place_back_to_the_canvas(space, pane):
    QTest.keyClick(pane, Qt.Key.Key_Escape)
    assert space.canvas.isVisible()
    assert not pane.isVisible()
    assert pane.taken == []


def test_a_text_that_is_no_workflow_is_compared_as_text(studio, space):
    space.compare(Sides("Since 3f2a", "steps: [", "3f2a"), [])
    pane = space.compare_pane
    studio.until(pane._empty.isVisible)
    assert pane.comparison is None
    pane.shown.chosen.emit("text")
    assert pane.text.old.toPlainText().startswith("steps: [")


def test_a_moved_card_leaves_an_outline_where_it_was(studio, space):
    old = NEW.replace("store: [280, 0]", "store: [280, 200]")
    space.compare(Sides("Since 3f2a", old, "3f2a"), [])
    pane = space.compare_pane
    studio.until(lambda: pane.comparison is not None)
    studio.until(lambda: pane.canvas.isVisible())
    canvas = pane.canvas
    canvas.zoom_to(1.0)
    x, y = canvas.viewport.to_view(280, 200)
    line = canvas.grab().toImage().copy(round(x) + 20, round(y) - 3, 60, 6)
    ink = studio.theme.state_color("moved")
    seen = [line.pixelColor(i, j) for i in range(60) for j in range(6)]
    assert any(abs(one.hue() - ink.hue()) < 12 and one.saturation() > 60 for one in seen)
