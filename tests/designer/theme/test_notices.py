"""Notices: a bar that stays until it is answered, toasts that go by themselves."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from designer.theme import Theme
from designer.theme.notices import MOST_TOASTS, NoticeBar, Toasts


@pytest.fixture
def theme(qapp):
    theme = Theme("light")
    theme.apply(qapp)
    return theme


def button(widget, text):
    return next(found for found in widget.findChildren(QPushButton) if found.text() == text)


def test_a_choice_does_what_it_says_and_closes_the_bar(theme, qtbot):
    host = QWidget()
    qtbot.addWidget(host)
    host.show()
    bar = NoticeBar(theme, host)
    done = []
    bar.tell("orders.yaml was changed.", "warning", [("Reload", lambda: done.append("reload"))])
    assert bar.isVisible()
    button(bar, "Reload").click()
    assert done == ["reload"]
    assert not bar.isVisible()


def test_a_second_notice_replaces_the_choices_of_the_first(theme, qtbot):
    bar = NoticeBar(theme)
    qtbot.addWidget(bar)
    bar.tell("One", "info", [("First", lambda: None)])
    bar.tell("<b>Two</b>", "info", [("Second", lambda: None)])
    qtbot.waitUntil(lambda: len(bar.findChildren(QPushButton)) == 1)
    assert bar.text == "<b>Two</b>"
    assert button(bar, "Second").isEnabled()


def test_toasts_keep_the_newest_and_show_their_whole_text(theme, qtbot):
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(800, 500)
    host.show()
    toasts = Toasts(theme, host)
    for number in range(MOST_TOASTS + 2):
        toasts.tell(f"Message number {number}", "info")

    def shown():
        return [label.text() for label in toasts.findChildren(QLabel) if label.text()]

    qtbot.waitUntil(lambda: len(shown()) == MOST_TOASTS)
    assert shown()[-1] == f"Message number {MOST_TOASTS + 1}"
    label = toasts.findChildren(QLabel)[-1]
    assert label.width() >= label.sizeHint().width()


def test_a_message_that_still_shows_is_not_shown_twice(theme, qtbot):
    host = QWidget()
    qtbot.addWidget(host)
    host.show()
    toasts = Toasts(theme, host)
    for text in ("Saved.", "Lost.", "Saved."):
        toasts.tell(text)
    assert toasts.texts == ["Lost.", "Saved."]


def test_a_question_stays_until_it_is_answered_or_dismissed(theme, qtbot):
    host = QWidget()
    host.resize(800, 600)
    qtbot.addWidget(host)
    host.show()
    toasts = Toasts(theme, host)
    done = []
    choices = [("Approve", lambda: done.append("approve")), ("Open", lambda: None)]
    toasts.ask("one", "Send 3 invoices?", choices)
    toasts.ask("two", "Delete everything?", choices)
    assert toasts.texts == ["Send 3 invoices?", "Delete everything?"]
    button(toasts, "Approve").click()
    assert done == ["approve"]
    assert toasts.texts == ["Delete everything?"]
    toasts.dismiss("two")
    toasts.dismiss("two")
    assert not toasts.isVisible()
