"""A schedule is put together from choices, and a secret is chosen by its name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.inspector.editors.cron_plan import STEPS, Plan, cron_of, plan_of

TOKEN = ("config", "auth", "token")
STEP = "steps:\n  - {id: a, type: http, config: {url: x, auth: {type: bearer, token: t}}}\n"


@pytest.fixture
def cron(bench):
    bench.select("trigger:Every night")
    return bench, bench.row("config", "cron").editor


def choose(combo, words):
    """As with the mouse: the entry, and what the combo box tells of it."""
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Home)
    while combo.currentText() != words:
        before = combo.currentIndex()
        QTest.keyClick(combo, Qt.Key.Key_Down)
        assert combo.currentIndex() > before


def written(bench):
    bench.flush()
    return bench.document.value(("triggers", 0, "config", "cron"))


def test_the_choices_show_what_the_file_says(cron):
    _, editor = cron
    assert editor.builder.often.currentText() == "Every day"
    assert editor.builder.time.time() == QTime(2, 0)


def test_choices_write_the_expression_and_its_next_times(cron):
    bench, editor = cron
    choose(editor.builder.often, "Every week")
    choose(editor.builder.weekdays, "Friday")
    assert written(bench) == "0 2 * * 5"
    assert editor.words.text() == "Every Friday at 02:00"
    assert editor.times.text().count("Fri") == 5


def test_a_time_is_typed(cron):
    bench, editor = cron
    time = editor.builder.time
    time.setFocus()
    time.setSelectedSection(time.Section.HourSection)
    QTest.keyClicks(time, "17")
    assert written(bench) == "0 17 * * *"


def test_what_the_choices_cannot_say_is_custom_and_stays_as_typed(cron):
    bench, editor = cron
    edit = editor.line.edit
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, "0 2 1,15 * *")
    assert written(bench) == "0 2 1,15 * *"
    assert editor.builder.often.currentText() == "Custom"
    assert not editor.builder.time.isVisible()


PLANS = st.one_of(
    st.builds(Plan, every=st.just("minutes"), step=st.sampled_from(STEPS)),
    st.builds(Plan, every=st.just("hour"), minute=st.integers(0, 59), hour=st.just(2)),
    st.builds(
        Plan,
        every=st.sampled_from(["day", "weekday"]),
        hour=st.integers(0, 23),
        minute=st.integers(0, 59),
    ),
    st.builds(Plan, every=st.just("week"), weekday=st.integers(1, 7)),
    st.builds(Plan, every=st.just("month"), day=st.integers(1, 31)),
)


@given(PLANS)
def test_a_plan_is_read_back_from_its_expression(plan):
    assert plan_of(cron_of(plan)) == plan


@pytest.mark.parametrize("text", ["", "@daily", "0 2 * 1 *", "1-5 * * * *", "0 0 2 * * *", "x"])
def test_everything_else_is_custom(text):
    assert plan_of(text).every == "custom"


def open_secrets(bench):
    """Scrolls to the field and presses its button."""
    editor = bench.row(*TOKEN).editor
    QApplication.processEvents()
    bench.view._area.ensureWidgetVisible(editor.button)
    QTest.mouseClick(editor.button, Qt.MouseButton.LeftButton)
    return editor.menu


def test_a_secret_is_chosen_by_its_name(bench_of, monkeypatch):
    monkeypatch.setenv("TREADLE_SECRET_API_TOKEN", "never shown")
    bench = bench_of(STEP).select("a")
    menu = open_secrets(bench)
    words = [action.text() for action in menu.actions()]
    assert "api_token" in words
    assert not any("never shown" in one for one in words)
    menu.actions()[0].trigger()
    assert bench.document.value(("steps", 0, *TOKEN)) == "{{ secrets.api_token }}"


def test_without_secrets_the_way_out_is_said(bench_of, monkeypatch):
    monkeypatch.setattr("designer.inspector.editors.secret.secret_names", tuple)
    menu = open_secrets(bench_of(STEP).select("a"))
    words = [action.text() for action in menu.actions()]
    assert any("TREADLE_SECRET_NAME" in one for one in words)
