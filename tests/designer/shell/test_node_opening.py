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
