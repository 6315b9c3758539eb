from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from medsr_viewer.models.cards import ModelCard, Output
from medsr_viewer.models.layers import bicubic
from medsr_viewer.models.output import residual_of_gray, to_picture


class Enlarged(nn.Module):
    """Returns a known picture: its input's pixels, doubled in size, less a channel's number of hundredths."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self.output = output

    def forward(self, degraded: Tensor) -> Tensor:
        picture = F.interpolate(degraded, scale_factor=2.0) - 0.01 * torch.arange(degraded.shape[1])[:, None, None]
        match self.output:
            case "residual":
                return picture - bicubic(degraded, 2)
            case "image":
                return picture
            case "tanh":
                return torch.atanh(2 * picture - 1)


@pytest.mark.parametrize(
    ("output", "expected"),
    [("residual", [0.3 - 1.0, 0.3, 0.3 + 2.0]), ("image", [-1.0, 0.0, 2.0]), ("tanh", [0.1192029, 0.5, 0.9820138])],
)
def test_what_an_output_means(output: Output, expected: list[float]) -> None:
    """The logistic function of twice the value is (tanh + 1) / 2."""
    found = to_picture(torch.tensor([-1.0, 0.0, 2.0]), torch.tensor(0.3), output)
    torch.testing.assert_close(found, torch.tensor(expected))


@pytest.mark.parametrize("output", ["residual", "image", "tanh"])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_residual_is_the_picture_less_the_bicubic_upscaling(
    output: Output, channels: int, card_with: Callable[..., ModelCard]
) -> None:
    pixels = 0.1 + 0.8 * torch.rand(1, 1, 5, 6)
    found = residual_of_gray(Enlarged(output), pixels, card_with(options={"channels": channels}, output=output))
    # Of three channels the luma, 0.587 of the second and 0.114 of the third.
    less = 0.0 if channels == 1 else 0.01 * (0.587 + 2 * 0.114)
    expected = F.interpolate(pixels, scale_factor=2.0) - less - bicubic(pixels, 2)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)


def test_what_no_picture_can_show_is_left_to_the_bicubic_upscaling(card_with: Callable[..., ModelCard]) -> None:
    """A bright implant far beyond 1: the residual there is that of white, not minus its own brightness."""
    pixels = torch.full((1, 1, 12, 12), 0.5)
    pixels[..., 4:8, 4:8] = 5.0
    white = pixels.clamp(max=1)
    found = residual_of_gray(Enlarged("image"), pixels, card_with(options={"channels": 1}, output="image"))
    torch.testing.assert_close(found, F.interpolate(white, scale_factor=2.0) - bicubic(white, 2))
    assert found.abs().max() < 0.2
