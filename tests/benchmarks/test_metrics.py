"""Metrics beside scikit-image, in one run: `pytest tests/benchmarks/test_metrics.py --benchmark-enable -s`.

Absolute times depend on the machine and on what else it does; the last test prints ratios from interleaved rounds.
Targets on two idle cores, 1024 and 2048 pixels a side: SSIM 7.9 and 37 ms, MS-SSIM 10 and 44, UQI 14 and 67,
PSNR 0.1 and 0.7.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from medsr_viewer.metrics.ms_ssim import ms_ssim
from medsr_viewer.metrics.psnr import psnr
from medsr_viewer.metrics.scores import score
from medsr_viewer.metrics.ssim import ssim, ssim_map
from medsr_viewer.metrics.uqi import uqi

SIDES = (1024, 2048)
DATA_RANGE = 4000.0


def skimage_ssim(reference: Any, upscaled: Any) -> float:
    return float(
        structural_similarity(
            reference,
            upscaled,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            data_range=DATA_RANGE,
        )
    )


CASES: dict[str, Callable[[Any, Any], Any]] = {
    "scikit-image ssim": skimage_ssim,
    "ssim": lambda x, y: ssim(x, y, DATA_RANGE),
    # A data range far below the images' span: the float64 path.
    "ssim float64 path": lambda x, y: ssim(x, y, DATA_RANGE / 50),
    "ssim_map": lambda x, y: ssim_map(x, y, DATA_RANGE),
    "ms_ssim": lambda x, y: ms_ssim(x, y, DATA_RANGE),
    "uqi": uqi,
    "psnr": lambda x, y: psnr(x, y, DATA_RANGE),
    "score": lambda x, y: score(x, y, DATA_RANGE),
}


@pytest.fixture(scope="module", params=SIDES, ids=lambda side: f"{side}px")
def pair(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    side = request.param
    rng = np.random.default_rng(7)
    ramp = np.linspace(-1000, 2500, side)
    reference = (ramp + ramp[::-1, None] / 3 + rng.normal(0, 60, (side, side))).astype(np.float32)
    return reference, reference + rng.normal(0, 25, reference.shape).astype(np.float32)


@pytest.mark.parametrize("name", CASES)
def test_metric(benchmark: Any, pair: tuple[Any, Any], name: str) -> None:
    assert benchmark(CASES[name], *pair) is not None


def test_ratios_to_skimage(pair: tuple[Any, Any], capsys: pytest.CaptureFixture[str]) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(5):
        for name, metric in CASES.items():
            started = time.perf_counter()
            metric(*pair)
            seconds[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    with capsys.disabled():
        print(f"\n{pair[0].shape[0]} px: scikit-image SSIM {medians['scikit-image ssim'] * 1e3:.1f} ms")
        for name, median in medians.items():
            print(f"  {name:20s} {median * 1e3:8.2f} ms   {medians['scikit-image ssim'] / median:8.1f} x faster")
    assert skimage_ssim(*pair) == pytest.approx(ssim(*pair, DATA_RANGE), abs=1e-4)
