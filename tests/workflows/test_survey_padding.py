"""Padding of a case is black in all its images: filled, its edge would be sharp in the original and soft elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from medsr_viewer.survey.design import Case, Condition, Design
from medsr_viewer.survey.protocols import complete
from medsr_viewer.workflows.survey_stimuli import RenderedCase, render

CONDITIONS = tuple(Condition(name, name) for name in ("bicubic", "lanczos"))


@pytest.fixture
def ring() -> np.ndarray:
    """(48, 60) float32, NaN outside a disc: what a reader has to take for padding."""
    y, x = np.mgrid[0:48, 0:60]
    values = np.asarray(100 + 40 * np.sin(x / 5) * np.cos(y / 7), np.float32)
    values[(y - 24) ** 2 + (x - 30) ** 2 > 400] = np.nan
    return values


def rendered(folder: Path, pixels: np.ndarray, design: Design) -> RenderedCase:
    tifffile.imwrite(folder / "case.tiff", pixels)
    return render(complete(design), design.cases[0])


@pytest.mark.parametrize("region", [(), (4, 8, 24, 32)])
def test_padding_is_black_at_the_same_pixels_in_every_image(
    tmp_path: Path, ring: np.ndarray, region: tuple[int, ...]
) -> None:
    cases = (Case("case", tmp_path / "case.tiff", region=region),)
    case = rendered(tmp_path, ring, Design("Study", "acr", 4, cases, CONDITIONS, ()))
    top, left, height, width = region or (0, 0, *ring.shape)
    part = ring[top : top + height, left : left + width]
    assert set(case.pixels) == {"bicubic", "lanczos", "reference"}
    for name, image in case.pixels.items():
        assert image.shape == part.shape, name
        assert (image[np.isnan(part)] == np.nanmin(ring)).all(), name
    np.testing.assert_array_equal(case.pixels["reference"][~np.isnan(part)], part[~np.isnan(part)])
    assert (case.pixels["bicubic"] != case.pixels["reference"]).any()
    assert any("Padding is black" in note for note in case.notes)


def test_enhanced_images_have_their_padding_at_the_larger_size(tmp_path: Path, ring: np.ndarray) -> None:
    cases = (Case("case", tmp_path / "case.tiff"),)
    case = rendered(tmp_path, ring, Design("Study", "acr", 2, cases, CONDITIONS, (), mode="enhance"))
    outside = np.kron(np.isnan(ring), np.ones((2, 2), bool))
    for name, image in case.pixels.items():
        assert image.shape == outside.shape, name
        assert (image[outside] == np.nanmin(ring)).all(), name
        assert image[~outside].std() > 10, name


def test_without_padding_nothing_is_blackened_or_told(tmp_path: Path, ring: np.ndarray) -> None:
    cases = (Case("case", tmp_path / "case.tiff"),)
    whole = np.nan_to_num(ring, nan=50.0)
    case = rendered(tmp_path, whole, Design("Study", "acr", 2, cases, CONDITIONS, ()))
    np.testing.assert_array_equal(case.pixels["reference"], whole)
    assert not any("Padding" in note for note in case.notes)
