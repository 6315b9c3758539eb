"""Which weights a result is of: in words, and as plain values for files."""

# ruff: noqa: RUF001 - the multiplication sign is meant

from __future__ import annotations

from typing import Any

from medsr_viewer.models.blending import BlendedCard
from medsr_viewer.models.cards import ModelCard

_HASH_DIGITS = 12


def weights_report(card: ModelCard | None) -> dict[str, Any]:
    """Return the published weights that a network is made of, ready for JSON; nothing for interpolation.

    Returns
    -------
    dict
        ``weights``: a list of ``name`` and ``sha256``; ``orientations``: how many of them the result is the mean over;
        of a blend also ``sharpness``, from 0 (the first weights alone) to 1 (the second).
    """
    if card is None:
        return {}
    report: dict[str, Any] = {
        "weights": [{"name": one.name, "sha256": one.sha256} for one in card.sources],
        "orientations": card.orientations,
    }
    if isinstance(card, BlendedCard):
        report["sharpness"] = card.percent / 100
    return report


def named_weights(name: str, sha256: str) -> str:
    """Return weights in words: their name, and as much of their hash as tells them apart."""
    return f"{name} (SHA-256 {sha256[:_HASH_DIGITS]})"


def network_caption(card: ModelCard) -> str:
    """Return what made a network's pixels beside the weights of its name: see `blend_caption`, and its orientations."""
    mean = f"{card.name} ×{card.scale_factor} is the mean over {card.orientations} orientations of the image"
    return "; ".join(text for text in (blend_caption(card), mean if card.orientations > 1 else "") if text)


def blend_caption(card: ModelCard) -> str:
    """Return which weights a blend is made of, and how much of each; "" for other models."""
    if not isinstance(card, BlendedCard):
        return ""
    shares = (100 - card.percent, card.percent)
    parts = (
        f"{share} % {named_weights(one.name, one.sha256)}" for share, one in zip(shares, card.sources, strict=True)
    )
    return f"{card.name} ×{card.scale_factor} is made of {' and '.join(parts)}"


def ends_caption(card: BlendedCard) -> str:
    """Return lines on what the ends of a blend measured: gain over bicubic, and perceptual distance where known."""
    return "\n".join(
        (
            "Between fidelity and sharpness, which invents texture.",
            f"0 % is {card.fidelity.name}: {_measured(card.fidelity)}.",
            f"100 % is {card.sharpness.name}: {_measured(card.sharpness)}.",
            "Between the ends nothing was measured.",
        )
    )


def _measured(card: ModelCard) -> str:
    texts = []
    for folder, values in card.figures.items():
        parts = [f"PSNR {values['gain_db']:+.2f} dB over bicubic"] if "gain_db" in values else []
        if "perceptual_distance" in values:
            parts.append(f"perceptual distance {values['perceptual_distance']:.3f}")
        texts.append(f"{folder} {', '.join(parts)}")
    return "; ".join(texts) or "not measured"
