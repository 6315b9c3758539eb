from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsr_viewer.imaging.region import Region
from medsr_viewer.ui.display.overlay import scale_bar_length, seen_letters
from medsr_viewer.ui.display.projection import UPRIGHT, Projection
from medsr_viewer.ui.display.view_state import MAX_ZOOM, ViewState

UPRIGHT_TURNS = [(1, 0, 0, 1), (-1, 0, 0, 1), (1, 0, 0, -1), (-1, 0, 0, -1)]
TURNS = UPRIGHT_TURNS + [(0, -b, a, 0) for a, _, _, b in UPRIGHT_TURNS]
POINTS = st.tuples(st.floats(0, 500), st.floats(0, 500))


@given(center=POINTS, point=POINTS, zoom=st.floats(0.01, 60), turn=st.sampled_from(TURNS))
def test_there_and_back(center, point, zoom, turn):
    projection = Projection(center, zoom, turn, (301, 200))
    back = projection.to_reference(*projection.to_screen(*point))
    assert back == pytest.approx(point, abs=1e-6)
    middle = projection.to_screen(*center)
    assert abs(middle[0] - 150.5) <= 0.5
    assert abs(middle[1] - 100) <= 0.5


def test_visible_pixels():
    projection = Projection((50, 40), 2, UPRIGHT, (60, 40))
    assert projection.visible((100, 100)) == Region(30, 35, 20, 30)
    assert projection.visible((35, 200)) == Region(30, 35, 5, 30)
    assert projection.screen_box((100, 100)) == (0, 0, 60, 40)


def test_visible_pixels_of_a_turned_view():
    projection = Projection((50, 40), 2, (0, -1, 1, 0), (60, 40))
    assert projection.visible((100, 100)) == Region(25, 40, 30, 20)


def view_of(height=100, width=200, viewport=(400, 300)) -> ViewState:
    view = ViewState()
    view.set_viewport(*viewport)
    view.set_extent(height, width)
    return view


def test_fit_follows_the_panel_until_the_user_zooms():
    view = view_of()
    assert view.zoom == 2
    view.set_viewport(200, 300)
    assert view.zoom == 1
    view.zoom_by(2)
    view.set_viewport(800, 800)
    assert view.zoom == 2
    view.fit()
    assert view.zoom == 4


def test_fit_of_a_turned_view():
    view = view_of()
    view.rotate(1)
    assert view.zoom == 1.5


@given(anchor=st.tuples(st.floats(0, 200), st.floats(0, 100)), factor=st.floats(0.5, 5), turns=st.integers(0, 3))
def test_zoom_keeps_the_anchor_in_place(anchor, factor, turns):
    view = view_of()
    view.rotate(turns)
    before = view.projection((400, 300)).to_screen(*anchor)
    zoom = view.zoom
    view.zoom_by(factor, anchor)
    after = view.projection((400, 300)).to_screen(*anchor)
    center = view.center
    if 0 < center[0] < 200 and 0 < center[1] < 100:  # not held back at the border
        assert math.dist(before, after) <= 1.5
    assert view.zoom == pytest.approx(min(MAX_ZOOM, zoom * factor))


def test_pan_moves_the_image_with_the_hand_in_any_turn():
    for turns in range(4):
        view = view_of()
        view.rotate(turns)
        view.zoom_by(4)
        before = view.projection((400, 300)).to_screen(100, 50)
        view.pan_by(12, -8)
        after = view.projection((400, 300)).to_screen(100, 50)
        assert (after[0] - before[0], after[1] - before[1]) == pytest.approx((12, -8), abs=1)


def test_image_cannot_be_lost():
    view = view_of()
    view.zoom_by(3)
    view.pan_by(1e6, 1e6)
    assert view.center == (0, 0)


def test_crop_of_some_pixels_keeps_the_view():
    view = view_of(511, 511)
    view.zoom_by(5, (100, 120))
    center, zoom = view.center, view.zoom
    view.set_extent(508, 508)
    assert (view.center, view.zoom) == (center, zoom)


def test_other_grid_of_the_same_picture_keeps_the_place():
    view = view_of(100, 200)
    view.zoom_by(5, (50, 50))
    center, zoom = view.center, view.zoom
    view.set_extent(400, 800)
    assert view.center == pytest.approx((center[0] * 4, center[1] * 4))
    assert view.zoom == pytest.approx(zoom / 4)


def test_reset_undoes_turns():
    view = view_of()
    view.flip_horizontal()
    view.rotate(3)
    view.zoom_by(3)
    view.reset()
    assert view.turn == UPRIGHT
    assert view.is_fit


def test_four_quarters_and_two_flips_are_nothing():
    view = view_of()
    for _ in range(4):
        view.rotate(1)
    view.flip_vertical()
    view.flip_vertical()
    assert view.turn == UPRIGHT


def test_letters_follow_the_turn():
    view = view_of()
    letters = ("R", "A", "L", "P")
    view.flip_horizontal()
    assert seen_letters(letters, view.projection((10, 10))) == ("L", "A", "R", "P")
    view.reset()
    view.rotate(1)  # clockwise: what was on the left is on top
    assert seen_letters(letters, view.projection((10, 10))) == ("P", "R", "A", "L")


@pytest.mark.parametrize(
    ("zoom", "spacing", "room", "expected"),
    [
        (1, 0.5, 100, (100, "50 mm")),
        (2, 0.5, 100, (80, "20 mm")),
        (1, None, 100, (100, "100 px")),
        (50, None, 20, (50, "1 px")),
    ],
)
def test_scale_bar(zoom, spacing, room, expected):
    length, label = scale_bar_length(zoom, spacing, room)
    assert (length, label) == (pytest.approx(expected[0]), expected[1])


@given(side=st.integers(3, 5000), width=st.integers(3, 5000))
def test_one_to_one_is_exact_from_any_zoom(side, width):
    view = ViewState()
    view.set_viewport(width, 500)
    view.set_extent(side, side)
    view.one_to_one()
    assert view.zoom == 1.0
