from __future__ import annotations

import math

import numpy as np
import pytest

from medsr_viewer.metrics.error_map import absolute_error, signed_error, structural_error
from medsr_viewer.metrics.ssim import ssim_map


def test_signed_error_is_above_zero_where_too_bright() -> None:
    reference = np.array([[10, 200]], np.uint8)
    upscaled = np.array([[30, 150]], np.uint8)
    np.testing.assert_array_equal(signed_error(reference, upscaled), [[20, -50]])
    np.testing.assert_array_equal(absolute_error(reference, upscaled), [[20, 50]])
    assert signed_error(reference, upscaled).dtype == np.float32


def test_structural_error() -> None:
    rng = np.random.default_rng(10)
    reference = rng.uniform(0, 1, (40, 50)).astype(np.float32)
    upscaled = reference.copy()
    upscaled[10:14, 20:24] += 0.5
    error = structural_error(reference, upscaled, 1.0)
    np.testing.assert_allclose(error, 1 - ssim_map(reference, upscaled, 1.0), atol=1e-7)
    assert error[12, 22] > 0.2
    # Beyond the window's radius of 5 pixels nothing is seen of it.
    np.testing.assert_array_equal(error[20:], 0)
    np.testing.assert_array_equal(error[:, 30:], 0)


@pytest.mark.parametrize("function", [signed_error, absolute_error, lambda x, y: structural_error(x, y, 1.0)])
def test_refusals(function) -> None:  # type: ignore[no-untyped-def]
    image = np.zeros((12, 12), np.float32)
    with pytest.raises(ValueError, match="equal in shape"):
        function(image, image[:11])
    with pytest.raises(ValueError, match="not finite"):
        function(image, np.full_like(image, math.nan))
