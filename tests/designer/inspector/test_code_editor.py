"""Code that is typed into a form stands in the file as an author would write it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

SCRIPT = ("config", "script")
PYTHON = """\
name: Short
steps:
  - id: count
    type: script
    config:
      runtime: python
      script: print(1)
"""


def type_lines(edit, *lines):
    edit.setFocus()
    edit.selectAll()
    QTest.keyClick(edit, Qt.Key.Key_Delete)
    for number, line in enumerate(lines):
        if number:
            QTest.keyClick(edit, Qt.Key.Key_Return)
        QTest.keyClicks(edit, line)


@pytest.fixture
def code(bench_of):
    bench = bench_of(PYTHON).select("count")
    return bench, bench.row(*SCRIPT).editor.edit


def test_typed_code_of_several_lines_becomes_a_block(code):
    bench, edit = code
    type_lines(edit, "import json", 'print(json.dumps({"a": 1}))')
    bench.flush()
    block = '      script: |\n        import json\n        print(json.dumps({"a": 1}))\n'
    assert block in bench.document.text


def test_an_indented_empty_line_does_not_break_the_block(code):
    bench, edit = code
    type_lines(edit, "if True:", "    a = 1", "", "b = 2")
    bench.flush()
    assert "      script: |\n        if True:\n            a = 1\n" in bench.document.text
    assert '"if True' not in bench.document.text


def test_one_line_that_would_need_quotes_becomes_a_block_too(code):
    bench, edit = code
    type_lines(edit, 'print("a: b")  # say it')
    bench.flush()
    assert '      script: |\n        print("a: b")  # say it\n' in bench.document.text


def test_one_plain_line_stays_on_its_line(code):
    bench, edit = code
    type_lines(edit, "print(2)")
    bench.flush()
    assert bench.document.text == PYTHON.replace("print(1)", "print(2)")


def test_an_empty_line_at_the_end_stays_while_one_goes_on_typing(code):
    bench, edit = code
    type_lines(edit, "a = 1", "", "")
    bench.flush()
    assert edit.text() == "a = 1\n\n"
    QTest.keyClicks(edit, "b = 2")
    bench.flush()
    assert "      script: |\n        a = 1\n\n        b = 2\n" in bench.document.text


def test_a_block_without_a_last_line_end_stays_without(bench_of):
    text = PYTHON.replace("print(1)", "|-\n        a = 1\n        b = 2")
    bench = bench_of(text).select("count")
    edit = bench.row(*SCRIPT).editor.edit
    edit.setFocus()
    edit.moveCursor(edit.textCursor().MoveOperation.End)
    QTest.keyClicks(edit, "2")
    bench.flush()
    assert bench.document.text == text.replace("b = 2", "b = 22")
