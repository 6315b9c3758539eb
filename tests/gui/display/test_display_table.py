from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsr_viewer.imaging.frame import VoiLut, Window
from medsr_viewer.imaging.windowing import apply_voi
from medsr_viewer.ui.display.colormap import ColourScale, ramp
from medsr_viewer.ui.display.table import HATCH_CODES, PADDING_CODE, code_range, colour_table, gray_table

FUNCTIONS = st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"])


def shown(values, voi, inverted=False):
    codes = code_range((float(values.min()), float(values.max())), voi)
    return gray_table(codes, voi, inverted).take(codes.encode(values))


@given(
    center=st.floats(-1500, 3000),
    width=st.floats(2, 6000),
    function=FUNCTIONS,
    top=st.sampled_from([300.0, 3000.0, 65535.0, 5e6]),
)
def test_codes_and_table_equal_the_window(center, width, function, top):
    values = np.concatenate([np.linspace(-1024, top, 2000), center + np.linspace(-width, width, 500)])
    values = values.astype(np.float32)
    voi = Window(center, width, function)
    expected = apply_voi(values, voi) * 255
    assert np.abs(shown(values, voi) - expected).max() <= 1.0


@pytest.mark.parametrize("top", [4e3, 1e5, 1e7])
def test_narrow_window_over_a_wide_range_shows_every_gray_level(top):
    values = np.linspace(0, 80, 4000, dtype=np.float32)
    values[-1] = top  # metal
    assert len(np.unique(shown(values, Window(40, 80)))) == 256


def test_narrow_window_on_a_float_map():
    values = np.linspace(0, 1e-4, 1000, dtype=np.float32)
    values[0] = -3.0
    assert len(np.unique(shown(values, Window(5e-5, 1e-4, "LINEAR_EXACT")))) == 256


def test_integers_of_ct_are_within_a_hair_of_the_window():
    values = np.arange(-1024, 3072, dtype=np.float32)
    voi = Window(40, 400)
    assert np.abs(shown(values, voi) - np.rint(apply_voi(values, voi) * 255.0)).max() <= 1


def test_table_of_a_voi_lut():
    table = (np.arange(4096) ** 2 // 256).astype(np.uint16)
    voi = VoiLut(table, -1024.0, 16)
    values = np.arange(-2000, 4000, dtype=np.float32)
    assert np.abs(shown(values, voi) - apply_voi(values, voi) * 255).max() <= 1.0


def test_voi_lut_on_a_huge_range_keeps_its_entries():
    voi = VoiLut((np.arange(256) * 257).astype(np.uint16), 0.0, 16)
    values = np.append(np.arange(256), 1e7).astype(np.float32)
    assert np.abs(shown(values, voi)[:-1] - np.arange(256.0)).max() <= 1.0


def test_inversion_turns_levels_but_not_padding():
    voi = Window(50, 100, "LINEAR_EXACT")
    codes = code_range((0.0, 100.0), voi)
    plain, inverted = gray_table(codes, voi, False), gray_table(codes, voi, True)
    assert np.array_equal(plain[3:], 255 - inverted[3:])
    assert plain[PADDING_CODE] == inverted[PADDING_CODE] == 0
    assert plain[HATCH_CODES[0]] != plain[HATCH_CODES[1]]


@pytest.mark.parametrize("value", [0.0, -1000.0, 1e6, 1e-9])
def test_constant_image(value):
    values = np.full(4, value, np.float32)
    voi = Window(value, 2.0, "LINEAR_EXACT")
    assert abs(int(shown(values, voi)[0]) - 128) <= 1


def test_signed_scale_is_symmetric_and_black_at_zero():
    scale = ColourScale.signed(200.0)
    codes = code_range((-200.0, 200.0), None)
    table = colour_table(codes, scale.low, scale.high, scale.ramp)
    at = codes.encode(np.array([-200, -100, 0, 100, 200], np.float32))
    red, green, blue = ((table[at] >> shift & 255).astype(int) for shift in (16, 8, 0))
    assert max(red[2], green[2], blue[2]) < 30
    assert blue[1] > red[1] + 50
    assert red[3] > blue[3] + 50
    brightness = red + green + blue
    assert brightness[0] > brightness[1] > brightness[2] < brightness[3] < brightness[4]


def test_ramps_grow_lighter_evenly():
    # WCAG relative luminance, cube root: about OKLab lightness.
    linear = (ramp("sequential") / 255.0) ** 2.2
    lightness = np.cbrt(linear @ [0.2126, 0.7152, 0.0722])
    steps = np.diff(lightness[::64])
    assert steps.min() > 0
    assert steps.max() < 2.5 * steps.mean()


def test_reversed_scale():
    codes = code_range((0.0, 1.0), None)
    forward = colour_table(codes, 0.0, 1.0, ramp("sequential"))
    backward = colour_table(codes, 1.0, 0.0, ramp("sequential"))
    assert forward[3] == backward[-1]
    assert forward[-1] == backward[3]
