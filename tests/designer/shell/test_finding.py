"""Finding one's way by keyboard: outline and search in the window, and the jump to what is found."""

from PySide6.QtCore import Qt

TEXT = """version: "1.0"
name: Orders
steps:
  - {id: fetch, name: Fetch, type: http, cache: {key: shelf}, config: {url: "https://shop.example.com"}}
  - {id: clean, name: Clean, type: transform, depends_on: [fetch], config: {expression: "steps.fetch.output"}}
designer: {positions: {fetch: [0, 0], clean: [3000, 0]}}
"""


def test_ctrl_f_finds_an_expression_and_enter_puts_the_keyboard_into_its_field(
    studio, workflow, qtbot
):
    space = studio.open(workflow(TEXT))
    window = studio.window
    window.activateWindow()
    studio.until(window.isActiveWindow)
    space.canvas.setFocus()
    qtbot.keyClick(space.canvas, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    search = window.design.left.search
    studio.until(search.field.hasFocus)
    qtbot.keyClicks(search.field, "steps.fetch")
    studio.until(lambda: bool(search.found) and not search.searching)
    qtbot.keyClick(search.field, Qt.Key.Key_Return)
    assert space.document.selection.ids == ("clean",)
    form = space.inspector._book.setup
    studio.until(lambda: form.row("config", "expression").has_focus())


def test_what_no_form_has_is_shown_in_the_text(studio, workflow, qtbot):
    space = studio.open(workflow(TEXT))
    window = studio.window
    window.design.show_search()
    search = window.design.left.search
    search.field.setText("shelf")
    studio.until(lambda: bool(search.found) and not search.searching)
    search.step(1)
    assert space.panel.page == "yaml"
    assert space.source.edit.textCursor().selectedText() == "shelf"


def test_the_outline_goes_to_a_step_and_its_form(studio, workflow, qtbot):
    space = studio.open(workflow(TEXT))
    window = studio.window
    window.activateWindow()
    studio.until(window.isActiveWindow)
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    space.canvas.setFocus()
    qtbot.keyClick(space.canvas, Qt.Key.Key_O, keys)
    outline = window.design.left.outline
    studio.until(outline.search.hasFocus)
    qtbot.keyClicks(outline.search, "clean")
    qtbot.keyClick(outline.search, Qt.Key.Key_Return)
    assert space.document.selection.ids == ("clean",)
    studio.until(
        lambda: (
            0
            <= space.canvas.viewport.to_view(*space.canvas.scene.position("clean"))[0]
            <= space.canvas.width()
        )
    )
    window.design.left.outline.list.setFocus()
    qtbot.keyClick(window.design.left.outline.list, Qt.Key.Key_Return)
    studio.until(lambda: space.inspector._book.setup.row("name").has_focus())
