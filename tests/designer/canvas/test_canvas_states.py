"""Durations and attempts in few letters."""

from datetime import UTC, datetime, timedelta

import pytest

from designer.canvas import CanvasView
from designer.canvas.states import NodeState, clock_text, short_time
from designer.canvas.words import describe

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0004, "1 ms"),
        (0.04, "40 ms"),
        (0.1, "0.1 s"),
        (1.24, "1.2 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "0:59"),
        (125, "2:05"),
        (3725, "1:02:05"),
    ],
)
def test_a_duration_is_told_in_as_few_letters_as_tell_it(seconds: float, text: str) -> None:
    assert short_time(seconds) == text


def test_a_running_step_shows_a_clock_that_grows() -> None:
    state = NodeState("running", started=NOW - timedelta(seconds=14))
    assert state.ticking
    assert state.time_text(NOW) == "0:14"
    assert state.time_text(NOW + timedelta(seconds=60)) == "1:14"


def test_a_step_that_has_not_started_shows_no_time() -> None:
    assert NodeState("queued").time_text(NOW) == ""
    assert NodeState("pending").quiet


def test_a_clock_that_was_set_back_never_shows_a_negative_time() -> None:
    assert NodeState("running", started=NOW + timedelta(hours=1)).time_text(NOW) == "0:00"


def test_attempts_are_told_from_the_second_on() -> None:
    assert NodeState("running", attempt=1, max_attempts=3).attempt_text() == ""
    assert NodeState("running", attempt=2, max_attempts=3).attempt_text() == "2/3"
    assert NodeState("running", attempt=4, max_attempts=3).attempt_text() == "4/4"


def test_states_have_words() -> None:
    assert NodeState("timed_out").word == "Timed out"
    assert NodeState("something_new").word == "Something new"
    assert clock_text(0) == "0:00"


def test_a_waiting_step_says_for_what_and_a_reused_one_where_its_output_is_from(
    canvas: CanvasView,
) -> None:
    canvas.set_states(
        {
            "fetch": NodeState("completed", 1.0, origin="reused"),
            "clean": NodeState("waiting", note="until 14:00"),
        }
    )
    nodes = {node.key: node for node in canvas.scene.nodes}
    reused = describe(nodes["fetch"], canvas.states["fetch"])
    assert "reused: taken from the run that this one repeats" in reused
    assert "1.0 s" not in reused
    assert "Waiting, until 14:00" in describe(nodes["clean"], canvas.states["clean"])


def test_each_state_of_a_card_has_a_picture_of_its_own(canvas: CanvasView) -> None:
    pictures = set()
    for state in (
        NodeState("waiting"),
        NodeState("waiting", note="answer needed"),
        NodeState("paused"),
        NodeState("completed", 1.0),
        NodeState("completed", 1.0, origin="cached"),
    ):
        canvas.set_states({"fetch": state})
        canvas.grab()  # the first painting makes the pictures that later ones copy
        image = canvas.grab().toImage()
        pictures.add(bytes(image.constBits()))
    assert len(pictures) == 5
