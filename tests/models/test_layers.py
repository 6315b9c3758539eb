from __future__ import annotations

import pytest
import torch
from torch import nn

from medsr_viewer.models.layers import PolyphaseConv2d, normalisation, upsampling_steps


@pytest.mark.parametrize("phases", [1, 2, 4])
@pytest.mark.parametrize("kernel", [1, 3, 5, 7, 9])
@pytest.mark.parametrize("channels", [(1, 1), (3, 2)])
def test_polyphase_is_the_plain_convolution(phases: int, kernel: int, channels: tuple[int, int]) -> None:
    """Same parameters, same output up to the borders, same gradients."""
    torch.manual_seed(kernel * 10 + phases)
    plain = nn.Conv2d(*channels, kernel, padding=kernel // 2).double()
    polyphase = PolyphaseConv2d(*channels, kernel, phases).double()
    polyphase.load_state_dict(plain.state_dict())
    pixels = torch.randn(2, channels[0], 3 * phases, 5 * phases, dtype=torch.float64)
    weights = torch.randn(2, channels[1], 3 * phases, 5 * phases, dtype=torch.float64)
    results = []
    for layer in (plain, polyphase):
        taken = pixels.clone().requires_grad_()
        output = layer(taken)
        (output * weights).sum().backward()
        assert layer.bias is not None
        results.append((output, taken.grad, layer.weight.grad, layer.bias.grad))
    for expected, found in zip(*results, strict=True):
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-11)


def test_upsampling_steps() -> None:
    assert [upsampling_steps(factor) for factor in (2, 4, 8)] == [1, 2, 3]
    for factor in (1, 3, 6, 16, -2):
        with pytest.raises(ValueError, match=f"scale factor {factor}"):
            upsampling_steps(factor)


def test_instance_normalisation_is_torchs_default_and_takes_one_pixel() -> None:
    ours = normalisation("instance", 3)
    assert not list(ours.parameters()), "covid-srgan names InstanceNorm2d, whose default has none"
    image = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    assert torch.equal(ours(image), nn.InstanceNorm2d(3)(image))
    assert not ours(image[..., :1, :1]).any()
