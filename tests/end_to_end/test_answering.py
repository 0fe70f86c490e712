"""A person answers what a run asks, and repeats the run, with a real mouse."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtWidgets import QMenu

from designer.runs.answers import AnswerCard
from designer.runs.inner_list import InnerList
from designer.shell.rail import RailButton

pytestmark = pytest.mark.window

WORKFLOW = """\
name: Invoices
steps:
  - id: each
    type: loop
    config:
      times: 3
      steps:
        - id: make
          type: transform
          config: {expression: "loop.index"}
  - id: approve
    type: approval
    depends_on: [each]
    config: {message: "Send 3 invoices?"}
  - id: send
    type: transform
    depends_on: [approve]
    config: {expression: "steps.approve.output.comment"}
"""


def card_of(canvas: Any, key: str) -> QPoint:
    x, y = canvas.scene.position(key)
    return canvas.mapToGlobal(QPointF(*canvas.viewport.to_view(x + 90, y + 40)).toPoint())


def row_of(inner: InnerList, row: int) -> QPoint:
    place: QRect = inner.list.visualRect(inner.model.index(row))
    return inner.list.viewport().mapToGlobal(place.center())


def test_answer_look_into_the_loop_and_retry(person: Any, tmp_path: Path) -> None:
    file = tmp_path / "invoices.yaml"
    file.write_text(WORKFLOW)

    def story(me: Any) -> Iterator[Callable[[], object]]:
        window = me.window
        yield lambda: window.link.state == "ready"
        space = window.desk.open(file)
        canvas = space.canvas
        yield lambda: canvas.isVisible() and not space.document.checking

        # Run, and answer over the run, with a comment ...
        me.click(window.topbar.run)
        yield lambda: space.panel.questions.cards
        card: AnswerCard = space.panel.questions.cards[0]
        yield card.isVisible
        yield lambda: window.rail.findChildren(RailButton)[1].count == "1"
        me.click(card.comment)
        me.type("all is well")
        yield lambda: card.comment.text() == "all is well"
        me.click(card.buttons["approve"])
        yield lambda: not space.session.running
        first = space.session.execution
        assert first.status == "completed"

        # ... look into the loop's second round ...
        me.click(card_of(canvas, "each"))
        yield lambda: space.document.selection.current == "each"
        me.click(space.panel._tabs.button("data"))
        inner = space.panel.data.inner
        yield lambda: len(inner.model.rows) == 3 and inner.isVisible()
        me.click(row_of(inner, 1))
        yield lambda: space.panel.data.model.index(0, 1).data() == "1"

        # ... and retry from the last step, by its menu.
        me.click(card_of(canvas, "send"), button=3)
        yield lambda: (menu := canvas.findChild(QMenu)) is not None and menu.isVisible()
        menu = canvas.findChild(QMenu)
        entry = next(action for action in menu.actions() if action.text() == "Retry from here")
        me.click(menu.mapToGlobal(menu.actionGeometry(entry).center()))
        yield lambda: space.session.execution.id != first.id and not space.session.running
        yield lambda: canvas.states["approve"].origin == "reused"
        assert space.session.execution.retry_of == first.id

    person(story)
