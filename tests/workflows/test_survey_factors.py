"""Methods at several scales: each gets the input that it would get in a survey of its scale alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medsr_viewer.errors import UnknownMethod, UnusableImage
from medsr_viewer.survey.design import Case, Condition, Design
from medsr_viewer.survey.protocols import complete
from medsr_viewer.workflows.survey_stimuli import RenderedCase, render

CONDITIONS = (
    Condition("plain", "bicubic"),
    Condition("plain-x2", "bicubic", scale_factor=2),
    Condition("sharp-x3", "lanczos", scale_factor=3),
)


def saved(path: Path, rows: int, columns: int) -> Path:
    y, x = np.mgrid[0:rows, 0:columns]
    pixels = 120 + 60 * np.sin(x / 4) * np.cos(y / 7) + 40 * (x > y)
    noise = np.random.default_rng(1).normal(0, 6, (100, 100))[:rows, :columns]
    Image.fromarray((pixels + noise).clip(0, 255).astype(np.uint8)).save(path)
    return path


def rendered(path: Path, *conditions: Condition, factor: int = 4, region: tuple[int, ...] = ()) -> RenderedCase:
    design = complete(Design("Study", "acr", factor, (Case("case", path, region=region),), conditions, ()))
    return render(design, design.cases[0])


def test_each_method_is_given_what_its_own_scale_makes_of_the_case(tmp_path: Path) -> None:
    whole = rendered(saved(tmp_path / "whole.png", 55, 70), *CONDITIONS)
    cropped = tmp_path / "cropped.png"
    with Image.open(tmp_path / "whole.png") as image:
        image.crop((0, 0, 60, 48)).save(cropped)  # multiples of 12
    assert {one.shape for one in whole.pixels.values()} == {(48, 60)}
    for condition in CONDITIONS:
        factor = condition.scale_factor or 4
        alone = rendered(cropped, Condition("it", condition.method), factor=factor)
        apart = np.abs(whole.pixels[condition.name] - alone.pixels["it"])
        assert apart.max() <= 1, "the same, but for the range that it is held to"
        assert apart.mean() < 0.01
        np.testing.assert_array_equal(whole.pixels["reference"], alone.pixels["reference"])
        assert whole.origins[condition.name].scale_factor == factor
    with Image.open(cropped) as image:
        np.testing.assert_array_equal(whole.pixels["reference"], np.asarray(image))
    assert "Cropped from 70 x 55 to 60 x 48: a multiple of 2 and 3 and 4." in whole.notes


def test_one_scale_is_cropped_as_ever_and_told_once(tmp_path: Path) -> None:
    whole = rendered(saved(tmp_path / "whole.png", 55, 70), Condition("it", "bicubic"), factor=3)
    assert whole.pixels["it"].shape == (54, 69)
    assert len([note for note in whole.notes if note.startswith("Cropped")]) == 1


def test_a_region_and_images_enhanced_elsewhere_are_of_the_common_size(tmp_path: Path) -> None:
    path = saved(tmp_path / "case.png", 55, 70)
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    saved(vendor / "case.png", 48, 60)
    elsewhere = Condition("vendor", images=vendor)
    case = rendered(path, *CONDITIONS, elsewhere, region=(8, 12, 40, 48))
    assert {one.shape for one in case.pixels.values()} == {(40, 48)}
    assert "vendor" not in case.origins
    with pytest.raises(UnusableImage, match="region is not inside"):
        rendered(path, *CONDITIONS, region=(10, 12, 40, 48))


def test_a_method_without_the_scale_is_named_before_anything_is_computed(tmp_path: Path) -> None:
    with pytest.raises(UnknownMethod, match="swift-srgan has no scale factor 3"):
        rendered(saved(tmp_path / "case.png", 55, 70), *CONDITIONS, Condition("s", "swift-srgan", scale_factor=3))
