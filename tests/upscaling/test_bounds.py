"""What keeps a network's output near its input."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from torch import nn

from medsr_viewer.errors import OutputCheckFailed
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.resample import enlarge
from medsr_viewer.upscaling.bounds import (
    OVERSHOOT_OF_SPAN,
    TRAINED_RANGE,
    bound_to_neighbourhood,
    within_span,
    within_trained_range,
)
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.upscaling.checks import check_consistency
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.upscaler import UpscalingRequest, upscale

MakeMethod = Callable[..., Method]


def test_trained_range_leaves_the_usual_alone() -> None:
    values = np.array([[-0.99, 0.0, 1.0, 1.99], [-8.0, 30.0, 2.0, -1.0]], np.float32)
    low, high = TRAINED_RANGE
    expected = np.array([[-0.99, 0, 1, 1.99], [low, high, high, low]], np.float32)
    np.testing.assert_array_equal(within_trained_range(values), expected)


@pytest.mark.parametrize(
    ("span", "margin"),
    [
        (100.0, 6.0),  # of the neighbourhood, which holds 0 to 10
        (10.0, 3.5),  # of the image
        (1.0, 3.0),  # bicubic interpolation's, however little the mapping spans
    ],
)
def test_bound_is_a_share_of_the_neighbourhoods_range_and_of_the_images(span: float, margin: float) -> None:
    pixels = np.zeros((9, 9), np.float32)
    pixels[4, 4] = 10
    estimate = np.full((18, 18), 1000, np.float32)
    bounded = bound_to_neighbourhood(estimate, pixels, Region(0, 0, 9, 9), 2, span)
    assert bounded[8, 8] == pytest.approx(10 + margin)
    assert bounded[0, 0] == 0  # the neighbourhood is constant
    low = bound_to_neighbourhood(-estimate, pixels, Region(0, 0, 9, 9), 2, span)
    assert low[8, 8] == pytest.approx(-margin)


def test_bound_of_a_region_is_that_of_the_whole() -> None:
    rng = np.random.default_rng(2)
    pixels = rng.normal(size=(20, 22)).astype(np.float32)
    estimate = (enlarge(pixels, 2, "bicubic") * 4).astype(np.float32)
    region = Region(3, 5, 9, 11)
    whole = bound_to_neighbourhood(estimate, pixels, Region.whole(pixels.shape), 2, 3.0)
    part = bound_to_neighbourhood(estimate[region.scaled(2).slices], pixels, region, 2, 3.0)
    np.testing.assert_array_equal(part, whole[region.scaled(2).slices])


@pytest.mark.parametrize("scale_factor", [2, 4])
def test_the_bicubic_base_is_never_bounded(scale_factor: int) -> None:
    rng = np.random.default_rng(3)
    for values in (rng.uniform(-1000, 30000, (24, 24)), 30000.0 * rng.integers(0, 2, (48, 48))):
        pixels = values.astype(np.float32)
        estimate = enlarge(pixels, scale_factor, "bicubic")
        bounded = bound_to_neighbourhood(estimate, pixels, Region.whole(pixels.shape), scale_factor, 0.0)
        np.testing.assert_array_equal(bounded, estimate)


def beside_an_edge(scale_factor: int) -> tuple[float, float]:
    """Return how far fmen goes beyond a square of 150 on -1000, above and below, in shares of what the bound allows."""
    pixels = np.full((96, 96), -1000, np.float32)
    pixels[30:66, 20:70] = 150
    request = UpscalingRequest(pixels, catalogue().find("fmen", scale_factor), scale_factor, device="cpu")
    result = upscale(request).pixels
    limit = OVERSHOOT_OF_SPAN * 1150
    return (float(result.max()) - 150) / limit, (-1000 - float(result.min())) / limit


@pytest.mark.parametrize("scale_factor", [2, 4])
def test_the_networks_ring_little_beside_an_edge_that_no_degradation_softened(scale_factor: int) -> None:
    # The back-projection that follows the bound adds to it: 1.14 (x2), 1.50 (x4); unbounded it would be 1.76, 3.36.
    assert max(beside_an_edge(scale_factor)) < 1.6


@pytest.mark.parametrize("scale_factor", [2, 4])
def test_before_the_back_projection_no_network_passes_the_bound(
    scale_factor: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medsr_viewer.upscaling.inference.back_project", lambda estimate, *_: estimate)
    assert max(beside_an_edge(scale_factor)) == pytest.approx(1, abs=1e-5), "it rings as far as it may"


def test_what_a_network_adds_is_held_to_the_range_of_its_input() -> None:
    residual = np.array([[-400.0, -1.4, 0.0, 1.4, 400.0, np.nan]], np.float32)
    held = within_span(residual)
    np.testing.assert_array_equal(held, np.array([[-1.5, -1.4, 0.0, 1.4, 1.5, np.nan]], np.float32))


def test_consistent_estimates_pass_and_noise_does_not() -> None:
    rng = np.random.default_rng(4)
    pixels = rng.uniform(0, 1, (32, 32)).astype(np.float32)
    base = enlarge(pixels, 4, "bicubic")
    check_consistency("net", pixels, base, base, 1.0)
    flat = np.full((32, 32), 0.5, np.float32)
    with pytest.raises(OutputCheckFailed, match=r"net: degraded again"):
        check_consistency("net", flat, enlarge(flat, 4, "bicubic"), rng.normal(0.5, 0.3, (128, 128)), 1.0)
    with pytest.raises(OutputCheckFailed, match=r"degraded again"):
        check_consistency("net", flat, enlarge(flat, 4, "bicubic"), np.full((128, 128), 0.6, np.float32), 1.0)


def shift_output(network: nn.Module) -> None:
    last = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)][-1]
    assert last.bias is not None
    last.bias.fill_(5.0)


def test_a_shifted_network_is_refused_though_back_projection_would_hide_it(tiny_method: MakeMethod) -> None:
    pixels = np.random.default_rng(5).uniform(0, 100, (40, 40)).astype(np.float32)
    with pytest.raises(OutputCheckFailed, match=r"fmen: degraded again"):
        upscale(UpscalingRequest(pixels, tiny_method(spoil=shift_output), 2, device="cpu"))


def test_a_hot_pixel_stays_where_it_is(tiny_method: MakeMethod) -> None:
    pixels = np.random.default_rng(6).normal(100, 10, (64, 64)).astype(np.float32)
    pixels[32, 32] = 60000
    baseline = enlarge(pixels, 2, "bicubic")
    result = upscale(UpscalingRequest(pixels, tiny_method(), 2, device="cpu")).pixels
    # Near the outlier it is the bicubic one, sharpened by the back-projection; elsewhere untouched.
    assert result.max() < 1.5 * baseline.max()
    far = np.ones(result.shape, bool)
    far[40:90, 40:90] = False
    assert np.abs(result - baseline)[far].max() < 100
