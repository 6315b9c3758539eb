"""Build a discriminator from the name and options that a recipe gives."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping

from torch import nn

from trainer.discriminators.covid_srgan import CovidSrganDiscriminator
from trainer.discriminators.patch import PatchDiscriminator
from trainer.discriminators.queens import QueensDiscriminator
from trainer.discriminators.srgan import SrganDiscriminator
from trainer.discriminators.srgan_published import PublishedSrganDiscriminator
from trainer.discriminators.swift_srgan import SwiftSrganDiscriminator

DISCRIMINATORS: Mapping[str, Callable[..., nn.Module]] = {
    "srgan": SrganDiscriminator,
    "srgan-published": PublishedSrganDiscriminator,
    "covid-srgan": CovidSrganDiscriminator,
    "queens": QueensDiscriminator,
    "swift-srgan": SwiftSrganDiscriminator,
    "patch": PatchDiscriminator,
}
SMALLEST_SIDE = 16
"""Reference pixels a side of a patch that any of them can judge."""
GIVEN = ("patch_side", "channels", "features")


def build_discriminator(
    architecture: str,
    patch_side: int,
    channels: int = 1,
    features: int = 64,
    options: Mapping[str, int | float | str | bool] | None = None,
) -> nn.Module:
    """Return an untrained discriminator.

    Parameters
    ----------
    architecture : {"srgan", "srgan-published", "covid-srgan", "queens", "swift-srgan", "patch"}
        Which one.
    patch_side : int
        Side of the square patches that it judges, in reference pixels (degraded side times scale factor).
    channels : int
        Image channels.
    features : int
        Channels of the first stage; 64 as published.
    options : mapping, optional
        Further arguments of the architecture's class: ``norm``, ``dropout``, ``dense``, ``strides``.

    What a recipe asks for was checked before (see `trainer.runnable`): here a wrong option is Python's own error.
    """
    build = DISCRIMINATORS[architecture]
    parameters = inspect.signature(build).parameters
    given = {"patch_side": patch_side, "channels": channels, "features": features}
    fitting = {name: value for name, value in given.items() if name in parameters}
    return build(**fitting, **(options or {}))
