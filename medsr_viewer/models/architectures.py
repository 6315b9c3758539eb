"""Build a network from the name and options that a model card or a recipe gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, cast

from torch import Tensor, nn

from medsr_viewer.errors import ModelError
from medsr_viewer.models.edsr import Edsr
from medsr_viewer.models.espcn import Espcn
from medsr_viewer.models.fmen import Fmen
from medsr_viewer.models.fmen_unfolded import UnfoldedFmen
from medsr_viewer.models.fsrcnn import Fsrcnn
from medsr_viewer.models.rrdb import Rrdb
from medsr_viewer.models.srcnn import Srcnn
from medsr_viewer.models.srgan_vdsr import SrganVdsr
from medsr_viewer.models.srresnet import SrResNet
from medsr_viewer.models.swift_srgan import SwiftSrgan
from medsr_viewer.models.vdsr import Vdsr

Option = int | float | str | bool


class UpscalingNetwork(Protocol):
    """What every network offers beside being an ``nn.Module``."""

    scale_factor: int

    @property
    def halo(self) -> int:
        """Border, in input pixels, that makes a tile exact."""

    def __call__(self, degraded: Tensor) -> Tensor:
        """Map (N, C, h, w) to (N, C, h * scale, w * scale)."""


ARCHITECTURES: Mapping[str, Callable[..., nn.Module]] = {
    "edsr": Edsr,
    "espcn": Espcn,
    "fmen": Fmen,
    "fmen-unfolded": UnfoldedFmen,
    "fsrcnn": Fsrcnn,
    "rrdb": Rrdb,
    "srcnn": Srcnn,
    "srgan-vdsr": SrganVdsr,
    "srresnet": SrResNet,
    "swift-srgan": SwiftSrgan,
    "vdsr": Vdsr,
}


def build_network(architecture: str, scale_factor: int, options: Mapping[str, Option] | None = None) -> nn.Module:
    """Return an untrained network, an ``nn.Module`` that satisfies `UpscalingNetwork`.

    Raises
    ------
    ModelError
        If the architecture is unknown or refuses the scale factor or an option.
    """
    if architecture not in ARCHITECTURES:
        raise ModelError(f"unknown architecture {architecture!r}: known are {', '.join(ARCHITECTURES)}")
    try:
        return ARCHITECTURES[architecture](scale_factor, **(options or {}))
    except (TypeError, ValueError, RuntimeError) as exc:  # torch raises the last for a negative size
        raise ModelError(f"{architecture} cannot be built so: {exc}") from exc


def as_upscaling(network: nn.Module) -> UpscalingNetwork:
    """View a module that `build_network` returned as what it promises to be."""
    return cast(UpscalingNetwork, network)


def parameter_count(network: nn.Module) -> int:
    """Return the number of trainable parameters."""
    return sum(parameter.numel() for parameter in network.parameters())
