"""Two versions of a workflow compared: what came, went, changed and moved, in words."""

import pytest

from designer.document.comparison import compare
from engine import catalogue, load

from .conftest import ORDERS


def between(old, new):
    before, after = load(old).workflow, load(new).workflow
    assert before is not None
    assert after is not None
    return compare(before, after, catalogue())


def words(comparison):
    return [(one.kind, one.text, *one.details) for one in comparison.differences]


def test_the_same_text_differs_in_nothing():
    found = between(ORDERS, ORDERS + "\n# a comment\n")
    assert found.differences == ()
    assert not found.nodes
    assert not found.wires


def test_an_added_step_and_its_wires_are_added():
    new = ORDERS.replace(
        "on_failure", "  - {id: tell, type: email, depends_on: [clean]}\non_failure"
    )
    found = between(ORDERS, new)
    assert found.nodes == {"tell": "added"}
    assert found.wires == {("clean", "success", "tell"): "added"}
    assert words(found) == [("added", "tell")]
    assert found.count("added") == 2


def test_a_removed_step_stays_on_the_drawing_with_its_wires():
    old = ORDERS.replace(
        "on_failure", "  - {id: tell, type: email, depends_on: [clean]}\non_failure"
    )
    found = between(old, ORDERS)
    assert found.nodes == {"tell": "removed"}
    assert "tell" in found.graph.nodes
    assert found.wires == {("clean", "success", "tell"): "removed"}
    assert words(found) == [("removed", "tell")]


def test_a_changed_value_is_named_with_what_it_was_and_is():
    found = between(ORDERS, ORDERS.replace("example.com/orders", "example.com/v2"))
    assert found.nodes == {"fetch": "changed"}
    change = "config.url https://example.com/orders → https://example.com/v2"
    assert words(found) == [("changed", "Fetch orders", change)]


def test_values_that_come_and_go_are_told_apart():
    new = ORDERS.replace("headers: {Accept: application/json}", "method: POST")
    found = between(ORDERS, new)
    assert words(found) == [
        (
            "changed",
            "Fetch orders",
            "config.method POST added",
            'config.headers {"Accept":"application/json"} removed',
        )
    ]


def test_a_text_of_many_lines_is_counted_not_shown():
    found = between(
        ORDERS, ORDERS.replace("import json, sys\n", "import json\n        import sys\n")
    )
    assert words(found) == [("changed", "Clean the data", "config.script (2 lines) → (3 lines)")]


def test_a_moved_step_says_where_it_was():
    found = between(ORDERS, ORDERS.replace("fetch: [0, 0]", "fetch: [80, 16]"))
    assert found.nodes == {"fetch": "moved"}
    assert found.moves == {"fetch": (0.0, 0.0)}
    assert words(found) == [("moved", "Fetch orders")]


def test_a_step_that_was_moved_and_changed_is_changed():
    new = ORDERS.replace("fetch: [0, 0]", "fetch: [80, 16]").replace("Fetch orders", "Get orders")
    found = between(ORDERS, new)
    assert found.nodes == {"fetch": "changed"}
    assert words(found) == [("changed", "Get orders", "name Fetch orders → Get orders")]


def test_a_wire_by_itself_is_named_by_its_ends():
    found = between(ORDERS, ORDERS.replace("enough.true    # only then", "enough.false"))
    assert found.wires == {
        ("enough", "true", "clean"): "removed",
        ("enough", "false", "clean"): "added",
    }
    assert words(found) == [
        ("added", "Wire enough (false) → Clean the data"),
        ("removed", "Wire enough (true) → Clean the data"),
    ]


def test_another_id_alone_is_a_change_not_a_new_step():
    new = ORDERS.replace("enough", "plenty")
    found = between(ORDERS, new)
    assert found.nodes == {"plenty": "changed"}
    assert found.wires == {}
    assert words(found) == [("changed", "plenty", "id enough → plenty")]


def test_two_alike_steps_with_new_ids_are_not_guessed_at():
    old = "steps: [{id: a, type: wait}, {id: b, type: wait}]\n"
    new = "steps: [{id: c, type: wait}, {id: d, type: wait}]\n"
    assert between(old, new).nodes == {"a": "removed", "b": "removed", "c": "added", "d": "added"}


def test_a_trigger_changes_and_comes_as_steps_do():
    new = ORDERS.replace("0 2 * * *", "0 3 * * *").replace(
        "\ndesigner", "  - {type: manual}\n\ndesigner"
    )
    found = between(ORDERS, new)
    assert found.nodes == {"trigger:Every night": "changed", "trigger:manual": "added"}
    assert (
        words(found)[0][:2] == ("added", "Trigger Start by hand") or words(found)[0][0] == "added"
    )
    assert ("changed", "Trigger Every night", "config.cron 0 2 * * * → 0 3 * * *") in words(found)


def test_what_is_inside_a_loop_is_told_at_the_loop():
    old = """\
steps:
  - id: each
    type: loop
    config:
      items: "{{ [1, 2] }}"
      steps:
        - {id: inner, type: transform, config: {expression: "1"}}
"""
    new = (
        old.replace('"1"', '"2"')
        + '        - {id: more, type: transform, config: {expression: "3"}}\n'
    )
    found = between(old, new)
    assert found.nodes == {"each": "changed"}
    assert words(found) == [
        ("changed", "each", "inner: config.expression 1 → 2", "more added inside")
    ]


def test_the_workflow_itself_can_change():
    found = between(ORDERS, ORDERS.replace("least: 100", "least: 200"))
    assert words(found) == [("changed", "The workflow itself", "variables.least 100 → 200")]
    assert found.differences[0].key == ""


def test_a_removed_step_gives_way_to_the_one_in_its_place():
    old = "steps: [{id: a, type: http}]\ndesigner: {positions: {a: [0, 0]}}\n"
    new = "steps: [{id: b, type: script}]\ndesigner: {positions: {b: [0, 0]}}\n"
    nodes = between(old, new).graph.nodes
    assert nodes["b"].position == (0, 0)
    assert nodes["a"].position[1] >= 60


def test_many_changes_of_one_step_are_counted():
    old = "steps: [{id: a, type: http, config: {headers: {}}}]\n"
    many = ", ".join(f"h{n}: x" for n in range(40))
    (one,) = between(old, old.replace("headers: {}", f"headers: {{{many}}}")).differences
    assert len(one.details) == 13
    assert one.details[-1] == "and 28 more"


@pytest.mark.parametrize("count", [3000])
def test_large_workflows_are_compared_in_a_moment(count):
    steps = "".join(
        f"  - {{id: s{n}, type: transform, config: {{expression: '{n}'}}}}\n" for n in range(count)
    )
    found = between("steps:\n" + steps, "steps:\n" + steps.replace("'7'", "'8'"))
    assert list(found.nodes) == ["s7"]
