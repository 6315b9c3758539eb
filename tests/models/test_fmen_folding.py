"""FMEN as it trains and as it runs compute the same."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from medsr_viewer.models.architectures import build_network
from medsr_viewer.models.fmen import Fmen
from medsr_viewer.models.fmen_unfolded import NormalisedConvolution, Rrrb, UnfoldedFmen
from medsr_viewer.models.folding import FOLDED_ARCHITECTURES, fold_for_inference


def randomise(network: nn.Module, seed: int = 0) -> None:
    """Give every bias and every statistic of the normalisations a random value; evaluation mode."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d) and layer.bias is not None:
                layer.bias.uniform_(-0.3, 0.3)
            if isinstance(layer, nn.BatchNorm2d):
                assert layer.running_mean is not None
                assert layer.running_var is not None
                layer.running_mean.uniform_(-0.5, 0.5)
                layer.running_var.uniform_(0.3, 3)
                layer.weight.uniform_(0.5, 1.5)
                layer.bias.uniform_(-0.5, 0.5)
    network.eval()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("scale_factor", "channels"), [(4, 3), (2, 1), (3, 1), (8, 1)])
def test_folded_fmen_computes_the_same_borders_included(scale_factor: int, channels: int, seed: int) -> None:
    network = UnfoldedFmen(scale_factor, channels=channels)
    randomise(network, seed)
    pixels = torch.rand(2, channels, 11, 14)
    with torch.inference_mode():
        expected = network(pixels)
        folded = network.fold()
        torch.testing.assert_close(folded(pixels), expected, rtol=0, atol=1e-4)
        torch.testing.assert_close(
            folded.double()(pixels.double()), network.double()(pixels.double()), rtol=0, atol=1e-5
        )
    assert expected.std() > 0.01, "nothing to compare"
    assert type(folded) is Fmen


def test_the_border_is_padded_by_what_zeros_become() -> None:
    """By hand: an RRRB is a convolution of zero-padded pixels, so its expansion is computed beyond the border too."""
    block = Rrrb(3)
    randomise(block)
    pixels = torch.rand(1, 3, 4, 5)
    expanded = block.expand(F.pad(pixels, (1, 1, 1, 1)))
    expected = pixels + block.reduce(block.expand(pixels) + block.middle(expanded))
    torch.testing.assert_close(block(pixels), expected)
    squeeze = NormalisedConvolution(3, 2)
    randomise(squeeze)
    expected = squeeze.conv(squeeze.norm(F.pad(pixels, (1, 1, 1, 1))))
    torch.testing.assert_close(squeeze(pixels), expected)


def test_folding_keeps_options_and_gives_the_shipped_layout() -> None:
    options = {"features": 12, "blocks": 2, "attention_features": 8}
    folded = fold_for_inference(build_network("fmen-unfolded", 2, options))
    like = build_network(FOLDED_ARCHITECTURES["fmen-unfolded"], 2, options)
    assert {k: v.shape for k, v in folded.state_dict().items()} == {k: v.shape for k, v in like.state_dict().items()}


def test_what_does_not_fold_is_returned_as_it_is() -> None:
    network = build_network("espcn", 2)
    assert fold_for_inference(network) is network


def test_training_uses_the_batch_and_folding_what_it_left() -> None:
    """After some steps the statistics have moved; folding must use those, not the initial ones."""
    network = UnfoldedFmen(2, features=6, blocks=1, attention_features=6)
    initial: Tensor = network.fold().eval()(torch.ones(1, 1, 6, 6)).detach()
    optimiser = torch.optim.SGD(network.parameters(), 0.05)
    for _ in range(3):
        loss = (network(torch.rand(4, 1, 8, 8)) - 0.5).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    network.eval()
    pixels = torch.rand(1, 1, 6, 6)
    folded = network.fold()
    with torch.inference_mode():
        torch.testing.assert_close(folded(pixels), network(pixels), rtol=0, atol=1e-5)
        assert (folded(torch.ones(1, 1, 6, 6)) - initial).abs().max() > 1e-3
