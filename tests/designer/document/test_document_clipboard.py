from time import monotonic

import pytest

from designer.document import Document, DocumentError


def test_copied_steps_are_a_small_workflow(orders):
    text = orders.copy(["fetch", "enough"])
    again = Document.from_text(text)
    assert [node.key for node in again.nodes()] == ["fetch", "enough"]
    assert again.position("enough") == (260, 0)


def test_pasted_steps_get_free_ids_and_keep_their_wires_and_templates(orders):
    keys = orders.paste(orders.copy(["fetch", "enough", "clean"]), (0, 400))
    assert keys == ("fetch_2", "enough_2", "clean_2")
    assert orders.position("enough_2") == (260, 400)
    assert ("enough_2", "true", "clean_2") in [edge.key for edge in orders.edges()]
    assert 'rows: "{{ steps.fetch_2.output.json.orders }}"' in orders.text
    assert orders.selection.keys == set(keys)
    assert orders.undo_name == "Paste 3 steps"


def test_wires_to_steps_that_were_not_copied_stay_behind(orders):
    (key,) = orders.paste(orders.copy(["clean"]))
    assert not [edge for edge in orders.edges() if edge.dst == key and edge.stored]


@pytest.mark.parametrize(
    "text",
    [
        "id: a\ntype: script\n",
        "- id: a\n  type: script\n",
        '{"steps": [{"id": "a", "type": "script"}]}',
    ],
)
def test_steps_are_pasted_from_any_text_editor(blank, text):
    assert blank.paste(text, (0, 0)) == ("a",)


@pytest.mark.parametrize("text", ["hello", "[", "", "a: 1", "- 1"])
def test_a_text_without_steps_says_so(blank, text):
    with pytest.raises(DocumentError, match="clipboard holds no steps"):
        blank.paste(text)


def test_triggers_are_pasted_under_a_free_name(orders):
    assert orders.paste(orders.copy(["trigger:Every night"])) == ("trigger:Every night 2",)


def test_pasted_steps_get_a_name_of_their_own(orders):
    text = orders.copy(["fetch", "enough"])
    names = [orders.step(orders.paste(text)[0]).name for _ in range(2)]
    assert names == ["Fetch orders 2", "Fetch orders 3"]
    assert orders.step("enough_2").name == ""


def test_the_copy_of_a_numbered_step_gets_the_next_number(orders):
    (second,) = orders.paste(orders.copy(["fetch"]))
    (third,) = orders.paste(orders.copy([second]))
    assert orders.step(third).name == "Fetch orders 3"


def test_a_duplicate_stands_beside_its_original(orders):
    (key,) = orders.duplicate(["fetch"])
    assert orders.position(key) == (40, 40)
    assert orders.undo_name == "Duplicate 1 step"


def test_pasted_steps_without_places_lie_side_by_side(blank):
    keys = blank.paste("- {id: a, type: script}\n- {id: b, type: script}\n", (40, 80))
    first, second = (blank.position(key) for key in keys)
    assert first == (40, 80)
    assert second[0] >= first[0] + 208 and second[1] == 80


def test_copying_very_many_steps_takes_a_moment_only():
    step = "  - {{id: s{}, type: script, config: {{script: a}}}}\n"
    steps = "".join(step.format(i) for i in range(2000))
    document = Document.from_text(f"name: Many\nsteps:\n{steps}")
    started = monotonic()
    copied = document.copy([node.key for node in document.nodes()])
    assert monotonic() - started < 10
    assert copied.count("script: a") == 2000
