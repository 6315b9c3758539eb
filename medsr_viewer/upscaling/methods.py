"""A method that the user can pick: interpolation or a network, by one name whatever the scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from medsr_viewer.models.cards import ModelCard

Kind: TypeAlias = Literal["interpolation", "psnr", "gan"]

SCALE_FACTORS = (2, 3, 4, 8)
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos", "back-projection")


@dataclass(frozen=True)
class Method:
    """A way to upscale.

    Parameters
    ----------
    name : str
        Without a scale in it.
    kind : {"interpolation", "psnr", "gan"}
        What it is made for.
    cards : mapping
        Scale factor to the card of its weights; empty for interpolation.
    """

    name: str
    kind: Kind
    cards: Mapping[int, ModelCard] = field(default_factory=dict, hash=False)

    @property
    def is_learned(self) -> bool:
        """Whether a network computes it."""
        return self.kind != "interpolation"

    @property
    def scale_factors(self) -> tuple[int, ...]:
        """Scale factors that it has."""
        return tuple(sorted(self.cards)) if self.is_learned else SCALE_FACTORS
