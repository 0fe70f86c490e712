"""Values in the journal: every one comes back as it was, with its type."""

import math
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.core.artifact import Artifact
from engine.core.events import (
    Cause,
    ExecutionQueued,
    Reused,
    StepCompleted,
    StepStarted,
)
from engine.store.encoding import decode, decode_event, encode, shown
from engine.store.errors import RecordError

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
ARTIFACT = Artifact("ab" * 32, 70_000, "json", 12, (3, 5))
TYPED: dict[str, Any] = {
    "at": NOW,
    "local": datetime(2026, 1, 2, 3, 4, 5),
    "zoned": datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    "berlin": datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
    "day": date(2026, 1, 2),
    "hour": time(3, 4, 5),
    "length": timedelta(days=-2, seconds=3, microseconds=4),
    "price": Decimal("1.10"),
    "bytes": b"\x00\xff",
    "large": ARTIFACT,
    "own": {"$type": "date", "value": "2026-01-02", "inner": {"$type": NOW}},
}

zones = st.one_of(
    st.none(),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.datetimes(timezones=zones),
    st.dates(),
    st.times(),
    st.timedeltas(timedelta(days=-10_000), timedelta(days=10_000)),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.binary(),
    st.just(ARTIFACT),
)
names = st.one_of(
    st.sampled_from(["$type", "value", "date", "mapping"]),
    st.text(st.characters(exclude_categories=["Cs"])),
)
words = st.sampled_from(["date", "mapping", "artifact", "bytes", "unknown"])
values = st.recursive(
    st.one_of(leaves, words),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(names, inner)),
    max_leaves=20,
)


def same(one: Any, two: Any) -> bool:
    """Equal, and of the same types; 1, 1.0, True and Decimal(1) are four values."""
    if type(one) is not type(two):
        return False
    if isinstance(one, dict):
        return list(one) == list(two) and all(same(one[key], two[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(two) and all(map(same, one, two))
    if isinstance(one, datetime | time):  # their folds mean nothing without a zone's rules
        return bool(one == two) and one.utcoffset() == two.utcoffset() and _zone(one) == _zone(two)
    return repr(one) == repr(two)


def _zone(value: datetime | time) -> str | None:
    return getattr(value.tzinfo, "key", None)


@given(values)
@example(TYPED)
@example({"$type": {"$type": {"$type": "mapping", "value": {}}}})
@example({"$type": "artifact", "digest": "", "size": 1})
def test_any_value_comes_back_as_it_was(value: Any) -> None:
    assert same(decode(encode(value)), value)


@given(values)
def test_any_event_comes_back_as_it_was(value: Any) -> None:
    queued = ExecutionQueued(
        time=NOW,
        input={"given": value},
        cause=Cause(type="webhook", payload=value),
        reused={"a": Reused(output=value, variables={"v": value})},
    )
    for event in (
        queued,
        StepStarted(time=NOW, key="a", attempt=1, fence=1, input=value, config={"c": value}),
        StepCompleted(time=NOW, key="a", attempt=1, started=NOW, output=value),
    ):
        found = decode_event(encode(event))
        assert found == event
        assert same(decode(encode(found)), decode(encode(event)))


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, Decimal("NaN"), Decimal("Infinity")]
)
def test_what_is_no_number_is_refused_in_words(value: Any) -> None:
    for place in ({"a": [value]}, {"a": [value], "$type": 1}):
        with pytest.raises(RecordError, match="is no number that JSON knows"):
            encode(StepCompleted(time=NOW, key="a", attempt=1, started=NOW, output=place))


def test_what_there_is_no_json_for_is_refused_by_name() -> None:
    with pytest.raises(RecordError, match="type object"):
        encode({"a": object()})


def test_a_plain_value_is_plain_json() -> None:
    value = {"a": [1, 2.5, None, True, "text"], "b": {}}
    assert msgspec.json.decode(encode(value)) == value
    assert "$type" not in encode(StepCompleted(time=NOW, key="a", attempt=1, started=NOW))


def test_what_is_shown_is_plain_json() -> None:
    plain = shown({name: value for name, value in TYPED.items() if name != "large"})
    assert plain == {
        "at": "2026-01-02T03:04:05.678901Z",
        "local": "2026-01-02T03:04:05",
        "zoned": "2026-01-02T00:00:00+05:45",
        "berlin": "2026-10-25T02:30:00+01:00",
        "day": "2026-01-02",
        "hour": "03:04:05",
        "length": "-P1DT86396.999996S",
        "price": "1.10",
        "bytes": "AP8=",
        "own": {
            "$type": "date",
            "value": "2026-01-02",
            "inner": {"$type": "2026-01-02T03:04:05.678901Z"},
        },
    }


@pytest.mark.parametrize("kind", ["date", "decimal", "artifact", "bytes", "My.Class", 3])
def test_a_mapping_that_only_looks_like_a_tag_of_an_older_version_stays(kind: Any) -> None:
    written = {"$type": kind, "value": "not that", "more": [1]}
    assert decode(msgspec.json.encode(written)) == written
