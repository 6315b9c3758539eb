from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from medsr_viewer.errors import ModelError
from medsr_viewer.models.architectures import ARCHITECTURES, as_upscaling, build_network, parameter_count
from medsr_viewer.models.fmen import Fmen
from medsr_viewer.models.srresnet import SrResNet
from medsr_viewer.models.swift_srgan import SwiftSrgan

TINY: dict[str, dict[str, Any]] = {
    "fmen": {"features": 8, "blocks": 1, "attention_features": 6},
    "srresnet": {"features": 6, "blocks": 2, "norm": "none"},
    "swift-srgan": {"features": 6, "blocks": 2, "norm": "none"},
}
BUILDS = [(name, scale) for name in TINY for scale in (2, 3, 4, 8) if scale != 3 or name == "fmen"]


def test_fmen_has_the_published_number_of_parameters() -> None:
    assert parameter_count(Fmen(4, channels=3)) == 341_066


def test_srgan_of_fmens_paper_has_its_number_of_parameters() -> None:
    """Generator with five blocks; with the discriminator it makes the 5,949,644 of the paper's table 2."""
    assert parameter_count(SrResNet(4, channels=3, blocks=5)) == 734_219


@pytest.mark.parametrize(("scale_factor", "stages"), [(2, 1), (4, 2), (8, 3)])
def test_swift_srgan_has_the_layers_of_the_public_code(scale_factor: int, stages: int) -> None:
    """64 channels, 16 blocks, 9 x 9 ends, batch normalisation without bias, a slope a channel."""

    def separable(inputs: int, outputs: int, kernel: int, bias: bool = True) -> int:
        return inputs * kernel**2 + inputs * outputs + bias * (inputs + outputs)

    c, slopes, norm = 64, 64, 128
    block = 2 * (separable(c, c, 3, False) + norm) + slopes
    trunk_end = separable(c, c, 3, False) + norm
    expected = separable(3, c, 9) + slopes + 16 * block + trunk_end
    expected += stages * (separable(c, 4 * c, 3) + slopes) + separable(c, 3, 9)
    assert parameter_count(SwiftSrgan(scale_factor, channels=3)) == expected


def test_every_architecture_is_tested_here() -> None:
    assert set(TINY) == set(ARCHITECTURES)


@pytest.mark.parametrize(("architecture", "scale_factor"), BUILDS)
@pytest.mark.parametrize("shape", [(1, 1), (7, 12)])
def test_shapes(architecture: str, scale_factor: int, shape: tuple[int, int]) -> None:
    network = build_network(architecture, scale_factor, TINY[architecture] | {"channels": 3}).eval()
    assert as_upscaling(network).scale_factor == scale_factor
    with torch.inference_mode():
        output = network(torch.rand(2, 3, *shape))
    assert output.shape == (2, 3, shape[0] * scale_factor, shape[1] * scale_factor)


@pytest.mark.parametrize(("architecture", "scale_factor"), BUILDS)
def test_halo_is_half_the_receptive_field(architecture: str, scale_factor: int) -> None:
    """A pixel's output depends on no input farther away than the halo, and on some as far (or one nearer)."""
    torch.manual_seed(1)
    network = build_network(architecture, scale_factor, TINY[architecture]).double().eval()
    halo = as_upscaling(network).halo
    centre = halo + 3
    pixels = torch.rand(1, 1, 2 * centre + 1, 2 * centre + 1, dtype=torch.float64, requires_grad=True)
    places = slice(centre * scale_factor, (centre + 1) * scale_factor)
    block = network(pixels)[..., places, places]
    (block * torch.rand_like(block)).sum().backward()
    assert pixels.grad is not None
    reach = int((pixels.grad[0, 0].nonzero() - centre).abs().max())
    assert reach <= halo
    assert reach >= halo - (architecture != "fmen"), "a smaller halo would do, and be faster"


@pytest.mark.parametrize("scale_factor", [2, 4, 8])
def test_srresnet_enlarges_in_tiles_what_it_trains_whole(scale_factor: int) -> None:
    """At inference the upsampler runs on 64 x 64 tiles of the trunk's features."""
    torch.manual_seed(2)
    network = SrResNet(scale_factor, features=4, blocks=1, norm="none")
    pixels = torch.rand(2, 1, 70, 130)
    with torch.inference_mode():
        torch.testing.assert_close(network.eval()(pixels), network.train()(pixels), rtol=0, atol=1e-6)


@pytest.mark.parametrize("head_kernel", [3, 9])
def test_head_kernel_is_an_option_of_srresnet(head_kernel: int) -> None:
    network = SrResNet(2, features=4, blocks=1, head_kernel=head_kernel)
    assert network.halo == head_kernel // 2 + 3 + 2 + 2  # head, trunk, upsampler, tail
    assert next(layer for layer in network.modules() if isinstance(layer, nn.Conv2d)).kernel_size[0] == head_kernel


@pytest.mark.parametrize("architecture", ["srresnet", "swift-srgan"])
@pytest.mark.parametrize(
    ("norm", "kind"), [("batch", nn.BatchNorm2d), ("instance", nn.InstanceNorm2d), ("none", nn.Identity)]
)
def test_normalisation_is_an_option(architecture: str, norm: str, kind: type[nn.Module]) -> None:
    network = build_network(architecture, 2, {"features": 4, "blocks": 3, "norm": norm})
    assert sum(type(layer) is kind for layer in network.modules()) == 2 * 3 + 1


@pytest.mark.parametrize(
    ("architecture", "scale_factor", "options", "message"),
    [
        ("esrgan", 4, {}, "unknown architecture 'esrgan': known are fmen, srresnet, swift-srgan"),
        ("fmen", 4, {"depth": 3}, "depth"),
        ("fmen", 5, {}, "scale factor 5.*2, 3, 4 or 8"),
        ("fmen", 4, {"features": -1}, "fmen cannot be built"),
        ("srresnet", 3, {}, "scale factor 3.*2, 4 or 8"),
        ("swift-srgan", 0, {}, "scale factor 0"),
        ("srresnet", 2, {"norm": "layer"}, "unknown normalisation 'layer': use batch, instance or none"),
    ],
)
def test_what_cannot_be_built_is_a_model_error(
    architecture: str, scale_factor: int, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        build_network(architecture, scale_factor, options)
