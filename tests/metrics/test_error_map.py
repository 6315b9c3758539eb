from __future__ import annotations

import math

import numpy as np
import pytest

from medsr_viewer.metrics.error_map import signed_error


def test_signed_error_is_above_zero_where_too_bright() -> None:
    reference = np.array([[10, 200]], np.uint8)
    upscaled = np.array([[30, 150]], np.uint8)
    np.testing.assert_array_equal(signed_error(reference, upscaled), [[20, -50]])
    assert signed_error(reference, upscaled).dtype == np.float32


def test_refusals() -> None:
    image = np.zeros((12, 12), np.float32)
    with pytest.raises(ValueError, match="equal in shape"):
        signed_error(image, image[:11])
    with pytest.raises(ValueError, match="not finite"):
        signed_error(image, np.full_like(image, math.nan))
