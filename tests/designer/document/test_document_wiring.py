"""Steps put into wires and taken out of them: the ends are joined, and undo gives the text back."""

import pytest

from designer.document import Document, EditRefused

CHAIN = """name: chain
steps:
  - {id: a, type: script}
  - {id: b, type: script, depends_on: [a]}   # in the middle
  - {id: c, type: script, depends_on: [b]}
  - {id: d, type: script, depends_on: [c]}
  - {id: oops, type: script, depends_on: [b.failure]}
  - {id: check, type: condition, config: {expression: "true"}}
"""


@pytest.fixture
def chain(qtbot):
    return Document.from_text(CHAIN)


def wires(document):
    return {edge.key for edge in document.edges()}


def test_a_step_that_is_taken_out_leaves_its_neighbours_joined(chain):
    chain.detach(["c"])
    assert ("b", "success", "d") in wires(chain)
    assert not any("c" in (src, dst) for src, _, dst in wires(chain))
    chain.undo()
    assert chain.text == CHAIN


def test_what_followed_a_failure_follows_that_of_the_step_before(chain):
    chain.detach(["b"])
    assert {("a", "success", "c"), ("a", "failure", "oops")} <= wires(chain)


def test_steps_taken_out_together_keep_the_wires_among_them(chain):
    chain.detach(["b", "c"])
    assert ("b", "success", "c") in wires(chain)
    assert ("a", "success", "d") in wires(chain)
    assert ("a", "success", "c") not in wires(chain)


def test_a_step_without_wires_cannot_be_taken_out_of_them(chain):
    with pytest.raises(EditRefused, match="Nothing is wired"):
        chain.detach(["check"])
    assert chain.text == CHAIN


def test_a_step_is_put_into_a_wire_by_its_first_output(chain):
    chain.insert("check", ("a", "success", "b"), {"check": (40, 80)})
    assert {("a", "success", "check"), ("check", "true", "b")} <= wires(chain)
    assert ("a", "success", "b") not in wires(chain)
    assert chain.position("check") == (40, 80)
    chain.undo()
    assert chain.text == CHAIN


def test_a_step_moves_from_its_wires_into_another_as_one_step(chain):
    chain.insert("b", ("c", "success", "d"), detach=True)
    assert {("a", "success", "c"), ("c", "success", "b"), ("b", "success", "d")} <= wires(chain)
    assert len([wire for wire in wires(chain) if "b" in (wire[0], wire[2])]) == 2
    chain.undo()
    assert chain.text == CHAIN


def test_a_step_can_be_put_between_a_trigger_and_its_start(qtbot):
    document = Document.from_text(
        "name: x\nsteps:\n  - {id: a, type: script}\n"
        "triggers:\n  - {type: manual, name: Now, config: {}}\n"
    )
    key = document.add_step("http", insert_into=("trigger:Now", "success", "a"))
    assert wires(document) == {("trigger:Now", "success", key), (key, "success", "a")}


def test_a_new_step_can_come_before_another(chain):
    key = chain.add_step("http", connect_to="check")
    assert (key, "success", "check") in wires(chain)


def test_removing_a_step_can_join_what_it_leaves_loose(chain):
    chain.remove_joining(["c"])
    assert chain.node("c") is None
    assert ("b", "success", "d") in wires(chain)
    chain.undo()
    assert chain.text == CHAIN


def test_in_an_implied_order_a_new_step_comes_where_it_was_put(qtbot):
    text = "name: x\nsteps:\n" + "".join(
        f"  - {{id: s{i}, type: script, order: {i}}}\n" for i in range(1, 4)
    )
    document = Document.from_text(text)
    key = document.add_step("http", insert_into=("s1", "success", "s2"))
    found = wires(document)
    assert {("s1", "success", key), (key, "success", "s2")} <= found
    assert ("s3", "success", key) not in found
    document.undo()
    assert document.text == text
