"""Texts in another size, motion that the user or the system does not want, high contrast."""

import pytest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from designer.theme import Theme
from designer.theme.tokens import scaled_tokens
from designer.theme.widgets import Label


@pytest.fixture
def theme(qapp):
    theme = Theme("light")
    theme.apply(qapp)
    yield theme
    theme.set_percent(100)
    theme.set_mode("light")


@pytest.fixture
def window(theme, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    for role in ("detail", "body", "page"):
        column.addWidget(Label(theme, "Fetch orders", role))
    column.addWidget(QLineEdit("Fetch orders"))
    window.show()
    return window


def sizes(window):
    return [label.font().pixelSize() for label in window.findChildren(Label)]


def test_texts_that_are_there_follow_their_size_to_and_fro(theme, window):
    assert sizes(window) == [11, 13, 18]
    field = window.findChild(QLineEdit)
    before = field.sizeHint().height()
    theme.set_percent(150)
    assert sizes(window) == [16, 20, 27]
    assert field.fontInfo().pixelSize() == 20
    assert field.sizeHint().height() > before
    for percent in (80, 90, 110, 125, 100):
        theme.set_percent(percent)
    assert sizes(window) == [11, 13, 18]
    assert field.sizeHint().height() == before


def test_sizes_have_bounds(theme):
    theme.set_percent(1000)
    assert theme.percent == 150
    theme.set_percent(1)
    assert theme.percent == 80


@pytest.mark.parametrize("percent", [80, 90, 110, 125, 150])
def test_rows_and_fields_have_room_for_their_texts(percent):
    tokens = scaled_tokens(percent)
    assert tokens.size["row"] >= tokens.type.body.size * 1.3
    assert tokens.size["field"] >= tokens.type.body.size * 1.3
    assert tokens.size["statusbar"] >= tokens.type.detail.size * 1.3


def test_motion_can_be_switched_off_and_on(theme):
    theme.set_motion("off")
    assert theme.motion("layout") == 0
    theme.set_motion("on")
    assert theme.motion("layout") == theme.tokens.motion["layout"]


def test_high_contrast_is_another_scheme_and_marks_by_lines(theme, qapp):
    theme.set_mode("contrast")
    assert theme.is_contrast
    assert theme.scheme in ("contrast_light", "contrast_dark")
    assert "2px solid" in qapp.styleSheet()
    theme.set_mode("dark")
    assert not theme.is_contrast
    assert theme.is_dark
