"""Problems follow every edit, off the Qt thread, also in large texts and while edits go on."""

from designer.document import Document
from designer.document.check_process import check_process
from designer.document.checker import LARGE
from engine import load


def large_text(broken: str = "") -> str:
    steps = [
        f"  - id: s{i}\n    name: Fetch orders {i}\n    type: transform\n"
        f'    config: {{expression: "1"}}\n    depends_on: [{f"s{i - 1}" if i else ""}]\n'
        for i in range(500)
    ]
    text = "name: Large\nsteps:\n" + "".join(steps) + broken
    assert len(text) > LARGE
    return text


def settled(qtbot, document: Document) -> None:
    qtbot.waitUntil(lambda: not document.checking, timeout=20_000)


def found(document: Document) -> list[tuple[str, str, int, int]]:
    return [(p.code, p.message, p.start, p.line) for p in document.problems]


def fresh(document: Document) -> list[tuple[str, str, int, int]]:
    return [(p.code, p.message, p.start, p.line) for p in load(document.text).problems]


def test_a_large_text_is_told_the_problems_that_a_fresh_check_finds(qtbot):
    document = Document.from_text(large_text())
    settled(qtbot, document)
    assert document.problems == ()
    document.set_value(("steps", 7, "depends_on"), ["s6", "s_99"])
    document.set_value(("steps", 300, "config"), {"expresion": "1"})
    settled(qtbot, document)
    assert len(document.problems) >= 2
    assert found(document) == fresh(document)
    assert document.node("s7").errors == 1
    document.undo()
    document.undo()
    settled(qtbot, document)
    assert document.problems == ()


def test_what_is_typed_into_a_large_text_is_checked_in_the_end(qtbot):
    document = Document.from_text(large_text())
    for length in range(1, 9):
        typed = "depends on"[:length]
        document.replace_text(large_text(f"  - id: typed\n    type: transform\n    {typed}: x\n"))
        qtbot.wait(1)
    settled(qtbot, document)
    assert any(p.code == "unknown-key" for p in document.problems)
    assert found(document) == fresh(document)


def test_a_text_that_is_broken_while_it_is_typed_keeps_the_last_good_graph(qtbot):
    document = Document.from_text(large_text())
    document.replace_text(large_text('  - id: "open\n'))
    settled(qtbot, document)
    assert document.trouble
    assert document.node("s499") is not None
    document.replace_text(large_text("  - id: closed\n    type: transform\n"))
    settled(qtbot, document)
    assert not document.trouble
    assert document.node("closed") is not None
    assert found(document) == fresh(document)


def test_a_check_whose_process_was_ended_is_made_all_the_same(qtbot):
    document = Document.from_text(large_text())
    settled(qtbot, document)
    check_process().close()
    document.set_value(("steps", 7, "type"), "transfrom")
    settled(qtbot, document)
    assert found(document) == fresh(document)


def test_a_newer_edit_ends_the_check_of_the_older_text(qtbot):
    document = Document.from_text(large_text())
    settled(qtbot, document)
    told = []
    document.problems_changed.connect(lambda: told.append(found(document)))
    for number in range(5):
        document.set_value(("steps", number, "depends_on"), [f"none{number}"])
        qtbot.waitUntil(lambda: document._checker._running is not None)
    settled(qtbot, document)
    assert told[-1] == fresh(document)
    assert len(document.problems) == 5
