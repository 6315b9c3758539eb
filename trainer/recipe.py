"""A recipe: everything that one training run needs, in a TOML file."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from importlib import resources
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from medsr_viewer.errors import InvalidRecipe

POSITIVE = ("network.scale_factor", "data.patch", "data.batch", "optimiser.steps", "optimiser.rate", "validation.every")
ANY_SIGN = ("validation.min_gain_db",)
"""Numbers are 0 or more, but for these two groups; those that are shares are at most 1."""
RECIPE_FOLDER = Path(str(resources.files("trainer"))) / "recipes"


@dataclass(frozen=True)
class NetworkRecipe:
    """Which network, and what it starts from."""

    architecture: str
    scale_factor: int
    options: dict[str, Any] = field(default_factory=dict)
    warm_start: str = ""
    """A run folder or a safetensors file; parameters of other shapes (the upsampler of another scale) start anew."""


@dataclass(frozen=True)
class DataRecipe:
    """How patches are drawn."""

    patch: int = 40
    """Side of the degraded patch, in pixels."""
    batch: int = 16
    ct_window_share: float = 0.4
    """Share of CT patches that are seen through a random window, clipped, as exported pictures are."""
    stretch_share: float = 0.7
    """Share of patches whose gray is stretched at random, as the viewer's mapping by an image's percentiles does."""
    invert_share: float = 0.1
    """Share of patches with inverted gray, as MONOCHROME1 stores them."""
    source_balance: float = 0.5
    """Exponent on a source's number of images: 1 draws images alike, 0 draws sources alike."""
    folder_weights: dict[str, float] = field(default_factory=dict)
    """Weight of each data folder by its name; 1 where it is not named."""


@dataclass(frozen=True)
class LossRecipe:
    """Weights of the loss's terms."""

    pixel: Literal["l1", "mse", "charbonnier", "psnr"] = "l1"
    pixel_weight: float = 1.0
    perceptual_weight: float = 0.0
    adversarial_weight: float = 0.0
    consistency_weight: float = 0.0


@dataclass(frozen=True)
class OptimiserRecipe:
    """Adam with a linear warm-up and a cosine decay."""

    steps: int
    rate: float = 1e-3
    final_rate: float = 1e-6
    warmup_steps: int = 100
    ema: float = 0.999
    clip_norm: float = 1.0
    discriminator_rate: float = 1e-4


@dataclass(frozen=True)
class ValidationRecipe:
    """When to validate, and which weights are best."""

    every: int = 500
    selection: Literal["psnr_db", "perceptual_distance"] = "psnr_db"
    min_gain_db: float | None = None
    """With `perceptual_distance`: weights that gain less than this over bicubic, in any folder, are never the best."""


@dataclass(frozen=True)
class Recipe:
    """A whole run. See the fields of each part."""

    name: str
    summary: str
    network: NetworkRecipe
    optimiser: OptimiserRecipe
    data: DataRecipe = DataRecipe()
    loss: LossRecipe = LossRecipe()
    validation: ValidationRecipe = ValidationRecipe()
    precision: Literal["fp32", "bf16"] = "bf16"
    seed: int = 0


def load_recipe(name_or_path: str) -> Recipe:
    """Read a recipe that ships with the trainer, by its name, or any TOML file, by its path.

    Raises
    ------
    InvalidRecipe
        If there is no such recipe, or a key or value of it is wrong; the message names file and key.
    """
    path = Path(name_or_path)
    if not path.suffix:
        path = RECIPE_FOLDER / f"{name_or_path}.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as exc:
        raise InvalidRecipe(
            f"{name_or_path}: no such recipe", f"Recipes that ship: {', '.join(shipped_recipes())}."
        ) from exc
    return parse_recipe(text, str(path))


def shipped_recipes() -> list[str]:
    """Return the names of the recipes that ship with the trainer, sorted."""
    return sorted(path.stem for path in RECIPE_FOLDER.glob("*.toml"))


def parse_recipe(text: str, origin: str) -> Recipe:
    """Read a recipe from TOML.

    Parameters
    ----------
    text : str
        The TOML.
    origin : str
        Where it comes from, for messages.

    Raises
    ------
    InvalidRecipe
        If it is not TOML, or a key or value is wrong.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise InvalidRecipe(f"{origin}: not valid TOML: {exc}") from exc
    recipe: Recipe = _build(Recipe, values, origin, "")
    return recipe


def recipe_as_dict(recipe: Recipe) -> dict[str, Any]:
    """Return the recipe as plain values, for a run folder or a model card."""
    return asdict(recipe)


def _build(kind: Any, values: Mapping[str, Any], origin: str, prefix: str) -> Any:
    hints = get_type_hints(kind)
    known = {f.name: f for f in fields(kind)}
    for key in values:
        if key not in known:
            raise InvalidRecipe(f"{origin}: unknown key {prefix}{key}", f"Allowed here: {', '.join(known)}.")
    for name, f in known.items():
        if name not in values and f.default is MISSING and f.default_factory is MISSING:
            raise InvalidRecipe(f"{origin}: {prefix}{name} is missing")
    return kind(**{key: _value(hints[key], value, origin, prefix + key) for key, value in values.items()})


def _value(hint: Any, value: Any, origin: str, key: str) -> Any:
    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__"):
        if not isinstance(value, dict):
            raise InvalidRecipe(f"{origin}: {key} must be a table")
        return _build(hint, value, origin, f"{key}.")
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise InvalidRecipe(f"{origin}: {key} = {value!r}", f"Allowed: {', '.join(map(str, get_args(hint)))}.")
        return value
    allowed = _plain_types(hint)
    if float in allowed and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) not in allowed:
        names = " or ".join(t.__name__ for t in allowed)
        raise InvalidRecipe(f"{origin}: {key} = {value!r} must be of type {names}")
    if isinstance(value, int | float):
        _check_range(value, origin, key)
    return value


def _check_range(value: float, origin: str, key: str) -> None:
    at_most_one = key.endswith("_share") or key == "optimiser.ema"
    if key in ANY_SIGN:
        return
    if key in POSITIVE:
        allowed, fits = "above 0", 0 < value < math.inf
    elif at_most_one:
        allowed, fits = "0 to 1", 0 <= value <= 1
    else:
        allowed, fits = "0 or more", 0 <= value < math.inf
    if not fits:
        raise InvalidRecipe(f"{origin}: {key} = {value!r}", f"Allowed: {allowed}.")


def _plain_types(hint: Any) -> tuple[type, ...]:
    if get_origin(hint) in (Union, UnionType):
        return tuple(t for part in get_args(hint) for t in _plain_types(part))
    return (get_origin(hint) or hint,)
