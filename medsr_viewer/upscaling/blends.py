"""Methods between fidelity and sharpness: a blend is offered by its name, and run at a position by that name.

``fmen-blend`` is offered, ``fmen-blend 40 %`` is run: the position is a part of the method's name, and so of whatever
is kept or written under it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from medsr_viewer.errors import UnknownMethod
from medsr_viewer.models.blending import blendable, blended_card
from medsr_viewer.models.cards import ModelCard
from medsr_viewer.upscaling.methods import Method

USUAL_PERCENT = 50
"""Where a blend is run that is asked for without a position."""

_POSITIONED = re.compile(r"(?P<blend>.+) (?P<percent>\d{1,3}) %")

Ends: TypeAlias = tuple[ModelCard, ModelCard]
"""The PSNR-oriented model, and the adversarial one."""


@dataclass(frozen=True)
class Blend:
    """Everything between two models of one family.

    Parameters
    ----------
    name : str
        Without a scale or a position in it.
    ends : mapping
        Scale factor to the models that it lies between.
    """

    name: str
    ends: Mapping[int, Ends] = field(hash=False)

    @property
    def scale_factors(self) -> tuple[int, ...]:
        """Scale factors that it has."""
        return tuple(sorted(self.ends))

    def at(self, percent: int) -> Method:
        """Return the method at a position: 0 is all fidelity, 100 all sharpness."""
        name = name_at(self.name, percent)
        cards = {scale: blended_card(name, *ends, percent) for scale, ends in self.ends.items()}
        return Method(name, "gan" if percent else "psnr", cards)


def name_at(blend: str, percent: int) -> str:
    """Return the name of a blend's method at a position."""
    return f"{blend} {percent} %"


def blend_of(name: str) -> str:
    """Return the blend that a method is a position of; the name of any other method."""
    found = _POSITIONED.fullmatch(name)
    return found["blend"] if found else name


def position_of(name: str) -> int | None:
    """Return a method's position in its blend, in percent; None of other methods."""
    found = _POSITIONED.fullmatch(name)
    return int(found["percent"]) if found else None


def file_name_of(name: str) -> str:
    """Return what a method is called in the name of a file, where blanks and percent signs cause trouble."""
    percent = position_of(name)
    return name if percent is None else f"{blend_of(name)}-{percent}"


def parse_position(name: str) -> tuple[str, int]:
    """Return the blend and the position that a user means by ``NAME``, ``NAME 40 %`` or ``NAME:0.4``.

    Raises
    ------
    UnknownMethod
        If the position is none.
    """
    blend, colon, share = name.partition(":")
    if not colon:
        percent = position_of(name)
        return blend_of(name), USUAL_PERCENT if percent is None else percent
    try:
        percent = round(float(share) * 100)
        is_exact = abs(float(share) * 100 - percent) < 1e-6
    except (ValueError, OverflowError):  # OverflowError: infinity has no nearest whole number
        is_exact, percent = False, -1
    if not is_exact or not 0 <= percent <= 100:
        raise UnknownMethod(
            f"{name}: {share!r} is no position in a blend",
            f"Write {blend}:0 (fidelity) to {blend}:1 (sharpness), in whole percent: {blend}:0.4.",
        )
    return blend, percent


def find_blends(cards: Iterable[ModelCard], taken: Collection[str]) -> tuple[Blend, ...]:
    """Return the blends of some models: one for each adversarial model that has a PSNR-oriented relative.

    Parameters
    ----------
    cards : iterable of ModelCard
        All models.
    taken : collection of str
        Names that methods have.
    """
    families: dict[tuple[str, str], dict[int, Ends]] = {}
    for fidelity, sharpness in blendable(cards):
        families.setdefault((fidelity.name, sharpness.name), {})[fidelity.scale_factor] = fidelity, sharpness
    blends: dict[str, Blend] = {}
    for fidelity_name, sharpness_name in sorted(families):
        name = f"{fidelity_name}-blend"
        if name in taken or name in blends:
            name = f"{fidelity_name}-{sharpness_name}-blend"
        blends[name] = Blend(name, families[fidelity_name, sharpness_name])
    return tuple(blends.values())
