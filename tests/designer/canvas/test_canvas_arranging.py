"""Aligning, distributing, detaching and the grid, by key and menu; Tab goes from node to node."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QVBoxLayout, QWidget

from designer.canvas import CanvasView
from designer.canvas.arranging import aligned, distributed
from designer.canvas.options import CanvasOptions
from designer.document import Document

ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
THREE = ("enough", "clean", "tell")


def wires(document: Document) -> set[tuple[str, str, str]]:
    return {edge.key for edge in document.edges() if not edge.src.startswith("trigger:")}


def open_menu(canvas: CanvasView, at: QPoint) -> QMenu:
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, canvas.mapToGlobal(at))
    QApplication.sendEvent(canvas, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


@pytest.mark.parametrize(
    ("key", "axis", "level"),
    [
        (Qt.Key.Key_A, 0, 560),
        (Qt.Key.Key_D, 0, 840),
        (Qt.Key.Key_W, 1, 0),
        (Qt.Key.Key_S, 1, 200),
        (Qt.Key.Key_H, 0, 700),
        (Qt.Key.Key_V, 1, 100),
    ],
)
def test_alt_and_a_letter_align_the_selection_as_one_step(
    hands, canvas: CanvasView, document: Document, key: Qt.Key, axis: int, level: float
) -> None:
    before = document.text
    document.selection.set(THREE)
    hands.key(key, ALT)
    places = [canvas.scene.position(name)[axis] for name in THREE]
    assert places == [level] * 3
    document.undo()
    assert document.text == before


def test_cards_that_would_cover_each_other_go_apart(canvas: CanvasView) -> None:
    rects = canvas.scene.rects.copy()
    rects[:] = (0.0, 0.0, 208.0, 60.0)
    rects[:, 0] = range(len(rects))
    corners = aligned(rects, "left")
    assert (corners[:, 0] == 0).all()
    gaps = sorted(corners[:, 1].tolist())
    assert all(b - a >= 60 for a, b in pairwise(gaps))


def test_even_gaps_keep_the_outermost_two(canvas: CanvasView, hands, document: Document) -> None:
    document.move({"fetch": (0, 500), "enough": (300, 530), "clean": (1200, 560)})
    document.selection.set(["fetch", "enough", "clean"])
    hands.key(Qt.Key.Key_H, ALT | SHIFT)
    assert [document.position(key) for key in ("fetch", "enough", "clean")] == [
        (0, 500),
        (600, 530),
        (1200, 560),
    ]


def test_with_too_little_room_gaps_stay_open(canvas: CanvasView) -> None:
    rects = canvas.scene.rects[:3].copy()
    rects[:] = [(0, 0, 208, 60), (10, 0, 208, 60), (20, 0, 208, 60)]
    xs = distributed(rects, "across")[:, 0].tolist()
    assert all(b - a > 208 for a, b in pairwise(xs))


def test_a_step_is_detached_by_its_key_and_by_its_menu(
    hands, canvas: CanvasView, document: Document
) -> None:
    before = document.text
    joined = {("fetch", "success", "clean"), ("fetch", "success", "tell")}
    document.selection.set(["enough"])
    hands.key(Qt.Key.Key_X, CTRL | SHIFT)
    assert joined <= wires(document)
    document.undo()
    assert document.text == before
    menu = open_menu(canvas, hands.spot("enough"))
    action = next(a for a in menu.actions() if a.text().startswith("Detach"))
    action.trigger()
    menu.close()
    assert joined <= wires(document)


def test_only_what_is_wired_can_be_detached(hands, canvas: CanvasView, document, qtbot) -> None:
    menu = open_menu(canvas, hands.spot("lone"))
    assert not [a for a in menu.actions() if a.text() in ("Detach", "Delete and join")]
    menu.close()
    with qtbot.waitSignal(canvas.quick_message) as told:
        hands.key(Qt.Key.Key_X, CTRL | SHIFT)
    assert "wired" in told.args[0]


def test_ctrl_delete_removes_a_step_and_joins_its_ends(hands, document: Document) -> None:
    before = document.text
    document.selection.set(["enough"])
    hands.key(Qt.Key.Key_Delete, CTRL)
    assert document.node("enough") is None
    assert {("fetch", "success", "clean"), ("fetch", "success", "tell")} <= wires(document)
    document.undo()
    assert document.text == before


def test_without_the_grid_a_step_lies_where_it_was_put(
    hands, canvas: CanvasView, document: Document
) -> None:
    hands.key(Qt.Key.Key_G)
    assert not canvas.options.grid
    start = hands.spot("lone")
    end = start + QPoint(67, 333)
    hands.drag(start, end)
    x, y = document.position("lone")
    zoom = canvas.viewport.zoom
    assert (x, y) == pytest.approx((280 + 67 / zoom, 304 + 333 / zoom), abs=1)
    assert x % 8 or y % 8
    hands.key(Qt.Key.Key_G)
    assert canvas.options.grid


def test_a_card_is_drawn_to_where_its_wire_is_straight(
    hands, canvas: CanvasView, document: Document
) -> None:
    _, port = canvas.scene.output_of(canvas.scene.index["enough"], "false")
    start = hands.spot("tell")
    zoom = canvas.viewport.zoom
    wanted = port - 30 - 200 + 4
    hands.drag(start, start + QPoint(0, round(wanted * zoom)))
    assert document.position("tell")[1] == pytest.approx(port - 30, abs=0.5)


def test_tab_goes_through_the_nodes_and_then_on(theme, document: Document, qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    canvas, after = CanvasView(document, theme, options=CanvasOptions()), QLineEdit()
    column.addWidget(canvas)
    column.addWidget(after)
    window.resize(900, 600)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    canvas.setFocus()
    seen = []
    for _ in range(6):
        qtbot.keyClick(canvas, Qt.Key.Key_Tab)
        seen.append(document.selection.current)
    assert seen == ["trigger:Nightly", "fetch", "lone", "enough", "clean", "tell"]
    qtbot.keyClick(canvas, Qt.Key.Key_Backtab, SHIFT)
    assert document.selection.current == "clean"
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    assert window.focusWidget() is after
    assert document.selection.current is None
