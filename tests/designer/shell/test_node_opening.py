"""Opening a node on the canvas leads to its form."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest


def test_enter_on_a_node_puts_the_keyboard_into_its_form(studio):
    space = studio.window.desk.new()
    key = space.document.add_step("script", (0.0, 0.0))
    space.document.selection.set([key])
    space.canvas.setFocus()
    QTest.keyClick(space.canvas, Qt.Key.Key_Return)
    focused = studio.window.focusWidget()
    assert focused is not None
    assert space.inspector.isAncestorOf(focused)


def test_opening_a_node_unfolds_the_inspector(studio):
    space = studio.window.desk.new()
    key = space.document.add_step("script", (0.0, 0.0))
    space.document.selection.set([key])
    studio.window.design.fold("inspector", True)
    space.canvas.setFocus()
    QTest.keyClick(space.canvas, Qt.Key.Key_Return)
    assert not studio.window.design.is_folded("inspector")
    assert space.inspector.isAncestorOf(studio.window.focusWidget())


def test_in_the_smallest_window_the_inspector_is_whole(studio):
    studio.window.desk.new()
    studio.window.resize(studio.window.minimumSize())
    side = studio.window.design._sides["inspector"]
    studio.until(lambda: studio.window.width() == studio.window.minimumWidth())
    assert side.mapTo(studio.window, side.rect().topRight()).x() < studio.window.width()
