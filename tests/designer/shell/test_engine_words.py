"""What the window says of its engine follows the clock, and says the way out."""

from datetime import UTC, datetime, timedelta

import pytest

from designer.shell.engine_link import EngineLink, EngineStatus
from designer.shell.statusbar import StatusBar
from designer.theme import Theme
from engine import ClientError, EngineClient, api

QUIET = api.HealthStats(
    active_executions=0, queued_executions=0, total_workflows=1, active_workflows=1
)


@pytest.fixture
def link(qapp, tmp_path):
    return EngineLink(EngineClient.local(tmp_path), "at http://far:8084", local=False)


def test_the_next_time_counts_down_in_the_status_bar(link, qtbot):
    bar = StatusBar(Theme("light"), link)
    qtbot.addWidget(bar)
    due = datetime.now(UTC) + timedelta(seconds=10)
    link.status = EngineStatus(
        health=api.Health(status="healthy", checks={}, stats=QUIET),
        scheduler=api.SchedulerStatus(
            enabled=True, running=0, queued=0, workers=10, scheduled=1, next_due=due
        ),
    )
    link.status_changed.emit(link.status)
    assert bar.scheduled.text() == "1 scheduled · next in 10 s"
    qtbot.waitUntil(lambda: bar.scheduled.text().endswith("in 8 s"), timeout=5000)


def test_a_token_that_is_refused_is_told_with_the_way_to_give_another(link):
    refused = ClientError(api.ProblemDocument(title="Unauthorized", status=401))
    words = link._failure_words(refused)
    assert "at http://far:8084 does not take this token" in words
    assert "--token" in words
    gone = ClientError(api.ProblemDocument(title="Gone", status=503, detail="Nobody listens."))
    assert link._failure_words(gone) == "There is no engine. Nobody listens."
