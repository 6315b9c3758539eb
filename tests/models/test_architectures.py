from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load, save
from torch import nn

from medsr_viewer.errors import ModelError
from medsr_viewer.imaging.resample import enlarge
from medsr_viewer.models.architectures import ARCHITECTURES, as_upscaling, build_network, parameter_count
from medsr_viewer.models.edsr import Edsr
from medsr_viewer.models.fmen import Fmen
from medsr_viewer.models.fmen_unfolded import UnfoldedFmen
from medsr_viewer.models.layers import InstanceNorm2d, bicubic
from medsr_viewer.models.srgan_vdsr import SrganVdsr
from medsr_viewer.models.srresnet import SrResNet
from medsr_viewer.models.swift_srgan import SwiftSrgan

TINY: dict[str, dict[str, Any]] = {
    "edsr": {"features": 6, "blocks": 2, "residual_scale": 0.5, "mean_shift": True},
    "espcn": {"features": 6},
    "fmen": {"features": 8, "blocks": 1, "attention_features": 6},
    "fmen-unfolded": {"features": 8, "blocks": 1, "attention_features": 6},
    "fsrcnn": {"features": 6, "narrow_features": 4, "depth": 2},
    "rrdb": {"features": 6, "blocks": 1, "growth": 4},
    "srcnn": {"features": 8},
    "srgan-vdsr": {"features": 6, "blocks": 1, "depth": 2},
    "srresnet": {"features": 6, "blocks": 2, "norm": "none"},
    "swift-srgan": {"features": 6, "blocks": 2, "norm": "none"},
    "vdsr": {"features": 8, "depth": 4},
}
POWERS_OF_TWO = ("rrdb", "srgan-vdsr", "srresnet", "swift-srgan")
BUILDS = [(name, scale) for name in TINY for scale in (2, 3, 4, 8) if scale != 3 or name not in POWERS_OF_TWO]


def build(architecture: str, scale_factor: int, **options: Any) -> nn.Module:
    """Return a tiny network whose parameters and statistics are all random, in evaluation mode."""
    torch.manual_seed(1)
    network = build_network(architecture, scale_factor, TINY[architecture] | options)
    for name, buffer in network.named_buffers():
        if "running" in name or name == "mean":
            buffer.uniform_(0.5, 1.5)
    return network.eval()


def test_fmen_has_the_published_number_of_parameters() -> None:
    assert parameter_count(Fmen(4, channels=3)) == 341_066


def test_unfolded_fmen_has_more_parameters_and_folds_to_the_published_number() -> None:
    unfolded = UnfoldedFmen(4, channels=3)
    assert parameter_count(unfolded) > 1_000_000
    assert parameter_count(unfolded.fold()) == 341_066


@pytest.mark.parametrize(
    ("architecture", "scale_factor", "options", "count"),
    [
        ("vdsr", 4, {"channels": 3}, 667_008),  # fmen's table 2
        ("vdsr", 2, {}, 664_704),
        ("srcnn", 3, {}, 8_032 + 64 + 32 + 1),  # its paper counts weights alone
        ("srcnn", 3, {"middle_kernel": 5}, 57_184 + 64 + 32 + 1),
        # 12,464 weights (its table 1); a bias and, but for the last layer, a slope for each channel.
        ("fsrcnn", 3, {}, 12_464 + 2 * (56 + 12 + 4 * 12 + 56) + 1),
        ("espcn", 3, {"channels": 3}, 3 * 64 * 25 + 64 + 64 * 32 * 9 + 32 + 32 * 27 * 9 + 27),
        ("edsr", 2, {"channels": 3}, 1_369_859),
        ("edsr", 3, {"channels": 3}, 1_554_499),
        ("edsr", 4, {"channels": 3}, 1_517_571),
        ("rrdb", 4, {"channels": 3}, 16_697_987),
    ],
)
def test_published_numbers_of_parameters(
    architecture: str, scale_factor: int, options: dict[str, Any], count: int
) -> None:
    assert parameter_count(build_network(architecture, scale_factor, options)) == count


def test_a_small_rrdb_stays_near_three_million_parameters() -> None:
    assert parameter_count(build_network("rrdb", 4, {"blocks": 4})) < 3.1e6


def test_hybrid_has_the_layers_of_its_paper() -> None:
    """Its section 2: 9 x 9, eight blocks of two, twenty, (fixed 3 x 3), upsampler, 3 x 3 to 16, 5 x 5."""
    network = build_network("srgan-vdsr", 4, {"channels": 3})
    convs = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    kernels = [layer.kernel_size[0] for layer in convs]
    assert kernels == [9, *[3] * (8 * 2 + 20), 3, 3, 5]
    assert [layer.out_channels for layer in convs[-4:]] == [64, 256, 16, 3]
    assert sum(isinstance(layer, nn.BatchNorm2d) for layer in network.modules()) == 8 * 2 + 1


def test_the_hybrids_sharpening_is_fixed_and_keeps_a_constant() -> None:
    network = SrganVdsr(4, channels=3, features=8, blocks=1, depth=1)
    assert not any("sharpening" in name for name in network.state_dict())
    kernel = network.sharpening  # (3, 8, 3, 3)
    torch.testing.assert_close(kernel.sum(dim=(1, 2, 3)), torch.ones(3))
    assert (kernel[1, 4] != 0).any(), "channel 1 sees features 1, 4 and 7"
    assert not kernel[1, 3].any()


def test_covid_srgan_normalises_the_end_of_its_trunk_by_instance() -> None:
    network = SrResNet(4, features=4, blocks=8, head_kernel=3, trunk_norm="instance")
    assert isinstance(network.trunk_end[1], nn.InstanceNorm2d)
    assert sum(isinstance(layer, nn.BatchNorm2d) for layer in network.body.modules()) == 2 * 8


@pytest.mark.parametrize("scale_factor", [2, 3, 4, 8])
def test_pre_upscaling_is_the_bicubic_of_the_viewer(scale_factor: int) -> None:
    pixels = np.random.default_rng(0).uniform(0, 1, (7, 10)).astype(np.float32)
    found = bicubic(torch.from_numpy(pixels)[None, None], scale_factor)[0, 0].numpy()
    np.testing.assert_allclose(found, enlarge(pixels, scale_factor, "bicubic"), rtol=0, atol=3e-6)


def test_edsr_takes_its_mean_off_and_adds_it() -> None:
    network = Edsr(2, features=4, blocks=1, mean_shift=True).eval()
    pixels = torch.rand(1, 1, 5, 5)
    with torch.inference_mode():
        before = network(pixels)
        network.mean.fill_(0.4)
        torch.testing.assert_close(network(pixels + 0.4), before + 0.4)
    assert "mean" in network.state_dict()
    assert "mean" not in Edsr(2, features=4, blocks=1).state_dict()


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
    network = build(architecture, scale_factor, channels=3)
    assert as_upscaling(network).scale_factor == scale_factor
    with torch.inference_mode():
        output = network(torch.rand(2, 3, *shape))
    assert output.shape == (2, 3, shape[0] * scale_factor, shape[1] * scale_factor)


@pytest.mark.parametrize(("architecture", "scale_factor"), BUILDS)
def test_halo_is_half_the_receptive_field(architecture: str, scale_factor: int) -> None:
    """A pixel's output depends on no input farther away than the halo, and on some as far (or one nearer)."""
    network = build(architecture, scale_factor).double()
    halo = as_upscaling(network).halo
    centre = halo + 3
    pixels = torch.rand(1, 1, 2 * centre + 1, 2 * centre + 1, dtype=torch.float64, requires_grad=True)
    places = slice(centre * scale_factor, (centre + 1) * scale_factor)
    block = network(pixels)[..., places, places]
    (block * torch.rand_like(block)).sum().backward()
    assert pixels.grad is not None
    reach = int((pixels.grad[0, 0].nonzero() - centre).abs().max())
    assert reach <= halo
    assert reach >= halo - (not architecture.startswith("fmen")), "a smaller halo would do, and be faster"


@pytest.mark.parametrize(("architecture", "scale_factor"), BUILDS)
def test_a_tile_with_its_halo_equals_the_whole(architecture: str, scale_factor: int) -> None:
    """In a corner, where the image's own border shows, and inside."""
    network = build(architecture, scale_factor).double()
    halo = as_upscaling(network).halo
    pixels = torch.rand(1, 1, 2 * halo + 9, 2 * halo + 7, dtype=torch.float64)
    with torch.inference_mode():
        whole = network(pixels)
        for top in (0, halo + 2):
            outer = max(0, top - halo)
            tile = network(pixels[..., outer : top + 4 + halo, : 5 + halo])
            inner = (top - outer) * scale_factor
            found = tile[..., inner : inner + 4 * scale_factor, : 5 * scale_factor]
            expected = whole[..., top * scale_factor : (top + 4) * scale_factor, : 5 * scale_factor]
            torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize(("architecture", "scale_factor"), [(name, 4) for name in TINY])
def test_saved_and_loaded_it_computes_the_same(architecture: str, scale_factor: int) -> None:
    network = build(architecture, scale_factor)
    other = build_network(architecture, scale_factor, TINY[architecture]).eval()
    pixels = torch.rand(1, 1, 6, 7)
    with torch.inference_mode():
        other.load_state_dict(load(save({k: v.contiguous() for k, v in network.state_dict().items()})))
        torch.testing.assert_close(other(pixels), network(pixels), rtol=0, atol=0)


@pytest.mark.parametrize("architecture", TINY)
def test_gradients_reach_every_parameter(architecture: str) -> None:
    network = build(architecture, 2).train()
    pixels = torch.rand(2, 1, 9, 8)
    (network(pixels) - torch.rand(2, 1, 18, 16)).square().mean().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        # What comes before batch normalisation has no use for a bias; rectifiers may be off in so small a network.
        assert parameter.grad.abs().sum() > 0 or name.endswith("bias"), name


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
    ("norm", "kind"), [("batch", nn.BatchNorm2d), ("instance", InstanceNorm2d), ("none", nn.Identity)]
)
def test_normalisation_is_an_option(architecture: str, norm: str, kind: type[nn.Module]) -> None:
    network = build_network(architecture, 2, {"features": 4, "blocks": 3, "norm": norm})
    assert sum(type(layer) is kind for layer in network.modules()) == 2 * 3 + 1


@pytest.mark.parametrize(
    ("architecture", "scale_factor", "options", "message"),
    [
        ("esrgan", 4, {}, "unknown architecture 'esrgan': known are edsr, espcn, fmen"),
        ("fmen", 4, {"depth": 3}, "depth"),
        ("fmen", 5, {}, "scale factor 5.*2, 3, 4 or 8"),
        ("fmen", 4, {"features": -1}, "fmen cannot be built"),
        ("vdsr", 5, {}, "scale factor 5.*2, 3, 4 or 8"),
        ("vdsr", 2, {"depth": 1}, "depth 1"),
        ("edsr", 6, {}, "scale factor 6.*2, 3, 4 or 8"),
        ("espcn", 1, {}, "scale factor 1.*2, 3, 4 or 8"),
        ("fsrcnn", 1, {}, "scale factor 1.*2, 3, 4 or 8"),
        ("srcnn", 1, {}, "scale factor 1.*2, 3, 4 or 8"),
        ("rrdb", 3, {}, "scale factor 3.*2, 4 or 8"),
        ("srgan-vdsr", 3, {}, "scale factor 3.*2, 4 or 8"),
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
