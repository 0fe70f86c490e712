"""Clicks, Shift and Ctrl, and the rubber band."""

from PySide6.QtCore import Qt

from designer.canvas import CanvasView
from designer.document import Document

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def test_a_click_selects_only_that_node(hands, document: Document) -> None:
    hands.click(hands.spot("fetch"))
    assert document.selection.ids == ("fetch",)
    hands.click(hands.spot("enough"))
    assert document.selection.ids == ("enough",)


def test_shift_and_ctrl_add_and_take_away(hands, document: Document) -> None:
    hands.click(hands.spot("fetch"))
    hands.click(hands.spot("enough"), SHIFT)
    hands.click(hands.spot("clean"), CTRL)
    assert document.selection.ids == ("fetch", "enough", "clean")
    hands.click(hands.spot("enough"), CTRL)
    assert document.selection.ids == ("fetch", "clean")


def test_a_click_on_one_of_several_selected_selects_it_alone(hands, document: Document) -> None:
    document.selection.set(["fetch", "enough"])
    hands.click(hands.spot("enough"))
    assert document.selection.ids == ("enough",)


def test_a_click_on_empty_canvas_selects_nothing(hands, document: Document) -> None:
    hands.click(hands.spot("fetch"))
    hands.click(hands.pixel(100, 400))
    assert document.selection.ids == ()


def test_a_click_on_a_wire_selects_it(hands, document: Document) -> None:
    hands.click(hands.on_wire("fetch", "success", "enough"))
    assert document.selection.wires == {("fetch", "success", "enough")}
    assert document.selection.ids == ()


def test_a_rubber_band_selects_what_it_touches(hands, document: Document) -> None:
    hands.drag(hands.pixel(820, -40), hands.pixel(900, 230))
    assert set(document.selection.ids) == {"clean", "tell"}


def test_a_rubber_band_with_shift_adds(hands, document: Document) -> None:
    document.selection.set(["lone"])
    hands.drag(hands.pixel(820, -40), hands.pixel(900, 230), modifiers=SHIFT)
    assert set(document.selection.ids) == {"lone", "clean", "tell"}


def test_escape_gives_up_a_rubber_band(hands, canvas: CanvasView, document: Document) -> None:
    document.selection.set(["lone"])
    hands.press(hands.pixel(820, -40))
    hands.move(hands.pixel(900, 230))
    assert set(document.selection.ids) == {"clean", "tell"}
    hands.key(Qt.Key.Key_Escape)
    assert document.selection.ids == ("lone",)
    hands.release(hands.pixel(900, 230))
    assert document.selection.ids == ("lone",)


def test_escape_without_a_gesture_selects_nothing(hands, document: Document) -> None:
    document.selection.set(["lone"])
    hands.key(Qt.Key.Key_Escape)
    assert document.selection.ids == ()


def test_select_all_takes_nodes_and_wires_and_delete_empties_the_canvas(
    hands, canvas: CanvasView, document: Document
) -> None:
    hands.key(Qt.Key.Key_A, CTRL)
    assert len(document.selection.ids) == 6
    assert len(document.selection.wires) == len(canvas.scene.edges)
    hands.key(Qt.Key.Key_Delete)
    assert document.nodes() == ()
    document.undo()
    assert len(document.nodes()) == 6


def test_selecting_says_to_a_screen_reader_what_was_selected(
    hands, canvas: CanvasView, document: Document
) -> None:
    hands.click(hands.spot("fetch"))
    assert "Fetch orders" in canvas.accessibleDescription()
    document.selection.add(["clean"])
    assert canvas.accessibleDescription().startswith("2 selected, last Step Clean the data")
    document.selection.clear()
    assert canvas.accessibleDescription() == "6 nodes, 5 wires"


def test_ctrl_and_arrows_go_to_the_next_node_that_way(hands, document: Document) -> None:
    hands.click(hands.spot("fetch"))
    hands.key(Qt.Key.Key_Right, CTRL)
    assert document.selection.ids == ("enough",)
    hands.key(Qt.Key.Key_Left, CTRL)
    hands.key(Qt.Key.Key_Down, CTRL)
    assert document.selection.ids == ("lone",)
