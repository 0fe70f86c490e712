"""Durations, counts and times read the same everywhere."""

from datetime import UTC, datetime, timedelta

import pytest

from designer.theme.wording import (
    ago_text,
    clock_text,
    count_text,
    duration_text,
    one_line,
    percent_text,
    plural,
    short_local,
    span_text,
    until_text,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0, "0 ms"),
        (0.0003, "1 ms"),
        (0.035, "35 ms"),
        (0.1, "0.1 s"),
        (1.24, "1.2 s"),
        (59.96, "1 min"),
        (182, "3 min 2 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
    ],
)
def test_a_duration_is_told_in_the_unit_that_fits(seconds, text):
    assert duration_text(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(14, "0:14"), (3723, "1:02:03"), (-1, "0:00")])
def test_a_growing_duration_is_a_clock(seconds, text):
    assert clock_text(seconds) == text


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=22), "22 min ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(days=1, hours=3), "yesterday"),
        (timedelta(days=3), "3 days ago"),
    ],
)
def test_a_past_time_is_told_by_its_distance(ago, text):
    assert ago_text(NOW - ago, NOW) == text


@pytest.mark.parametrize(
    ("ahead", "text"),
    [
        (timedelta(0), "now"),
        (timedelta(minutes=41), "in 41 min"),
        (timedelta(minutes=59, seconds=50), "in 1 h"),
        (timedelta(days=2), "in 2 days"),
    ],
)
def test_a_coming_time_is_told_by_its_distance(ahead, text):
    assert until_text(NOW + ahead, NOW) == text


def test_counts_shares_and_plurals():
    assert count_text(4812) == "4,812"
    assert percent_text(0.982) == "98.2 %"
    assert percent_text(1.0) == "100 %"
    assert percent_text(None) == "–"
    assert plural(1, "step") == "1 step"
    assert plural(0, "query", "queries") == "0 queries"
    assert span_text(0.2) == "1 s"


def test_a_time_today_needs_no_date():
    local = NOW.astimezone()
    assert short_local(NOW, NOW) == f"{local:%H:%M}"
    assert "," in short_local(NOW + timedelta(days=3), NOW)


def test_a_message_on_one_line_is_its_first():
    assert one_line("\nfirst\nsecond") == "first"
