"""One person's first five minutes, in a real window with a real mouse."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QFileDialog, QListView

from designer.canvas import CanvasView
from designer.inspector.row import FieldRow
from designer.palette.model import ENTRY_ROLE
from designer.shell.rail import RailButton
from designer.shell.space import DocumentSpace
from engine import load

pytestmark = pytest.mark.window


def entry_in_palette(palette: QListView, type: str) -> QPoint:
    """Where an entry stands on the screen, scrolled into view."""
    model = palette.model()
    for row in range(model.rowCount()):
        entry = model.index(row, 0).data(ENTRY_ROLE)
        if entry is not None and entry.kind == "step" and entry.type == type:
            palette.scrollTo(model.index(row, 0))
            return palette.viewport().mapToGlobal(palette.visualRect(model.index(row, 0)).center())
    raise LookupError(type)


def port_of(canvas: CanvasView, key: str, port: str | None) -> QPoint:
    """Where a port stands on the screen; None is the input."""
    scene = canvas.scene
    node = scene.index[key]
    point = scene.input_of(node) if port is None else scene.output_of(node, port)
    return canvas.mapToGlobal(QPointF(*canvas.viewport.to_view(*point)).toPoint())


def card_of(canvas: CanvasView, key: str) -> QPoint:
    x, y = canvas.scene.position(key)
    return canvas.mapToGlobal(QPointF(*canvas.viewport.to_view(x + 90, y + 40)).toPoint())


def field(space: DocumentSpace, *path: str) -> FieldRow:
    """A field of the form that shows."""
    rows = space.inspector.findChildren(FieldRow)
    return next(row for row in rows if row.field.path == path and row.isVisible())


def test_draw_save_run_and_see_it_counted(person: Any, tmp_path: Path) -> None:
    file = tmp_path / "first.yaml"

    def story(me: Any) -> Iterator[Callable[[], object]]:
        window = me.window
        space = window.desk.current
        canvas, document = space.canvas, space.document
        palette = window.design.palette_view.list

        # Drag two steps from the palette ...
        middle = canvas.mapToGlobal(canvas.rect().center())
        yield from me.drag(entry_in_palette(palette, "script"), middle - QPoint(150, 40))
        yield lambda: len(document.nodes()) == 1
        yield from me.drag(entry_in_palette(palette, "transform"), middle + QPoint(130, 40))
        yield lambda: len(document.nodes()) == 2
        script, transform = (node.key for node in document.nodes())

        # ... wire them ...
        out, into = port_of(canvas, script, "success"), port_of(canvas, transform, None)
        yield from me.drag(out, into)
        yield lambda: len(document.edges()) == 1

        # ... fill their forms ...
        me.click(card_of(canvas, script))
        yield lambda: document.selection.current == script
        me.click(field(space, "config", "script").editor)
        me.type("print(6 * 7)")
        yield lambda: document.value(("steps", 0, "config", "script")) == "print(6 * 7)"
        me.click(card_of(canvas, transform))
        yield lambda: document.selection.current == transform
        me.click(field(space, "config", "expression").editor)
        me.type(f"steps.{script}.output.result + 1")
        yield lambda: str(document.value(("steps", 1, "config", "expression"))).endswith("+ 1")
        yield lambda: not document.problems

        # ... save ...
        me.press("ctrl+s")
        yield lambda: (dialog := window.findChild(QFileDialog)) and dialog.isVisible()
        me.focus(window.findChild(QFileDialog))
        yield lambda: window.findChild(QFileDialog).isActiveWindow()
        me.press("ctrl+a")
        me.type(str(file))
        me.press("Return")
        yield lambda: document.path == file and not document.modified

        # ... run, and see both turn green ...
        me.click(window.topbar.run)
        yield lambda: len(canvas.states) == 2
        yield lambda: {state.status for state in canvas.states.values()} == {"completed"}

        # ... and the dashboard count one more.
        dashboard = window.rail.findChildren(RailButton)[2]
        me.click(dashboard)
        figure = window.pages.dashboard().figures.card("executions")
        yield lambda: figure.words[0] == "1"

    person(story)

    loaded = load(file.read_bytes())
    assert not loaded.problems
    assert [step.type for step in loaded.workflow.steps] == ["script", "transform"]
    (dependency,) = loaded.workflow.steps[1].depends_on
    assert dependency.step == loaded.workflow.steps[0].id
