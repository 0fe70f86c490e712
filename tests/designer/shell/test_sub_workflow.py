"""From the step that runs another workflow, its file opens in a tab."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from designer.shell.sub_workflow import sub_workflow

INNER = "name: inner\nsteps:\n  - {id: a, type: transform, config: {expression: '1'}}\n"
OUTER = (
    "name: outer\nsteps:\n"
    "  - {id: sub, type: workflow, config: {workflow: inner.yaml}}\n"
    "  - {id: gone, type: workflow, config: {workflow: nowhere.yaml}}\n"
    "  - {id: named, type: workflow, config: {workflow: '{{ input.name }}'}}\n"
    "  - {id: other, type: transform, config: {expression: '1'}}\n"
)


def test_the_menu_of_a_sub_workflow_opens_its_file(studio, tmp_path):
    (tmp_path / "inner.yaml").write_text(INNER)
    (tmp_path / "outer.yaml").write_text(OUTER)
    space = studio.window.desk.open(tmp_path / "outer.yaml")
    menu = QMenu()
    space.canvas.node_menu_opening.emit(menu, "sub")
    action = next(one for one in menu.actions() if one.text() == "Open its workflow")
    action.trigger()
    studio.until(lambda: studio.window.desk.current is not space)
    assert studio.window.desk.current.document.path == tmp_path / "inner.yaml"


def test_what_names_no_file_offers_nothing(studio, tmp_path):
    (tmp_path / "outer.yaml").write_text(OUTER)
    space = studio.window.desk.open(tmp_path / "outer.yaml")
    for key in ("gone", "named", "other", "unheard_of"):
        assert sub_workflow(space.document, key) is None


def test_the_grid_is_remembered_for_the_next_start(studio):
    space = studio.window.desk.new()
    space.canvas.setFocus()
    QTest.keyClick(space.canvas, Qt.Key.Key_G)
    assert studio.window.memory.get("canvas/grid") is False
    another = studio.window.desk.new()
    assert not another.canvas.options.grid
