from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medsr_viewer.imaging.region import Region

SHAPE = (12, 17)
regions = st.builds(Region, st.integers(-6, 20), st.integers(-6, 20), st.integers(0, 12), st.integers(0, 12))


def mask(region: Region, side: int = 64, offset: int = 16) -> np.ndarray:
    """Return the region's pixels on a canvas that reaches `offset` pixels beyond the origin."""
    canvas = np.zeros((side, side), dtype=bool)
    canvas[region.moved(offset, offset).slices] = True
    return canvas


@given(regions)
def test_slices_hold_area_pixels(region: Region) -> None:
    assert mask(region).sum() == region.area == region.height * region.width
    assert (region.bottom - region.top, region.right - region.left) == (region.height, region.width)


@given(regions, regions)
def test_intersection_is_what_the_masks_share(one: Region, other: Region) -> None:
    both = one.intersection(other)
    shared = mask(one) & mask(other)
    assert both.area == shared.sum()
    assert one.intersects(other) == bool(shared.any())
    if both.area:
        assert (mask(both) == shared).all()


@given(regions, st.integers(0, 9))
def test_grown_is_the_dilation_cut_at_the_borders(region: Region, margin: int) -> None:
    grown = region.grown(margin, SHAPE)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    near = (
        (rows >= region.top - margin)
        & (rows < region.bottom + margin)
        & (columns >= region.left - margin)
        & (columns < region.right + margin)
    )
    assert grown.area == near.sum()
    if grown.area:
        assert near[grown.slices].all()


@given(regions, st.integers(1, 8))
def test_scaled_covers_the_same_pixels_enlarged(region: Region, factor: int) -> None:
    scaled = region.scaled(factor)
    assert scaled.area == region.area * factor**2
    assert (scaled.top, scaled.right) == (region.top * factor, region.right * factor)


@given(regions, st.integers(-5, 5), st.integers(-5, 5))
def test_moving_back_and_forth_is_nothing(region: Region, rows: int, columns: int) -> None:
    assert region.moved(rows, columns).moved(-rows, -columns) == region


def test_whole_takes_rows_and_columns_of_any_array() -> None:
    assert Region.whole((5, 7, 3)) == Region(0, 0, 5, 7)
