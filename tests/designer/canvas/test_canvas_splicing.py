"""Steps dragged into wires, shaken out of them, and copied with Alt; cards give way."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from designer.canvas import CanvasView
from designer.canvas.gestures.move import Move
from designer.canvas.paint import labels
from designer.canvas.quick_add import QuickAdd
from designer.document import Document

ALT = Qt.KeyboardModifier.AltModifier


def wires(document: Document) -> set[tuple[str, str, str]]:
    return {edge.key for edge in document.edges() if not edge.src.startswith("trigger:")}


def overlapping(canvas: CanvasView) -> bool:
    rects = canvas.scene.rects.tolist()
    return any(
        a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
        for i, a in enumerate(rects)
        for b in rects[i + 1 :]
    )


def shake(hands, at: QPoint) -> None:
    for nth in range(6):
        hands.move(at + QPoint(40 if nth % 2 else -40, 0))


def test_a_loose_step_dropped_on_a_wire_goes_into_it_as_one_step(
    hands, canvas: CanvasView, document: Document
) -> None:
    before = document.text
    hands.drag(hands.spot("lone"), hands.on_wire("fetch", "success", "enough"))
    assert {("fetch", "success", "lone"), ("lone", "success", "enough")} <= wires(document)
    assert ("fetch", "success", "enough") not in wires(document)
    document.undo()
    assert document.text == before


def test_over_a_wire_a_loose_step_lights_it_and_says_so(hands, canvas: CanvasView) -> None:
    hands.press(hands.spot("lone"))
    hands.move(hands.pixel(600, 400))
    hands.move(hands.on_wire("enough", "false", "tell"))
    gesture = canvas._gesture
    assert isinstance(gesture, Move)
    assert "insert" in gesture._words()
    frame = canvas._frame()
    gesture.dress(frame)
    assert frame.lit_wires == {canvas.scene.edge_index[("enough", "false", "tell")]}
    hands.key(Qt.Key.Key_Escape)


def test_a_wired_step_only_moves_over_a_wire(hands, document: Document) -> None:
    before = wires(document)
    hands.drag(hands.spot("clean"), hands.on_wire("enough", "false", "tell"))
    assert wires(document) == before


def test_a_new_step_in_a_wire_makes_the_next_ones_give_way(
    hands, canvas: CanvasView, document: Document
) -> None:
    before = document.text
    hands.drop(hands.on_wire("fetch", "success", "enough"), '{"type": "transform"}')
    key = document.selection.current
    assert not overlapping(canvas)
    assert document.position(key) == (560, 96)
    assert document.position("enough") == (840, 96)
    assert document.position("clean") == (1120, 0)
    document.undo()
    assert document.text == before


def test_where_there_is_room_nothing_gives_way(hands, document: Document) -> None:
    document.move({"enough": (1200, 96), "clean": (1500, 0), "tell": (1500, 200)})
    places = {key: document.position(key) for key in ("fetch", "enough", "clean", "tell")}
    hands.drop(hands.on_wire("fetch", "success", "enough"), '{"type": "transform"}')
    assert {key: document.position(key) for key in places} == places
    x, _ = document.position(document.selection.current)
    assert 280 + 208 < x < 1200 - 208


def test_a_step_dropped_behind_a_trigger_becomes_the_start(hands, document: Document) -> None:
    document.move({"lone": (280, 500)})
    hands.drop(hands.on_wire("trigger:Nightly", "success", "fetch"), '{"type": "transform"}')
    key = document.selection.current
    assert (key, "success", "fetch") in wires(document)
    starts = {edge.dst for edge in document.edges() if edge.src == "trigger:Nightly"}
    assert key in starts and "fetch" not in starts


def test_shaking_a_step_takes_it_out_and_joins_the_ends(hands, document: Document) -> None:
    before = document.text
    at = hands.spot("enough")
    hands.press(at)
    shake(hands, at)
    hands.move(at + QPoint(0, 250))
    hands.release(at + QPoint(0, 250))
    assert {("fetch", "success", "clean"), ("fetch", "success", "tell")} <= wires(document)
    assert not any("enough" in (src, dst) for src, _, dst in wires(document))
    document.undo()
    assert document.text == before


def test_a_step_shaken_loose_goes_into_another_wire(hands, document: Document) -> None:
    hands.drag(hands.output("clean", "success"), hands.input("lone"))
    hands.press(hands.spot("clean"))
    shake(hands, hands.spot("clean"))
    end = hands.on_wire("enough", "false", "tell")
    hands.move(end)
    hands.release(end)
    found = wires(document)
    assert {("enough", "false", "clean"), ("clean", "success", "tell")} <= found
    assert ("enough", "true", "lone") in found


def test_a_slow_hand_is_no_shake(hands, document: Document) -> None:
    before = wires(document)
    at = hands.spot("enough")
    hands.press(at)
    for way in (QPoint(60, 0), QPoint(120, 40), QPoint(90, 60), QPoint(140, 80)):
        hands.move(at + way)
    hands.release(at + QPoint(140, 80))
    assert wires(document) == before


def test_alt_drags_a_copy_and_leaves_the_original(
    hands, canvas: CanvasView, document: Document
) -> None:
    before = document.text
    start = hands.spot("lone")
    hands.press(start)
    hands.move(start + QPoint(90, 60), ALT)
    assert canvas.scene.position("lone") == (280, 304)
    assert canvas.cursor().shape() == Qt.CursorShape.DragCopyCursor
    hands.move(start + QPoint(180, 160), ALT)
    hands.release(start + QPoint(180, 160), modifiers=ALT)
    copy = document.selection.current
    assert copy not in ("lone", None)
    assert document.position("lone") == (280, 304)
    x, y = document.position(copy)
    zoom = canvas.viewport.zoom
    assert (x, y) == pytest.approx((280 + 180 / zoom, 304 + 160 / zoom), abs=9)
    document.undo()
    assert document.text == before


def test_copies_keep_their_distances_and_the_wires_among_them(
    hands, canvas: CanvasView, document: Document
) -> None:
    document.selection.set(["enough", "clean"])
    hands.drag(hands.spot("clean"), hands.spot("clean") + QPoint(0, 300), modifiers=ALT)
    first, second = document.selection.ids
    (ax, ay), (bx, by) = document.position(first), document.position(second)
    assert (bx - ax, by - ay) == (280, -96)
    assert (first, "true", second) in wires(document)


def test_a_wire_drawn_backwards_to_empty_canvas_offers_the_step_before(
    hands, canvas: CanvasView, document: Document, qtbot
) -> None:
    hands.drag(hands.input("lone"), hands.pixel(200, 500))
    box = QApplication.activePopupWidget()
    assert isinstance(box, QuickAdd)
    qtbot.keyClicks(box._search, "http")
    qtbot.keyClick(box._search, Qt.Key.Key_Return)
    added = document.selection.current
    assert (added, "success", "lone") in wires(document)
    x, y = document.position(added)
    assert (x + 208, y + 30) == pytest.approx((200, 500), abs=8)


def test_a_type_that_was_added_stands_first_the_next_time(
    hands, canvas: CanvasView, document: Document, qtbot
) -> None:
    hands.drop(hands.pixel(700, 450), '{"type": "email"}')
    hands.key(Qt.Key.Key_Space)
    box = QApplication.activePopupWidget()
    assert isinstance(box, QuickAdd)
    assert box._list.item(0).text() == document.catalogue.step_types["email"].title
    titles = [box._list.item(i).text() for i in range(box._list.count())]
    assert len(titles) == len(set(titles))
    qtbot.keyClick(box, Qt.Key.Key_Escape)


def test_a_double_click_on_a_wire_puts_a_step_into_it(
    hands, canvas: CanvasView, document: Document, qtbot
) -> None:
    before = document.text
    at = hands.on_wire("fetch", "success", "enough")
    hands.click(at)
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    box = QApplication.activePopupWidget()
    assert isinstance(box, QuickAdd)
    qtbot.keyClicks(box._search, "http")
    qtbot.keyClick(box._search, Qt.Key.Key_Return)
    added = document.selection.current
    assert {("fetch", "success", added), (added, "success", "enough")} <= wires(document)
    assert not overlapping(canvas)
    document.undo()
    assert document.text == before


def test_insert_puts_a_step_into_the_selected_wire(
    hands, canvas: CanvasView, document: Document, qtbot
) -> None:
    hands.click(hands.on_wire("enough", "false", "tell"))
    hands.key(Qt.Key.Key_Insert)
    box = QApplication.activePopupWidget()
    assert isinstance(box, QuickAdd)
    qtbot.keyClicks(box._search, "http")
    qtbot.keyClick(box._search, Qt.Key.Key_Return)
    added = document.selection.current
    assert {("enough", "false", added), (added, "success", "tell")} <= wires(document)


def lit(hands, canvas: CanvasView, at: QPoint) -> set[tuple[str, str, str]]:
    hands.move(at)
    return {canvas.scene.edges[i].key for i in canvas._frame().lit_wires}


def test_a_port_lights_what_it_leads_to_and_what_leads_to_it(
    hands, canvas: CanvasView, document: Document
) -> None:
    assert lit(hands, canvas, hands.output("enough", "true")) == {("enough", "true", "clean")}
    assert lit(hands, canvas, hands.input("tell")) == {
        ("trigger:Nightly", "success", "fetch"),
        ("fetch", "success", "enough"),
        ("enough", "false", "tell"),
    }
    assert lit(hands, canvas, hands.pixel(700, 450)) == set()


def test_every_kind_of_port_can_be_told_without_its_colour(canvas: CanvasView) -> None:
    plan = canvas.scene.plans[canvas.scene.index["enough"]]
    spots = {spot.name: spot for spot in (*plan.fixed, *plan.hidden)}
    told = {(spot.shape, spot.label) for spot in spots.values()}
    assert len(told) == len(spots)
    assert spots["true"].role != spots["false"].role


def test_a_guide_joins_the_nearest_of_the_cards_that_are_level(
    hands, canvas: CanvasView, document: Document
) -> None:
    document.move({"fetch": (-600, 500), "clean": (560, 500)})
    hands.press(hands.spot("lone"))
    zoom = canvas.viewport.zoom
    hands.move(hands.spot("lone") + QPoint(0, round(198 * zoom)))
    gesture = canvas._gesture
    assert isinstance(gesture, Move)
    level = [line for line in gesture._lines if line[1] == line[3]]
    assert len(level) == 1
    assert level[0][0] >= 200 and level[0][2] <= 560 + 208 + 16
    hands.key(Qt.Key.Key_Escape)


def test_a_selected_wire_says_what_it_is_for(hands, canvas: CanvasView, monkeypatch) -> None:
    said: list[str] = []
    pill = labels._pill

    def listen(painter, frame, kit, text, x, y) -> None:
        said.append(text)
        pill(painter, frame, kit, text, x, y)

    monkeypatch.setattr(labels, "_pill", listen)
    canvas.repaint()
    assert said == []
    hands.click(hands.on_wire("enough", "false", "tell"))
    canvas.repaint()
    assert "false" in said
