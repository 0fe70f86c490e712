"""Steps and triggers dragged in from the palette."""

import pytest

from designer.canvas import CanvasView
from designer.document import Document


def test_a_dropped_step_lies_with_its_middle_under_the_pointer(
    hands, canvas: CanvasView, document: Document
) -> None:
    before = document.text
    at = hands.pixel(700, 450)
    event = hands.drop(at, '{"type": "http"}')
    assert event.isAccepted()
    key = document.selection.current
    assert document.node(key).type == "http"
    x, y = document.position(key)
    assert (x + 104, y + 30) == pytest.approx((700, 450), abs=6)
    assert (x % 8, y % 8) == (0, 0)
    document.undo()
    assert document.text == before


def test_a_dropped_trigger_becomes_a_node_at_the_head(hands, document: Document) -> None:
    hands.drop(hands.pixel(0, 300), '{"trigger": "webhook"}')
    key = document.selection.current
    assert key.startswith("trigger:")
    assert document.node(key).kind == "trigger"


def test_a_step_dropped_on_a_wire_goes_in_between(hands, document: Document) -> None:
    before = document.text
    hands.drop(hands.on_wire("fetch", "success", "enough"), '{"type": "transform"}')
    key = document.selection.current
    found = {edge.key for edge in document.edges()}
    assert {("fetch", "success", key), (key, "success", "enough")} <= found
    assert ("fetch", "success", "enough") not in found
    document.undo()
    assert document.text == before


@pytest.mark.parametrize(
    "payload",
    ["", "no json", "[]", '{"other": 1}', '{"type": 5}', '{"type": "unheard_of"}', "\ufffd"],
)
def test_what_is_no_step_is_not_taken(hands, document: Document, payload: str) -> None:
    before = document.text
    assert not hands.drop(hands.pixel(700, 450), payload).isAccepted()
    assert document.text == before


def test_a_read_only_canvas_takes_nothing(hands, canvas: CanvasView, document: Document) -> None:
    before = document.text
    canvas.read_only = True
    assert not hands.drop(hands.pixel(700, 450), '{"type": "http"}').isAccepted()
    assert document.text == before
