"""Server-sent events cut from chunks, wherever the chunks are cut."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.client.sse import MAX_MESSAGE, Message, Reader

STREAM = (
    b"id: 7\n\n:\n\n"
    + 'id: 8\ndata: {"a": "é"}\n\n'.encode()
    + b"data: no id\n\nid: 9\ndata: one\ndata: two\n\n"
)
MESSAGES = [Message(8, '{"a": "é"}'), Message(None, "no id"), Message(9, "one\ntwo")]


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_the_same_messages_come_out_however_the_stream_is_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    reader = Reader()
    read = [
        message
        for start, end in itertools.pairwise(places)
        for message in reader.feed(STREAM[start:end])
    ]
    assert read == MESSAGES
    assert reader.last_id == 9


def test_a_bare_id_says_where_to_resume_and_is_no_message() -> None:
    reader = Reader()
    assert reader.feed(b"id: 41\n\n") == []
    assert reader.last_id == 41


def test_half_a_message_of_a_broken_connection_is_forgotten() -> None:
    reader = Reader()
    reader.feed(b"id: 1\ndata: whole\n\nid: 2\ndata: ha")
    reader.reset()
    assert reader.feed(b"id: 2\ndata: all of it\n\n") == [Message(2, "all of it")]


def test_a_message_without_end_is_refused_before_it_fills_the_memory() -> None:
    reader = Reader()
    with pytest.raises(ValueError, match="larger than"):
        reader.feed(b"data: " + b"x" * MAX_MESSAGE)
