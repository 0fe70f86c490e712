"""A word that was nearly right is put right by its quick fix, as one step of undo."""

import pytest

from designer.document import Document

TEXT = 'name: A\nsteps:\n  - id: a\n    type: transform\n    config: {expression: "1"}\n'


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        pytest.param("type: transform", "type: transfrom", id="a type"),
        pytest.param("    type: transform", "    typ: transform", id="a key"),
        pytest.param('"1"}\n', '"1"}\n    enabeld: true\n', id="another key"),
    ],
)
def test_a_misspelt_word_has_a_fix(qtbot, right, wrong):
    broken = TEXT.replace(right, wrong)
    document = Document.from_text(broken)
    qtbot.waitUntil(lambda: not document.checking)
    fix = next(problem.fix for problem in document.problems if problem.fix is not None)
    document.perform(fix.title, (fix.splices,))
    qtbot.waitUntil(lambda: not document.checking)
    assert not document.problems
    document.undo()
    assert document.text == broken
