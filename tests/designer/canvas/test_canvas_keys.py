"""Copy, paste, duplicate, delete, undo, rename and switching off, by key and menu."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from designer.canvas import CanvasView
from designer.canvas.quick_add import QuickAdd
from designer.document import Document

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def menu_at(canvas: CanvasView, at: QPoint) -> QMenu:
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, canvas.mapToGlobal(at))
    QApplication.sendEvent(canvas, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose(menu: QMenu, text: str) -> None:
    action = next(action for action in menu.actions() if action.text() == text)
    action.trigger()
    menu.close()


def test_a_copy_is_yaml_and_pastes_with_a_free_id(hands, document: Document) -> None:
    before = document.text
    hands.click(hands.spot("fetch"))
    hands.key(Qt.Key.Key_C, CTRL)
    assert "shop.example.com" in QGuiApplication.clipboard().text()
    hands.key(Qt.Key.Key_V, CTRL)
    assert len(document.nodes()) == 7
    assert document.selection.current not in ("fetch", None)
    document.undo()
    assert document.text == before


def test_a_second_paste_does_not_hide_the_first(hands, document: Document) -> None:
    hands.click(hands.spot("fetch"))
    hands.key(Qt.Key.Key_C, CTRL)
    hands.key(Qt.Key.Key_V, CTRL)
    first = document.selection.current
    hands.key(Qt.Key.Key_V, CTRL)
    second = document.selection.current
    assert first != second
    assert document.position(first) != document.position(second)


def test_cut_takes_away_and_paste_brings_back(hands, document: Document) -> None:
    hands.click(hands.spot("lone"))
    hands.key(Qt.Key.Key_X, CTRL)
    assert document.node("lone") is None
    hands.key(Qt.Key.Key_V, CTRL)
    assert document.node("lone") is not None


def test_pasting_what_is_no_step_says_so(
    hands, canvas: CanvasView, document: Document, qtbot
) -> None:
    before = document.text
    QGuiApplication.clipboard().setText("just words")
    with qtbot.waitSignal(canvas.quick_message) as told:
        hands.key(Qt.Key.Key_V, CTRL)
    assert told.args[0]
    assert document.text == before


def test_ctrl_d_duplicates_where_the_platform_deletes_with_it(
    hands, document: Document, monkeypatch
) -> None:
    """On X11, Qt's own keys for Delete are Del and Ctrl+D."""
    standard = QKeyEvent.matches

    def matches(event: QKeyEvent, key: QKeySequence.StandardKey) -> bool:
        also = event.key() == Qt.Key.Key_D and event.modifiers() == CTRL
        return standard(event, key) or (key == QKeySequence.StandardKey.Delete and also)

    monkeypatch.setattr(QKeyEvent, "matches", matches)
    hands.click(hands.spot("lone"))
    hands.key(Qt.Key.Key_D, CTRL)
    assert len(document.nodes()) == 7


def test_a_duplicate_lies_beside_its_original(hands, document: Document) -> None:
    before = document.text
    document.selection.set(["clean", "tell"])
    hands.key(Qt.Key.Key_D, CTRL)
    assert len(document.nodes()) == 8
    xs = sorted(document.position(key)[0] for key in document.selection.ids)
    assert xs == [880, 880]
    document.undo()
    assert document.text == before


def test_delete_removes_the_selected_step_with_its_wires(hands, document: Document) -> None:
    before = document.text
    hands.click(hands.spot("enough"))
    hands.key(Qt.Key.Key_Delete)
    assert document.node("enough") is None
    assert all("enough" not in edge.key for edge in document.edges())
    hands.key(Qt.Key.Key_Z, CTRL)
    assert document.text == before
    hands.key(Qt.Key.Key_Z, CTRL | SHIFT)
    assert document.node("enough") is None
    hands.key(Qt.Key.Key_Z, CTRL)
    hands.key(Qt.Key.Key_Y, CTRL)
    assert document.node("enough") is None


def test_a_step_is_switched_off_and_on(hands, document: Document) -> None:
    before = document.text
    hands.click(hands.spot("lone"))
    hands.key(Qt.Key.Key_E, CTRL)
    assert not document.node("lone").enabled
    hands.key(Qt.Key.Key_E, CTRL)
    assert document.node("lone").enabled
    document.undo()
    document.undo()
    assert document.text == before


def test_double_click_and_enter_open_a_step(hands, canvas: CanvasView, qtbot) -> None:
    with qtbot.waitSignal(canvas.step_activated) as opened:
        qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=hands.spot("fetch"))
    assert opened.args == ["fetch"]
    hands.click(hands.spot("lone"))
    with qtbot.waitSignal(canvas.step_activated) as opened:
        hands.key(Qt.Key.Key_Return)
    assert opened.args == ["lone"]


def test_tapping_space_searches_and_enter_adds(
    hands, canvas: CanvasView, document: Document, qtbot
) -> None:
    hands.key(Qt.Key.Key_Space)
    box = QApplication.activePopupWidget()
    assert isinstance(box, QuickAdd)
    qtbot.keyClicks(box._search, "cond")
    qtbot.keyClick(box._search, Qt.Key.Key_Return)
    assert document.node(document.selection.current).type == "condition"


def test_escape_closes_the_search_with_nothing_added(
    hands, canvas: CanvasView, document: Document, qtbot
) -> None:
    before = document.text
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=hands.pixel(700, 500))
    box = QApplication.activePopupWidget()
    assert isinstance(box, QuickAdd)
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert not isinstance(QApplication.activePopupWidget(), QuickAdd)
    assert document.text == before


def test_the_menu_of_a_node_acts_on_it(hands, canvas: CanvasView, document: Document) -> None:
    choose(menu_at(canvas, hands.spot("lone")), "Disable")
    assert not document.node("lone").enabled
    choose(menu_at(canvas, hands.spot("lone")), "Enable")
    assert document.node("lone").enabled
    choose(menu_at(canvas, hands.spot("lone")), "Delete")
    assert document.node("lone") is None


def test_the_menu_of_a_wire_removes_it(hands, canvas: CanvasView, document: Document) -> None:
    choose(menu_at(canvas, hands.on_wire("fetch", "success", "enough")), "Remove the wire")
    assert "fetch" not in {edge.src for edge in document.edges()}


def test_the_menu_of_a_read_only_canvas_changes_nothing(hands, canvas: CanvasView) -> None:
    canvas.read_only = True
    menu = menu_at(canvas, hands.spot("lone"))
    texts = {action.text() for action in menu.actions() if action.text()}
    menu.close()
    assert texts == {"Open", "Copy", "Fit selection"}


def test_a_title_is_renamed_in_its_place(
    hands, canvas: CanvasView, document: Document, qtbot
) -> None:
    before = document.text
    hands.click(hands.spot("lone"))
    hands.key(Qt.Key.Key_F2)
    field = canvas.findChild(QLineEdit, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert field is not None and field.text() == "Lone"
    qtbot.keyClicks(field, "Sum up")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert document.node("lone").title == "Sum up"
    document.undo()
    assert document.text == before


def test_escape_leaves_a_title_as_it_was(
    hands, canvas: CanvasView, document: Document, qtbot
) -> None:
    before = document.text
    hands.click(hands.spot("lone"))
    hands.key(Qt.Key.Key_F2)
    field = canvas.findChild(QLineEdit, options=Qt.FindChildOption.FindDirectChildrenOnly)
    qtbot.keyClicks(field, "Other")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert document.text == before


def test_the_menu_key_opens_the_menu_at_the_selected_node(canvas, document, hands) -> None:
    document.selection.set(["fetch"])
    here = canvas.rect().bottomRight()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, here, canvas.mapToGlobal(here))
    QApplication.sendEvent(canvas, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    at = menu.pos()
    menu.close()
    x, y, width, height = canvas.scene.rects[canvas.scene.index["fetch"]].tolist()
    assert canvas.mapFromGlobal(at) == hands.pixel(x + width / 2, y + height / 2)
