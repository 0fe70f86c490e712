"""The menu of a step offers the quick fixes of its problems."""

from PySide6.QtWidgets import QMenu

from designer.canvas import CanvasView
from designer.document import Document
from designer.shell.fixing import Fixing
from designer.theme import Theme

TEXT = (
    "name: A\nsteps:\n  - id: fetch\n    type: transfrom\n    config: {}\n"
    '  - id: use\n    type: transform\n    config: {expression: "1"}\n    depends_on: [fech]\n'
)


def test_a_steps_menu_offers_its_fixes_and_no_others(qtbot):
    document = Document.from_text(TEXT)
    canvas = CanvasView(document, Theme("light"))
    qtbot.addWidget(canvas)
    Fixing(document, canvas)
    qtbot.waitUntil(lambda: not document.checking)
    menu = QMenu(canvas)
    menu.addAction("Rename")
    canvas.node_menu_opening.emit(menu, "use")
    titles = [action.text() for action in menu.actions() if action.text()]
    assert titles == ['Fix: Change it to "fetch"', "Rename"]
    menu.actions()[0].trigger()
    assert "depends_on: [fetch]" in document.text
    document.undo()
    assert document.text == TEXT
