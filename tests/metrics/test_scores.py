from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from medsr_viewer.metrics.ms_ssim import ms_ssim
from medsr_viewer.metrics.psnr import psnr
from medsr_viewer.metrics.scores import Measured, Scores, score
from medsr_viewer.metrics.ssim import ssim
from medsr_viewer.metrics.uqi import uqi


def pair(shape: tuple[int, int]) -> tuple[Any, Any]:
    rng = np.random.default_rng(11)
    reference = rng.normal(40, 300, shape).astype(np.float32)
    return reference, reference + rng.normal(0, 100, shape).astype(np.float32)


def test_equals_the_metrics_one_by_one() -> None:
    reference, upscaled = pair((180, 200))
    assert score(reference, upscaled, 2000.0) == Scores(
        psnr(reference, upscaled, 2000.0),
        ssim(reference, upscaled, 2000.0),
        ms_ssim(reference, upscaled, 2000.0),
        uqi(reference, upscaled),
    )


@pytest.mark.parametrize(
    ("shape", "defined"),
    [
        ((176, 176), (True, True, True, True)),
        ((175, 900), (True, True, False, True)),
        ((11, 11), (True, True, False, True)),
        ((10, 40), (True, False, False, True)),
        ((8, 8), (True, False, False, True)),
        ((7, 100), (True, False, False, False)),
        ((1, 1), (True, False, False, False)),
        ((0, 9), (False, False, False, False)),
        ((9, 0), (False, False, False, False)),
    ],
)
@pytest.mark.parametrize("data_range", [1000.0, 0.0])
def test_tiny_regions(shape: tuple[int, int], defined: tuple[bool, ...], data_range: float) -> None:
    flat = np.full(shape, 5.0, np.float32)
    scores = score(flat, flat.copy(), data_range)
    perfect = (math.inf, 1.0, 1.0, 1.0)
    assert scores == Scores(*(value if there else None for value, there in zip(perfect, defined, strict=True)))
    assert score(flat, flat + 50, 1000.0).psnr_db == (pytest.approx(20 * math.log10(20)) if defined[0] else None)


def test_constant_reference_without_a_data_range() -> None:
    flat = np.full((200, 200), 2.0)
    assert score(flat, flat + 1, 0.0) == Scores(None, None, None, pytest.approx(2 * 2 * 3 / (4 + 9)))


def test_constant_region_of_an_image_that_has_a_data_range() -> None:
    reference = np.full((20, 20), -1000.0, np.float32)
    upscaled = reference + np.random.default_rng(12).normal(0, 5, reference.shape).astype(np.float32)
    scores = score(reference, upscaled, 3000.0)
    expected = structural_similarity(
        reference.astype(float),
        upscaled.astype(float),
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=3000.0,
    )
    assert scores.ssim == pytest.approx(expected, abs=1e-6)
    assert scores.psnr_db == pytest.approx(peak_signal_noise_ratio(reference, upscaled, data_range=3000.0), abs=1e-4)
    assert scores.uqi == pytest.approx(0, abs=1e-9)


def test_refusals() -> None:
    reference, upscaled = pair((20, 20))
    with pytest.raises(ValueError, match="equal in shape"):
        score(reference, upscaled[:19], 1.0)
    with pytest.raises(ValueError, match="two-dimensional"):
        score(np.zeros((5, 5, 3)), np.zeros((5, 5, 3)), 1.0)
    for data_range in (-1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="data range"):
            score(reference, upscaled, data_range)
    upscaled[3, 3] = math.nan
    for data_range in (0.0, 100.0):
        with pytest.raises(ValueError, match="not finite"):
            score(reference, upscaled, data_range)


def test_describe() -> None:
    assert Measured(2907.0, 512, 512, unit="HU").describe() == (
        "data range 2907 HU \u00b7 512 \u00d7 512 px (w \u00d7 h, whole image) \u00b7 full range \u00b7 "
        "no border cropped; SSIM without its 5-pixel window border"
    )
    small = Measured(80.0, 9, 40, region="ROI", on="window C 40 W 80", border="4 px cropped").describe()
    assert small == (
        "data range 80 \u00b7 40 \u00d7 9 px (w \u00d7 h, ROI) \u00b7 window C 40 W 80 \u00b7 "
        "4 px cropped; SSIM undefined below 11 px; MS-SSIM undefined below 176 px"
    )


def test_neither_torch_nor_skimage_is_loaded() -> None:
    code = (
        "import sys, medsr_viewer.metrics.scores, medsr_viewer.metrics.error_map\n"
        "assert not {'torch', 'skimage', 'scipy'} & set(sys.modules)"
    )
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)
