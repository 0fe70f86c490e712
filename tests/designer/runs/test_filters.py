"""Filters of the executions table."""

from datetime import UTC, datetime, timedelta

import pytest

from designer.runs.executions_model import ExecutionsModel
from designer.runs.filters import Filter, FilterBar, span_words
from designer.runs.page import merged
from designer.theme import Theme
from engine import api

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def theme(qapp):
    return Theme("light")


def execution(number, status="completed", **more):
    return api.Execution(
        id=str(number),
        workflow_id="w",
        workflow_name="Orders",
        status=status,
        created_at=NOW - timedelta(minutes=number),
        **more,
    )


def test_a_choice_elsewhere_is_shown_and_told(theme, qtbot):
    bar = FilterBar(theme)
    qtbot.addWidget(bar)
    span = (NOW - timedelta(days=1), NOW)
    wanted = Filter(statuses=("failed", "timed_out"), span=span)
    with qtbot.waitSignal(bar.changed):
        bar.choose(wanted)
    assert bar.filter == wanted
    assert (bar.filter.since, bar.filter.until) == span


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (datetime(2026, 10, 25, 21, 3), datetime(2026, 11, 24, 21, 3), "Since 25 Oct, 21:03"),
        (datetime(2026, 11, 24, 14), datetime(2026, 11, 24, 15), "24 Nov, 14:00 – 15:00"),
        (datetime(2026, 11, 3), datetime(2026, 11, 4), "3 Nov, 00:00 – 4 Nov, 00:00"),
    ],
)
def test_a_span_is_told_by_both_its_ends(start, end, words):
    now = datetime(2026, 11, 24, 21, 4).astimezone()
    assert span_words(start.astimezone(), end.astimezone(), now) == words


def test_no_filter_lets_everything_through():
    assert not Filter().narrow
    assert Filter().since is None
    assert Filter(period="day").since < datetime.now(UTC)


def test_a_list_keeps_its_tail_when_its_head_is_read_again():
    old = [execution(n) for n in range(1, 6)]
    newest = [execution(0, "running"), execution(1), execution(2)]
    assert [item.id for item in merged(old, newest)] == ["0", "1", "2", "3", "4", "5"]


def test_an_empty_answer_empties_the_list():
    assert merged([execution(1)], []) == []


def test_a_row_tells_state_trigger_and_error_in_words(theme):
    model = ExecutionsModel(theme)
    model.show([execution(1, "timed_out", duration=61.0, error_message="fetch: too slow\nmore")])
    texts = [model.index(0, column).data() for column in range(model.columnCount())]
    assert texts[0] == "timed out"
    assert texts[2] == "by hand"
    assert texts[4] == "1 min 1 s"
    assert texts[5] == "fetch: too slow"


def test_the_next_page_is_added_once(theme):
    model = ExecutionsModel(theme)
    model.show([execution(1), execution(2)])
    model.add([execution(2), execution(3)])
    assert [item.id for item in model.items] == ["1", "2", "3"]
