import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from designer.document import Document
from designer.problems import ProblemsView
from designer.problems.delegate import place_of
from designer.theme import Theme
from engine import Problem

BROKEN = "name: 12\nbogus: 1\nsteps:\n  - {id: a, type: htpt}\n"


@pytest.fixture
def document(qtbot):
    return Document.from_text(BROKEN)


@pytest.fixture
def view(qtbot, document):
    view = ProblemsView(Theme("light"), document)
    qtbot.addWidget(view)
    view.resize(700, 240)
    view.show()
    if document.checking:
        qtbot.waitUntil(lambda: not document.checking)
    return view


def row_of(view, code):
    return next(
        row
        for row in range(view._model.rowCount())
        if view._model.index(row).data(Qt.ItemDataRole.UserRole).code == code
    )


def middle(view, row):
    return view.list.visualRect(view._model.index(row)).center()


def test_problems_are_counted_and_listed_errors_first(view, document):
    errors = sum(problem.severity == "error" for problem in document.problems)
    assert view.counts == (errors, len(document.problems) - errors)
    severities = [
        view._model.index(row).data(Qt.ItemDataRole.UserRole).severity
        for row in range(view._model.rowCount())
    ]
    assert severities == sorted(severities)


def test_a_click_selects_the_step_and_asks_to_go_there(view, document, qtbot):
    row = next(
        row
        for row in range(view._model.rowCount())
        if view._model.index(row).data(Qt.ItemDataRole.UserRole).step_id == "a"
    )
    with qtbot.waitSignal(view.jump) as asked:
        QTest.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=middle(view, row))
    assert asked.args[0].step_id == "a"
    assert document.selection.current == "a"


def test_enter_goes_to_the_problem(view, qtbot):
    view.list.setCurrentIndex(view._model.index(0))
    with qtbot.waitSignal(view.jump):
        QTest.keyClick(view.list, Qt.Key.Key_Return)


def test_the_fix_button_mends_the_text_and_can_be_undone(view, document, qtbot):
    row = next(
        row
        for row in range(view._model.rowCount())
        if view._model.index(row).data(Qt.ItemDataRole.UserRole).fix is not None
    )
    rect = view.list._delegate.fix_rect(view.list.visualRect(view._model.index(row)))
    with qtbot.waitSignal(document.problems_changed):
        QTest.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert document.text.startswith('name: "12"\n')
    document.undo()
    assert document.text == BROKEN


def test_when_all_is_mended_the_view_says_there_are_none(view, document, qtbot):
    with qtbot.waitSignal(view.count_changed) as told:
        document.replace_text('name: "x"\nsteps:\n  - {id: a, type: script, config: {script: x}}\n')
        qtbot.waitUntil(lambda: not document.checking)
    assert told.args[0] == 0
    assert view.counts[0] == 0


def test_texts_are_plain_whatever_a_file_says(qtbot):
    document = Document.from_text('name: "<img src=x><b>hi</b>"\n"<b>bad</b>": 1\nsteps: []\n')
    view = ProblemsView(Theme("light"), document)
    qtbot.addWidget(view)
    qtbot.waitUntil(lambda: not document.checking)
    tip = view._model.index(0).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;bad" in tip
    assert "<b>" not in tip


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ("a · line 3", {"step_id": "a", "line": 3}),
        ("Daily", {"trigger": "Daily"}),
        ("line 2", {"line": 2}),
        ("", {}),
    ],
)
def test_a_place_is_the_step_and_the_line(words, given):
    problem = Problem(severity="error", code="c", message="m", **given)
    assert place_of(problem) == words


def test_the_pointer_over_the_fix_is_a_hand(view):
    row = row_of(view, "type")
    rect = view.list._delegate.fix_rect(view.list.visualRect(view._model.index(row)))
    QTest.mouseMove(view.list.viewport(), rect.center())
    QTest.mouseMove(view.list.viewport(), rect.center() + QPoint(1, 0))
    assert view.list.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor
