"""Templates over values that lie in files: what they need, what they hand on, what they see."""

from typing import Any

import pytest

from engine.core.artifact import Artifact, Held, Parts
from engine.core.needs import LargeValuesNeeded, ask_for_expression, ask_for_templates
from engine.core.plan import Plan
from engine.core.rounds import RoundsError, rounds_of
from engine.core.state import State
from engine.definition.model import Body, Step, Workflow

ROWS = Artifact("rows", 100_000, "json", 50_000)
TEXT = Artifact("text", 100_000)
OUTER = Artifact("outer", 100_000, "json", 2)
ITEM = Artifact("rows", 100_000, "json", 50_000, 7)
CONTEXT: dict[str, Any] = {
    "variables": {"text": TEXT, "plain": 1},
    "input": {},
    "steps": {
        "a": {"output": {"rows": ROWS, "status": 200}, "status": "completed"},
        "b": {"output": OUTER, "status": "completed"},
    },
    "loop": {"item": ITEM, "index": 7},
}
LOADED = {
    "rows": Held([{"n": n} for n in range(10)]),
    "text": Held("long"),
    "outer": Held({"rows": [ROWS], "small": 1}, nested=True),
}


def needed(template: Any, *read: str, expression: bool = False) -> set[str]:
    """The digests that a template asks for, where some have been read."""
    loaded = {digest: LOADED[digest] for digest in read}
    ask = ask_for_expression if expression else ask_for_templates
    try:
        ask("place", template, CONTEXT, loaded)
    except LargeValuesNeeded as asked:
        assert asked.place == "place"
        return {artifact.digest for artifact in asked.artifacts}
    return set()


@pytest.mark.parametrize(
    ("template", "digests"),
    [
        ("{{ steps.a.output.status }}", set()),
        ("{{ steps.a.status }}", set()),
        ("{{ steps.a.output.rows[3].n }}", {"rows"}),
        ("{{ steps.a.output.rows | length }}", {"rows"}),
        ("{{ steps.a.output }} and more", {"rows"}),
        ("{{ steps.b.output.small }}", {"outer"}),
        ("{{ variables.text }}{{ variables.plain }}", {"text"}),
        ("{{ variables.missing }}", set()),
        ("{{ steps[variables.name].output.status }}", {"rows", "outer"}),
        (
            {"one": ["{{ variables.text | upper }}"], "two": "{{ steps.a.output.rows | first }}"},
            {"rows", "text"},
        ),
        ("{{ 'no {{ template' ", set()),
        ("{{ loop.index }}", set()),
    ],
)
def test_a_template_needs_what_it_looks_into(template: Any, digests: set[str]) -> None:
    assert needed(template) == digests


@pytest.mark.parametrize(
    "template",
    ["{{ variables.text }}", "{{steps.a.output}}", "{{ steps.b.output }}", "{{ variables }}"],
)
def test_what_only_names_a_value_hands_the_reference_on(template: str) -> None:
    assert needed(template) == set()
    assert needed(template, expression=True) != set()


def test_an_item_of_a_list_in_a_file_is_no_value_to_hand_on() -> None:
    assert needed("{{ loop.item }}") == {"rows"}
    assert needed("{{ loop.item }}", "rows") == set()


def test_what_lies_in_what_was_read_is_asked_for_next() -> None:
    assert needed("{{ steps.b.output.rows[0] | length }}") == {"outer"}
    assert needed("{{ steps.b.output.rows[0] | length }}", "outer") == {"rows"}
    assert needed("{{ steps.b.output.rows[0] | length }}", "outer", "rows") == set()
    assert needed("{{ steps.b.output.rows }}", "outer") == set()


def loop_state() -> Any:
    body = Body("", (Step(id="x", type="act"),))
    loop = Step(id="loop", type="loop", bodies=(body,))
    return State(Plan(Workflow(steps=(loop,)))).top.steps[0]


def test_a_loop_knows_how_many_items_a_file_has() -> None:
    rounds = rounds_of(loop_state(), {"items": ROWS, "max_iterations": 50_000})
    assert rounds.total == 50_000
    assert rounds.item(7) == ITEM
    assert rounds.item(50_000) is None
    batches = rounds_of(loop_state(), {"items": ROWS, "batch_size": 7})
    assert batches.total == 7_143
    assert batches.item(7_142) == Artifact("rows", 100_000, "json", 50_000, (49_994, 50_000))


def test_a_loop_refuses_a_text_in_a_file() -> None:
    with pytest.raises(RoundsError, match="items came out as a large text; it must be a list"):
        rounds_of(loop_state(), {"items": TEXT})
    with pytest.raises(RoundsError, match="times came out as a large text"):
        rounds_of(loop_state(), {"times": TEXT})


def test_parts_can_be_cut() -> None:
    assert Parts(ROWS)[2:4] == [Parts(ROWS)[2], Parts(ROWS)[3]]
