from __future__ import annotations

import dataclasses
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage.registration import phase_cross_correlation

from medsr_viewer.imaging.degrade import degrade
from trainer.degradations import (
    KERNELS,
    NARROWEST,
    Kernel,
    add_dose_noise,
    blur,
    blur_anisotropically,
    compress,
    degrade_patch,
    describe,
    is_standard,
    reduce,
    truncate_kspace,
)
from trainer.recipe import DegradationRecipe

SCALES = [2, 3, 4, 8]
STANDARD = DegradationRecipe()


def noise(rows: int = 96, columns: int = 72) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(0).random((rows, columns), np.float32)


def smooth(rows: int = 192, columns: int = 192, row: float = 90.3, column: float = 101.6) -> Any:
    y, x = np.mgrid[:rows, :columns]
    return np.exp(-((y - row) ** 2 + (x - column) ** 2) / (2 * 20.0**2)).astype(np.float32)


def centroid(pixels: Any) -> tuple[float, float]:
    y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    return float((y * pixels).sum() / pixels.sum()), float((x * pixels).sum() / pixels.sum())


@pytest.mark.parametrize("scale_factor", SCALES)
def test_the_standard_degradation_is_the_viewers(scale_factor: int) -> None:
    pixels = noise()
    degraded = degrade_patch(pixels, scale_factor, STANDARD, np.random.default_rng(0))
    np.testing.assert_allclose(degraded, degrade(pixels, scale_factor), atol=2e-6)


@pytest.mark.parametrize("scale_factor", SCALES)
@pytest.mark.parametrize("kernel", ["bilinear", "nearest", "lanczos"])
def test_kernels_are_pillows(kernel: Kernel, scale_factor: int) -> None:
    pixels = noise()
    size = (pixels.shape[1] // scale_factor, pixels.shape[0] // scale_factor)
    oracle = Image.fromarray(pixels).resize(size, Image.Resampling[kernel.upper()])
    np.testing.assert_allclose(reduce(pixels, scale_factor, kernel), np.asarray(oracle), atol=2e-6)


@pytest.mark.parametrize("scale_factor", SCALES)
def test_area_and_aliased_bilinear_are_opencvs(scale_factor: int) -> None:
    pixels = noise()
    size = (pixels.shape[1] // scale_factor, pixels.shape[0] // scale_factor)
    area = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(reduce(pixels, scale_factor, "area"), area, atol=1e-6)
    # OpenCV takes its area kernel for linear reduction by 2, which is the same there.
    linear = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(reduce(pixels, scale_factor, "bilinear-aliased"), linear, atol=1e-5)


@pytest.mark.parametrize("scale_factor", SCALES)
@pytest.mark.parametrize("kernel", [kernel for kernel in KERNELS if kernel != "nearest"])
def test_no_kernel_moves_the_image(kernel: Kernel, scale_factor: int) -> None:
    pixels = smooth()
    expected = [(at + 0.5) / scale_factor - 0.5 for at in (90.3, 101.6)]
    assert centroid(reduce(pixels, scale_factor, kernel)) == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("scale_factor", SCALES)
def test_truncating_kspace_moves_nothing(scale_factor: int) -> None:
    pixels = smooth()
    truncated, reduced = truncate_kspace(pixels, scale_factor), degrade(pixels, scale_factor)
    assert centroid(truncated) == pytest.approx(centroid(reduced), abs=2e-3)
    shift, *_ = phase_cross_correlation(reduced, truncated, upsample_factor=100, normalization=None)
    assert np.abs(shift).max() <= 0.01
    np.testing.assert_allclose(truncated, reduced, atol=0.03)


def test_truncating_kspace_keeps_what_is_inside_and_drops_what_is_outside() -> None:
    """A wave below the new Nyquist frequency stays as it is, at the new pixels' centres; one above it goes."""
    scale_factor, side = 4, 192
    centres = (np.arange(side) + 0.5) / side
    new_centres = (np.arange(side // scale_factor) + 0.5) / (side // scale_factor)
    for half_waves, stays in ((10, True), (46, True), (50, False), (150, False)):
        wave = 0.5 + 0.4 * np.cos(np.pi * half_waves * centres)
        pixels = np.repeat(wave[None].astype(np.float32), side, 0)
        expected = 0.5 + stays * 0.4 * np.cos(np.pi * half_waves * new_centres)
        np.testing.assert_allclose(truncate_kspace(pixels, scale_factor)[5], expected, atol=1e-5)


def test_truncation_is_a_magnitude_unless_the_patch_is_stretched() -> None:
    edge = np.zeros((64, 64), np.float32)
    edge[:, 33:] = 1
    rings = truncate_kspace(edge, 4)
    assert rings.min() >= 0
    assert rings.max() > 1.03, "Gibbs ringing, as a scan of a small matrix shows"
    below = truncate_kspace(edge - 0.5, 4)
    np.testing.assert_allclose(np.abs(below + 0.5), rings, atol=1e-5)


def test_blur_is_a_gaussian_of_its_sigma() -> None:
    point = np.zeros((41, 41), np.float32)
    point[20, 20] = 1
    spread = blur(point, 2.5)
    y = np.arange(41) - 20
    assert float((spread.sum(1) * y**2).sum()) == pytest.approx(2.5**2, rel=0.02)
    np.testing.assert_array_equal(blur(point, 0), point)


def moments(pixels: Any) -> tuple[float, float, float]:
    """Return the variances along x and y, which points up, and their covariance."""
    y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    row, column = centroid(pixels)
    across, up = x - column, row - y
    return tuple(float((pixels * product).sum() / pixels.sum()) for product in (across**2, up**2, across * up))  # type: ignore[return-value]


def point(side: int = 81) -> Any:
    pixels = np.zeros((side, side), np.float32)
    pixels[side // 2, side // 2] = 1
    return pixels


@pytest.mark.parametrize("angle", [0, 30, 90, 135])
@pytest.mark.parametrize("sigmas", [(4.0, 1.0), (0.5, 3.0)])
def test_an_anisotropic_blur_has_its_sigmas_along_and_across_its_angle(
    angle: float, sigmas: tuple[float, float]
) -> None:
    spread = blur_anisotropically(point(), sigmas, np.radians(angle))
    assert spread.dtype == np.float32
    assert spread.sum() == pytest.approx(1, abs=1e-5)
    assert centroid(spread) == pytest.approx((40, 40), abs=1e-4)
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turn = np.array([[cosine, -sine], [sine, cosine]])
    (xx, xy), (_, yy) = turn @ np.diag(np.square(sigmas)) @ turn.T
    assert moments(spread) == pytest.approx((xx, yy, xy), rel=0.02, abs=0.04)


def test_an_anisotropic_blur_of_equal_sigmas_is_the_isotropic_one() -> None:
    pixels = noise()
    for angle in (0.0, 1.0):
        np.testing.assert_allclose(blur_anisotropically(pixels, (2, 2), angle), blur(pixels, 2), atol=1e-5)


def test_no_blur_is_narrower_than_its_kernels_pixels_can_show() -> None:
    narrow, least = (blur_anisotropically(point(), (sigma, 3), 0.4) for sigma in (0.0, NARROWEST))
    np.testing.assert_array_equal(narrow, least)


def test_a_share_of_the_blurs_is_anisotropic_at_any_angle() -> None:
    recipe = dataclasses.replace(STANDARD, blur_share=1, blur_sigma=(1, 3), blur_anisotropic_share=0.5)
    drawn = [moments(degrade_patch(point(), 1, recipe, np.random.default_rng(seed))) for seed in range(200)]
    turned = [(xx, yy, xy) for xx, yy, xy in drawn if abs(xx - yy) > 1e-3 or abs(xy) > 1e-3]
    assert len(turned) / len(drawn) == pytest.approx(0.5, abs=0.1)
    axes = [np.degrees(np.arctan2(2 * xy, xx - yy)) / 2 % 180 for xx, yy, xy in turned]
    counts, _ = np.histogram(axes, 4, (0, 180))
    assert counts.min() > len(turned) / 10, counts
    again = degrade_patch(point(), 1, recipe, np.random.default_rng(3))
    np.testing.assert_array_equal(again, degrade_patch(point(), 1, recipe, np.random.default_rng(3)))


def test_recipes_without_anisotropic_blur_draw_what_they_drew_before_it() -> None:
    recipe = dataclasses.replace(STANDARD, blur_share=1)
    rng, pixels = np.random.default_rng(0), noise(32, 32)
    rng.random()
    expected = degrade(blur(pixels, rng.uniform(*recipe.blur_sigma)), 2)
    np.testing.assert_allclose(degrade_patch(pixels, 2, recipe, np.random.default_rng(0)), expected, atol=2e-6)


def test_dose_noise_has_the_variance_of_its_photons() -> None:
    pixels = np.full((400, 400), 0.25, np.float32)
    noisy = add_dose_noise(pixels, 1000, np.random.default_rng(0))
    assert noisy.dtype == np.float32
    assert noisy.mean() == pytest.approx(0.25, abs=2e-4)
    assert noisy.var() == pytest.approx(0.25 / 1000, rel=0.03)
    below = np.full((4, 4), -0.1, np.float32)
    np.testing.assert_array_equal(add_dose_noise(below, 1000, np.random.default_rng(0)), below)


def test_doses_are_even_in_their_logarithm() -> None:
    recipe = dataclasses.replace(STANDARD, dose_share=1, dose_photons=(100, 10_000))
    gray = np.full((64, 64), 0.5, np.float32)
    photons = [0.5 / degrade_patch(gray, 2, recipe, np.random.default_rng(seed)).var() for seed in range(200)]
    assert np.mean(np.log10(photons)) == pytest.approx(3, abs=0.15)
    assert np.std(np.log10(photons)) == pytest.approx(2 / 12**0.5, abs=0.1)


def test_gaussian_noise_has_a_sigma_of_its_range() -> None:
    recipe = dataclasses.replace(STANDARD, noise_share=1, noise_sigma=(0.02, 0.02))
    noisy = degrade_patch(np.full((400, 400), 0.5, np.float32), 2, recipe, np.random.default_rng(0))
    assert noisy.dtype == np.float32
    assert noisy.std() == pytest.approx(0.02, rel=0.03)


def test_jpeg_loses_more_at_less_quality_and_clips() -> None:
    pixels = smooth(64, 64, 30, 30) * 1.2 - 0.1 + 0.05 * noise(64, 64)
    errors = [float(np.abs(compress(pixels, quality) - pixels.clip(0, 1)).mean()) for quality in (95, 60, 10)]
    assert errors[0] < errors[1] < errors[2]
    assert errors[0] < 0.01
    assert compress(pixels, 60).min() >= 0
    assert compress(pixels, 60).max() <= 1


SHARES = {f.name for f in dataclasses.fields(DegradationRecipe) if f.name.endswith("_share")}


@pytest.mark.parametrize("share", sorted(SHARES - {"blur_anisotropic_share"}))
def test_every_degradation_follows_its_share_and_its_generator(share: str) -> None:
    pixels = noise(32, 32)
    plain = degrade(pixels, 2)

    def draw(seed: int, value: float) -> Any:
        recipe = dataclasses.replace(STANDARD, **{share: value})  # type: ignore[arg-type]
        return degrade_patch(pixels, 2, recipe, np.random.default_rng(seed), "MR")

    changed = [bool(np.abs(draw(seed, 0.3) - plain).max() > 1e-5) for seed in range(300)]
    assert np.mean(changed) == pytest.approx(0.3, abs=0.09)
    assert np.abs(draw(0, 1.0) - plain).max() > 1e-5
    np.testing.assert_array_equal(draw(4, 1.0), draw(4, 1.0))


def test_only_mr_is_truncated_in_kspace() -> None:
    recipe = dataclasses.replace(STANDARD, kspace_share=1)
    pixels = noise()
    for modality in ("CT", ""):
        degraded = degrade_patch(pixels, 2, recipe, np.random.default_rng(0), modality)
        np.testing.assert_allclose(degraded, degrade(pixels, 2), atol=2e-6)


def test_cards_say_what_was_done() -> None:
    assert describe(STANDARD) == "bicubic, a = -0.5, antialiased (Pillow)"
    assert is_standard(STANDARD)
    recipe = DegradationRecipe(kernel="area", noise_share=0.25, noise_sigma=(0.01, 0.05), kspace_share=0.5)
    assert not is_standard(recipe)
    assert describe(recipe) == (
        "mean of the pixels in each degraded one; k-space truncation in place of it (of MR alone): 50% of patches; "
        "Gaussian noise, sigma 0.01 to 0.05 of the range: 25% of patches"
    )
    turned = DegradationRecipe(blur_share=0.8, blur_sigma=(0.5, 3), blur_anisotropic_share=0.25)
    assert describe(turned) == (
        "bicubic, a = -0.5, antialiased (Pillow); Gaussian blur, sigma 0.5 to 3 reference pixels "
        "(25% of them anisotropic: two sigmas, any angle): 80% of patches"
    )
