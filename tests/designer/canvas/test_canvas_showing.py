"""States, read-only, themes, tooltips and the empty canvas."""

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QHelpEvent, QImage, QRegion
from PySide6.QtWidgets import QApplication, QToolTip

from designer.canvas import CanvasView, NodeState
from designer.document import Document
from designer.theme import Theme


def picture(canvas: CanvasView) -> QImage:
    return canvas.grab().toImage()


def colors_on(canvas: CanvasView, hands, key: str) -> set[str]:
    """Colours along the upper edge of a card."""
    image = picture(canvas)
    left, right = hands.spot(key, 20, 0), hands.spot(key, 180, 0)
    return {
        image.pixelColor(x, y).name()
        for x in range(left.x(), right.x())
        for y in range(left.y() - 2, left.y() + 4)
    }


def test_a_state_colours_its_card(hands, canvas: CanvasView, theme: Theme) -> None:
    failed = theme.color("failed").name()
    assert failed not in colors_on(canvas, hands, "fetch")
    canvas.set_states({"fetch": NodeState("failed", 1.0)})
    assert failed in colors_on(canvas, hands, "fetch")
    canvas.set_states({})
    assert failed not in colors_on(canvas, hands, "fetch")


@pytest.mark.parametrize("zoom", [2.0, 1.0, 0.45, 0.3, 0.05])
def test_states_are_seen_at_every_zoom(
    hands, canvas: CanvasView, theme: Theme, zoom: float, qtbot
) -> None:
    canvas.set_states({key: NodeState("completed", 1.0) for key in canvas.scene.index})
    canvas.zoom_to(zoom)
    qtbot.waitUntil(lambda: canvas.viewport.zoom == zoom)
    image = picture(canvas)
    wanted = theme.color("completed").name()
    found = any(
        image.pixelColor(x, y).name() == wanted
        for x in range(0, image.width(), 1)
        for y in range(150, image.height() - 150, 3)
    )
    assert found


def test_a_running_step_ticks_and_stops_ticking_at_its_end(canvas: CanvasView) -> None:
    canvas.set_states({"fetch": NodeState("running", started=datetime.now(UTC))})
    assert canvas._pulse.active
    canvas.set_states({"fetch": NodeState("completed", 2.0)})
    assert not canvas._pulse.active


def test_the_dark_theme_is_dark(canvas: CanvasView, theme: Theme) -> None:
    assert picture(canvas).pixelColor(5, 5).lightness() > 200
    theme.set_mode("dark")
    assert picture(canvas).pixelColor(5, 5).lightness() < 60
    theme.set_mode("light")


def test_on_a_read_only_canvas_drags_and_keys_change_nothing(
    hands, canvas: CanvasView, document: Document
) -> None:
    before = document.text
    canvas.read_only = True
    hands.drag(hands.spot("fetch"), hands.pixel(300, 500))
    hands.drag(hands.output("clean", "success"), hands.spot("lone"))
    hands.drag(hands.input("tell"), hands.pixel(700, 400))
    ctrl = Qt.KeyboardModifier.ControlModifier
    for key, modifiers in (
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_D, ctrl),
        (Qt.Key.Key_X, ctrl),
        (Qt.Key.Key_E, ctrl),
        (Qt.Key.Key_L, ctrl),
        (Qt.Key.Key_F2, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier),
    ):
        hands.click(hands.spot("fetch"))
        hands.key(key, modifiers)
    assert document.text == before
    assert canvas.scene.position("fetch") == (280, 96)
    assert document.selection.ids == ("fetch",)


def test_a_tooltip_says_the_state_in_words_and_never_reads_a_name_as_markup(
    hands, canvas: CanvasView, document: Document
) -> None:
    document.set_value(("steps", 4, "name"), "<b>Lone</b>")
    canvas.set_states({"lone": NodeState("timed_out", 3.0, 2, 3)})
    at = hands.spot("lone")
    QApplication.sendEvent(canvas, QHelpEvent(QHelpEvent.Type.ToolTip, at, canvas.mapToGlobal(at)))
    text = QToolTip.text()
    assert "Timed out, 3.0 s, attempt 2 of 3" in text
    assert "<b>" not in text
    assert "&lt;b&gt;Lone" in text
    QToolTip.hideText()


def test_a_tooltip_tells_what_is_wrong(
    hands, canvas: CanvasView, document: Document, qtbot
) -> None:
    document.set_value(("steps", 4, "config"), {"expresion": "1"})
    qtbot.waitUntil(lambda: document.node("lone").errors > 0, timeout=5000)
    at = hands.spot("lone")
    QApplication.sendEvent(canvas, QHelpEvent(QHelpEvent.Type.ToolTip, at, canvas.mapToGlobal(at)))
    assert "Error: " in QToolTip.text()
    QToolTip.hideText()


def test_an_empty_canvas_says_what_to_do(qtbot, theme: Theme) -> None:
    document = Document.new()
    canvas = CanvasView(document, theme)
    qtbot.addWidget(canvas)
    canvas.resize(800, 600)
    canvas.show()
    assert "press Space" in " ".join(canvas._empty_words())
    empty = picture(canvas)
    document.add_step("http", (0, 0))
    assert canvas._navigation.viewport.zoom > 0
    assert picture(canvas) != empty
    document.deleteLater()


def test_text_that_is_no_workflow_is_told(qtbot, theme: Theme) -> None:
    document = Document.from_text("steps: {{{")
    canvas = CanvasView(document, theme)
    qtbot.addWidget(canvas)
    assert "Mend it" in " ".join(canvas._empty_words())
    document.deleteLater()


def test_a_changed_text_redraws_the_canvas(hands, canvas: CanvasView, document: Document) -> None:
    document.remove(["tell"])
    assert "tell" not in canvas.scene.index
    document.undo()
    assert "tell" in canvas.scene.index


def test_a_structure_that_changes_under_a_drag_gives_the_drag_up(
    hands, canvas: CanvasView, document: Document
) -> None:
    start = hands.spot("lone")
    hands.press(start)
    hands.move(start + QPoint(60, 60))
    document.remove(["tell"])
    assert canvas._gesture is None
    hands.release(start + QPoint(60, 60))
    assert canvas.scene.position("lone") == (280, 304)
    assert document.position("lone") == (280, 304)


def test_a_repainted_part_looks_like_the_whole(hands, canvas: CanvasView) -> None:
    canvas.set_states({"enough": NodeState("completed", 2.0), "fetch": NodeState("failed", 1.0)})
    for _ in range(3):
        picture(canvas)  # faces are made
    whole = picture(canvas)
    part = QImage(whole.size(), whole.format())
    part.fill(Qt.GlobalColor.transparent)
    clip = QRegion(QRect(hands.spot("fetch", -20, -20), hands.spot("enough", 60, 90)))
    canvas.render(part, clip.boundingRect().topLeft(), clip)
    for x in range(clip.boundingRect().left(), clip.boundingRect().right(), 3):
        for y in range(clip.boundingRect().top(), clip.boundingRect().bottom(), 3):
            assert part.pixelColor(x, y) == whole.pixelColor(x, y)


def test_a_pulse_runs_only_along_wires_at_work(canvas: CanvasView) -> None:
    canvas.set_states(
        {
            "fetch": NodeState("completed", 1.0),
            "enough": NodeState("running", started=datetime.now(UTC)),
            "clean": NodeState("pending"),
        }
    )
    flowing = {canvas.scene.edges[i].key for i in canvas._pulse.wires()}
    assert flowing == {("fetch", "success", "enough")}
