"""Zoom and pan keep what the hand holds where it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.canvas.glide import between
from designer.canvas.viewport import (
    LEAST_READABLE,
    MAX_ZOOM,
    MIN_ZOOM,
    Viewport,
    framing,
    next_stop,
    opening,
    revealing,
)

places = st.floats(-1e5, 1e5)
pixels = st.floats(0, 4000)
viewports = st.builds(Viewport, st.floats(MIN_ZOOM, MAX_ZOOM), places, places)


@given(viewports, st.floats(0.001, 20), pixels, pixels)
def test_the_point_under_the_pointer_stays_put_at_any_zoom(
    viewport: Viewport, zoom: float, x: float, y: float
) -> None:
    held = viewport.to_scene(x, y)
    zoomed = viewport.zoomed(zoom, (x, y))
    assert zoomed.to_view(*held) == pytest.approx((x, y), abs=1e-4)
    assert MIN_ZOOM <= zoomed.zoom <= MAX_ZOOM


@given(viewports, places, places)
def test_what_goes_to_the_view_comes_back(viewport: Viewport, x: float, y: float) -> None:
    assert viewport.to_scene(*viewport.to_view(x, y)) == pytest.approx((x, y), abs=1e-4)


@given(viewports, st.floats(-500, 500), st.floats(-500, 500))
def test_panning_moves_the_drawing_by_as_many_pixels(
    viewport: Viewport, dx: float, dy: float
) -> None:
    before = viewport.to_view(10.0, 20.0)
    after = viewport.panned(dx, dy).to_view(10.0, 20.0)
    assert (after[0] - before[0], after[1] - before[1]) == pytest.approx((dx, dy), abs=1e-4)


@given(places, places, st.floats(1, 1e5), st.floats(1, 1e5))
def test_a_framed_box_is_wholly_in_view(x: float, y: float, w: float, h: float) -> None:
    seen = framing((x, y, w, h), 1200, 700, 40, 1.0)
    if seen.zoom <= MIN_ZOOM:
        return  # too large to be seen at once
    left, top = seen.to_view(x, y)
    right, bottom = seen.to_view(x + w, y + h)
    assert left >= 39.9 and top >= 39.9
    assert right <= 1160.1 and bottom <= 660.1


def test_framing_does_not_blow_up_a_single_node() -> None:
    assert framing((0, 0, 208, 60), 1200, 700, 40, 1.0).zoom == 1.0


@given(places, places, st.floats(208, 1e5), st.floats(60, 1e5), st.floats(0, 1))
def test_the_first_view_can_be_read_and_shows_the_head(
    x: float, y: float, w: float, h: float, part: float
) -> None:
    head = (x, y + (h - 60) * part, 208.0, 60.0)
    seen = opening((x, y, w, h), head, 900, 600, 48)
    assert seen.zoom >= LEAST_READABLE
    left, top = seen.to_view(head[0], head[1])
    right, bottom = seen.to_view(head[0] + 208, head[1] + 60)
    assert left >= 47.9 and top >= 47.9
    assert right <= 852.1 and bottom <= 552.1


def test_the_first_view_of_what_fits_is_all_of_it() -> None:
    box = (0.0, 0.0, 1200.0, 300.0)
    assert opening(box, (0, 0, 208, 60), 900, 600, 48) == framing(box, 900, 600, 48, 1.0)


@given(viewports, places, places)
def test_revealing_pans_no_farther_than_it_must(viewport: Viewport, x: float, y: float) -> None:
    near = Viewport(1.0, viewport.x, viewport.y)
    seen = revealing(near, (x, y, 208.0, 60.0), 900, 600, 24)
    left, top = seen.to_view(x, y)
    assert 23.9 <= left <= 668.1 and 23.9 <= top <= 516.1
    before = near.to_view(x, y)
    assert left == pytest.approx(min(max(before[0], 24), 668), abs=1e-3)
    assert top == pytest.approx(min(max(before[1], 24), 516), abs=1e-3)


def test_the_buttons_stop_at_round_zooms() -> None:
    assert next_stop(0.88, 1) == 1.0
    assert next_stop(0.88, -1) == 0.8
    assert next_stop(1.0, 1) == 1.25
    assert next_stop(MAX_ZOOM, 1) == MAX_ZOOM
    assert next_stop(MIN_ZOOM, -1) == MIN_ZOOM


@given(viewports, viewports)
def test_a_glide_begins_here_and_ends_there(a: Viewport, b: Viewport) -> None:
    size = (800.0, 600.0)
    assert between(a, b, 0.0, size).zoom == pytest.approx(a.zoom)
    end = between(a, b, 1.0, size)
    assert end.zoom == pytest.approx(b.zoom)
    assert end.to_view(0, 0) == pytest.approx(b.to_view(0, 0), abs=1e-2)
