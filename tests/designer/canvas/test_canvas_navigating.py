"""Wheel, pan, fit and the minimap, with real events."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from designer.canvas import CanvasView
from designer.canvas.minimap import Minimap
from designer.document import Document

CTRL = Qt.KeyboardModifier.ControlModifier


def test_the_whole_drawing_is_in_view_at_first(hands, canvas: CanvasView) -> None:
    for node in canvas.scene.nodes:
        assert canvas.rect().contains(hands.spot(node.key, 0, 0))
        assert canvas.rect().contains(hands.spot(node.key, 208, 60))


@pytest.mark.parametrize("modifiers", [Qt.KeyboardModifier.NoModifier, CTRL])
@pytest.mark.parametrize("angle", [120, -120, 15])
def test_the_wheel_zooms_at_the_pointer(
    hands, canvas: CanvasView, angle: int, modifiers: Qt.KeyboardModifier
) -> None:
    at = hands.spot("enough", 37, 12)
    held = canvas.viewport.to_scene(at.x(), at.y())
    zoom = canvas.viewport.zoom
    hands.wheel(at, angle, modifiers=modifiers)
    assert (canvas.viewport.zoom > zoom) == (angle > 0)
    assert canvas.viewport.to_view(*held) == pytest.approx((at.x(), at.y()))


def test_a_touch_pad_pans_and_zooms_with_ctrl(hands, canvas: CanvasView) -> None:
    at = hands.spot("enough")
    before = canvas.viewport
    hands.wheel(at, 0, pixels=QPoint(30, -20))
    assert canvas.viewport == before.panned(30, -20)
    hands.wheel(at, 0, pixels=QPoint(0, 40), modifiers=CTRL)
    assert canvas.viewport.zoom > before.zoom


def test_shift_and_the_wheel_go_sideways(hands, canvas: CanvasView) -> None:
    before = canvas.viewport
    hands.wheel(hands.spot("enough"), -120, modifiers=Qt.KeyboardModifier.ShiftModifier)
    assert canvas.viewport == before.panned(-60, 0)


def test_the_middle_button_pans(hands, canvas: CanvasView, document: Document) -> None:
    before = canvas.viewport
    start = hands.spot("enough")
    hands.drag(start, start + QPoint(70, 45), Qt.MouseButton.MiddleButton)
    assert canvas.viewport == before.panned(70, 45)
    assert document.selection.ids == ()


def test_space_and_a_drag_pan_and_do_not_open_the_search(
    hands, canvas: CanvasView, document: Document
) -> None:
    before = canvas.viewport
    asked: list[object] = []
    canvas.quick_add_requested.connect(lambda *args: asked.append(args))
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    start = hands.spot("enough")
    hands.drag(start, start + QPoint(-50, 25))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.viewport == before.panned(-50, 25)
    assert document.selection.ids == ()
    assert asked == []


def test_escape_gives_up_a_pan(hands, canvas: CanvasView) -> None:
    before = canvas.viewport
    start = hands.spot("enough")
    hands.press(start, Qt.MouseButton.MiddleButton)
    hands.move(start + QPoint(100, 100))
    assert canvas.viewport != before
    hands.key(Qt.Key.Key_Escape)
    assert canvas.viewport == before


def test_one_fits_all_and_two_fits_the_selection(hands, canvas: CanvasView, qtbot) -> None:
    hands.click(hands.spot("lone"))
    hands.key(Qt.Key.Key_2)
    qtbot.waitUntil(lambda: canvas.viewport.zoom == pytest.approx(1.25))
    assert canvas.rect().contains(hands.spot("lone"))
    hands.key(Qt.Key.Key_1)
    qtbot.waitUntil(lambda: canvas.viewport.zoom < 1.01)
    qtbot.waitUntil(lambda: canvas.rect().contains(hands.spot("clean", 208, 0)))


def test_the_buttons_do_what_they_say(canvas: CanvasView, qtbot) -> None:
    buttons = {b.accessibleName(): b for b in canvas.findChildren(QPushButton)}
    assert {"Zoom out", "Zoom in", "Fit everything"} <= set(buttons)
    assert all(button.toolTip() for button in buttons.values())
    canvas.zoom_to(1.0)
    qtbot.waitUntil(lambda: canvas.viewport.zoom == 1.0)
    qtbot.mouseClick(buttons["Zoom in"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: canvas.viewport.zoom == 1.25)
    qtbot.mouseClick(buttons["Zoom out"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: canvas.viewport.zoom == 1.0)
    assert any(b.text() == "100 %" for b in canvas.findChildren(QPushButton))


def test_centring_on_a_node_brings_it_to_the_middle(hands, canvas: CanvasView, qtbot) -> None:
    canvas.center_on("tell")
    middle = canvas.rect().center()
    qtbot.waitUntil(lambda: (hands.spot("tell", 104, 30) - middle).manhattanLength() <= 2)


def test_a_press_in_the_minimap_goes_there(hands, canvas: CanvasView, qtbot) -> None:
    canvas.zoom_to(2.0)
    qtbot.waitUntil(lambda: canvas.viewport.zoom == 2.0)
    small = canvas.findChild(Minimap)
    before = canvas.viewport
    qtbot.mouseClick(small, Qt.MouseButton.LeftButton, pos=QPoint(20, 40))
    assert canvas.viewport.x < before.x
    assert canvas.viewport.zoom == before.zoom


def test_a_drag_held_at_the_edge_moves_the_view_on(hands, canvas: CanvasView, qtbot) -> None:
    start = hands.spot("lone")
    edge = QPoint(canvas.width() - 4, start.y())
    before = canvas.viewport.x
    hands.press(start)
    hands.move(edge)
    qtbot.waitUntil(lambda: canvas.viewport.x > before + 20)
    here = canvas.scene.position("lone")[0]
    qtbot.waitUntil(lambda: canvas.scene.position("lone")[0] > here)
    hands.key(Qt.Key.Key_Escape)
    assert canvas.scene.position("lone") == (280, 304)


def test_an_edit_elsewhere_leaves_the_view_where_it_is(
    canvas: CanvasView, document: Document
) -> None:
    before = canvas.viewport
    document.add_step("http", (2000, 2000))
    assert canvas.viewport == before


def test_the_first_view_follows_the_window_until_someone_moves_it(canvas: CanvasView) -> None:
    first = canvas.viewport
    canvas.resize(1500, 900)
    assert canvas.viewport != first
    assert canvas.scene.bounds()[0] > canvas.viewport.x
    canvas.look(canvas.viewport.panned(40, 0))
    moved = canvas.viewport
    canvas.resize(1200, 700)
    assert canvas.viewport == moved


def test_the_view_stays_when_a_step_was_moved(canvas: CanvasView, document: Document) -> None:
    document.move({"lone": (280.0, 400.0)})
    before = canvas.viewport
    canvas.resize(1500, 900)
    assert canvas.viewport == before


def test_a_drawing_pasted_as_text_is_in_view(canvas: CanvasView, document: Document) -> None:
    whole = document.text
    document.remove([node.key for node in document.nodes()])
    canvas.look(canvas.viewport.panned(9000, 9000))
    document.undo()
    assert document.text == whole
    for node in document.nodes():
        x, y = canvas.viewport.to_view(*canvas.scene.position(node.key))
        assert canvas.rect().contains(QPoint(round(x), round(y)))


def test_two_fingers_on_a_touch_screen_zoom_where_they_are(
    canvas: CanvasView, document: Document
) -> None:
    fingers = QTest.createTouchDevice()
    middle = QPoint(500, 300)
    before, zoom = canvas.scene_point(QPointF(middle)), canvas.viewport.zoom
    text = document.text

    def touch(apart: int, how: str) -> None:
        sequence = QTest.touchEvent(canvas, fingers)
        for finger, side in enumerate((-1, 1)):
            getattr(sequence, how)(finger, middle + QPoint(side * apart, 0), canvas)
        sequence.commit()

    touch(50, "press")
    for apart in (60, 70, 80, 90, 100):
        touch(apart, "move")
    touch(100, "release")
    assert canvas.viewport.zoom > zoom * 1.4
    after = canvas.scene_point(QPointF(middle))
    assert abs(after[0] - before[0]) < 3 and abs(after[1] - before[1]) < 3
    assert document.text == text
