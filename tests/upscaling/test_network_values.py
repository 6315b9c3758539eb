"""What a network's result is, in modality units."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from medsr_viewer.errors import DeviceUnavailable, OutputCheckFailed
from medsr_viewer.imaging.colour import rgb_to_ycbcr
from medsr_viewer.imaging.degrade import back_project, degrade
from medsr_viewer.imaging.region import Region
from medsr_viewer.imaging.resample import enlarge
from medsr_viewer.models.weights import load_network
from medsr_viewer.upscaling import upscaler
from medsr_viewer.upscaling.bounds import bound_to_neighbourhood
from medsr_viewer.upscaling.catalogue import catalogue
from medsr_viewer.upscaling.mapping import fit_mapping
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.upscaler import UpscalingRequest, upscale

MakeMethod = Callable[..., Method]
Pixels = np.ndarray[Any, np.dtype[np.float32]]


def scan(*shape: int) -> Pixels:
    coarse = np.random.default_rng(2).uniform(-1000, 2000, (shape[0] // 4, shape[1] // 4)).astype(np.float32)
    pixels = enlarge(coarse, 4, "bicubic")
    return pixels if len(shape) == 2 else np.stack([pixels, pixels[::-1], pixels[:, ::-1]], axis=2)


def run(pixels: Pixels, method: Method, **options: Any) -> upscaler.Upscaled:
    scale_factor = next(iter(method.cards))
    return upscale(UpscalingRequest(pixels, method, scale_factor, device="cpu", **options))


@pytest.mark.parametrize(("architecture", "scale_factor"), [("fmen", 3), ("srresnet", 4), ("swift-srgan", 2)])
def test_result_is_bicubic_plus_the_network_back_projected_once(
    architecture: str, scale_factor: int, tiny_method: MakeMethod
) -> None:
    pixels, method = scan(40, 44), tiny_method(architecture, scale_factor)
    mapping = fit_mapping(pixels)
    with torch.inference_mode():
        values = torch.from_numpy((pixels - np.float32(mapping.low)) / np.float32(mapping.span))
        residual = load_network(method.cards[scale_factor])(values[None, None])[0, 0].numpy()
    estimate = enlarge(pixels, scale_factor, "bicubic") + residual * np.float32(mapping.span)
    estimate = bound_to_neighbourhood(estimate, pixels, Region.whole(pixels.shape), scale_factor, mapping.span)
    expected = back_project(estimate, pixels, scale_factor)
    result = run(pixels, method)
    np.testing.assert_allclose(result.pixels, expected, rtol=0, atol=1e-5 * 3000)
    assert np.abs(result.pixels - enlarge(pixels, scale_factor, "bicubic")).max() > 10, "the network does nothing"
    assert result.mapping == mapping
    again = np.abs(degrade(result.pixels, scale_factor) - pixels).mean()
    assert again < 0.5 * np.abs(degrade(estimate, scale_factor) - pixels).mean()


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, -1024.0), (0.01, 3.0), (16.0, 0.0)])
def test_the_unit_does_not_matter(slope: float, intercept: float, tiny_method: MakeMethod) -> None:
    """Upscaling commutes with a linear change of unit: HU, stored values and densities give the same picture."""
    pixels, method = scan(40, 48), tiny_method()
    rescaled = pixels * np.float32(slope) + np.float32(intercept)
    expected = run(pixels, method).pixels * slope + intercept
    np.testing.assert_allclose(run(rescaled, method).pixels, expected, rtol=0, atol=1e-4 * 3000 * slope)


def test_metal_is_not_clipped(tiny_method: MakeMethod) -> None:
    pixels = scan(64, 64)
    pixels[30:32, 30:32] = 30000
    assert run(pixels, tiny_method()).pixels.max() > 25000


def test_padding_is_left_out_of_the_mapping(tiny_method: MakeMethod) -> None:
    pixels = scan(40, 40)
    pixels[:, :10] = -30000
    valid = pixels > -30000
    result = run(pixels, tiny_method(), valid=valid)
    assert result.mapping == fit_mapping(pixels[:, 10:])


@pytest.mark.parametrize("value", [0.0, -1024.0, 1e6 / 3, 0.1])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_constant_image_stays_constant(value: float, channels: tuple[int, ...], tiny_method: MakeMethod) -> None:
    pixels = np.full((20, 30, *channels), value, np.float32)
    if channels:
        pixels *= np.array([1, 0.5, 0.25], np.float32)
    result = run(pixels, tiny_method()).pixels
    np.testing.assert_allclose(result[::2, ::2], pixels, rtol=1e-6)
    np.testing.assert_allclose(result[1::2, 1::2], pixels, rtol=1e-6)


def test_black_beside_an_image_raises_no_alarm(tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tile of zeros: the network's answer there is not exactly zero, and its range is."""
    monkeypatch.setattr(upscaler, "TILE", 20)
    pixels = np.zeros((40, 120), np.float32)
    pixels[:, 90:] = scan(40, 32)[:, :30] + 1000
    result = run(pixels, tiny_method("srresnet", 2))
    assert np.abs(result.pixels[:, :100]).max() < 0.02 * 3000


def test_colour_is_luma_from_the_network_and_bicubic_chroma(tiny_method: MakeMethod) -> None:
    pixels, method = scan(40, 48, 3), tiny_method()
    planes = rgb_to_ycbcr(pixels)
    luma = run(np.ascontiguousarray(planes[..., 0]), method).pixels
    result = rgb_to_ycbcr(run(pixels, method).pixels)
    np.testing.assert_allclose(result[..., 0], luma, rtol=0, atol=0.01)
    np.testing.assert_allclose(result[..., 1:], enlarge(planes[..., 1:], 2, "bicubic"), rtol=0, atol=0.01)


def test_bf16_is_close_to_fp32(tiny_method: MakeMethod) -> None:
    pixels, method = scan(40, 48), tiny_method("srresnet", 4)
    exact, fast = run(pixels, method), run(pixels, method, precision="bf16")
    difference = np.abs(exact.pixels - fast.pixels).max()
    assert 0 < difference < 0.01 * 3000
    assert (exact.precision, fast.precision) == ("fp32", "bf16")


def set_nan(network: nn.Module) -> None:
    next(network.parameters()).view(-1)[0] = torch.nan


def set_large(network: nn.Module) -> None:
    for parameter in network.parameters():
        parameter.mul_(1e30)


@pytest.mark.parametrize("spoil", [set_nan, set_large])
def test_weights_that_give_no_picture_are_an_error(spoil: Callable[[nn.Module], None], tiny_method: MakeMethod) -> None:
    reported: list[object] = []
    method = tiny_method(spoil=spoil)
    with pytest.raises(OutputCheckFailed, match=r"fmen: .*not finite"):
        upscale(UpscalingRequest(scan(40, 40), method, 2, device="cpu"), on_tile=reported.append)
    assert not reported


def test_brief_training_and_device_are_noted(tiny_method: MakeMethod) -> None:
    method = tiny_method()
    result = run(scan(20, 20), method)
    assert result.notes == ("barely trained (3 steps)",)
    assert result.device.name == "cpu"
    assert result.seconds > 0
    trained = dataclasses.replace(method.cards[2], training={"steps": 9000})
    assert run(scan(20, 20), Method("fmen", "psnr", {2: trained})).notes == ()


def test_an_unknown_device_is_refused_with_those_there_are(tiny_method: MakeMethod) -> None:
    with pytest.raises(DeviceUnavailable, match="no device 'npu'") as caught:
        upscale(UpscalingRequest(scan(20, 20), tiny_method(), 2, device="npu"))
    assert "auto" in caught.value.advice
    assert "cpu" in caught.value.advice


def hard_images() -> dict[str, Pixels]:
    rows, columns = np.mgrid[:40, :56]
    metal = np.random.default_rng(0).normal(0, 100, (40, 56))
    metal[20, 20] = 30000
    mask = np.zeros((40, 56))
    mask[20:22, 30] = 1
    images = {
        "checkerboard": (rows + columns) % 2 * 1000,
        "step": (columns >= 28) * 4000 - 1024,
        "black border": (columns >= 40) * np.random.default_rng(1).uniform(0, 4000, (40, 56)),
        "noise": np.random.default_rng(2).normal(0, 500, (40, 56)),
        "offset": np.random.default_rng(3).uniform(0, 1, (40, 56)) + 1e6,
        "metal": metal,
        "mask": mask,
        "row": np.arange(30)[None] % 2,
    }
    return {name: pixels.astype(np.float32) for name, pixels in images.items()}


def test_shipped_models_raise_no_false_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    learned = [(method, scale) for method in catalogue().methods for scale in method.cards]
    if not learned:
        pytest.skip("no model ships yet")
    monkeypatch.setattr(upscaler, "TILE", 28)
    for method, scale_factor in learned:
        for pixels in hard_images().values():
            result = upscale(UpscalingRequest(pixels, method, scale_factor, device="cpu"))
            low, high = float(pixels.min()), float(pixels.max())
            assert result.pixels.min() > low - 3 * (high - low)
            assert result.pixels.max() < high + 3 * (high - low)
