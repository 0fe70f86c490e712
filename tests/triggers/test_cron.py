"""Cron expressions: what they mean, when they are due, and clock changes as Vixie cron has them."""

import calendar
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.triggers.cron import CronExpression, next_times
from engine.triggers.cron_fields import MACROS, CronError

NEW_YORK = ZoneInfo("America/New_York")


def due(cron: str, start: str, count: int = 3, zone: str = "UTC") -> list[str]:
    """Due times after a local time, as local times with offset, seconds left out where 00."""
    tz = ZoneInfo(zone)
    moment = datetime.fromisoformat(start)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=tz)
    times = next_times(CronExpression.parse(cron), tz, moment, count)
    assert all(time.utcoffset() == timedelta(0) for time in times)
    local = [time.astimezone(tz) for time in times]
    return [time.isoformat(" ", "seconds" if time.second else "minutes") for time in local]


@pytest.mark.parametrize(
    ("cron", "start", "expected"),
    [
        ("* * * * *", "2026-01-31 23:59:30", ["2026-02-01 00:00", "2026-02-01 00:01"]),
        ("0 2 * * *", "2026-01-31 02:00", ["2026-02-01 02:00", "2026-02-02 02:00"]),
        ("*/20 8-9 * * *", "2026-01-01 08:30", ["2026-01-01 08:40", "2026-01-01 09:00"]),
        ("5/20 8 * * *", "2026-01-01 08:30", ["2026-01-01 08:45", "2026-01-02 08:05"]),
        ("0 0 29 2 *", "2026-01-01 00:00", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("0 0 29 2 *", "2096-03-01 00:00", ["2104-02-29 00:00", "2108-02-29 00:00"]),
        ("0 0 31 * *", "2026-01-31 00:00", ["2026-03-31 00:00", "2026-05-31 00:00"]),
        ("0 9 * * MON-FRI", "2026-01-02 10:00", ["2026-01-05 09:00", "2026-01-06 09:00"]),
        ("0 9 * * sat,7", "2026-01-02 10:00", ["2026-01-03 09:00", "2026-01-04 09:00"]),
        ("0 9 * * FRI-SUN", "2026-01-01 10:00", ["2026-01-02 09:00", "2026-01-03 09:00"]),
        ("0 0 1 JAN,jul *", "2026-01-01 00:00", ["2026-07-01 00:00", "2027-01-01 00:00"]),
        ("0 0 L * *", "2026-01-01 00:00", ["2026-01-31 00:00", "2026-02-28 00:00"]),
        ("0 0 L-2 * *", "2026-01-01 00:00", ["2026-01-29 00:00", "2026-02-26 00:00"]),
        ("0 0 LW * *", "2026-01-01 00:00", ["2026-01-30 00:00", "2026-02-27 00:00"]),
        ("0 0 1W * *", "2026-01-02 00:00", ["2026-02-02 00:00", "2026-03-02 00:00"]),
        ("0 0 31W * *", "2026-01-01 00:00", ["2026-01-30 00:00", "2026-03-31 00:00"]),
        ("0 0 ? * 5L", "2026-01-01 00:00", ["2026-01-30 00:00", "2026-02-27 00:00"]),
        ("0 0 * * WED#2", "2026-01-01 00:00", ["2026-01-14 00:00", "2026-02-11 00:00"]),
        ("0 0 * * 0#5", "2026-01-01 00:00", ["2026-03-29 00:00", "2026-05-31 00:00"]),
        ("@monthly", "2026-01-15 00:00", ["2026-02-01 00:00", "2026-03-01 00:00"]),
    ],
)
def test_due_times_on_a_plain_clock(cron: str, start: str, expected: list[str]) -> None:
    assert due(cron, start, 2) == [f"{time}+00:00" for time in expected]


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("*/30 * * * * *", ["2026-01-01 00:00:30+00:00", "2026-01-01 00:01+00:00"]),
        ("10 0 12 * * *", ["2026-01-01 12:00:10+00:00", "2026-01-02 12:00:10+00:00"]),
    ],
)
def test_a_sixth_field_in_front_is_the_seconds(cron: str, expected: list[str]) -> None:
    assert due(cron, "2026-01-01 00:00", 2) == expected


@pytest.mark.parametrize(
    ("cron", "days"),
    [
        ("0 0 13 * 5", ["01-02", "01-09", "01-13", "01-16"]),
        ("0 0 1-7 * MON", ["01-02", "01-03", "01-04", "01-05"]),
        ("0 0 */2 * MON", ["01-05", "01-19", "02-09", "02-23"]),
        ("0 0 1-7 * */6", ["01-03", "01-04", "02-01", "02-07"]),
        ("0 0 * * MON", ["01-05", "01-12", "01-19", "01-26"]),
    ],
)
def test_either_day_is_enough_unless_a_field_begins_with_a_star(cron: str, days: list[str]) -> None:
    times = next_times(CronExpression.parse(cron), UTC, datetime(2026, 1, 1, 1, tzinfo=UTC), 4)
    assert [f"{time:%m-%d}" for time in times] == days


def test_with_six_fields_a_step_is_a_given_day_like_any_other() -> None:
    assert due("0 0 0 */20 * MON", "2026-01-01 01:00") == [
        "2026-01-05 00:00+00:00",
        "2026-01-12 00:00+00:00",
        "2026-01-19 00:00+00:00",
    ]
    assert due("0 0 0 */20 * *", "2026-01-01 01:00", 1) == ["2026-01-21 00:00+00:00"]


SPRING, AUTUMN = "2024-03-10 00:00", "2024-11-03 00:30"


@pytest.mark.parametrize(
    ("cron", "start", "expected"),
    [
        ("30 2 * * *", SPRING, ["10 03:00-04", "11 02:30-04"]),
        ("0,30 2 * * *", SPRING, ["10 03:00-04", "11 02:00-04"]),
        ("0 2,3 * * *", SPRING, ["10 03:00-04", "11 02:00-04"]),
        ("30 1,3 * * *", SPRING, ["10 01:30-05", "10 03:30-04"]),
        ("*/30 2 * * *", SPRING, ["11 02:00-04", "11 02:30-04"]),
        ("30 * * * *", "2024-03-10 01:00", ["10 01:30-05", "10 03:30-04"]),
        ("0 */2 * * *", SPRING, ["10 04:00-04", "10 06:00-04"]),
        ("30 1 * * *", AUTUMN, ["03 01:30-04", "04 01:30-05"]),
        ("0 1,2 * * *", AUTUMN, ["03 01:00-04", "03 02:00-05"]),
        ("*/30 1 * * *", AUTUMN, ["03 01:00-04", "03 01:30-04", "03 01:00-05", "03 01:30-05"]),
        ("30 * * * *", "2024-11-03 01:00", ["03 01:30-04", "03 01:30-05", "03 02:30-05"]),
        ("30 1 * * *", "2024-11-03T01:10-05:00", ["04 01:30-05"]),
        ("0 0 * * *", "2024-11-02 12:00", ["03 00:00-04", "04 00:00-05"]),
    ],
)
def test_clock_changes_are_smoothed_for_fixed_times_only(
    cron: str, start: str, expected: list[str]
) -> None:
    got = due(cron, start, len(expected), "America/New_York")
    assert [f"{time[8:16]}{time[-6:-3]}" for time in got] == expected


@pytest.mark.parametrize(
    ("zone", "cron", "start", "expected"),
    [
        # the change is at midnight: there is no 00:00
        ("America/Sao_Paulo", "0 0 * * *", "2018-11-03 12:00", "2018-11-04 01:00-02:00"),
        ("Africa/Cairo", "15 0 * * *", "2024-04-25 12:00", "2024-04-26 01:00+03:00"),
        # half an hour only
        ("Australia/Lord_Howe", "15 2 * * *", "2024-10-05 12:00", "2024-10-06 02:30+11:00"),
        # two hours
        ("Antarctica/Troll", "30 1 * * *", "2024-03-30 12:00", "2024-03-31 03:00+02:00"),
        # a whole day left out is no daylight saving: what it skips is not made up for
        ("Pacific/Apia", "0 12 30 * *", "2011-12-29 12:00", "2012-01-30 12:00+14:00"),
    ],
)
def test_odd_changes_of_the_clock(zone: str, cron: str, start: str, expected: str) -> None:
    [got] = due(cron, start, 1, zone)
    assert got == expected


def test_a_day_that_never_comes_is_never_due() -> None:
    for cron in ("0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 31W 2 *"):
        expression = CronExpression.parse(cron)
        assert not expression.possible
        assert expression.next_after(datetime(2026, 1, 1, tzinfo=UTC), UTC) is None
    assert CronExpression.parse("0 0 29 2 MON").possible


def test_the_end_of_the_calendar_is_the_end() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    for cron in ("0 0 * * *", "* * * * *", "0 0 1 1 *"):
        assert CronExpression.parse(cron).next_after(last, NEW_YORK) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        CronExpression.parse("* * * * *").next_after(datetime(2026, 1, 1), UTC)


@pytest.mark.parametrize(
    ("cron", "field", "place", "words"),
    [
        ("60 * * * *", "minute", "60", "0 to 59"),
        ("* 24 * * *", "hour", "24", "0 to 23"),
        ("0 0 0 * *", "day of month", "0", "1 to 31"),
        ("0 0 1 foo *", "month", "FOO", "JAN to DEC"),
        ("0 0 * * 8", "day of week", "8", "SUN to SAT"),
        ("61 * * * * *", "second", "61", "0 to 59"),
        ("*/0 * * * *", "minute", "*/0", "not 0"),
        ("*/ * * * *", "minute", "", "cannot be read"),
        ("1,,2 * * * *", "minute", "", "cannot be read"),
        ("0 22-6 * * *", "hour", "22-6", "write 22-23,0-6"),
        ("0 0 * * MON#6", "day of week", "MON#6", "5#2"),
        ("0 0 5L * *", "day of month", "5L", "L-2"),
        ("0 ? * * *", "hour", "?", "0 to 23"),
        ("1\u0660 * * * *", "minute", "1\u0660", "0 to 59"),
        ("@reboot", "", "@reboot", "@hourly"),
        ("* * * *", "", "* * * *", "this has 4"),
        ("* * * * * * *", "", "* * *", "this has 7"),
        ("", "", "", "this has 0"),
    ],
)
def test_an_error_names_the_field_what_it_allows_and_the_place(
    cron: str, field: str, place: str, words: str
) -> None:
    with pytest.raises(CronError) as caught:
        CronExpression.parse(cron)
    error = caught.value
    assert error.field == field
    assert words in error.message
    assert cron[error.start : error.end].upper().startswith(place.upper())


def field_texts(low: int, high: int) -> st.SearchStrategy[str]:
    """Fields that are valid for a range, of one to three parts."""
    number = st.integers(low, high)
    span = st.tuples(number, number).map(sorted).map(lambda ends: f"{ends[0]}-{ends[1]}")
    body = st.one_of(st.just("*"), number.map(str), span)
    stepped = st.tuples(body, st.integers(1, 40)).map(lambda parts: f"{parts[0]}/{parts[1]}")
    return st.lists(st.one_of(body, stepped), min_size=1, max_size=3).map(",".join)


expressions = st.tuples(
    field_texts(0, 59),
    field_texts(0, 23),
    field_texts(1, 31),
    field_texts(1, 12),
    field_texts(0, 7),
).map(" ".join)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


@given(st.text(alphabet="0123456789*/,-LW#?@ MONdaily¹", max_size=25))
def test_any_text_is_an_expression_or_a_cron_error(text: str) -> None:
    try:
        expression = CronExpression.parse(text)
    except CronError as error:
        assert 0 <= error.start <= error.end <= max(len(text), 1)
    else:
        assert len(expression.text.split()) in {5, 6} or expression.text.lower() in MACROS


@settings(max_examples=150, deadline=None)
@given(expressions, moments)
def test_the_next_due_time_is_what_a_look_at_every_minute_finds(cron: str, start: datetime) -> None:
    found = CronExpression.parse(cron).next_after(start, UTC)
    minute = start.replace(second=0, microsecond=0)
    for _ in range(3 * 24 * 60):
        minute += timedelta(minutes=1)
        if matches(cron.split(), minute):
            break
    else:
        assert found is None or found > minute
        return
    assert found == minute


def matches(fields: list[str], at: datetime) -> bool:
    """A second reading of the five fields, as naive as can be."""
    minute, hour, day, month, weekday = fields
    in_month = has(day, at.day, 31, 1)
    in_week = has(weekday, at.isoweekday() % 7, 6) or has(weekday, at.isoweekday(), 6)
    both = day.startswith("*") or weekday.startswith("*")
    return (
        has(minute, at.minute, 59)
        and has(hour, at.hour, 23)
        and has(month, at.month, 12, 1)
        and (in_month and in_week if both else in_month or in_week)
    )


def has(field: str, value: int, high: int, low: int = 0) -> bool:
    for part in field.split(","):
        body, _, step = part.partition("/")
        if body == "*":
            first, last = low, high
        elif "-" in body:
            first, last = (int(word) for word in body.split("-"))
        else:
            first = int(body)
            last = max(high, first) if step else first
        if first <= value <= last and (value - first) % int(step or 1) == 0:
            return True
    return False


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(
        [
            *("*/7 * * * *", "30 2 * * *", "0,30 1-3 * * *", "15 */3 * * *", "0 0 * * 0"),
            *("20 1 L * *", "0 3 1,15 * 1", "45 23 * * 5L", "0 12 29 2 *", "30 30 1 * * *"),
        ]
    ),
    st.sampled_from(
        ["America/New_York", "Europe/Riga", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu"]
    ),
    moments,
)
def test_due_times_go_forward_and_match_the_clock_of_the_zone(
    cron: str, zone: str, start: datetime
) -> None:
    tz = ZoneInfo(zone)
    expression = CronExpression.parse(cron)
    previous = start
    for moment in next_times(expression, tz, start, 8):
        assert moment > previous
        wall = moment.astimezone(tz).replace(tzinfo=None)
        before = (moment - timedelta(seconds=1)).astimezone(tz)
        at_change = before.utcoffset() != moment.astimezone(tz).utcoffset()
        assert at_change or expression.next_wall_time(wall - timedelta(seconds=1)) == wall
        previous = moment


@given(moments, st.integers(0, 6), st.integers(1, 5))
def test_a_numbered_day_of_the_week_falls_in_its_week(
    start: datetime, weekday: int, which: int
) -> None:
    found = CronExpression.parse(f"0 0 * * {weekday}#{which}").next_after(start, UTC)
    assert found is not None
    assert found.isoweekday() % 7 == weekday
    assert (which - 1) * 7 < found.day <= which * 7
    assert found.day <= calendar.monthrange(found.year, found.month)[1]
