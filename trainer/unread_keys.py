"""Keys that a recipe states and nothing reads: no error, but mostly an oversight, so they are told."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from operator import attrgetter
from typing import Any

from trainer.recipe import Recipe

Readers = Mapping[str, Collection[Any]]
"""Keys of which one at least must have one of these values; of none: any but 0, false and what is empty."""

_ON: Collection[Any] = ()
_CONTENT: Readers = {"loss.content_weight": _ON}
_SELECTED: Readers = {"validation.selection": ("psnr_db", "ssim", "perceptual_distance")}
_ADVERSARIAL: Readers = {"loss.adversarial_weight": _ON}
READ_WITH: Mapping[str, Readers] = {
    "network.widen": {"network.warm_start": _ON},
    "data.resize_validation": {"data.resize": _ON},
    "data.vertical_flip_share": {"data.quarter_turns": (False,)},
    "data.rotation_degrees": {"data.rotation_share": _ON},
    "degradation.blur_sigma": {"degradation.blur_share": _ON},
    "degradation.blur_anisotropic_share": {"degradation.blur_share": _ON},
    "degradation.noise_sigma": {"degradation.noise_share": _ON},
    "degradation.dose_photons": {"degradation.dose_share": _ON},
    "degradation.jpeg_quality": {"degradation.jpeg_share": _ON},
    "loss.pixel": {"loss.pixel_weight": _ON},
    "loss.content_backbone": _CONTENT,
    "loss.content_layer": _CONTENT,
    "loss.content_before_activation": _CONTENT,
    "loss.perceptual_shift": {"loss.perceptual_weight": _ON},
    "loss.perceptual_from": {**_CONTENT, "loss.perceptual_weight": _ON},
    "loss.adversarial": _ADVERSARIAL,
    "loss.adversarial_from": _ADVERSARIAL,
    "discriminator.architecture": _ADVERSARIAL,
    "discriminator.features": _ADVERSARIAL,
    "discriminator.options": _ADVERSARIAL,
    "discriminator.rate": _ADVERSARIAL,
    "discriminator.mixed_batch": _ADVERSARIAL,
    "optimiser.kernel_rate": {"optimiser.kind": ("muon",)},
    "optimiser.betas": {"optimiser.kind": ("adam", "adamw", "muon")},
    "optimiser.momentum": {"optimiser.kind": ("sgd",)},
    "optimiser.final_rate": {"optimiser.schedule": ("cosine", "plateau")},
    "optimiser.gamma": {"optimiser.schedule": ("milestones", "plateau")},
    "optimiser.patience": {"optimiser.schedule": ("plateau",)},
    "optimiser.clip_threshold": {"optimiser.clip": ("norm", "value", "adjustable")},
    "validation.min_gain_db": _SELECTED,
    "validation.early_stop": _SELECTED,
}
"""What each key needs to be read; keys that are not here always are."""


def unread_keys(recipe: Recipe, stated: Mapping[str, Any]) -> list[str]:
    """Return a line for the keys that are stated and have no effect, those of one cause together.

    Parameters
    ----------
    recipe : Recipe
        With its defaults.
    stated : mapping
        What its file and settings say themselves, as `trainer.recipe_file.read_values` returns it.
    """
    causes: dict[str, list[str]] = {}
    for key in _keys(stated):
        readers = READ_WITH.get(key, {})
        if readers and not any(_reads(recipe, *reader) for reader in readers.items()):
            causes.setdefault(_cause(recipe, readers), []).append(key)
    return [f"{', '.join(keys)} {'has' if len(keys) == 1 else 'have'} {cause}" for cause, keys in causes.items()]


def _keys(stated: Mapping[str, Any]) -> Iterator[str]:
    """Yield the keys of a recipe's parts; tables inside a part are one key."""
    for part, values in stated.items():
        if isinstance(values, dict):
            yield from (f"{part}.{key}" for key in values)


def _reads(recipe: Recipe, key: str, values: Collection[Any]) -> bool:
    value = attrgetter(key)(recipe)
    return value in values if values else bool(value)


def _cause(recipe: Recipe, readers: Readers) -> str:
    off = " and ".join(f"{key} = {_as_written(attrgetter(key)(recipe))}" for key in readers)
    words = ", ".join(_as_written(value) for values in readers.values() for value in values if isinstance(value, str))
    return f"no effect with {off}{', but with ' if words else ''}{words}"


def _as_written(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else json.dumps(value)
