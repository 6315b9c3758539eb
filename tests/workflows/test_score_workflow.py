"""What is measured: region, luma, window."""

from __future__ import annotations

import numpy as np
import pytest

from medsr_viewer.imaging.colour import luma
from medsr_viewer.imaging.frame import VoiLut, Window
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.windowing import apply_voi
from medsr_viewer.workflows.score import ScoreRequest, measured_values, score_image

VALUES = np.linspace(-1000, 1000, 40 * 30).reshape(40, 30).astype(np.float32)
WINDOW = Window(40, 400)


def test_full_range_measures_the_values_as_they_are() -> None:
    request = ScoreRequest("full", 2000, WINDOW)
    assert request.effective_range == 2000
    np.testing.assert_array_equal(measured_values(VALUES, request), VALUES)


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT"])
def test_window_cuts_at_its_ends(function: str) -> None:
    request = ScoreRequest("window", 2000, Window(40, 400, function))  # type: ignore[arg-type]
    assert request.effective_range == 400
    np.testing.assert_array_equal(measured_values(VALUES, request), np.clip(VALUES, -160, 240))


def test_differences_outside_the_window_do_not_count() -> None:
    other = np.where(VALUES > 300, VALUES + 100, VALUES).astype(np.float32)
    assert score_image(VALUES, other, ScoreRequest("window", 2000, WINDOW)).ssim == pytest.approx(1)
    full = score_image(VALUES, other, ScoreRequest("full", 2000, WINDOW))
    assert full.psnr_db is not None
    assert full.psnr_db < 40


def test_sigmoid_and_tables_are_measured_as_displayed() -> None:
    sigmoid = Window(40, 400, "SIGMOID")
    shown = measured_values(VALUES, ScoreRequest("window", 2000, sigmoid))
    np.testing.assert_allclose(shown, 400 * apply_voi(VALUES, sigmoid), rtol=1e-6)
    table = VoiLut(np.arange(256, dtype=np.uint16), -100.0, 8)
    request = ScoreRequest("window", 2000, table)
    assert request.effective_range == 1
    np.testing.assert_array_equal(measured_values(VALUES, request), apply_voi(VALUES, table))


def test_region_is_cut_out_before_anything_else() -> None:
    region = Region(10, 5, 12, 20)
    request = ScoreRequest("full", 2000, WINDOW, region)
    np.testing.assert_array_equal(measured_values(VALUES, request), VALUES[region.slices])
    other = VALUES.copy()
    other[:10] += 500
    score = score_image(VALUES, other, request)
    assert score.psnr_db == float("inf")


def test_colour_is_measured_on_luma() -> None:
    colour = np.dstack([VALUES, VALUES * 0.5, VALUES * 0.1])
    np.testing.assert_array_equal(measured_values(colour, ScoreRequest("full", 2000, WINDOW)), luma(colour))
