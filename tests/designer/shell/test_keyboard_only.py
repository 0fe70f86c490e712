"""The window by keyboard alone: every stop has a name and shows where the keyboard is."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit, QWidget

from designer.shell.parts import stops_in

TEXT = """version: "1.0"
name: Orders
steps:
  - {id: fetch, name: Fetch, type: http, config: {url: "https://shop.example.com"}}
  - {id: clean, name: Clean, type: script, depends_on: [fetch], config: {script: "print(1)"}}
"""
SHIFT = Qt.KeyboardModifier.ShiftModifier


def name_of(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def ready(studio, workflow):
    space = studio.open(workflow(TEXT))
    window = studio.window
    window.activateWindow()
    studio.until(window.isActiveWindow)
    space.document.selection.set(["clean"])
    return window, space


def test_tab_goes_through_the_whole_window_and_comes_back(studio, workflow):
    window, space = ready(studio, workflow)
    first = stops_in(window.topbar)[0]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    met = []
    for _ in range(200):
        focused = QApplication.focusWidget()
        if focused in met:
            break
        met.append(focused)
        if isinstance(focused, QPlainTextEdit) or focused is space.canvas:
            window.focusNextPrevChild(True)  # Tab indents in text, and goes to the next step
        else:
            QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert focused is first
    assert met == [stop for part in window._parts() for stop in stops_in(part)]
    for part in (window.rail, window.design.left, space.canvas, space.inspector, space.panel):
        assert any(stop is part or part.isAncestorOf(stop) for stop in met)


def test_the_fields_of_a_step_come_after_its_tabs_though_they_are_made_later(studio, workflow):
    _window, space = ready(studio, workflow)
    stops = stops_in(space.inspector)
    setup = space.inspector.tabs.button("setup")
    name = space.inspector._book.setup.row("name").editor
    place = next(i for i, stop in enumerate(stops) if name.isAncestorOf(stop))
    assert stops.index(setup) < place


def test_every_stop_has_a_name(studio, workflow):
    window, _space = ready(studio, workflow)
    for page in ("design", "runs", "schedule", "settings", "dashboard"):
        window.pages.show(page)
        stops = [stop for part in window._parts() for stop in stops_in(part)]
        assert [type(stop).__name__ for stop in stops if not name_of(stop)] == []


def test_no_button_with_an_icon_alone_is_without_a_name(studio, workflow):
    window, _space = ready(studio, workflow)
    nameless = [
        button
        for button in window.findChildren(QAbstractButton)
        if not button.icon().isNull()
        and not button.text()
        and not button.isHidden()
        and not name_of(button)
        and not isinstance(button.parent(), QLineEdit)  # the field says what its clear button does
    ]
    assert nameless == []


def test_every_stop_looks_different_while_it_has_the_keyboard(studio, workflow):
    window, _space = ready(studio, workflow)
    plain = []
    for stop in [stop for part in window._parts() for stop in stops_in(part)]:
        stop.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        with_ring = stop.grab().toImage()
        stop.clearFocus()
        QApplication.processEvents()
        if with_ring == stop.grab().toImage():
            plain.append((type(stop).__name__, name_of(stop)))
    assert plain == []


def test_f6_goes_from_part_to_part_and_back(studio, workflow):
    window, space = ready(studio, workflow)
    space.canvas.setFocus()
    studio.until(space.canvas.hasFocus)
    QTest.keyClick(window, Qt.Key.Key_F6)
    assert space.inspector.isAncestorOf(QApplication.focusWidget())
    QTest.keyClick(window, Qt.Key.Key_F6, SHIFT)
    assert space.canvas.hasFocus()
