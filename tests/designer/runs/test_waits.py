"""What waits is told in a few words, and notes have their place between the lines of a log."""

from datetime import UTC, datetime, timedelta

import pytest

from designer.runs.notes import Notes
from designer.runs.rounds import count_in
from designer.runs.waits import key_of, option_word, place_of, question_of, wait_note
from engine import api

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def step(status="waiting", **more):
    more = {"id": "e1.fetch", "execution_id": "e1", "step_id": "fetch", **more}
    return api.StepExecution(status=status, **more)


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ({"waits_for": "approval"}, "answer needed"),
        ({"waits_for": "answer"}, "answer needed"),
        ({"waits_for": "child"}, "for its workflow"),
        (
            {"waits_for": "event", "reason": "it waits for an event of type order.paid"},
            "for order.paid",
        ),
        ({"waits_for": "event", "reason": "other words"}, "for an event"),
        ({"waits_for": None, "reason": "it is tried again at 12:00:05 UTC"}, "to be tried again"),
        ({"status": "running"}, ""),
    ],
)
def test_a_waiting_step_says_for_what(more, note):
    assert wait_note(step(**more), NOW) == note


def test_a_short_wait_is_told_to_the_second_and_a_long_one_to_the_minute():
    soon, later = NOW + timedelta(seconds=30), NOW + timedelta(hours=2)
    short = step(waits_for="time", wait_until=soon, start_time=NOW)
    long = step(waits_for="time", wait_until=later, start_time=NOW)
    assert wait_note(short, NOW) == f"until {soon.astimezone():%H:%M:%S}"
    assert wait_note(long, NOW) == f"until {later.astimezone():%H:%M}"


def test_an_approval_asks_its_message_and_a_cut_off_step_what_became_of_it():
    approval = step(waits_for="approval", reason="it waits for an answer: Send 3 invoices?")
    assert question_of(approval) == "Send 3 invoices?"
    assert option_word(approval, "send_later") == "Send later"
    reason = "the engine ended while it ran; with effect `once` it is not repeated by itself"
    once = step(waits_for="answer", reason=reason)
    assert question_of(once) == "The engine ended while it ran. What became of it?"
    words = [option_word(once, option) for option in ("run_again", "completed", "failed")]
    assert words == ["Run again", "It completed", "It failed"]


def test_the_place_of_an_inner_step_is_in_its_id():
    inner = step(id="e1.each.3.both.left.fetch")
    assert place_of(inner) == "left"
    assert key_of(inner) == "each.3.both.left.fetch"
    assert place_of(step()) == ""


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("It runs for 3s: 3 of 10 done, now iteration 3.", "3 of 10"),
        ("It runs: 4 done, now none.", "4 done"),
        ("It runs for 3s.", ""),
    ],
)
def test_the_count_of_rounds_is_read_from_the_engines_words(words, count):
    assert count_in(words) == count


def line(number, seconds):
    return api.LogLine(
        id=number,
        time=NOW + timedelta(seconds=seconds),
        execution_id="e1",
        step_id="fetch",
        attempt=1,
        stream="stdout",
        line=f"line {number}",
    )


def event(kind, seconds):
    return api.Event(id=1, type=kind, time=NOW + timedelta(seconds=seconds))


def test_a_cut_off_attempt_is_told_between_the_lines_around_it():
    notes = Notes()
    lost = step("pending", reason="the engine ended while it ran; it runs again", attempt=1)
    notes.take(event("step.retrying", 5), lost)
    notes.take(event("step.retrying", 6), step(reason="it is tried again"))
    notes.take(event("step.started", 7), step("running"))
    woven = notes.weave([line(1, 1), line(2, 9)], rest=False)
    assert [found.line for found in woven] == [
        "line 1",
        "The engine ended while it ran; it runs again.",
        "line 2",
    ]
    assert not notes


def test_a_note_waits_for_lines_that_are_still_being_read():
    notes = Notes()
    notes.take(event("step.retrying", 5), step("pending", reason="cut off"))
    assert [found.id for found in notes.weave([line(1, 1)], rest=False)] == [1]
    assert [found.line for found in notes.weave([], rest=True)] == ["Cut off."]
