"""Another implementation agrees on when a schedule is due, where clocks do not change."""

from datetime import UTC, datetime, timedelta

from croniter import croniter
from hypothesis import given
from hypothesis import strategies as st

from engine.triggers.cron import CronExpression


def field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    # A range of one value is left out: croniter reads "0-0" as every value.
    span = (
        st.sets(number, min_size=2, max_size=2).map(sorted).map(lambda ends: f"{ends[0]}-{ends[1]}")
    )
    step = st.integers(1, high - low or 1).map(lambda by: f"*/{by}")
    several = st.lists(number, min_size=2, max_size=4, unique=True).map(
        lambda values: ",".join(str(value) for value in sorted(values))
    )
    return st.one_of(st.just("*"), number.map(str), span, step, several)


# Days of month and week together are left out: with steps the two read "either" differently.
days = st.one_of(
    st.tuples(field(1, 28), field(1, 12), st.just("*")),
    st.tuples(st.just("*"), field(1, 12), field(0, 6)),
)
expressions = st.tuples(field(0, 59), field(0, 23), days).map(
    lambda parts: " ".join((parts[0], parts[1], *parts[2]))
)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)


@given(expressions, moments)
def test_both_name_the_same_next_times(expression: str, start: datetime) -> None:
    theirs = croniter(expression, start)
    ours, cron = start, CronExpression.parse(expression)
    for _ in range(3):
        due = cron.next_after(ours, UTC)
        assert due is not None
        assert due == theirs.get_next(datetime)
        assert due - ours > timedelta(0)
        ours = due
