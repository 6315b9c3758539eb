from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.augmentation import draw_patch, equalise, rotate, rotation_side
from trainer.images import TrainingImage
from trainer.recipe import DataRecipe

BARE = DataRecipe(
    ct_window_share=0, stretch_share=0, invert_share=0, quarter_turns=False, horizontal_flip_share=0,
    vertical_flip_share=0,
)  # fmt: skip


def ramp(side: int = 40) -> TrainingImage:
    y, x = np.mgrid[:side, :side].astype(np.float32)
    return TrainingImage(y * 100 + x, "x.png", "a", "s", "")


def draw(seed: int = 0, side: int = 40, **changes: object) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    recipe = dataclasses.replace(BARE, **changes)  # type: ignore[arg-type]
    return draw_patch(ramp(), side, recipe, np.random.default_rng(seed))


def test_without_augmentation_a_patch_is_a_part_of_the_image() -> None:
    patch = draw(side=16)
    row, column = divmod(int(patch[0, 0]), 100)
    np.testing.assert_array_equal(patch, ramp().pixels[row : row + 16, column : column + 16])


def test_of_two_candidates_one_is_taken_in_proportion_to_what_resampling_loses() -> None:
    side, half = 16, 640
    pixels = np.random.default_rng(0).standard_normal((2 * half, side), np.float32)
    pixels[half:] *= 3**0.5  # three times the squared error
    image, recipe = TrainingImage(pixels, "x.png", "a", "s", ""), dataclasses.replace(BARE, candidates=2)
    rng = np.random.default_rng(1)
    taken = [float(draw_patch(image, side, recipe, rng).var()) > 2 for _ in range(2000)]
    both, one_of_each = 1 / 4, 1 / 2
    assert np.mean(taken) == pytest.approx(both + one_of_each * 3 / 4, abs=0.035)


def test_flips_follow_their_shares() -> None:
    pixels = ramp().pixels
    np.testing.assert_array_equal(draw(horizontal_flip_share=1), pixels[:, ::-1])
    np.testing.assert_array_equal(draw(vertical_flip_share=1), pixels[::-1])
    flipped = sum(float(draw(seed, vertical_flip_share=0.2)[0, 0]) > 0 for seed in range(1000))
    assert flipped / 1000 == pytest.approx(0.2, abs=0.04)


def test_a_turn_by_90_degrees_is_a_quarter_turn() -> None:
    pixels = np.random.default_rng(0).random((40, 40), np.float32)
    side = 20
    outer = rotation_side(side, 90)
    crop = pixels[:outer, :outer]
    edge = (outer - side) // 2
    np.testing.assert_allclose(rotate(crop, 90, side), np.rot90(crop)[edge:-edge, edge:-edge], atol=1e-5)


@given(st.integers(8, 60), st.floats(-360, 360))
@settings(max_examples=60, deadline=None)
def test_no_border_enters_a_rotated_patch(side: int, angle: float) -> None:
    """A plane stays a plane under rotation, unless something beyond the crop is mirrored into it."""
    outer = rotation_side(side, angle)
    y, x = np.mgrid[:outer, :outer] - (outer - 1) / 2
    turned = rotate((2 * y + x).astype(np.float32), angle, side)
    radians = np.deg2rad(angle)
    cos, sin = np.cos(radians), np.sin(radians)
    v, u = np.mgrid[:side, :side] - (side - 1) / 2
    # OpenCV places samples at steps of 1 / 32 pixel; a mirrored border would be off by 1 and more.
    expected = 2 * (sin * u + cos * v) + (cos * u - sin * v)
    np.testing.assert_allclose(turned, expected, atol=0.2)


def test_rotation_takes_angles_of_its_range() -> None:
    """The slope of a plane says by how much it was turned."""
    x = np.mgrid[:200, :200][1].astype(np.float32)
    image = TrainingImage(x, "x.png", "a", "s", "")
    recipe = dataclasses.replace(BARE, rotation_share=1, rotation_degrees=(35, 90))
    angles = []
    for seed in range(50):
        patch = draw_patch(image, 32, recipe, np.random.default_rng(seed))
        assert patch.shape == (32, 32)
        down, right = patch[16:, :].mean() - patch[:16, :].mean(), patch[:, 16:].mean() - patch[:, :16].mean()
        angles.append(np.rad2deg(np.arctan2(-down, right)))
    assert 34.5 < min(angles) < 45
    assert 80 < max(angles) < 90.5


def test_a_small_image_is_mirrored_before_it_is_turned() -> None:
    image = TrainingImage(np.full((10, 12), 0.25, np.float32), "x.png", "a", "s", "")
    recipe = dataclasses.replace(BARE, rotation_share=1)
    patch = draw_patch(image, 32, recipe, np.random.default_rng(0))
    np.testing.assert_allclose(patch, 0.25, atol=1e-6)


def test_clahe_equalises_as_opencv_does() -> None:
    y, x = np.mgrid[:128, :128]
    pixels = (0.3 + 0.1 * np.sin(x / 9) * np.cos(y / 13) + 0.02 * np.sin(x * y / 50)).astype(np.float32)
    equalised = equalise(pixels, 4.0)
    oracle = cv2.createCLAHE(4.0, (8, 8)).apply((pixels * 255).astype(np.uint8)) / 255
    assert equalised.dtype == np.float32
    assert 0 <= equalised.min() < equalised.max() <= 1
    assert equalised.std() > 1.5 * pixels.std()
    assert np.corrcoef(equalised.ravel(), oracle.ravel())[0, 1] > 0.9
    assert len(np.unique(equalised)) > 256, "not quantised to 8 bits"


def test_clahe_leaves_a_constant_patch() -> None:
    np.testing.assert_array_equal(equalise(np.full((32, 32), 0.5, np.float32), 2.0), np.float32(0.5))


def test_clahe_follows_its_share() -> None:
    assert draw(clahe_share=1).max() <= 1
    assert draw(clahe_share=0).max() > 1
