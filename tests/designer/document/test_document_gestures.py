import pytest

from designer.document import Document, EditRefused


def changed_lines(before, after):
    """Lines of one text that the other has not, each side by itself."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def wires(document):
    return sorted(edge.key for edge in document.edges() if edge.stored)


def test_a_document_shows_its_steps_triggers_and_wires(orders):
    assert [node.key for node in orders.nodes()] == [
        "trigger:Every night",
        "fetch",
        "enough",
        "clean",
        "undo",
    ]
    assert wires(orders) == [
        ("enough", "true", "clean"),
        ("fetch", "success", "clean"),
        ("fetch", "success", "enough"),
    ]
    assert ("trigger:Every night", "success", "fetch") in [edge.key for edge in orders.edges()]


def test_a_handler_stands_outside_the_graph_and_takes_no_wires(orders):
    assert orders.node("undo").handler == "on_failure"
    assert "outside the graph" in orders.can_connect("fetch", "failure", "undo")
    assert "outside the graph" in orders.can_connect("undo", "success", "clean")


def test_moving_a_step_changes_only_its_line(orders):
    before = orders.text
    orders.move({"enough": (300.4, 40)})
    assert changed_lines(before, orders.text) == (
        ["    enough: [260, 0]   # in the middle"],
        ["    enough: [300, 40]   # in the middle"],
    )
    assert orders.position("enough") == (300, 40)


def test_moving_steps_that_had_no_place_adds_their_lines_only(orders):
    before = orders.text
    orders.move({"clean": (520, 0), "undo": (520, 90)})
    assert changed_lines(before, orders.text) == (
        [],
        ["    clean: [520, 0]", "    undo: [520, 90]"],
    )


def test_places_written_as_mappings_are_read_and_keep_their_form():
    text = (
        "name: x\nsteps:\n  - {id: a, type: script}\n  - {id: b, type: script}\n"
        "designer:\n  positions:\n    a: {x: 40, y: 8}   # first\n    b: {x: 40}\n"
    )
    document = Document.from_text(text)
    assert document.position("a") == (40, 8)
    assert document.position("b") is None
    document.move({"a": (48, 16)})
    assert document.text == text.replace("{x: 40, y: 8}", "{x: 48, y: 16}")
    assert document.position("a") == (48, 16)
    document.undo()
    assert document.position("a") == (40, 8)


def test_a_move_tells_only_of_positions(orders, qtbot):
    with qtbot.waitSignal(orders.changed) as told:
        orders.move({"fetch": (10, 10)})
    change = told.args[0]
    assert (change.positions, change.structure, change.workflow) == ({"fetch"}, False, False)
    assert not change.steps


def test_a_new_step_gets_a_free_id_and_the_wire_that_was_drawn(orders):
    key = orders.add_step("http", (800, 0), connect_from=("clean", "failure"))
    again = orders.add_step("http")
    assert (key, again) == ("http", "http_2")
    assert ("clean", "failure", "http") in wires(orders)
    assert orders.node(key).title == "HTTP request"
    assert orders.node(again).title == "HTTP request 2"
    assert orders.position(key) == (800, 0)
    assert orders.position(again) is None


def test_a_step_dropped_on_a_wire_stands_between_its_ends(orders):
    key = orders.add_step("transform", (130, 0), insert_into=("fetch", "success", "enough"))
    assert ("fetch", "success", key) in wires(orders)
    assert (key, "success", "enough") in wires(orders)
    assert ("fetch", "success", "enough") not in wires(orders)


def test_a_step_is_added_to_an_empty_workflow(blank):
    blank.add_step("script", (0, 0))
    assert [node.key for node in blank.nodes()] == ["script"]
    assert blank.text.startswith('version: "1.0"\nname: Untitled workflow\nsteps:\n')


def test_a_condition_is_left_through_its_branches(orders):
    assert orders.can_connect("enough", "false", "clean") is None
    orders.connect("enough", "false", "clean")
    assert ("enough", "false", "clean") in wires(orders)
    assert "    - enough.true    # only then" in orders.text


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (("fetch", "success", "fetch"), "itself"),
        (("fetch", "success", "enough"), "connected already"),
        (("clean", "success", "fetch"), "circle"),
        (("fetch", "success", "trigger:Every night"), "no input"),
        (("trigger:Every night", "success", "clean"), "need no wire"),
        (("fetch", "maybe", "clean"), "no port maybe"),
        (("fetch", "success", "nowhere"), "no step nowhere"),
    ],
)
def test_a_wire_that_cannot_be_is_refused_in_words(orders, wire, words):
    before = orders.text
    assert words in orders.can_connect(*wire)
    with pytest.raises(EditRefused, match=words):
        orders.connect(*wire)
    assert orders.text == before


def test_the_first_wire_in_an_implied_order_writes_them_all(qtbot):
    text = (
        "steps:\n"
        "  - {id: a, type: script, order: 1}\n"
        "  - {id: b, type: script, order: 2}\n"
        "  - {id: c, type: script, is_parallel: true}\n"
        "  - {id: d, type: script, order: 3}\n"
    )
    document = Document.from_text(text)
    assert {edge.key for edge in document.edges()} == {
        ("a", "success", "b"),
        ("a", "success", "c"),
        ("b", "success", "d"),
        ("c", "success", "d"),
    }
    assert wires(document) == []
    document.disconnect("c", "success", "d")
    assert wires(document) == [("a", "success", "b"), ("a", "success", "c"), ("b", "success", "d")]
    document.disconnect("a", "success", "b")
    document.disconnect("a", "success", "c")
    document.disconnect("b", "success", "d")
    assert document.edges() == ()


def test_the_last_wire_of_a_step_takes_its_depends_on_with_it(orders):
    orders.disconnect("fetch", "success", "enough")
    assert "depends_on: [fetch]" not in orders.text
    assert "depends_on: []" not in orders.text


def test_removing_a_step_removes_what_named_it_and_says_so(orders, qtbot):
    with qtbot.waitSignal(orders.notice) as told:
        orders.remove(["fetch"])
    assert told.args == ["Removed Fetch orders, with 2 wires."]
    assert [node.key for node in orders.nodes()][1:] == ["enough", "clean", "undo"]
    assert wires(orders) == [("enough", "true", "clean")]
    assert "fetch: [0, 0]" not in orders.text


def test_removing_a_handler_takes_it_out_of_every_list(orders):
    orders.remove(["undo"])
    assert "on_failure" not in orders.text
    assert "compensate" not in orders.text


def test_everything_can_be_removed_at_once(orders):
    orders.remove([node.key for node in orders.nodes()], [edge.key for edge in orders.edges()])
    assert orders.nodes() == ()
    assert "# Orders, every night." in orders.text
    orders.undo()
    assert len(orders.nodes()) == 5


def test_a_wire_alone_can_be_removed(orders):
    orders.remove((), [("enough", "true", "clean")])
    assert wires(orders) == [("fetch", "success", "clean"), ("fetch", "success", "enough")]
    assert orders.undo_name == "Remove 1 wire"


def test_a_disabled_step_is_written_as_such_and_back(orders):
    before = orders.text
    orders.set_enabled(["fetch"], False)
    assert not orders.node("fetch").enabled
    orders.set_enabled(["fetch"], True)
    assert orders.text == before


def test_a_trigger_is_added_renamed_and_removed(orders):
    name = orders.add_trigger("webhook", (-240, 100))
    assert name == "Webhook"
    orders.rename_trigger("trigger:Webhook", "By hand")
    assert orders.position("trigger:By hand") == (-240, 100)
    with pytest.raises(EditRefused, match="already"):
        orders.rename_trigger("trigger:By hand", "Every night")
    orders.remove(["trigger:By hand", "trigger:Every night"])
    assert "triggers" not in orders.text


def test_a_value_keeps_the_comment_beside_it(orders):
    orders.set_value(("steps", 0, "config", "url"), "https://example.org")
    assert "      url: https://example.org   # the supplier\n" in orders.text
    orders.remove_value(("steps", 0, "config", "url"))
    assert orders.value(("steps", 0, "config")) == {"headers": {"Accept": "application/json"}}


def test_typing_in_one_field_is_one_undo_step(orders):
    before = orders.text
    for text in ("h", "ht", "htt", "http://a"):
        orders.set_value(("steps", 0, "config", "url"), text, merge_key="url")
    orders.end_merge()
    orders.set_value(("steps", 0, "config", "url"), "http://b", merge_key="url")
    assert orders.history == ("Change url", "Change url")
    orders.undo()
    assert orders.value(("steps", 0, "config", "url")) == "http://a"
    orders.undo()
    assert orders.text == before


def test_typing_back_to_the_start_leaves_nothing_to_undo(orders):
    orders.set_value(("name",), "Other", merge_key="name")
    orders.set_value(("name",), "Nightly orders", merge_key="name")
    assert not orders.can_undo
    assert not orders.modified


def test_the_document_is_unmodified_again_after_undo(orders):
    orders.move({"fetch": (5, 5)})
    assert orders.modified
    orders.undo()
    assert not orders.modified
    orders.redo()
    assert orders.modified


def test_undo_and_redo_name_what_they_do(orders):
    orders.move({"fetch": (5, 5), "enough": (300, 0)})
    assert orders.undo_name == "Move 2 steps"
    assert orders.undo() == "Move 2 steps"
    assert orders.redo_name == "Move 2 steps"
    assert orders.undo() == ""


def test_while_the_text_is_broken_the_last_graph_stays_and_gestures_say_why(orders, qtbot):
    shown = orders.nodes()
    with qtbot.waitSignal(orders.problems_changed):
        orders.replace_text(orders.text.replace("steps:", "steps: [", 1))
    assert orders.nodes() == shown or [n.key for n in orders.nodes()] == [n.key for n in shown]
    with pytest.raises(EditRefused, match="Mend the text first: line"):
        orders.move({"fetch": (1, 1)})
    orders.undo()
    orders.move({"fetch": (1, 1)})


def test_a_newer_format_is_shown_and_not_changed(qtbot):
    document = Document.from_text('version: "2.0"\nsteps:\n  - {id: a, type: script}\n')
    assert "format 2.0" in document.read_only
    assert [node.key for node in document.nodes()] == ["a"]
    with pytest.raises(EditRefused, match=r"format 2\.0"):
        document.move({"a": (0, 0)})
    with pytest.raises(EditRefused):
        document.replace_text("x")


def test_steps_inside_a_body_have_paths_and_wires_of_their_own(qtbot):
    document = Document.from_text(
        "steps:\n"
        "  - id: each\n"
        "    type: loop\n"
        "    config:\n"
        "      times: 2\n"
        "      steps:\n"
        "        - {id: one, type: script}\n"
        "        - {id: two, type: script}\n"
    )
    assert [node.key for node in document.nodes()] == ["each"]
    assert document.node("each").inner == 2
    assert document.node("two").title == "two"
    document.connect("one", "success", "two")
    assert document.value(("steps", 0, "config", "steps", 1, "depends_on")) == ["one"]
    assert "own list" in document.can_connect("each", "success", "two")
