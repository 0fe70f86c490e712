"""Every text is readable on its ground, every shape visible, in both schemes."""

import pytest

from designer.theme import load_tokens

TOKENS = load_tokens()
SCHEMES = ("light", "dark", "contrast_light", "contrast_dark")
TEXT_NEEDS = {"light": 4.5, "dark": 4.5, "contrast_light": 9.0, "contrast_dark": 9.0}
SHAPE_NEEDS = {"light": 3.0, "dark": 3.0, "contrast_light": 6.0, "contrast_dark": 6.0}
TEXTS = (
    "text", "muted", "faint", "accent_text", "completed_text", "failed_text", "warning_text",
    "paused_text", "skipped_text",
)  # fmt: skip
GROUNDS = ("canvas", "panel", "raised", "hover")
PAIRS = (
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_accent", "accent_pressed"),
    ("text", "accent_soft"),
    ("muted", "accent_soft"),
    ("accent_text", "accent_soft"),
    ("completed_text", "completed_soft"),
    ("failed_text", "failed_soft"),
    ("warning_text", "warning_soft"),
    ("paused_text", "paused_soft"),
    ("skipped_text", "skipped_soft"),
    ("text", "selection"),
    ("text", "note"),
    ("text", "pressed"),
    ("muted", "pressed"),
    ("on_tooltip", "tooltip"),
)
SHAPES = ("accent", "running", "completed", "failed", "waiting", "skipped", "paused", "wire")


def luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_is_readable_on_every_ground(scheme, ground, text):
    colors = TOKENS.colors[scheme]
    assert contrast(colors[text], colors[ground]) >= TEXT_NEEDS[scheme]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_is_readable_on_its_own_ground(scheme, text, ground):
    colors = TOKENS.colors[scheme]
    assert contrast(colors[text], colors[ground]) >= TEXT_NEEDS[scheme]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_stand_out_from_canvas_and_panel(scheme, shape):
    colors = TOKENS.colors[scheme]
    assert (
        min(contrast(colors[shape], colors[g]) for g in ("canvas", "panel")) >= SHAPE_NEEDS[scheme]
    )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_glyphs_stand_out_on_their_badges(scheme):
    colors = TOKENS.colors[scheme]
    grounds = {colors[state.color] for state in TOKENS.states.values()}
    assert min(contrast(colors["on_badge"], ground) for ground in grounds) >= SHAPE_NEEDS[scheme]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_icons_of_step_types_are_readable_on_their_tiles(scheme):
    assert min(contrast(k.ink, k.tint) for k in TOKENS.kinds[scheme].values()) >= TEXT_NEEDS[scheme]


@pytest.mark.parametrize("scheme", ["contrast_light", "contrast_dark"])
@pytest.mark.parametrize("line", ["line", "strong_line", "note_line", "frame", "wire"])
def test_in_high_contrast_lines_are_shapes_too(scheme, line):
    colors = TOKENS.colors[scheme]
    assert min(contrast(colors[line], colors[g]) for g in ("canvas", "panel", "raised")) >= 6


def test_all_schemes_know_the_same_roles():
    for scheme in SCHEMES:
        assert TOKENS.colors[scheme].keys() == TOKENS.colors["light"].keys()
        assert TOKENS.kinds[scheme].keys() == TOKENS.kinds["light"].keys()
