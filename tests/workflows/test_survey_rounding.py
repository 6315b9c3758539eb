"""Stimuli of one case hold the same kind of values: no original is told by its whole numbers or its gaps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medsr_viewer.imaging.frame import FloatArray
from medsr_viewer.survey.audit.pixels import check_clipping, check_range, check_rounding
from medsr_viewer.survey.design import Case, Condition, Design
from medsr_viewer.survey.protocols import complete
from medsr_viewer.workflows.survey_stimuli import RenderedCase, render

CONDITIONS = ("bicubic", "lanczos", "vendor", "reference")


def scene(seed: int) -> np.ndarray:
    """(96, 120) in about 0 .. 255: waves, edges and noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:96, 0:120]
    waves = 120 + 50 * np.sin(x / rng.uniform(5, 15)) * np.cos(y / rng.uniform(5, 15))
    return np.asarray(waves + 30 * (x > y) + rng.normal(0, 8, x.shape))


def stretched(pixels: np.ndarray, low: float, high: float, most: int) -> np.ndarray:
    stored = np.clip(pixels, 0, 255).astype(np.uint8).astype(float)
    return np.asarray(np.clip(np.rint((stored - low) / (high - low) * most), 0, most))


def rendered(folder: Path, pixels: np.ndarray, dtype: type = np.uint8) -> RenderedCase:
    path = folder / "case.png" if dtype is not np.float32 else folder / "case.tiff"
    Image.fromarray(pixels.astype(dtype)).save(path)
    vendor = folder / "vendor"
    vendor.mkdir()
    smoothed = (pixels + np.roll(pixels, 1, 0) + np.roll(pixels, 1, 1)) / 3
    Image.fromarray(smoothed.astype(dtype)).save(vendor / path.name)
    conditions = (*(Condition(name, name) for name in CONDITIONS[:2]), Condition("vendor", images=vendor))
    design = Design("Study", "acr", 2, (Case("case", path),), conditions, ())
    return render(complete(design), design.cases[0])


def warnings(case: RenderedCase, **planted: FloatArray) -> list[str]:
    stack = case.pixels | planted
    found = (
        *check_range(stack, case.window, 2),
        *check_clipping(stack, case.window, 2),
        *check_rounding(stack, case.window),
    )
    return [finding.check for finding in found]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("low", "high"), [(60, 190), (40, 215), (90, 150), (100, 130)])
def test_stretched_images_have_one_set_of_values(tmp_path: Path, seed: int, low: int, high: int) -> None:
    case = rendered(tmp_path, stretched(scene(seed), low, high, 255))
    own = np.unique(case.pixels["reference"])
    assert len(own) < 0.9 * (own.max() - own.min() + 1)  # there are gaps
    for name in CONDITIONS:
        held = case.pixels[name]
        assert np.isin(held, own).mean() > 0.999, name
        np.testing.assert_array_equal(held, np.rint(held))
    assert warnings(case) == []
    unrounded = case.pixels["lanczos"] + np.random.default_rng(seed).uniform(-0.4, 0.4, held.shape)
    assert warnings(case, lanczos=unrounded.astype(np.float32)) == ["rounding"]


def test_16_bit_images_stretched_from_8_bits(tmp_path: Path) -> None:
    case = rendered(tmp_path, stretched(scene(1), 30, 230, 65535), np.uint16)
    own = np.unique(case.pixels["reference"])
    assert all(np.isin(case.pixels[name], own).all() for name in CONDITIONS)
    assert warnings(case) == []


def test_images_of_few_levels_are_looked_at_too(tmp_path: Path) -> None:
    case = rendered(tmp_path, np.rint(np.clip(scene(2), 0, 255) / 17) * 17)
    assert warnings(case) == []
    computed = case.pixels["bicubic"] + np.random.default_rng(0).uniform(-8, 8, (96, 120))
    assert warnings(case, bicubic=np.clip(computed, 0, 255).astype(np.float32)) == ["rounding"]


def test_floating_point_values_are_left_and_looked_at(tmp_path: Path) -> None:
    case = rendered(tmp_path, scene(3), np.float32)
    assert not any("Rounded" in note for note in case.notes)
    assert len(np.unique(case.pixels["bicubic"])) > 5000
    assert warnings(case) == []
    assert warnings(case, reference=np.rint(case.pixels["reference"])) == ["rounding"]
