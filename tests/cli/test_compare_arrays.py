"""`medsr compare --arrays`: what is written gives the scores that are written, by scikit-image and Pillow."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

METHODS = ("nearest", "bicubic", "back-projection")
LUMA = np.array([0.299, 0.587, 0.114])


@pytest.fixture
def compared(medsr: Callable[..., Any], tmp_path: Path) -> Callable[..., tuple[dict[str, Any], dict[str, np.ndarray]]]:
    def run(image: Path, *arguments: object) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        scores, arrays = tmp_path / "a.json", tmp_path / "a.npz"
        options = [part for name in METHODS for part in ("--method", name)]
        outcome = medsr("compare", image, *options, *arguments, "--json", scores, "--arrays", arrays)
        assert outcome.status == 0, outcome.err
        with np.load(arrays, allow_pickle=False) as stored:
            return json.loads(scores.read_text()), dict(stored)

    return run


def assert_scores_agree(report: dict[str, Any], reference: np.ndarray, results: dict[str, np.ndarray]) -> None:
    for method in report["methods"]:
        result, data_range = results[method["name"]], report["data_range"]
        psnr = peak_signal_noise_ratio(reference, result, data_range=data_range)
        ssim = structural_similarity(
            reference, result, data_range=data_range, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )
        assert method["psnr_db"] == pytest.approx(psnr, abs=1e-3)
        assert method["ssim"] == pytest.approx(ssim, abs=1e-4)


@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_scores_of_gray(compared: Callable[..., Any], ct: Path, scale: int) -> None:
    report, arrays = compared(ct, "--scale", scale)
    assert arrays.keys() == {"reference", "degraded", *METHODS}
    assert all(array.dtype == np.float32 for array in arrays.values())
    assert list(arrays["reference"].shape) == report["shape"]
    assert report["data_range"] == float(arrays["reference"].max()) - float(arrays["reference"].min())
    values = {name: array.astype(np.float64) for name, array in arrays.items()}
    assert_scores_agree(report, values["reference"], values)


def test_scores_through_the_window_are_of_values_cut_to_its_width(compared: Callable[..., Any], ct: Path) -> None:
    report, arrays = compared(ct, "--range", "window")
    shown = {name: np.clip(array.astype(np.float64), 40 - 200, 40 + 200) for name, array in arrays.items()}
    assert_scores_agree(report, shown["reference"], shown)


def test_scores_of_colour_are_of_luma(compared: Callable[..., Any], colour_png: Path) -> None:
    report, arrays = compared(colour_png)
    assert arrays["reference"].shape == (60, 48, 3)
    luma = {name: array.astype(np.float64) @ LUMA for name, array in arrays.items()}
    assert_scores_agree(report, luma["reference"], luma)


@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_degraded_is_pillows_bicubic(compared: Callable[..., Any], ct: Path, scale: int) -> None:
    _, arrays = compared(ct, "--scale", scale)
    reference = arrays["reference"]
    image = Image.fromarray(reference)
    rows, columns = reference.shape
    expected = np.asarray(image.resize((columns // scale, rows // scale), Image.Resampling.BICUBIC))
    np.testing.assert_allclose(arrays["degraded"], expected, atol=1e-3 * float(np.ptp(reference)))


def test_reference_is_the_image_in_modality_units(compared: Callable[..., Any], ct: Path) -> None:
    import pydicom

    _, arrays = compared(ct)
    ds = pydicom.dcmread(ct)
    np.testing.assert_array_equal(arrays["reference"], ds.pixel_array[:100, :84] - 1024.0)


def test_arrays_of_a_name_without_suffix_keep_it(medsr: Callable[..., Any], ct: Path, tmp_path: Path) -> None:
    assert medsr("compare", ct, "--method", "bicubic", "--arrays", tmp_path / "arrays").status == 0
    assert (tmp_path / "arrays").is_file()
