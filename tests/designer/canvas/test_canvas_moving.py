"""Dragging and nudging nodes: the canvas moves, the document changes once, undo brings it back."""

import pytest
from PySide6.QtCore import QPoint, Qt

from designer.canvas import CanvasView
from designer.document import Document

CTRL = Qt.KeyboardModifier.ControlModifier


def shifted(hands, at: QPoint, dx: float, dy: float) -> QPoint:
    zoom = hands.canvas.viewport.zoom
    return at + QPoint(round(dx * zoom), round(dy * zoom))


def test_a_drag_moves_a_node_on_the_grid_in_one_undo_step(
    hands, canvas: CanvasView, document: Document
) -> None:
    before = document.text
    start = hands.spot("lone")
    hands.drag(start, shifted(hands, start, 83, 139))
    x, y = document.position("lone")
    assert (x % 8, y % 8) == (0, 0)
    assert (x, y) == pytest.approx((280 + 83, 304 + 139), abs=8)
    assert canvas.scene.position("lone") == (x, y)
    document.undo()
    assert document.text == before
    assert canvas.scene.position("lone") == (280, 304)


def test_only_the_line_of_its_place_changes(hands, document: Document) -> None:
    before = document.text.splitlines()
    start = hands.spot("lone")
    hands.drag(start, shifted(hands, start, 0, 160))
    after = document.text.splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    assert changed[0].strip().startswith("lone:")


def test_the_document_does_not_change_before_the_button_is_let_go(
    hands, canvas: CanvasView, document: Document
) -> None:
    before = document.text
    start = hands.spot("lone")
    hands.press(start)
    hands.move(shifted(hands, start, 80, 160))
    assert canvas.scene.position("lone") != (280, 304)
    assert document.text == before
    hands.release(shifted(hands, start, 80, 160))
    assert document.text != before


def test_all_selected_nodes_move_and_keep_their_distances(hands, document: Document) -> None:
    document.selection.set(["clean", "tell"])
    start = hands.spot("clean")
    hands.drag(start, shifted(hands, start, 160, 48))
    (ax, ay), (bx, by) = document.position("clean"), document.position("tell")
    assert (bx - ax, by - ay) == (0, 200)
    assert ax > 840
    document.undo()
    assert document.position("tell") == (840, 200)


def test_a_node_is_drawn_to_the_line_of_its_neighbour(hands, document: Document) -> None:
    start = hands.spot("lone")
    # nearly below "enough" at x = 560, off by a few units
    hands.drag(start, shifted(hands, start, 284, 40))
    assert document.position("lone")[0] == 560


def test_ctrl_lets_it_go_free_of_the_grid(hands, document: Document) -> None:
    start = hands.spot("lone")
    hands.press(start)
    end = shifted(hands, start, 83, 139)
    hands.move(end)
    hands.release(end, modifiers=CTRL)
    moved = document.position("lone")
    assert moved == pytest.approx((280 + 83, 304 + 139), abs=2)


def test_a_tremble_is_a_click_and_moves_nothing(hands, document: Document) -> None:
    before = document.text
    start = hands.spot("lone")
    hands.drag(start, start + QPoint(2, 1))
    assert document.text == before
    assert document.selection.ids == ("lone",)


def test_escape_puts_everything_back(hands, canvas: CanvasView, document: Document) -> None:
    before = document.text
    start = hands.spot("lone")
    hands.press(start)
    hands.move(shifted(hands, start, 200, 100))
    hands.key(Qt.Key.Key_Escape)
    assert canvas.scene.position("lone") == (280, 304)
    hands.release(shifted(hands, start, 200, 100))
    assert document.text == before


def test_a_trigger_can_be_moved_too(hands, document: Document) -> None:
    start = hands.spot("trigger:Nightly")
    hands.drag(start, shifted(hands, start, 0, 200))
    assert document.position("trigger:Nightly")[1] > 200


def test_arrows_nudge_and_many_presses_undo_as_one(hands, document: Document) -> None:
    before = document.text
    hands.click(hands.spot("lone"))
    for _ in range(3):
        hands.key(Qt.Key.Key_Right)
    hands.key(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert document.position("lone") == (280 + 24, 304 + 40)
    document.undo()
    assert document.text == before


def test_a_node_without_a_place_goes_back_to_where_the_layout_put_it(qtbot, theme) -> None:
    document = Document.from_text(
        "steps:\n- {id: a, type: transform, config: {expression: '1'}}\n"
        "- {id: b, type: transform, config: {expression: '1'}, depends_on: [a]}\n"
    )
    canvas = CanvasView(document, theme)
    qtbot.addWidget(canvas)
    laid = canvas.scene.position("b")
    document.move({"b": (1000, 1000)})
    assert canvas.scene.position("b") == (1000, 1000)
    document.undo()
    assert canvas.scene.position("b") == laid
    document.deleteLater()


def test_tidy_up_lays_everything_out_in_one_undo_step(
    hands, canvas: CanvasView, document: Document, qtbot
) -> None:
    before = document.text
    document.move({"clean": (-500, 900), "fetch": (3000, -20)})
    messy = document.text
    hands.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not canvas._tidying.running)
    scene = canvas.scene
    for edge in scene.edges:
        assert scene.position(edge.src)[0] < scene.position(edge.dst)[0]
    document.undo()
    assert document.text == messy
    document.undo()
    assert document.text == before
