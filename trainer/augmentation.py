"""Augmentation: what is done to a reference patch before it is degraded. Pure functions of (patch, recipe, rng).

A share of 0 draws nothing from the generator, but for those of window, stretch and inversion, which were there first:
recipes that leave an augmentation out draw the same patches as before it existed.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.exposure import equalize_adapthist

from trainer.chance import happens
from trainer.images import TrainingImage
from trainer.recipe import DataRecipe

BLACK, WHITE = (-0.03, 0.17), (0.62, 1.05)
"""Where a stretch puts 0 and 1: the percentiles that degraded validation images have, and some more."""
CLAHE_LIMITS = (1.0, 4.0)
"""Clip limit, as OpenCV counts it: times the mean of a histogram of 256 grays."""
CLAHE_TILES = 8
ROTATION_REACH = 2
"""Pixels around a rotated patch that bicubic interpolation reads."""

FloatArray = NDArray[np.float32]


def draw_patch(image: TrainingImage, side: int, recipe: DataRecipe, rng: np.random.Generator) -> FloatArray:
    """Cut a patch out of an image at random, and augment it as the recipe says.

    Parameters
    ----------
    image : TrainingImage
        An image smaller than the patch is mirrored, rather than left out.
    side : int
        Of the patch, in reference pixels.
    recipe : DataRecipe
        Its shares.
    rng : numpy.random.Generator
        What chance there is.

    Returns
    -------
    ndarray
        (side, side) float32, contiguous.
    """
    angle = float(rng.uniform(*recipe.rotation_degrees)) if happens(recipe.rotation_share, rng) else None
    outer = side if angle is None else rotation_side(side, angle)
    patch = _place(image, outer, recipe.candidates, rng)
    if angle is not None:
        patch = rotate(patch, angle, side)
    patch = _intensity(patch, image.modality, recipe, rng)
    if recipe.quarter_turns:
        patch = np.rot90(patch, int(rng.integers(4)))
    if happens(recipe.horizontal_flip_share, rng):
        patch = patch[:, ::-1]
    # Turns and horizontal flips reach all eight positions already; a vertical flip would add nothing but a draw.
    if not recipe.quarter_turns and happens(recipe.vertical_flip_share, rng):
        patch = patch[::-1]
    return np.ascontiguousarray(patch, dtype=np.float32)


def rotation_side(side: int, angle: float) -> int:
    """Return the side of the crop that a patch is cut from after a turn, so that no border enters it."""
    radians = math.radians(angle)
    turned = side * (abs(math.sin(radians)) + abs(math.cos(radians)))
    # Of the patch's parity, so that both have one centre.
    return side + 2 * math.ceil((turned - side) / 2 + ROTATION_REACH)


def rotate(crop: FloatArray, angle: float, side: int) -> FloatArray:
    """Turn a crop about its centre, and cut the middle out.

    Parameters
    ----------
    crop : ndarray
        (H, H) float32, H = ``rotation_side(side, angle)``.
    angle : float
        Degrees, counter-clockwise.
    side : int
        Of the result.

    Returns
    -------
    ndarray
        (side, side) float32; bicubic interpolation.
    """
    outer = crop.shape[0]
    middle = (outer - 1) / 2
    turn = cv2.getRotationMatrix2D((middle, middle), angle, 1.0)
    turned = cv2.warpAffine(crop, turn, (outer, outer), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    edge = (outer - side) // 2
    return np.asarray(turned[edge : edge + side, edge : edge + side], np.float32)


def equalise(patch: FloatArray, clip_limit: float) -> FloatArray:
    """Equalise a patch's histogram adaptively, its contrast limited (CLAHE).

    Parameters
    ----------
    patch : ndarray
        (H, W) float32; clipped to [0, 1].
    clip_limit : float
        As OpenCV counts it: 4 is albumentations' largest.

    Returns
    -------
    ndarray
        (H, W) float32, in [0, 1]; not quantised to 8 bits, as OpenCV's is.
    """
    tile = max(1, min(patch.shape) // CLAHE_TILES)
    clipped = patch.clip(0, 1).astype(np.float64)
    if np.ptp(clipped) == 0:
        return patch.clip(0, 1)
    # scikit-image stretches what it returns to [0, 1], and counts the limit in shares of a tile's pixels.
    equalised: FloatArray = equalize_adapthist(clipped, tile, clip_limit / 256).astype(np.float32)
    return equalised


def _place(image: TrainingImage, side: int, candidates: int, rng: np.random.Generator) -> FloatArray:
    """Cut a patch out at random; of several candidates, take one in proportion to what resampling would lose there."""
    crops = []
    for _ in range(candidates):
        row, column = (int(rng.integers(max(length, side) - side + 1)) for length in image.shape)
        crops.append(image.crop(row, column, side, side))
    if candidates == 1:
        return crops[0]
    lost = np.array([_detail(crop) for crop in crops]) + np.finfo(np.float64).tiny
    return crops[int(rng.choice(candidates, p=lost / lost.sum()))]


def _detail(crop: FloatArray) -> float:
    """Return the mean squared error of a crop that was shrunk by four and enlarged again."""
    small = cv2.resize(crop, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    again = cv2.resize(small, crop.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return float(np.square(again - crop).mean())


def _intensity(patch: FloatArray, modality: str, recipe: DataRecipe, rng: np.random.Generator) -> FloatArray:
    if modality == "CT" and rng.random() < recipe.ct_window_share:
        patch = _random_window(patch, rng)
    elif rng.random() < recipe.stretch_share:
        black, white = rng.uniform(*BLACK), rng.uniform(*WHITE)
        patch = (patch - np.float32(black)) / np.float32(white - black)
    if happens(recipe.clahe_share, rng):
        patch = equalise(patch, float(rng.uniform(*CLAHE_LIMITS)))
    if rng.random() < recipe.invert_share:
        patch = 1 - patch
    return patch


def _random_window(patch: FloatArray, rng: np.random.Generator) -> FloatArray:
    # A window over a twelfth to the whole of the image's range (soft tissue in a body CT is about a sixth), placed on
    # what the patch shows.
    width = float(np.exp(rng.uniform(np.log(0.08), np.log(1.0))))
    center = float(rng.choice(patch.ravel())) + width * rng.uniform(-0.4, 0.4)
    windowed: FloatArray = np.clip((patch - center) / width + 0.5, 0, 1)
    return windowed
