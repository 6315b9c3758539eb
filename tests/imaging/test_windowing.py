from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_voi as pydicom_voi
from pydicom.pixels.processing import apply_windowing

from medsr_viewer.imaging.frame import VoiLut, Window, full_range_window
from medsr_viewer.imaging.windowing import PRESETS, apply_voi, apply_window, auto_window

FUNCTIONS = ["LINEAR", "LINEAR_EXACT", "SIGMOID"]
VALUES = np.concatenate([np.arange(-1100, 3100, dtype=np.float32), np.array([39.5, 40.25, -0.5], np.float32)])


def window_dataset(center: float, width: float, function: str) -> Dataset:
    ds = Dataset()
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsStored, ds.PixelRepresentation = 16, 0
    ds.WindowCenter, ds.WindowWidth, ds.VOILUTFunction = center, width, function
    return ds


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(("center", "width"), [(40, 400), (-600, 1500), (0.5, 2), (1024, 1.5), (300, 4096), (128, 1)])
def test_windows_equal_pydicoms(function: str, center: float, width: float) -> None:
    with np.errstate(over="ignore"):
        expected = apply_windowing(VALUES, window_dataset(center, width, function)) / 65535
    if function == "LINEAR" and width == 1:
        expected = (center - 0.5 < VALUES).astype(float)
    np.testing.assert_allclose(apply_window(VALUES, center, width, function), expected, atol=2e-6)


@pytest.mark.parametrize("function", FUNCTIONS)
@given(
    values=arrays(np.float32, st.integers(2, 40), elements=st.floats(-1e5, 1e5, width=32)),
    center=st.floats(-5e4, 5e4),
    width=st.floats(-10, 1e5),
)
def test_windows_are_monotone_and_in_range(function: str, values: np.ndarray, center: float, width: float) -> None:
    shown = apply_window(np.sort(values), center, width, function)
    assert shown.dtype == np.float32
    assert np.isfinite(shown).all()
    assert shown.min() >= 0
    assert shown.max() <= 1
    assert (np.diff(shown) >= 0).all()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_values_that_are_not_finite(function: str) -> None:
    shown = apply_window(np.array([np.nan, -np.inf, np.inf], np.float32), 40, 400, function)
    np.testing.assert_allclose(shown, [0, 0, 1], atol=1e-6)


def test_a_voi_lut_equals_pydicoms() -> None:
    table = (np.linspace(0, 1, 512) ** 2 * 4095).astype(np.uint16)
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [512, 100, 12])
    item.add_new("LUTData", "US", [int(entry) for entry in table])
    ds = Dataset()
    ds.PhotometricInterpretation, ds.PixelRepresentation, ds.BitsStored = "MONOCHROME2", 0, 16
    ds.VOILUTSequence = [item]
    stored = np.arange(0, 800, dtype=np.uint16)
    expected = pydicom_voi(stored, ds) / 4095
    np.testing.assert_allclose(apply_voi(stored, VoiLut(table, 100.0, 12)), expected, atol=1e-6)


def test_the_full_range_window_reaches_black_and_white() -> None:
    window = full_range_window(-1000.0, 3000.0)
    np.testing.assert_allclose(apply_voi([-1000.0, 1000.0, 3000.0], window), [0, 0.5, 1], atol=1e-6)
    assert np.isfinite(apply_voi(np.full((2, 2), 7.0), full_range_window(7.0, 7.0))).all()


def test_the_automatic_window_leaves_out_padding_and_outliers() -> None:
    pixels = np.random.default_rng(0).normal(100, 10, (200, 200)).astype(np.float32)
    valid = np.ones(pixels.shape, bool)
    pixels[:50], valid[:50] = -2000, False
    pixels[60, 60] = 1e6
    window = auto_window(pixels, valid)
    low, high = window.center - window.width / 2, window.center + window.width / 2
    assert low == pytest.approx(100 - 2.576 * 10, abs=1.5)
    assert high == pytest.approx(100 + 2.576 * 10, abs=1.5)


def test_the_automatic_window_of_a_constant_image_is_usable() -> None:
    assert auto_window(np.full((4, 4), 5.0, np.float32)).width > 0
    assert auto_window(np.zeros((0, 0), np.float32)).width > 0


def test_ct_presets() -> None:
    assert {(window.name, window.width, window.center) for window in PRESETS["CT"]} >= {
        ("brain", 80.0, 40.0),
        ("lung", 1500.0, -600.0),
        ("bone", 2000.0, 350.0),
    }
    assert all(isinstance(window, Window) for window in PRESETS["CT"])
