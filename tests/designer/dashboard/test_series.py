"""What the charts draw is made of the statistics without loss."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from designer.dashboard.charts import even_marks
from designer.dashboard.figures import count_change, rate_change
from designer.dashboard.series import (
    bucket_place,
    label_places,
    slot_label,
    slots,
    trend_floor,
    trimmed,
    unit_of,
    worst_slot,
)
from engine import api

COUNTS = (
    "total", "completed", "failed", "cancelled", "timed_out", "running", "queued", "previous_total",
)  # fmt: skip
UNKNOWN = (
    "success_rate", "previous_success_rate", "duration_mean", "duration_p50", "duration_p95",
)  # fmt: skip
LISTS = ("durations", "slowest_steps", "errors")
UNTIL = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)


def stats(length, days=(), **more):
    values = dict.fromkeys(COUNTS, 0) | dict.fromkeys(UNKNOWN) | {key: [] for key in LISTS}
    values |= {"since": UNTIL - length, "until": UNTIL, "days": list(days)}
    return api.Stats(**(values | more))


def day(number, **counts):
    return api.DayCount(start=datetime(2026, 11, number, tzinfo=UTC), **counts)


def test_days_without_executions_have_a_slot_too():
    found = slots(stats(timedelta(days=7), [day(20, completed=3, failed=1)]))
    assert len(found) == 8
    assert [slot.total for slot in found] == [0, 0, 0, 4, 0, 0, 0, 0]
    assert found[3].success_rate == 0.75
    assert found[0].success_rate is None


def test_a_short_period_counts_by_hour():
    short = stats(timedelta(hours=24))
    assert unit_of(short) == "hour"
    assert len(slots(short)) == 25


def test_a_slot_is_named_by_its_day():
    found = slots(stats(timedelta(days=2, hours=1)))
    assert slot_label(found[0], "day") == "22 Nov"


def test_the_slot_with_most_failures_is_named_only_when_it_stands_out():
    bad = [day(20, failed=9), day(21, failed=1)]
    worst = worst_slot(slots(stats(timedelta(days=7), bad)))
    assert worst is not None
    assert worst.start.day == 20
    even = [day(20, failed=3), day(21, failed=3)]
    assert worst_slot(slots(stats(timedelta(days=7), even))) is None


@pytest.mark.parametrize("most", [0, 1, 2, 3, 7, 10, 64, 106, 999, 4812, 100_000])
def test_marks_hold_the_highest_bar_in_few_round_figures(most):
    marks = even_marks(most)
    assert marks[0] == 0
    assert marks[-1] >= most
    assert 2 <= len(marks) <= 5


@pytest.mark.parametrize("count", [0, 1, 5, 8, 24, 30, 31])
def test_labels_are_few_and_evenly_spread(count):
    places = label_places(count)
    assert len(places) <= 7
    steps = {b - a for a, b in pairwise(places)}
    assert len(steps) <= 1


def test_the_95th_percentile_lies_inside_its_bucket():
    buckets = [api.Bucket(low=0, high=1, count=1), api.Bucket(low=1, high=3, count=5)]
    assert bucket_place(buckets, 2.0) == 1.0
    assert bucket_place(buckets, 9.0) == 1.5
    assert bucket_place([], 1.0) is None


def test_empty_buckets_at_the_ends_are_left_out():
    buckets = [api.Bucket(low=n, high=n + 1, count=c) for n, c in enumerate((0, 2, 0, 3, 0))]
    assert [bucket.count for bucket in trimmed(buckets)] == [2, 0, 3]


def test_the_axis_of_a_rate_begins_below_the_lowest():
    assert trend_floor([1.0, 0.99]) == 80.0
    assert trend_floor([0.63]) == 50.0
    assert trend_floor([0.0]) == 0.0


def test_changes_are_told_in_words():
    assert count_change(112, 100, "30 days")[0] == "+12 % on the 30 days before"
    assert count_change(88, 100, "7 days")[0] == "−12 % on the 7 days before"
    assert count_change(0, 0, "7 days")[0] == "nothing ran yet"
    assert rate_change(0.98, 0.99) == ("1.0 points worse", "warning")
    assert rate_change(0.99, 0.99)[0] == "steady"
