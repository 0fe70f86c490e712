"""Laying out: everything or the selection, across or down, in one undo step, frames kept whole."""

import pytest
from PySide6.QtCore import Qt

from designer.canvas import CanvasView
from designer.canvas.tidying import laid_out
from designer.document import Document
from designer.document.shapes import contains, read_frames

CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
STEPS = ("fetch", "enough", "clean", "tell")


def shuffle(document: Document) -> None:
    document.move({"fetch": (900, 700), "enough": (0, 400), "clean": (200, 0), "tell": (40, 40)})


def settle(canvas: CanvasView) -> None:
    canvas._tidying.stop()


def test_ctrl_l_lays_everything_out_from_left_to_right_in_one_undo_step(
    hands, canvas: CanvasView, document: Document
) -> None:
    shuffle(document)
    before = document.text
    hands.key(Qt.Key.Key_L, CONTROL)
    settle(canvas)
    for edge in document.edges():
        assert document.position(edge.src)[0] < document.position(edge.dst)[0]
    document.undo()
    assert document.text == before


def test_alt_l_lays_out_from_top_to_bottom(hands, canvas, document: Document) -> None:
    shuffle(document)
    hands.key(Qt.Key.Key_L, ALT)
    settle(canvas)
    for edge in document.edges():
        assert document.position(edge.src)[1] + 60 < document.position(edge.dst)[1]


def test_of_a_selection_only_what_is_selected_moves(hands, canvas, document: Document) -> None:
    shuffle(document)
    document.selection.set(["clean", "tell", "enough"])
    hands.key(Qt.Key.Key_L, CONTROL)
    settle(canvas)
    assert document.position("fetch") == (900, 700)
    assert document.position("enough")[0] < document.position("clean")[0]
    assert document.position("clean")[0] == document.position("tell")[0]
    assert document.history[-1] == "Lay out the selection"


def test_the_drawing_ends_where_the_document_says(hands, canvas, document, qtbot) -> None:
    shuffle(document)
    hands.key(Qt.Key.Key_L, CONTROL)
    qtbot.waitUntil(lambda: not canvas._tidying.running)
    for key in STEPS:
        assert canvas.scene.position(key) == document.position(key)


def test_a_frame_keeps_its_steps_together_and_no_stranger_comes_into_it(
    hands, canvas: CanvasView, document: Document
) -> None:
    document.selection.set(["enough", "tell"])
    hands.key(Qt.Key.Key_G, CONTROL)
    document.selection.clear()
    canvas.tidy()
    settle(canvas)
    box = read_frames(document.workflow)[0].box
    inside = {
        node.key for node in document.nodes() if contains(box, (*document.position(node.key), 9, 9))
    }
    assert inside == {"enough", "tell"}


def test_a_folded_frame_is_laid_out_as_one_block(hands, canvas, document: Document) -> None:
    document.selection.set(["fetch", "enough"])
    hands.key(Qt.Key.Key_G, CONTROL)
    hands.key(Qt.Key.Key_H)
    apart = document.position("enough")[0] - document.position("fetch")[0]
    layout = laid_out(canvas.scene, canvas.areas)
    block = layout.boxes[read_frames(document.workflow)[0].key]
    assert layout.places["enough"][0] - layout.places["fetch"][0] == apart
    assert layout.places["clean"][0] == pytest.approx(block[0] + 280)


def test_a_note_under_which_steps_would_come_makes_way(hands, canvas, document: Document) -> None:
    text = document.text + "  notes:\n    n: {text: Hi, box: [500, 90, 200, 100]}\n"
    document.replace_text(text)
    document.current_workflow()
    layout = laid_out(canvas.scene, canvas.areas)
    bottom = max(y for _, y in layout.places.values())
    assert layout.boxes["note:n"][1] > bottom
