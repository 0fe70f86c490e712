"""The dashboard shows what the statistics of its period say."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from designer.dashboard import DashboardPage
from designer.theme import Theme
from designer.theme.wording import ONGOING
from engine import EngineClient, api

NOW = datetime(2026, 3, 20, 12, 30, tzinfo=UTC)


def stats(length: timedelta, **more: Any) -> api.Stats:
    known: dict[str, Any] = {
        "since": NOW - length,
        "until": NOW,
        "total": 3,
        "completed": 2,
        "failed": 1,
        "cancelled": 0,
        "timed_out": 0,
        "running": 0,
        "queued": 0,
        "success_rate": 2 / 3,
        "previous_total": 0,
        "previous_success_rate": None,
        "duration_mean": 1.0,
        "duration_p50": 1.0,
        "duration_p95": 2.0,
        "days": [api.DayCount(start=NOW.replace(minute=0), completed=2, failed=1)],
        "durations": [api.Bucket(low=0.5, high=1.0, count=3)],
        "slowest_steps": [],
        "errors": [api.ErrorCount(type="exit_1", count=1)],
    }
    return api.Stats(**{**known, **more})


@pytest.fixture
def page(qtbot: Any, tmp_path: Any) -> DashboardPage:
    page = DashboardPage(Theme("light"), EngineClient.local(tmp_path), lambda work: work.close())
    qtbot.addWidget(page)
    return page


IDLE = api.SchedulerStatus(enabled=True, running=0, queued=0, workers=10, scheduled=0)


@pytest.mark.parametrize(
    ("length", "title"),
    [
        (timedelta(days=30), "Executions by day"),
        (timedelta(hours=24), "Executions by hour"),
    ],
)
def test_the_chart_says_what_a_bar_stands_for(
    page: DashboardPage, length: timedelta, title: str
) -> None:
    page._show(stats(length), IDLE, [])
    label = page._titles["Executions by day"]
    assert label is not None
    assert label.text() == title


def test_no_chart_shows_before_there_is_something_to_draw(page: DashboardPage) -> None:
    page.show()
    assert not page.days.isVisible()
    page._show(stats(timedelta(days=7)), IDLE, [])
    assert page.days.isVisible()


def test_a_click_filters_by_all_that_was_counted(page: DashboardPage, qtbot: Any) -> None:
    page._show(stats(timedelta(days=7)), IDLE, [])
    failures = ("failed", "timed_out")
    for click, states in (
        (lambda: page.errors.chosen.emit(0), failures),
        (lambda: page.figures.chosen.emit("failed"), failures),
        (lambda: page.figures.chosen.emit("now"), ONGOING),
        (lambda: page.figures.chosen.emit("executions"), ()),
    ):
        with qtbot.waitSignal(page.filter_wanted) as told:
            click()
        assert told.args[1] == states


def test_figures_are_those_of_the_statistics(page: DashboardPage) -> None:
    page._show(stats(timedelta(days=7)), IDLE, [])
    assert page.figures.card("executions").words[0] == "3"
    assert page.figures.card("failed").words[0] == "1"
