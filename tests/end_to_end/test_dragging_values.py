"""A value goes from the data tree into fields by a real mouse, over a tab that opens on the way."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint

from designer.inspector.reach import ReachTree
from designer.inspector.row import FieldRow

pytestmark = pytest.mark.window

TEXT = """\
name: Orders
steps:
  - {id: fetch, type: http, config: {url: "https://example.com"}}
  - {id: send, type: http, depends_on: [fetch], config: {url: "https://a/"}}
"""


def field(inspector: Any, *path: str) -> FieldRow:
    rows = inspector.findChildren(FieldRow)
    return next(row for row in rows if row.field.path == path and row.isVisible())


def first_value(inspector: Any) -> QPoint:
    """Where the first value of the first step stands on the screen."""
    tree = inspector.findChild(ReachTree).tree
    root = tree.model().index(0, 0)
    if tree.model().canFetchMore(root):
        tree.model().fetchMore(root)
    tree.expand(root)
    place = tree.visualRect(tree.model().index(0, 0, root)).center()
    return QPoint(tree.viewport().mapToGlobal(place))


def settled(inspector: Any) -> Callable[[], bool]:
    """Tells once the value stands where it stood at the looks before: the layout has ended."""
    seen: list[QPoint] = []

    def look() -> bool:
        seen.append(first_value(inspector))
        return len(seen) > 15 and len(set(map(QPoint.toTuple, seen[-15:]))) == 1

    return look


def test_a_value_is_dragged_into_the_input_and_over_a_tab_into_a_field(
    person: Any, tmp_path: Path
) -> None:
    def story(me: Any) -> Iterator[Callable[[], object]]:
        space = me.window.desk.current
        inspector, document = space.inspector, space.document
        document.replace_text(TEXT)
        yield lambda: document.node("send") is not None
        document.selection.set(["send"])
        inspector.choose_tab("setup")
        url = field(inspector, "config", "url").editor
        end = QPoint(url.mapToGlobal(url.rect().center())) + QPoint(80, 0)
        inspector.choose_tab("input")
        yield lambda: inspector.findChild(ReachTree).isVisible()
        yield settled(inspector)
        start = first_value(inspector)
        yield from me.drag(start, field(inspector, "input_mapping").label)
        yield lambda: document.value(("steps", 1, "input_mapping"))
        assert document.value(("steps", 1, "input_mapping")) == {
            "status_code": "{{ steps.fetch.output.status_code }}"
        }
        yield settled(inspector)
        start = first_value(inspector)
        drag = me.drag(start, inspector.tabs.button("setup"))
        for _ in range(11):
            yield next(drag)
        yield lambda: inspector.tabs.current == "setup"
        for step in range(8):
            me._move(end + QPoint(step, 0))
            yield lambda: True
        yield from drag
        wanted = "{{ steps.fetch.output.status_code }}"
        yield lambda: wanted in document.value(("steps", 1, "config", "url"))

    person(story)
