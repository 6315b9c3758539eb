"""A method that the user can pick: interpolation or a network, by one name whatever the scale."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from medsr_viewer.errors import UnknownMethod
from medsr_viewer.models.cards import ModelCard

Kind: TypeAlias = Literal["interpolation", "psnr", "gan"]

SCALE_FACTORS = (2, 3, 4, 8)
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos", "back-projection")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


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


def check_name(name: str) -> None:
    """Check what a new method is to be called: it becomes part of file names, and is typed on the command line.

    Raises
    ------
    UnknownMethod
        If it has other characters than lower-case letters, digits, ``.``, ``_`` and ``-``, or is an interpolation's.
    """
    if not _NAME.fullmatch(name):
        raise UnknownMethod(
            f"{name!r} is no name for a method", "Use up to 40 lower-case letters, digits, '.', '_' and '-'."
        )
    if name in INTERPOLATIONS:
        raise UnknownMethod(f"there is a method {name} already", "Choose another name.")
