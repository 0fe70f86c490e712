"""Durations and sizes: what people write, and the way back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definition.units import (
    DURATION_PATTERN,
    MAX_DURATION,
    format_duration,
    format_size,
    parse_duration,
    parse_size,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("30s", 30),
        ("5m", 300),
        ("2h", 7200),
        ("7d", 604800),
        (" 1.5 h ", 5400),
        ("30", 30),
        (90, 90),
        (0.25, 0.25),
        ("0s", 0),
    ],
)
def test_a_duration_is_read_in_seconds(text: str | float, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "wrong",
    ["", "s", "5 minutes", "-5s", "1h30m", "५s", "1e3s", "9" * 400, -1, math.nan, math.inf, True],
)
def test_what_is_no_duration_is_refused_with_the_way_out(wrong: str | float) -> None:
    with pytest.raises(ValueError, match=r"30s, 5m, 2h, 7d"):
        parse_duration(wrong)


def test_a_duration_beyond_a_hundred_years_is_refused() -> None:
    with pytest.raises(ValueError, match="hundred years"):
        parse_duration("40000d")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (90, "90s"),
        (300, "5m"),
        (0.5, "500ms"),
        (5400, "90m"),
        (86400, "1d"),
        (0, "0s"),
        (1.5, "1500ms"),
    ],
)
def test_a_duration_is_written_in_its_shortest_exact_form(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@given(st.floats(min_value=0, max_value=MAX_DURATION).map(lambda x: round(x, 6)))
def test_a_written_duration_reads_back_the_same(seconds: float) -> None:
    assert parse_duration(format_duration(seconds)) == seconds


@given(st.from_regex(DURATION_PATTERN, fullmatch=True))
def test_what_the_schema_pattern_allows_is_read_or_is_too_long(text: str) -> None:
    try:
        assert parse_duration(text) >= 0
    except ValueError as error:
        assert "hundred years" in str(error) or "\n" in text


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512MB", 512 * 2**20),
        ("1GB", 2**30),
        ("1 gib", 2**30),
        ("64k", 65536),
        (10, 10),
        ("1.5KB", 1536),
    ],
)
def test_a_size_is_read_in_bytes(text: str | int, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("wrong", ["", "MB", "-1MB", "1 EB", "1 M M", -5, math.nan, False])
def test_what_is_no_size_is_refused_with_the_way_out(wrong: str | float) -> None:
    with pytest.raises(ValueError, match=r"512MB, 1GB"):
        parse_size(wrong)


@given(st.integers(min_value=0, max_value=2**60))
def test_a_written_size_reads_back_the_same(size: int) -> None:
    assert parse_size(format_size(size)) == size
