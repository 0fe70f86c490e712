"""Schedules: what a config means, when it is due, and what becomes of missed times."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.triggers.schedule import (
    MISSED_COUNTED,
    ScheduleError,
    ScheduleTrigger,
    due_after,
    next_due,
    parse_schedule,
    with_jitter,
)

DAILY = {"cron": "0 2 * * *"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_all_that_is_wrong_in_a_schedule_is_told_at_once() -> None:
    config = {"cron": "0 25 * * *", "timezone": "Asia/Shangai", "start_date": "soon"}
    issues = ScheduleTrigger().check(config)
    assert [issue.path for issue in issues] == [("cron",), ("timezone",), ("start_date",)]


def test_a_schedule_is_due_in_its_time_zone() -> None:
    schedule = parse_schedule({**DAILY, "timezone": "Asia/Shanghai"})
    assert next_due(schedule, at("2026-01-01T00:00")) == at("2026-01-01T18:00")


def test_nothing_is_due_before_the_start_date_or_after_the_end_date() -> None:
    bounds = {"start_date": "2026-03-01", "end_date": "2026-03-02", "timezone": "Europe/Berlin"}
    schedule = parse_schedule({"cron": "0 12 * * *", **bounds})
    first = next_due(schedule, at("2026-01-01T00:00"))
    assert first == at("2026-03-01T11:00")
    second = next_due(schedule, at("2026-03-01T11:00"))
    assert second == at("2026-03-02T11:00")
    assert next_due(schedule, at("2026-03-02T11:00")) is None


def test_a_due_time_at_the_very_start_or_end_counts() -> None:
    schedule = parse_schedule(
        {**DAILY, "start_date": "2026-03-01T02:00:00Z", "end_date": "2026-03-02T02:00:00Z"}
    )
    assert next_due(schedule, at("2026-01-01T00:00")) == at("2026-03-01T02:00")
    assert next_due(schedule, at("2026-03-01T02:00")) == at("2026-03-02T02:00")


def test_a_new_schedule_has_missed_nothing() -> None:
    due = due_after(parse_schedule(DAILY), None, at("2026-01-10T12:00"))
    assert (due.fire, due.missed, due.next) == ((), 0, at("2026-01-11T02:00"))


@pytest.mark.parametrize(
    ("policy", "fired"),
    [
        ({}, ["10T02:00"]),
        ({"misfire": "run_once"}, ["10T02:00"]),
        ({"misfire": "skip"}, []),
        ({"misfire": "run_all"}, ["08T02:00", "09T02:00", "10T02:00"]),
        ({"misfire": "run_all", "misfire_limit": 2}, ["09T02:00", "10T02:00"]),
    ],
)
def test_the_policy_says_what_becomes_of_missed_times(
    policy: dict[str, Any], fired: list[str]
) -> None:
    schedule = parse_schedule({**DAILY, **policy})
    due = due_after(schedule, at("2026-01-07T02:00"), at("2026-01-10T12:00"))
    assert due.fire == tuple(at(f"2026-01-{time}") for time in fired)
    assert due.missed == 3
    assert due.next == at("2026-01-11T02:00")


@pytest.mark.parametrize("misfire", ["run_once", "skip", "run_all"])
def test_a_due_time_some_seconds_ago_is_on_time(misfire: str) -> None:
    schedule = parse_schedule({**DAILY, "misfire": misfire})
    due = due_after(schedule, at("2026-01-09T02:00"), at("2026-01-10T02:00:20"))
    assert (due.fire, due.missed) == ((at("2026-01-10T02:00"),), 0)


def test_a_run_that_is_on_time_makes_up_for_the_missed_ones_too() -> None:
    due = due_after(parse_schedule(DAILY), at("2026-01-07T02:00"), at("2026-01-10T02:00"))
    assert (due.fire, due.missed) == ((at("2026-01-10T02:00"),), 2)


def test_years_of_missed_seconds_are_counted_up_to_a_bound_and_the_latest_are_made_up_for() -> None:
    schedule = parse_schedule({"cron": "* * * * * *", "misfire": "run_all", "misfire_limit": 3})
    now = at("2026-01-10T00:00")
    due = due_after(schedule, at("2020-01-01T00:00"), now)
    assert due.missed == MISSED_COUNTED
    assert due.fire == tuple(now - timedelta(seconds=seconds) for seconds in (3, 2, 1, 0))


@pytest.mark.parametrize(("misfire", "fires"), [("run_once", 1), ("skip", 1), ("run_all", 5)])
def test_of_many_times_within_a_minute_one_is_on_time_and_the_others_missed(
    misfire: str, fires: int
) -> None:
    schedule = parse_schedule({"cron": "*/3 * * * * *", "misfire": misfire})
    due = due_after(schedule, at("2026-01-10T02:00:00"), at("2026-01-10T02:00:16"))
    assert due.missed == 4
    assert due.fire[-1] == at("2026-01-10T02:00:15")
    assert len(due.fire) == fires


def test_a_clock_that_was_set_back_fires_nothing_again() -> None:
    due = due_after(parse_schedule(DAILY), at("2026-01-10T02:00"), at("2026-01-09T01:00"))
    assert due.fire == ()


@given(
    st.integers(0, 10**7),
    st.integers(0, 10**6),
    st.sampled_from(["run_once", "skip", "run_all"]),
    st.sampled_from(["*/7 * * * *", "0 2 * * *", "0 0 1 * *", "*/20 * * * * *"]),
)
def test_what_fires_is_due_between_last_and_now_and_never_twice(
    start: int, span: int, misfire: str, cron: str
) -> None:
    schedule = parse_schedule({"cron": cron, "misfire": misfire, "timezone": "Europe/Riga"})
    last = at("2024-01-01T00:00") + timedelta(seconds=start)
    now = last + timedelta(seconds=span)
    due = due_after(schedule, last, now)
    assert list(due.fire) == sorted(set(due.fire))
    assert all(last < time <= now for time in due.fire)
    assert due.next is not None and due.next > now
    if due.fire:
        assert due_after(schedule, due.fire[-1], now).fire == ()


def test_jitter_is_the_same_each_time_and_differs_between_keys() -> None:
    schedule = parse_schedule({**DAILY, "jitter": "5m"})
    due = at("2026-01-10T02:00")
    moved = {with_jitter(schedule, due, f"trigger {number}") for number in range(50)}
    assert len(moved) > 40
    assert all(due <= moment <= due + timedelta(minutes=5) for moment in moved)
    assert with_jitter(schedule, due, "a") == with_jitter(schedule, due, "a")
    assert with_jitter(parse_schedule(DAILY), due, "a") == due


@pytest.mark.parametrize(
    ("config", "key", "words"),
    [
        ({"cron": "61 * * * *"}, "cron", "minute: 61 is out of range; it allows 0 to 59"),
        ({**DAILY, "timezone": "Asia/Shangai"}, "timezone", 'no time zone "Asia/Shangai"'),
        ({**DAILY, "timezone": "../../etc/passwd"}, "timezone", "no time zone"),
        ({**DAILY, "misfire": "later"}, "misfire", "run_once, skip or run_all"),
        ({**DAILY, "misfire_limit": 0}, "misfire_limit", "1 to 1000"),
        ({**DAILY, "start_date": "soon"}, "start_date", "no date"),
        ({**DAILY, "end_date": 5}, "end_date", "must be a date"),
        ({**DAILY, "start_date": "2026-02-01", "end_date": "2026-01-01"}, "end_date", "before"),
        ({**DAILY, "jitter": "long"}, "jitter", "no duration"),
    ],
)
def test_a_wrong_config_names_its_key(config: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        parse_schedule(config)
    assert words in caught.value.message
    assert caught.value.path == (key,)
    [issue] = ScheduleTrigger().check(config)
    assert (issue.message, issue.path) == (caught.value.message, (key,))


def test_a_misspelled_time_zone_has_a_candidate() -> None:
    [issue] = ScheduleTrigger().check({**DAILY, "timezone": "Asia/Shangai"})
    assert issue.hint == 'did you mean "Asia/Shanghai"?'


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"cron": "0 0 30 2 *"}, "never due"),
        (
            {"cron": "0 0 1 1 *", "start_date": "2026-02-01", "end_date": "2026-12-01"},
            "no due time between",
        ),
    ],
)
def test_a_schedule_that_is_never_due_is_an_error_before_it_runs(
    config: dict[str, Any], words: str
) -> None:
    [issue] = ScheduleTrigger().check(config)
    assert words in issue.message


def test_the_summary_says_when_and_where() -> None:
    trigger = ScheduleTrigger()
    assert trigger.summary(DAILY) == "every day at 02:00"
    berlin = {**DAILY, "timezone": "Europe/Berlin"}
    assert trigger.summary(berlin) == "every day at 02:00 (Europe/Berlin)"
    assert trigger.summary({"cron": "nonsense"}) == "nonsense"
    assert trigger.summary({}) == ""
