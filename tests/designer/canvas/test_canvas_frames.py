"""Frames on the canvas: drawn around a selection, dragged, resized, named, coloured, folded."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu

from designer.canvas import CanvasView
from designer.document import Document
from designer.document.shapes import read_frames

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def frame_of(document: Document, nth: int = 0):
    return read_frames(document.workflow)[nth]


def outside_designer(document: Document) -> str:
    return document.text.partition("\ndesigner:")[0]


@pytest.fixture
def framed(hands, canvas: CanvasView, document: Document):
    """A canvas with a frame around two steps, made as a person makes it."""
    document.selection.set(["fetch", "enough"])
    hands.key(Qt.Key.Key_G, CONTROL)
    name_it(canvas, "Collect")
    return hands


def name_it(canvas: CanvasView, title: str) -> None:
    field = next(one for one in canvas.findChildren(QLineEdit) if one.isVisible())
    QTest.keyClicks(field, title)
    QTest.keyClick(field, Qt.Key.Key_Return)


def title_of(hands, key: str) -> QPoint:
    x, y, _, _ = hands.canvas.areas.drawn(key)
    return hands.pixel(x + 90, y + 14)


def fold_button(hands, key: str) -> QPoint:
    x, y, _, height = hands.canvas.areas.drawn(key)
    folded = hands.canvas.areas.items[key].folded
    return hands.pixel(x + 14, y + (height / 2 if folded else 14))


def test_ctrl_g_draws_a_frame_around_the_selection_and_asks_for_its_title(
    framed, document: Document
) -> None:
    frame = frame_of(document)
    assert (frame.title, frame.steps) == ("Collect", ("fetch", "enough"))
    x, y, width, height = frame.box
    assert x < 280 and y < 96
    assert x + width > 560 + 208 and y + height > 96 + 60


def test_framing_touches_only_the_designer_part_and_can_be_undone(
    hands, canvas: CanvasView, document: Document
) -> None:
    before, start = outside_designer(document), document.text
    document.selection.set(["fetch"])
    hands.key(Qt.Key.Key_G, CONTROL)
    assert outside_designer(document) == before
    document.undo()
    assert document.text == start
    assert canvas.areas.items == {}


def test_a_drag_of_the_title_moves_the_frame_with_its_steps_in_one_undo_step(
    framed, document: Document
) -> None:
    key, before = frame_of(document).key, document.text
    box = frame_of(document).box
    start = title_of(framed, key)
    framed.drag(start, start + QPoint(40, 80))
    moved = frame_of(document).box
    dx, dy = moved[0] - box[0], moved[1] - box[1]
    assert (dx, dy) != (0, 0)
    assert document.position("fetch") == (280 + dx, 96 + dy)
    assert document.position("enough") == (560 + dx, 96 + dy)
    assert document.position("lone") == (280, 304)
    document.undo()
    assert document.text == before


def test_escape_gives_a_drag_of_a_frame_up(framed, canvas, document: Document) -> None:
    key, before = frame_of(document).key, document.text
    start = title_of(framed, key)
    framed.press(start)
    framed.move(start + QPoint(60, 60))
    assert canvas.scene.position("fetch") != (280, 96)
    framed.key(Qt.Key.Key_Escape)
    framed.release(start + QPoint(60, 60))
    assert canvas.scene.position("fetch") == (280, 96)
    assert document.text == before


def test_a_step_dropped_in_a_frame_joins_it_and_one_dragged_out_leaves_it(
    framed, document: Document
) -> None:
    x, y, width, height = frame_of(document).box
    start = framed.spot("lone", 104, 30)
    framed.drag(start, framed.pixel(x + width / 2, y + height / 2))
    assert frame_of(document).steps == ("fetch", "enough", "lone")
    framed.drag(framed.spot("lone", 104, 50), framed.pixel(x + 60, y + height + 200))
    assert frame_of(document).steps == ("fetch", "enough")


def test_a_corner_resizes_a_frame_which_takes_in_what_then_lies_in_it(
    framed, document: Document
) -> None:
    x, y, width, height = frame_of(document).box
    corner = framed.pixel(x + width, y + height)
    framed.drag(corner, framed.pixel(x + width + 16, y + 360))
    grown = frame_of(document)
    assert grown.box[3] == pytest.approx(360, abs=8)
    assert grown.steps == ("fetch", "enough", "lone")
    document.undo()
    assert frame_of(document).box == (x, y, width, height)


def test_a_double_click_on_the_title_renames_it(framed, canvas, document: Document) -> None:
    key = frame_of(document).key
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=title_of(framed, key))
    name_it(canvas, "Load")
    assert frame_of(document).title == "Load"


def test_a_click_on_the_chevron_folds_a_frame_to_one_block_with_the_wires_that_cross_it(
    framed, canvas: CanvasView, document: Document
) -> None:
    key, before = frame_of(document).key, outside_designer(document)
    edges = document.edges()
    framed.click(fold_button(framed, key))
    assert frame_of(document).folded
    scene, block = canvas.scene, canvas.areas.drawn(key)
    assert [scene.nodes[i].key for i in scene.nodes_in((-1e4, -1e4, 1e5, 1e5))] == [
        "trigger:Nightly",
        "clean",
        "tell",
        "lone",
    ]
    drawn = {scene.edges[i].key for i in scene.wires_in((-1e4, -1e4, 1e5, 1e5))}
    assert ("fetch", "success", "enough") not in drawn
    assert ("enough", "true", "clean") in drawn
    curve = scene.curves[scene.edge_index[("enough", "true", "clean")]]
    assert curve[0][0] == pytest.approx(block[0] + block[2], abs=8)
    assert curve[0][1] == pytest.approx(block[1] + block[3] / 2)
    assert outside_designer(document) == before
    assert document.edges() == edges


def test_unfolding_brings_every_step_back_to_its_place(framed, canvas, document: Document) -> None:
    key, before = frame_of(document).key, document.text
    framed.click(fold_button(framed, key))
    framed.click(fold_button(framed, key))
    assert document.text == before
    assert canvas.scene.position("fetch") == (280, 96)
    assert not canvas.scene.hidden.any()


def test_a_folded_frame_is_dragged_as_one_block(framed, canvas, document: Document) -> None:
    key = frame_of(document).key
    framed.key(Qt.Key.Key_H)
    assert frame_of(document).folded
    x, y, _, _ = canvas.areas.drawn(key)
    framed.drag(framed.pixel(x + 120, y + 30), framed.pixel(x + 120, y + 190))
    assert document.position("fetch") == (280, 96 + 160)
    assert document.position("enough") == (560, 96 + 160)
    framed.key(Qt.Key.Key_H)
    assert canvas.scene.position("fetch") == (280, 96 + 160)


def test_arrows_nudge_a_frame_with_its_steps(framed, document: Document) -> None:
    document.selection.set((), (), [frame_of(document).key])
    x, y, _, _ = frame_of(document).box
    framed.key(Qt.Key.Key_Right)
    framed.key(Qt.Key.Key_Right)
    assert frame_of(document).box[:2] == (x + 16, y)
    assert document.position("fetch") == (280 + 16, 96)


def test_delete_and_ctrl_shift_g_take_the_frame_and_keep_the_steps(
    framed, document: Document
) -> None:
    key = frame_of(document).key
    framed.click(title_of(framed, key))
    framed.key(Qt.Key.Key_Delete)
    assert read_frames(document.workflow) == ()
    assert document.position("fetch") == (280, 96)
    document.undo()
    document.selection.set(["enough"])
    framed.key(Qt.Key.Key_G, CONTROL | SHIFT)
    assert read_frames(document.workflow) == ()
    assert document.selection.keys == {"fetch", "enough"}


def test_the_menu_of_a_frame_colours_it(framed, canvas, document: Document, qtbot) -> None:
    key = frame_of(document).key
    spot = title_of(framed, key)
    framed.click(spot)
    framed.key(Qt.Key.Key_Menu)
    canvas._open_menu(canvas.mapToGlobal(spot))
    menu = next(one for one in canvas.findChildren(QMenu) if one.actions() and one.isVisible())
    colours = next(a.menu() for a in menu.actions() if a.text() == "Colour")
    next(action for action in colours.actions() if action.text() == "Pink").trigger()
    menu.close()
    assert frame_of(document).colour == "pink"


def test_a_renamed_step_stays_in_its_frame_and_a_removed_one_leaves_it(
    framed, document: Document
) -> None:
    document.rename_step("fetch", "load")
    assert frame_of(document).steps == ("load", "enough")
    document.remove(["enough"])
    assert frame_of(document).steps == ("load",)
    document.undo()
    document.undo()
    assert frame_of(document).steps == ("fetch", "enough")


def test_a_renamed_trigger_stays_in_its_frame(hands, canvas, document: Document) -> None:
    document.selection.set(["trigger:Nightly"])
    hands.key(Qt.Key.Key_G, CONTROL)
    document.rename_trigger("trigger:Nightly", "Daily")
    assert frame_of(document).steps == ("trigger:Daily",)


def test_a_frame_inside_a_folded_one_goes_with_it(framed, canvas, document: Document) -> None:
    inner = frame_of(document).key
    document.selection.set(["clean", "tell"], (), [inner])
    framed.key(Qt.Key.Key_G, CONTROL)
    name_it(canvas, "Outer")
    outer = frame_of(document, 1).key
    assert set(canvas.areas.items[outer].nodes) == {"clean", "tell", "fetch", "enough"}
    document.selection.set((), (), [outer])
    framed.key(Qt.Key.Key_H)
    assert [area.key for area in canvas.areas.seen()] == [outer]
    assert set(canvas.areas.hosts.values()) == {outer}


def test_a_frame_without_a_box_follows_its_steps(canvas, document: Document) -> None:
    text = document.text + "  frames:\n    mine: {title: Mine, steps: [lone]}\n"
    document.replace_text(text)
    document.current_workflow()
    x, y, width, height = canvas.areas.drawn("frame:mine")
    assert x < 280 and y < 304 and x + width > 488 and y + height > 364


def test_a_copied_frame_takes_its_steps_along_and_pasting_gives_both_free_names(
    framed, document: Document
) -> None:
    document.selection.set((), (), [frame_of(document).key])
    framed.key(Qt.Key.Key_D, CONTROL)
    copy = frame_of(document, 1)
    assert (copy.title, copy.steps) == ("Collect", ("fetch_2", "enough_2"))
    assert frame_of(document).steps == ("fetch", "enough")
    document.undo()
    assert len(read_frames(document.workflow)) == 1


def test_cutting_a_frame_takes_its_steps_and_pasting_brings_both_back(
    framed, document: Document
) -> None:
    document.selection.set((), (), [frame_of(document).key])
    framed.key(Qt.Key.Key_X, CONTROL)
    assert read_frames(document.workflow) == ()
    assert document.step("fetch") is None
    framed.key(Qt.Key.Key_V, CONTROL)
    assert frame_of(document).steps == ("fetch", "enough")
