"""A screen reader meets the canvas as a list of nodes: names, states in words, places, actions."""

import gc

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from designer.canvas import CanvasView, NodeState
from designer.document import Document
from designer.theme import Theme

Text, Flag = QAccessible.Text, QAccessible.RelationFlag


@pytest.fixture
def tree(canvas):
    """What a screen reader is given of the canvas."""
    return QAccessible.queryAccessibleInterface(canvas)


def items(tree):
    return {tree.child(i).text(Text.Name): tree.child(i) for i in range(tree.childCount())}


def test_every_node_is_an_item_of_a_list(tree, canvas):
    assert tree.role() == QAccessible.Role.List
    assert tree.text(Text.Name) == "Workflow canvas"
    assert list(items(tree)) == [node.title for node in canvas.scene.nodes]
    assert {item.role() for item in items(tree).values()} == {QAccessible.Role.ListItem}


def test_an_item_says_what_it_is_and_what_comes_before_and_after(tree):
    said = items(tree)["Enough rows?"].text(Text.Description)
    assert "condition" in said
    assert "after Fetch orders" in said
    assert "then Clean the data on true and Tell the team on false" in said


def test_an_item_says_its_state_in_words(tree, canvas):
    canvas.set_states({"fetch": NodeState("failed", duration=1.0)})
    assert items(tree)["Fetch orders"].text(Text.Value) == "Failed"
    assert "Failed" in items(tree)["Fetch orders"].text(Text.Description)


def test_an_item_is_where_it_is_drawn(tree, canvas, hands):
    fetch = items(tree)["Fetch orders"]
    spot = canvas.mapToGlobal(hands.spot("fetch"))
    assert fetch.rect().contains(spot)
    assert tree.childAt(spot.x(), spot.y()) is fetch
    assert tree.indexOfChild(fetch) == canvas.scene.index["fetch"]


def test_what_is_selected_says_so(tree, canvas):
    canvas.document.selection.set(["fetch"])
    assert items(tree)["Fetch orders"].state().selected
    assert not items(tree)["Lone"].state().selected
    canvas.document.set_enabled(["lone"], False)
    assert items(tree)["Lone"].state().disabled


def test_wires_are_relations(tree):
    found = items(tree)["Enough rows?"].relations(Flag.FlowsTo)
    assert [(item.text(Text.Name), kind) for item, kind in found] == [
        ("Clean the data", Flag.FlowsTo), ("Tell the team", Flag.FlowsTo),
    ]  # fmt: skip


def test_a_screen_reader_is_told_where_the_arrow_keys_go(tree, canvas, hands, qtbot):
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)
    canvas.document.selection.set(["fetch"])
    hands.key(Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert tree.focusChild() is items(tree)["Enough rows?"]
    assert items(tree)["Enough rows?"].state().focused
    with qtbot.waitSignal(canvas.step_activated) as opened:
        hands.key(Qt.Key.Key_Return)
    assert opened.args == ["enough"]


def test_a_removed_node_is_no_longer_valid_and_one_that_stays_is_the_same(tree, canvas):
    fetch, lone = items(tree)["Fetch orders"], items(tree)["Lone"]
    canvas.document.remove(["lone"])
    assert items(tree)["Fetch orders"] is fetch
    assert not lone.isValid() and lone.text(Text.Name) == ""
    canvas.document.undo()
    assert items(tree)["Lone"].isValid()


def test_the_tree_goes_with_the_canvas_whatever_a_reader_still_holds(qapp, qtbot):
    host = QWidget()
    qtbot.addWidget(host)
    theme = Theme("light")
    for _ in range(50):
        document = Document.from_text("steps: [{id: a, type: wait}, {id: b, type: wait}]")
        canvas = CanvasView(document, theme, host)
        tree = QAccessible.queryAccessibleInterface(canvas)
        held = [tree.child(i) for i in range(2)]
        numbers = [QAccessible.uniqueId(item) for item in held]
        canvas.setParent(None)
        canvas.deleteLater()
        qtbot.waitUntil(lambda canvas=canvas: not isValid(canvas))
        gc.collect()
        assert not any(isValid(item) for item in held)
        assert [QAccessible.accessibleInterface(number) for number in numbers] == [None, None]
