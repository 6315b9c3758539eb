"""Under which conditions a run's figures were measured: what was done to the validation images, as its recipe says."""

from __future__ import annotations

from typing import Any

from trainer.degradations import describe, is_standard
from trainer.recipe import DegradationRecipe


def degradation_of(recipe: dict[str, Any]) -> DegradationRecipe:
    """Return what the images were degraded by; runs from before the key was there knew the standard one alone."""
    values: dict[str, Any] = {
        key: tuple(v) if isinstance(v, list) else v for key, v in recipe.get("degradation", {}).items()
    }
    return DegradationRecipe(**values)


def validation_size_of(recipe: dict[str, Any]) -> tuple[int, ...]:
    """Return (rows, columns) that the images were resized to; empty: as they are, as in runs from before the key."""
    data = recipe.get("data", {})
    return tuple(data.get("resize", ())) if data.get("resize_validation", False) else ()


def unusual_conditions(recipe: dict[str, Any]) -> str:
    """Return in words where images were resized, or degraded otherwise than by the standard degradation; else ""."""
    size, degradation = validation_size_of(recipe), degradation_of(recipe)
    resized = f"images resized to {' x '.join(map(str, size))}" if size else ""
    degraded = "" if is_standard(degradation) else f"degraded by {describe(degradation)}"
    return ", ".join(filter(None, (resized, degraded)))
