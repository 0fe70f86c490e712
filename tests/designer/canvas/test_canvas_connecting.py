"""Wires drawn, refused, taken elsewhere and removed by hand."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from designer.canvas import CanvasView
from designer.canvas.gestures.connect import Connect
from designer.canvas.quick_add import QuickAdd
from designer.document import Document


def wires(document: Document) -> set[tuple[str, str, str]]:
    return {edge.key for edge in document.edges() if not edge.src.startswith("trigger:")}


def test_a_wire_dropped_anywhere_on_a_step_connects_and_undo_takes_it_away(
    hands, document: Document
) -> None:
    before = document.text
    hands.drag(hands.output("clean", "success"), hands.spot("tell", 150, 50))
    assert ("clean", "success", "tell") in wires(document)
    document.undo()
    assert document.text == before


def test_a_branch_is_connected_by_its_own_port(hands, document: Document) -> None:
    hands.drag(hands.output("enough", "true"), hands.input("lone"))
    assert ("enough", "true", "lone") in wires(document)


def test_the_failure_port_comes_out_under_the_pointer_and_can_be_wired(
    hands, canvas: CanvasView, document: Document
) -> None:
    hands.move(hands.spot("clean", 60, 30))
    hands.drag(hands.output("clean", "failure"), hands.spot("lone"))
    assert ("clean", "failure", "lone") in wires(document)


def test_rarer_ports_come_out_of_a_drawer_near_the_right_edge(
    hands, canvas: CanvasView, document: Document
) -> None:
    hands.move(hands.spot("clean", 60, 30))
    assert canvas.hit(hands.output("clean", "always")).port != "always"
    hands.move(hands.spot("clean", 190, 30))
    hands.move(hands.output("clean", "always"))
    hands.drag(hands.output("clean", "always"), hands.spot("lone"))
    assert ("clean", "always", "lone") in wires(document)


def test_while_it_is_drawn_steps_that_would_close_a_circle_are_greyed(
    hands, canvas: CanvasView
) -> None:
    hands.press(hands.output("clean", "success"))
    hands.move(hands.pixel(700, 300))
    frame = canvas._frame()
    gesture = canvas._gesture
    assert isinstance(gesture, Connect)
    gesture.dress(frame)
    refused = {canvas.scene.nodes[i].key for i in frame.refused}
    assert refused == {"trigger:Nightly", "fetch", "enough"}
    hands.key(Qt.Key.Key_Escape)


def test_a_circle_is_refused_with_the_reason_and_nothing_changes(
    hands, canvas: CanvasView, document: Document
) -> None:
    before = document.text
    hands.press(hands.output("clean", "success"))
    hands.move(hands.pixel(700, 300))
    hands.move(hands.spot("fetch"))
    gesture = canvas._gesture
    assert isinstance(gesture, Connect)
    assert "circle" in gesture._reason
    assert canvas.grab().toImage() is not None
    hands.release(hands.spot("fetch"))
    assert document.text == before


def test_a_step_is_not_connected_to_itself(hands, canvas: CanvasView, document: Document) -> None:
    before = document.text
    hands.press(hands.output("clean", "success"))
    hands.move(hands.pixel(700, 300))
    hands.move(hands.spot("clean"))
    gesture = canvas._gesture
    assert isinstance(gesture, Connect)
    assert gesture._reason == "A step cannot wait for itself."
    hands.release(hands.spot("clean"))
    assert document.text == before


def test_the_same_wire_twice_is_refused(hands, document: Document) -> None:
    before = document.text
    hands.drag(hands.output("fetch", "success"), hands.spot("enough"))
    assert document.text == before


def test_the_end_of_a_wire_can_be_taken_elsewhere_as_one_step(hands, document: Document) -> None:
    before = document.text
    hands.drag(hands.input("tell"), hands.spot("lone"))
    assert ("enough", "false", "lone") in wires(document)
    assert ("enough", "false", "tell") not in wires(document)
    document.undo()
    assert document.text == before


def test_the_start_of_a_wire_can_be_taken_elsewhere(hands, document: Document) -> None:
    near = hands.on_wire("enough", "false", "tell", 0.14)
    hands.drag(near, hands.spot("clean"))
    assert ("clean", "success", "tell") in wires(document)
    assert ("enough", "false", "tell") not in wires(document)


def test_a_wire_end_dropped_on_empty_canvas_removes_the_wire(hands, document: Document) -> None:
    before = document.text
    hands.drag(hands.input("tell"), hands.pixel(700, 400))
    assert ("enough", "false", "tell") not in wires(document)
    document.undo()
    assert document.text == before


def test_a_wire_end_put_back_changes_nothing(hands, document: Document) -> None:
    before = document.text
    hands.press(hands.input("tell"))
    hands.move(hands.pixel(700, 400))
    hands.move(hands.spot("tell"))
    hands.release(hands.spot("tell"))
    assert document.text == before


def test_from_a_free_input_a_wire_is_drawn_backwards(hands, document: Document) -> None:
    hands.drag(hands.input("lone"), hands.spot("fetch"))
    assert ("fetch", "success", "lone") in wires(document)


def test_a_selected_wire_is_deleted_and_comes_back(hands, document: Document) -> None:
    before = document.text
    hands.click(hands.on_wire("fetch", "success", "enough"))
    hands.key(Qt.Key.Key_Backspace)
    assert ("fetch", "success", "enough") not in wires(document)
    document.undo()
    assert document.text == before


def test_escape_gives_up_a_wire(hands, canvas: CanvasView, document: Document) -> None:
    before = document.text
    hands.press(hands.output("clean", "success"))
    hands.move(hands.spot("lone"))
    hands.key(Qt.Key.Key_Escape)
    hands.release(hands.spot("lone"))
    assert document.text == before


def test_a_wire_dropped_on_empty_canvas_offers_a_step_and_wires_it(
    hands, canvas: CanvasView, document: Document, qtbot
) -> None:
    with qtbot.waitSignal(canvas.quick_add_requested) as asked:
        hands.drag(hands.output("clean", "success"), hands.pixel(1100, 300))
    assert asked.args[1] == ("clean", "success")
    box = QApplication.activePopupWidget()
    assert isinstance(box, QuickAdd)
    qtbot.keyClicks(box._search, "http")
    qtbot.keyClick(box._search, Qt.Key.Key_Return)
    added = document.selection.current
    assert added is not None
    assert ("clean", "success", added) in wires(document)
    x, y = document.position(added)
    assert abs(x - 1100) <= 8 and abs(y + 30 - 300) <= 8
    document.undo()
    assert document.node(added) is None


def test_a_trigger_cannot_be_wired_by_hand_and_says_why(
    hands, canvas: CanvasView, document: Document
) -> None:
    before = document.text
    hands.press(hands.output("trigger:Nightly", "success"))
    hands.move(hands.pixel(400, 500))
    hands.move(hands.spot("clean"))
    gesture = canvas._gesture
    assert isinstance(gesture, Connect)
    assert gesture._reason.startswith("Triggers start every step")
    hands.release(hands.spot("clean"))
    assert document.text == before


def test_a_press_on_a_port_without_a_drag_selects_its_node(hands, document: Document) -> None:
    hands.click(hands.output("clean", "success"))
    assert document.selection.ids == ("clean",)
    assert hands.output("clean", "success") != QPoint()
