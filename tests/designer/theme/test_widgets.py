"""Widgets that every view shares: they look and behave the same everywhere."""

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from designer.theme import Theme
from designer.theme.widgets import Combo, StatFigure


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    theme = Theme("light")
    theme.apply(qapp)
    return theme


def test_a_figure_takes_a_smaller_face_before_it_is_cut(theme: Theme, qtbot: Any) -> None:
    card = StatFigure(theme, "Duration p50 / p95")
    qtbot.addWidget(card)
    card.show_figure("91 ms / 9.7 s", "mean 1.4 s")
    card.resize(300, 90)
    card.show()
    assert card._figure.font() == theme.font("figure")
    card.resize(145, 90)
    qtbot.waitUntil(lambda: card._figure.width() < 140)
    assert card._figure.font() != theme.font("figure")
    assert card._figure.text() == "91 ms / 9.7 s"
    card.resize(300, 90)
    qtbot.waitUntil(lambda: card._figure.width() > 200)
    assert card._figure.font() == theme.font("figure")


def test_the_wheel_does_not_change_a_choice(theme: Theme, qtbot: Any) -> None:
    box = Combo("State")
    qtbot.addWidget(box)
    box.addItems(["one", "two"])
    box.show()
    turn = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, turn)
    assert box.currentText() == "one"


def test_the_list_of_a_choice_has_the_look_of_the_theme(theme: Theme, qtbot: Any) -> None:
    box = Combo("State")
    qtbot.addWidget(box)
    box.addItems(["one", "two", "three"])
    box.show()
    box.showPopup()
    view = box.view()
    qtbot.waitUntil(view.isVisible)
    first = view.visualRect(box.model().index(0, 0))
    assert first.height() >= 26
    ground = view.viewport().grab().toImage().pixelColor(first.right() - 3, first.center().y())
    assert ground == theme.color("accent_soft")
    box.hidePopup()
