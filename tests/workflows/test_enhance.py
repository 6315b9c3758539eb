"""Names and quantisation of upscaled files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from medsr_viewer.imaging.frame import Frame
from medsr_viewer.imaging.study import Instance
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.workflows.enhance import enhance, to_16_bit, unique_stems
from medsr_viewer.workflows.inputs import Input


def inputs(*sources: str, frames: int = 1) -> list[Input]:
    return [Input(Instance(Path("x"), source, "", "", "", "", 8, 8, frame_count=frames), 0) for source in sources]


def test_what_was_filled_and_not_trained_on_is_noted(make_frame: Callable[..., Frame], waves: np.ndarray) -> None:
    frame = make_frame(waves, valid=waves > waves.min())
    source = Input(Instance(Path("x"), "x.dcm", "", "", "", "US", *waves.shape), 0)
    with patch.object(Input, "read", return_value=frame):
        _, upscaled = enhance(source, Method("bicubic", "interpolation"), 2)
    assert upscaled.notes == ("Padding pixels are computed as the nearest valid pixel.",)


def test_names_keep_what_is_no_image_suffix() -> None:
    assert unique_stems(inputs("a/1.2.840.1", "a/1.2.840.2", "b/scan.v2.dcm")) == ["1.2.840.1", "1.2.840.2", "scan.v2"]


def test_equal_names_are_numbered_in_order_around_those_taken() -> None:
    assert unique_stems(inputs("a/x.dcm", "b/x_2.png", "c/X.PNG", "d/x.tif")) == ["x", "x_2", "X_3", "x_4"]


def test_frames_are_part_of_the_name() -> None:
    assert unique_stems([*inputs("x.dcm", frames=2), *inputs("x_frame1.png")]) == ["x_frame1", "x_frame1_2"]


@given(st.lists(st.sampled_from(["x", "x_2", "X", "x_2_2", "y"]), max_size=12))
def test_names_never_collide(names: list[str]) -> None:
    stems = unique_stems(inputs(*(f"{index}/{name}.png" for index, name in enumerate(names))))
    assert len({stem.casefold() for stem in stems}) == len(names)


@given(
    hnp.arrays(
        np.float32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=8), elements=st.floats(-1e6, 1e6, width=32)
    ),
    st.sampled_from([None, 255.0]),
)
def test_stored_values_give_the_pixels_back(pixels: np.ndarray, stored_maximum: float | None) -> None:
    stored, slope, intercept = to_16_bit(pixels, stored_maximum)
    assert stored.dtype == np.uint16
    back = intercept + slope * stored.astype(np.float64)
    assert np.abs(back - pixels).max() <= slope * 0.5 * (1 + 1e-6)
