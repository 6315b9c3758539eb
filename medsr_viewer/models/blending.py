"""What lies between two models of one family: which they are, and the card of a network between them.

A PSNR-oriented model and one that was trained adversarially from it can be interpolated, weight by weight (ESRGAN's
network interpolation, section 3.4). Nothing here needs torch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from medsr_viewer.models.cards import ModelCard


@dataclass(frozen=True, kw_only=True)
class BlendedCard(ModelCard):
    """What a network between two models is. There is no file of it: it is computed from theirs.

    Parameters
    ----------
    fidelity, sharpness : ModelCard
        The PSNR-oriented model, and the adversarial one.
    percent : int
        How far from the first (0) to the second (100).
    """

    fidelity: ModelCard
    sharpness: ModelCard
    percent: int

    @property
    def sources(self) -> tuple[ModelCard, ...]:
        """The two models."""
        return self.fidelity, self.sharpness


def blended_card(name: str, fidelity: ModelCard, sharpness: ModelCard, percent: int) -> BlendedCard:
    """Return the card of a network between two models.

    Parameters
    ----------
    name : str
        What it is called.
    fidelity, sharpness : ModelCard
        A pair of `blendable`.
    percent : int
        0 to 100; at the ends the network is the model that stands there.

    Raises
    ------
    ValueError
        If `percent` is beyond the ends.
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"{percent} % is not between the ends")
    ends = (fidelity, sharpness)
    values = {one.name: getattr(fidelity, one.name) for one in fields(ModelCard)}
    values |= {
        "name": name,
        "kind": "gan" if percent else "psnr",
        "halo": max(card.halo for card in ends),
        "sha256": "+".join(card.sha256 for card in ends),
        "date": max(card.date for card in ends),
        "training": {"steps": min(card.training.get("steps", 0) for card in ends)},
        "attribution": tuple(dict.fromkeys(line for card in ends for line in card.attribution)),
        "modalities": tuple(one for one in fidelity.modalities if one in sharpness.modalities),
        "degradation": "; ".join(dict.fromkeys(card.degradation for card in ends)),
        "figures": {},
        "ancestors": (),
    }
    return BlendedCard(**values, fidelity=fidelity, sharpness=sharpness, percent=percent)


def blendable(cards: Iterable[ModelCard]) -> list[tuple[ModelCard, ModelCard]]:
    """Return the pairs (PSNR-oriented, adversarial) that can be interpolated.

    Both are the same network at one scale factor, and one descends from the other or both from the same weights. Each
    adversarial model is paired with its nearest relative alone.
    """
    known = list(cards)
    pairs = []
    for sharpness in known:
        if sharpness.kind == "gan":
            family = [card for card in known if card.kind == "psnr" and are_blendable(card, sharpness)]
            if family:
                pairs.append((min(family, key=lambda card: _distance(card, sharpness)), sharpness))
    return pairs


def are_blendable(first: ModelCard, second: ModelCard) -> bool:
    """Whether two models are the same network, run alike, and their weights of one family, but not the same."""
    if first.sha256 == second.sha256 or not is_same_network(first, second) or first.orientations != second.orientations:
        return False
    return not set(_lineage(first)).isdisjoint(_lineage(second))


def is_same_network(first: ModelCard, second: ModelCard) -> bool:
    """Whether weights of one model have their place in the other: architecture, scale, options (channels), output."""
    return (first.architecture, first.scale_factor, first.output, dict(first.options)) == (
        second.architecture,
        second.scale_factor,
        second.output,
        dict(second.options),
    )


def _lineage(card: ModelCard) -> list[str]:
    return [card.sha256, *(ancestor["sha256"] for ancestor in card.ancestors)]


def _distance(first: ModelCard, second: ModelCard) -> int:
    """Return how many runs lie between two models of one family."""
    ours, theirs = _lineage(first), _lineage(second)
    return min(ours.index(one) + theirs.index(one) for one in ours if one in theirs)
