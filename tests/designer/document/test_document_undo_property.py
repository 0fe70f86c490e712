"""Any gestures, then undo of all, give the first text back, and redo of all the last."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from designer.document import Document, DocumentError
from engine import load

from .conftest import ORDERS

TEXTS = {
    "orders": ORDERS,
    "dos": "\ufeff" + ORDERS.replace("\n", "\r\n"),
    "json": '{"name": "x", "steps": [{"id": "a", "type": "script"}, {"id": "b", "type": "http"}]}',
    "flow": "{name: x, steps: [{id: a, type: script}, {id: b, type: http, depends_on: [a]}]}",
    "dashes": "name: x\nsteps:\n- id: a\n  type: script # first\n- id: b\n  type: http\n",
    "no end": "name: 数据 😀\nsteps:\n  - {id: a, type: script}",
    "empty": "",
}
NAMES = st.sampled_from(["a", "b", "fetch", "enough", "clean", "undo", "http", "new-id", "x"])
POINTS = st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000))
VALUES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12),
    st.integers(),
    st.booleans(),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.sampled_from("pqr"), st.text("ab:#\n", max_size=6), max_size=3),
)
PORTS = st.sampled_from(["success", "failure", "always", "true"])
PASTED = ["- {id: a, type: script}\n", "steps:\n  - id: fetch\n    type: http\n", "no workflow"]
GESTURES = st.one_of(
    st.tuples(st.just("add_step"), st.sampled_from(["http", "script", "condition"]), POINTS),
    st.tuples(st.just("add_trigger"), st.sampled_from(["schedule", "manual"]), POINTS),
    st.tuples(st.just("move"), st.dictionaries(NAMES, POINTS, max_size=3)),
    st.tuples(st.just("remove"), st.lists(NAMES, max_size=2)),
    st.tuples(st.just("connect"), NAMES, PORTS, NAMES),
    st.tuples(st.just("disconnect"), NAMES, PORTS, NAMES),
    st.tuples(st.just("rename_step"), NAMES, NAMES),
    st.tuples(st.just("set_enabled"), st.lists(NAMES, max_size=2), st.booleans()),
    st.tuples(st.just("duplicate"), st.lists(NAMES, max_size=2)),
    st.tuples(st.just("type"), st.integers(0, 400), st.text("ab: \n#", max_size=5)),
    st.tuples(st.just("value"), st.sampled_from(["name", "description", "x-own"]), VALUES),
    st.tuples(st.just("config"), VALUES),
    st.tuples(st.just("drag"), NAMES, POINTS),
    st.tuples(st.just("paste"), st.sampled_from(PASTED), POINTS),
    st.tuples(st.just("rewire"), st.lists(st.tuples(NAMES, PORTS, NAMES), max_size=2)),
    st.tuples(st.just("detach"), st.lists(NAMES, max_size=2), st.dictionaries(NAMES, POINTS)),
    st.tuples(st.just("insert"), NAMES, st.tuples(NAMES, PORTS, NAMES), st.none(), st.booleans()),
    st.tuples(st.just("remove_joining"), st.lists(NAMES, max_size=2)),
    st.tuples(st.just("rename_trigger"), st.sampled_from(["trigger:Every night"]), NAMES),
    st.tuples(st.just("remove_value"), st.sampled_from([("name",), ("designer",)])),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
    st.tuples(st.just("go_to"), st.integers(0, 9)),
    st.tuples(st.just("end_merge")),
)


def perform(document, gesture):
    name, *given = gesture
    if name == "type":
        at, text = given
        document.replace_text(document.text[:at] + text + document.text[at:])
    elif name == "value":
        document.set_value((given[0],), given[1], merge_key=given[0])
    elif name == "config":
        document.set_value(("steps", 0, "config", "note"), given[0])
    elif name == "drag":
        document.move({given[0]: given[1]}, merge_key="drag")
    else:
        getattr(document, name)(*given)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(gestures=st.lists(GESTURES, max_size=8))
def test_undoing_all_gives_the_first_text_and_redoing_all_the_last(qtbot, text, gestures):
    document = Document.from_text(text)
    for gesture in gestures:
        before = document.text
        try:
            perform(document, gesture)
        except DocumentError:
            assert document.text == before
    while document.can_redo:
        document.redo()
    last = document.text
    while document.can_undo:
        document.undo()
    assert document.text == text
    assert not document.modified
    while document.can_redo:
        document.redo()
    assert document.text == last
    document.go_to(0)
    assert document.text == text
    document.go_to(len(document.edits.redo_names))
    assert document.text == last


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(gestures=st.lists(GESTURES, min_size=2, max_size=8), there=st.integers(0, 8))
def test_going_to_a_state_is_undoing_or_redoing_to_it(qtbot, gestures, there):
    document = Document.from_text(ORDERS)
    for gesture in gestures:
        try:
            perform(document, gesture)
        except DocumentError:
            continue
    document.go_to(0)
    states = [document.text]
    while document.can_redo:
        document.redo()
        states.append(document.text)
    wanted = min(there, len(states) - 1)
    document.go_to(there)
    assert document.edits.position == wanted
    assert document.text == states[wanted]
    assert document.workflow == load(document.text).workflow or document.trouble


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(gestures=st.lists(GESTURES.filter(lambda one: one[0] != "type"), max_size=6))
def test_after_any_gestures_the_model_is_what_a_fresh_reading_gives(qtbot, gestures):
    document = Document.from_text(ORDERS)
    for gesture in gestures:
        try:
            perform(document, gesture)
        except DocumentError:
            continue
    assert document.workflow == load(document.text).workflow


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(gestures=st.lists(GESTURES.filter(lambda one: one[0] != "type"), max_size=4))
def test_comments_survive_every_gesture_that_leaves_their_step(qtbot, gestures):
    document = Document.from_text(ORDERS)
    for gesture in gestures:
        try:
            perform(document, gesture)
        except DocumentError:
            continue
    assert "# Orders, every night." in document.text
    if "fetch" in document.ids():
        assert "# the supplier" in document.text
