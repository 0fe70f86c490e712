"""The YAML view completes expressions, says what is wrong where it is, and leaves the last good graph
on the canvas while the text is broken."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from designer.document import Document
from designer.source_view import SourceView
from designer.theme import Theme
from designer.theme.offer_list import OfferList

TEXT = """\
name: Nightly
steps:
  - id: fetch
    type: http
    config: {url: "https://example.com"}
  - id: other
    type: script
    config: {script: x.py}
  - id: keep
    type: transform
    depends_on: [fetch]
    config:
      expression: "1"
      # here
"""
RAN = {"steps": {"fetch": {"output": {"json": {"items": [{"name": "Ana"}]}}}}}


@pytest.fixture
def opened(qtbot):
    document = Document.from_text(TEXT)
    view = SourceView(Theme("light"), document)
    qtbot.addWidget(view)
    view.resize(600, 500)
    view.show()
    qtbot.waitUntil(lambda: not document.checking)
    view.edit.setFocus()
    return document, view


def select(view, words):
    """The words as if they had been marked with the mouse."""
    found = view.edit.document().find(words)
    assert not found.isNull()
    view.edit.setTextCursor(found)


def offers(view):
    QApplication.processEvents()
    found = [one for one in view.findChildren(OfferList) if one.isVisible()]
    return [found[0].rows.item(row).text() for row in range(found[0].rows.count())] if found else []


def test_an_expression_is_completed_over_what_is_upstream(opened):
    document, view = opened
    view.set_context(RAN)
    select(view, '"1"')
    QTest.keyClicks(view.edit, '"{{ steps.')
    assert offers(view) == ["fetch"]
    QTest.keyClick(view.edit, Qt.Key.Key_Return)
    QTest.keyClicks(view.edit, ".output.json.items[0].")
    assert offers(view)[0] == "name"
    QTest.keyClick(view.edit, Qt.Key.Key_Return)
    QTest.keyClicks(view.edit, ' }}"')
    document.settle()
    wanted = "{{ steps.fetch.output.json.items[0].name }}"
    assert document.value(("steps", 2, "config", "expression")) == wanted


def test_a_line_that_holds_an_expression_needs_no_braces(opened):
    _, view = opened
    select(view, '"1"')
    QTest.keyClicks(view.edit, "steps.")
    assert offers(view) == ["fetch"]


def test_nothing_is_offered_elsewhere(opened):
    _, view = opened
    select(view, "# here")
    QTest.keyClicks(view.edit, "# steps.")
    assert offers(view) == []


def test_a_problem_says_its_words_where_the_mouse_rests_on_it(opened, qtbot):
    document, view = opened
    select(view, '"1"')
    QTest.keyClicks(view.edit, '"{{ variables.nope }}"')
    document.settle()
    qtbot.waitUntil(lambda: any("nope" in problem.message for problem in document.problems))
    select(view, "nope")
    cursor = view.edit.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.Left)
    cursor.clearSelection()
    place = view.edit.cursorRect(cursor).center()
    event = QHelpEvent(QEvent.Type.ToolTip, place, view.edit.viewport().mapToGlobal(place))
    QApplication.sendEvent(view.edit.viewport(), event)
    assert "nope" in QToolTip.text()


def test_while_the_text_is_broken_the_last_good_graph_stays(opened, qtbot):
    document, view = opened
    nodes = [node.key for node in document.nodes()]
    select(view, "depends_on: [fetch]")
    QTest.keyClicks(view.edit, "depends_on: [fetch")
    document.settle()
    qtbot.waitUntil(lambda: bool(document.trouble))
    assert [node.key for node in document.nodes()] == nodes
    assert view.edit.extra_marks()
    QTest.keyClicks(view.edit, "]")
    document.settle()
    qtbot.waitUntil(lambda: not document.trouble)
    assert document.text == TEXT
