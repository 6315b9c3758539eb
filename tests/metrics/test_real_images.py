"""The scores of bicubic upscalings of real images, beside scikit-image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from medsr_viewer.metrics.scores import score


def bicubic_pair(image: Any, scale_factor: int = 4) -> tuple[Any, Any]:
    rows, columns = (side // scale_factor * scale_factor for side in image.shape)
    reference = np.ascontiguousarray(image[:rows, :columns], np.float32)
    degraded = Image.fromarray(reference).resize(
        (columns // scale_factor, rows // scale_factor), Image.Resampling.BICUBIC
    )
    return reference, np.asarray(degraded.resize((columns, rows), Image.Resampling.BICUBIC))


def assert_equals_skimage(reference: Any, upscaled: Any, data_range: float) -> None:
    scores = score(reference, upscaled, data_range)
    exact = reference.astype(np.float64), upscaled.astype(np.float64)
    expected_db = peak_signal_noise_ratio(*exact, data_range=data_range)
    expected = structural_similarity(
        *exact, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=data_range
    )
    assert scores.psnr_db == pytest.approx(expected_db, abs=1e-5)
    assert scores.ssim == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", ["J2K_pixelrep_mismatch.dcm", "CT_small.dcm", "MR_small.dcm"])
def test_pydicoms_own_images(name: str) -> None:
    ds = pydicom.dcmread(get_testdata_file(name))
    stored = ds.pixel_array.astype(np.float32)
    hounsfield = stored * float(ds.get("RescaleSlope", 1)) + float(ds.get("RescaleIntercept", 0))
    reference, upscaled = bicubic_pair(hounsfield)
    assert_equals_skimage(reference, upscaled, float(np.ptp(reference)))
    center, width = float(np.median(reference)), float(np.ptp(reference)) / 20
    window = center - width / 2, center + width / 2
    assert_equals_skimage(np.clip(reference, *window), np.clip(upscaled, *window), width)
    # Not clipped: the images reach far beyond the data range.
    assert_equals_skimage(reference, upscaled, width)


def test_development_images(shared_data: Path) -> None:
    files = (
        sorted((shared_data / "ctmr" / "val").glob("*.png"))[::4]
        + sorted((shared_data / "xray" / "val").glob("*.png"))[:2]
    )
    assert files
    for file in files:
        reference, upscaled = bicubic_pair(np.asarray(Image.open(file)))
        assert_equals_skimage(reference, upscaled, float(np.ptp(reference)))
