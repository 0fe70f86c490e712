"""The theme: fonts that ship, icons that stay crisp, a style sheet without gaps."""

import pytest
from PySide6.QtGui import QColor, QFontInfo

from designer.theme import Theme, resource_path
from designer.theme.icons import has_icon
from designer.theme.segments import SegmentedControl
from designer.theme.stylesheet import make_stylesheet, write_sheet_icons
from designer.theme.tokens import load_tokens
from designer.theme.widgets import ElidedLabel, IconButton, Pill

STEP_TYPES = (
    "http", "agent", "llm", "mcp", "script", "database", "email", "webhook", "condition", "loop",
    "parallel", "workflow", "wait", "approval", "transform", "file",
)  # fmt: skip
TRIGGER_TYPES = ("schedule", "webhook", "event", "manual", "condition")


@pytest.fixture
def theme(qapp):
    return Theme("light")


@pytest.mark.parametrize("name", sorted({*STEP_TYPES, *TRIGGER_TYPES}))
def test_every_step_and_trigger_type_has_an_icon(name):
    assert has_icon(name)


def test_every_state_has_a_glyph():
    assert all(has_icon(state.glyph) for state in load_tokens().states.values())


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_an_icon_is_drawn_for_the_screens_own_pixels(theme, ratio):
    pixmap = theme.pixmap("http", "text", 16, ratio)
    assert pixmap.width() == round(16 * ratio)
    assert pixmap.devicePixelRatio() == ratio
    ink = theme.color("text").rgb()
    image = pixmap.toImage()
    drawn = {
        image.pixelColor(x, y).rgb() for x in range(image.width()) for y in range(image.height())
    }
    assert ink in drawn


def test_an_unknown_icon_is_a_dot_and_no_error(theme):
    assert not theme.icon("no-such-icon").isNull()


@pytest.mark.parametrize(
    ("role", "family"), [("body", "Inter"), ("figure", "Inter"), ("mono", "JetBrains Mono")]
)
def test_the_shipped_faces_are_used(theme, role, family):
    assert QFontInfo(theme.font(role)).family().startswith(family)


def test_sizes_follow_the_type_scale(theme):
    sizes = [
        theme.font(r).pixelSize() for r in ("detail", "label", "body", "heading", "page", "figure")
    ]
    assert sizes == [11, 12, 13, 15, 18, 24]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_style_sheet_has_no_open_placeholder_and_no_missing_file(qapp, tmp_path, scheme):
    tokens = load_tokens()
    icons = write_sheet_icons(tokens, scheme, tmp_path)
    sheet = make_stylesheet(tokens, scheme, icons)
    assert "$" not in sheet
    assert all((tmp_path / path).exists() for path in icons.values())


def test_the_style_sheet_names_no_colour_of_its_own():
    assert "#" not in resource_path("themes", "treadle.qss").read_text()


def test_choosing_dark_changes_colours_and_tells(theme, qtbot):
    light = theme.color("panel")
    with qtbot.waitSignal(theme.changed):
        theme.set_mode("dark")
    assert theme.is_dark
    assert theme.color("panel") != light
    theme.set_mode("light")


def test_icon_buttons_follow_the_theme(theme, qtbot):
    button = IconButton(theme, "play", "Run")
    qtbot.addWidget(button)
    before = button.icon().cacheKey()
    theme.set_mode("dark")
    assert button.icon().cacheKey() != before
    theme.set_mode("light")


def test_a_long_text_is_shortened_and_whole_in_its_tooltip(theme, qtbot):
    label = ElidedLabel(theme, "Überprüfung der Auftragsbestätigungen <b>订单确认</b>")
    qtbot.addWidget(label)
    label.resize(80, 20)
    label.show()
    assert label.text().endswith("…")
    assert "&lt;b&gt;" in label.toolTip()


def test_a_segmented_control_tells_what_was_chosen(theme, qtbot):
    control = SegmentedControl(theme, [("day", "24 hours"), ("week", "7 days")])
    qtbot.addWidget(control)
    with qtbot.waitSignal(control.chosen) as told:
        control.button("week").click()
    assert told.args == ["week"]
    assert control.current == "week"


def test_a_pill_says_its_state_in_a_word(theme, qtbot):
    pill = Pill(theme)
    qtbot.addWidget(pill)
    pill.set_state("timed_out")
    assert pill.accessibleName() == "timed out"
    pill.show()
    assert pill.grab().toImage().pixelColor(10, 2) == QColor(theme.color("failed_soft"))
