from designer.document import Document
from designer.document.diff import minimal_splice, shifted
from engine import Fix, Problem, Splice


def test_problems_come_from_another_thread_with_their_place(qtbot):
    document = Document.from_text("steps:\n  - {id: a, type: htpt}\n")
    with qtbot.waitSignal(document.problems_changed):
        pass
    (problem,) = [p for p in document.problems if p.severity == "error"]
    assert (problem.line, problem.step_id) == (2, "a")
    assert document.node("a").errors == 1


def test_the_graph_follows_typing(orders, qtbot):
    text = orders.text.replace('name: "Fetch orders"', 'name: "Get them"')
    with qtbot.waitSignals([orders.changed, orders.changed]):
        orders.replace_text(text)
    assert orders.node("fetch").title == "Get them"
    assert orders.history == ("Edit text",)


def test_a_result_that_came_too_late_is_dropped(orders, qtbot):
    with qtbot.waitSignal(orders.problems_changed):
        orders.replace_text(orders.text + "bogus: 1\n")
        orders.replace_text(orders.text.replace("bogus: 1\n", ""))
    assert not [p for p in orders.problems if "bogus" in p.message]


def test_a_move_needs_no_new_check_and_problems_keep_their_place(qtbot):
    document = Document.from_text(
        "designer:\n  positions: {b: [0, 0]}\nsteps:\n  - {id: b, type: htpt}\n"
    )
    with qtbot.waitSignal(document.problems_changed):
        pass
    document.move(
        {
            "b": (1000, 1000),
        }
    )
    (problem,) = [p for p in document.problems if p.severity == "error"]
    assert document.text[problem.start : problem.end] == "htpt"
    with qtbot.assertNotEmitted(document.problems_changed, wait=300):
        pass


def test_a_fix_is_an_undo_step_with_its_name(qtbot):
    document = Document.from_text("name: 12\nsteps: []\n")
    with qtbot.waitSignal(document.problems_changed):
        pass
    fix = next(p.fix for p in document.problems if p.fix)
    document.perform(fix.title, (fix.splices,))
    assert document.text == 'name: "12"\nsteps: []\n'
    assert document.undo_name == fix.title


def test_a_problem_moves_with_the_text_before_it():
    fix = Fix("mend", (Splice(10, 12, "x"),))
    problem = Problem(severity="error", code="c", message="m", line=3, start=10, end=12, fix=fix)
    text = "0\n2\n456789ab"
    moved = shifted(problem, text, (Splice(0, 2, ""),))
    assert (moved.start, moved.end, moved.line) == (8, 10, 2)
    assert moved.fix.splices == (Splice(8, 10, "x"),)
    assert shifted(problem, text, (Splice(11, 12, ""),)).fix is None


PLACED = """\
steps:
  - {id: a, type: script, config: {script: x.py}}
  - {id: b, type: script, config: {script: x.py}}
triggers: [{type: manual, name: Go}]
designer:
  positions:
    a: [10]          # half a place
    b: [0, 0]
    trigger:Go: left of a
"""


def broken_places(document):
    return [p for p in document.problems if p.code == "broken-place"]


def test_a_broken_place_is_a_warning_at_its_node_and_its_line(qtbot):
    document = Document.from_text(PLACED)
    with qtbot.waitSignal(document.problems_changed):
        pass
    half, words = broken_places(document)
    assert (half.severity, half.line, half.step_id) == ("warning", 7, "a")
    assert (words.line, words.trigger) == (9, "Go")
    assert "[x, y]" in half.hint
    assert document.node("trigger:Go").warnings == 1


def test_the_fix_of_a_broken_place_leaves_it_to_the_layout(qtbot):
    document = Document.from_text(PLACED)
    with qtbot.waitSignal(document.problems_changed):
        pass
    fix = broken_places(document)[1].fix
    document.perform(fix.title, (fix.splices,))
    assert "left of a" not in document.text
    assert "half a place" in document.text


def test_moving_a_node_mends_its_broken_place(qtbot):
    document = Document.from_text(PLACED)
    with qtbot.waitSignal(document.problems_changed):
        pass
    with qtbot.waitSignal(document.problems_changed):
        document.move({"a": (20, 40)})
    assert [problem.trigger for problem in broken_places(document)] == ["Go"]
    assert "a: [20, 40]          # half a place" in document.text


def test_places_that_are_no_mapping_are_a_warning(qtbot):
    document = Document.from_text("designer: {positions: here}\nsteps: []\n")
    with qtbot.waitSignal(document.problems_changed):
        pass
    (problem,) = broken_places(document)
    assert document.text[problem.start : problem.end] == "here"


def test_the_smallest_splice_leaves_head_and_tail_alone():
    assert minimal_splice("one two three", "one 2 three") == Splice(4, 7, "2")
    assert minimal_splice("aaa", "aa") == Splice(2, 3, "")
    assert minimal_splice("same", "same") is None
