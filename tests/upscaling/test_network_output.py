"""Networks whose output is a picture rather than a residual, in the viewer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from medsr_viewer.imaging.resample import enlarge
from medsr_viewer.models.cards import Output
from medsr_viewer.models.layers import bicubic
from medsr_viewer.upscaling import inference, upscaler
from medsr_viewer.upscaling.methods import Method
from medsr_viewer.upscaling.upscaler import UpscalingRequest, upscale

MakeMethod = Callable[..., Method]


class Sharper(nn.Module):
    """Bicubic and a bit of the detail that it lacks, in the form that `output` names."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self.output = output

    def forward(self, degraded: Tensor) -> Tensor:
        base = bicubic(degraded, 2)
        detail = 0.1 * (base - F.avg_pool2d(base, 3, stride=1, padding=1, count_include_pad=False))
        match self.output:
            case "residual":
                return detail
            case "image":
                return base + detail
            case "tanh":
                return torch.atanh((2 * (base + detail) - 1).clamp(-1 + 1e-6, 1 - 1e-6))


def scan() -> np.ndarray[Any, np.dtype[np.float32]]:
    coarse = np.random.default_rng(4).uniform(-1000, 2000, (12, 16)).astype(np.float32)
    return enlarge(coarse, 4, "bicubic")


def run(
    output: Any, pixels: np.ndarray[Any, Any], make: MakeMethod, monkeypatch: pytest.MonkeyPatch
) -> np.ndarray[Any, Any]:
    card = dataclasses.replace(make().cards[2], output=output)
    monkeypatch.setattr(inference, "network_on", lambda card, device: Sharper(output))
    return upscale(UpscalingRequest(pixels, Method("fmen", "psnr", {2: card}), 2, device="cpu")).pixels


@pytest.mark.parametrize("output", ["image", "tanh"])
def test_a_picture_is_mapped_back_as_a_residual_would_be(
    output: Output, tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = scan()
    # Beyond 0 and 1 a picture can show nothing: two flat corners set the range, and are left out.
    pixels[:8, :8], pixels[-8:, -8:] = -3000, 4000
    corners = np.zeros((2 * pixels.shape[0], 2 * pixels.shape[1]), bool)
    corners[:32, :32] = corners[-32:, -32:] = True
    expected, found = (run(name, pixels, tiny_method, monkeypatch)[~corners] for name in ("residual", output))
    assert np.abs(expected - enlarge(pixels, 2, "bicubic")[~corners]).max() > 10, "the network does nothing"
    np.testing.assert_allclose(found, expected, rtol=0, atol=0.1)


@pytest.mark.parametrize("output", ["image", "tanh"])
def test_metal_keeps_its_brightness(output: Output, tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = scan()
    pixels[20:22, 20:22] = 30000
    assert run(output, pixels, tiny_method, monkeypatch).max() > 25000


def test_tiled_equals_whole(tiny_method: MakeMethod, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run("image", scan(), tiny_method, monkeypatch)
    monkeypatch.setattr(upscaler, "TILE", 16)
    np.testing.assert_allclose(run("image", scan(), tiny_method, monkeypatch), whole, rtol=0, atol=1e-5 * 3000)
