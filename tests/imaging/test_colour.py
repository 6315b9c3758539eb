from __future__ import annotations

import numpy as np
from PIL import Image

from medsr_viewer.imaging.colour import luma, rgb_to_ycbcr, ycbcr_to_rgb

RGB = np.random.default_rng(1).integers(0, 256, (32, 40, 3)).astype(np.uint8)


def test_luma_and_chroma_equal_pillows_to_its_rounding() -> None:
    expected = np.asarray(Image.fromarray(RGB).convert("YCbCr")).astype(np.float32)
    ours = rgb_to_ycbcr(RGB)
    np.testing.assert_allclose(ours[..., 0], expected[..., 0], atol=1)
    np.testing.assert_allclose(ours[..., 1:] + 128, expected[..., 1:], atol=1)
    np.testing.assert_array_equal(luma(RGB), ours[..., 0])


def test_conversion_and_back_changes_nothing() -> None:
    deep = np.random.default_rng(2).uniform(0, 65535, (20, 20, 3)).astype(np.float32)
    np.testing.assert_allclose(ycbcr_to_rgb(rgb_to_ycbcr(deep)), deep, atol=0.05)
    np.testing.assert_allclose(ycbcr_to_rgb(rgb_to_ycbcr(RGB)), RGB, atol=2e-4)


def test_gray_has_no_chroma() -> None:
    gray = np.full((2, 2, 3), 77.0, np.float32)
    np.testing.assert_allclose(rgb_to_ycbcr(gray), np.full((2, 2, 3), 77.0) * [1, 0, 0], atol=1e-4)
