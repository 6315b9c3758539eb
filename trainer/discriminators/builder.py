"""Build a discriminator from the name and options that a recipe gives."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping

from torch import nn

from medsr_viewer.errors import InvalidRecipe
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

    Raises
    ------
    InvalidRecipe
        If the architecture is unknown, refuses an option or its value, or the patch is too small.
    """
    if architecture not in DISCRIMINATORS:
        raise InvalidRecipe(f"discriminator.architecture = {architecture!r}", f"Allowed: {', '.join(DISCRIMINATORS)}.")
    if patch_side < SMALLEST_SIDE:
        raise InvalidRecipe(
            f"a patch of {patch_side} reference pixels a side is too small for a discriminator",
            f"Allowed: {SMALLEST_SIDE} or more, that is data.patch times the scale factor.",
        )
    build = DISCRIMINATORS[architecture]
    parameters = inspect.signature(build).parameters
    allowed = [name for name in parameters if name not in GIVEN]
    for name in options or {}:
        if name not in allowed:
            raise InvalidRecipe(
                f"discriminator.options.{name} is unknown to {architecture}", f"Allowed: {', '.join(allowed)}."
            )
    given = {"patch_side": patch_side, "channels": channels, "features": features}
    fitting = {name: value for name, value in given.items() if name in parameters}
    try:
        return build(**fitting, **(options or {}))
    except (TypeError, ValueError, RuntimeError) as exc:  # torch raises the last for a negative size
        raise InvalidRecipe(f"discriminator: {architecture} cannot be built so: {exc}") from exc
