"""Rules between the keys of a recipe."""

from __future__ import annotations

from medsr_viewer.errors import InvalidRecipe
from trainer.recipe import CONSISTENCY_BORDER, LATTICE_WINDOW, Recipe

WIDENED_ARCHITECTURES = ("fmen",)
"""Where copies of channels stay together: a pixel shuffle of features would tear them apart."""
SMALLEST_SEEN = 16
"""Pixels a side that VGG-16 pools to one."""


def check_together(recipe: Recipe, origin: str) -> None:
    """Refuse values that are right alone and wrong together.

    Parameters
    ----------
    recipe : Recipe
        Whose values are right alone.
    origin : str
        Its file, for the message.

    Raises
    ------
    InvalidRecipe
        If there are such values; the message names file and keys, and what is allowed.
    """
    optimiser, resize = recipe.optimiser, recipe.data.resize
    if recipe.network.widen and recipe.network.architecture not in WIDENED_ARCHITECTURES:
        raise InvalidRecipe(
            f"{origin}: network.widen = true with architecture = {recipe.network.architecture!r}",
            f"Allowed: {', '.join(WIDENED_ARCHITECTURES)}.",
        )
    if bool(optimiser.steps) == bool(optimiser.epochs):
        raise InvalidRecipe(
            f"{origin}: optimiser.steps = {optimiser.steps} and optimiser.epochs = {optimiser.epochs}",
            "Give exactly one of them, above 0.",
        )
    if bool(optimiser.milestones) != (optimiser.schedule == "milestones"):
        raise InvalidRecipe(
            f"{origin}: optimiser.milestones = {list(optimiser.milestones)} with schedule = {optimiser.schedule!r}",
            'Milestones go with schedule = "milestones".',
        )
    loss = recipe.loss
    perceptual = (loss.perceptual_weight or loss.content_weight) and loss.perceptual_from == 0
    adversarial = loss.adversarial_weight and loss.adversarial_from == 0
    if not any(
        (
            loss.pixel_weight,
            loss.consistency_weight,
            loss.total_variation_weight,
            loss.lattice_weight,
            perceptual,
            adversarial,
        )
    ):
        raise InvalidRecipe(f"{origin}: loss has no term that counts from step 0", "Give one a weight above 0.")
    _check_consistency(recipe, origin)
    _check_lattice(recipe, origin)
    if len(resize) not in (0, 2):
        raise InvalidRecipe(f"{origin}: data.resize = {list(resize)}", "Allowed: [] or [rows, columns].")


def _check_consistency(recipe: Recipe, origin: str) -> None:
    if not recipe.loss.consistency_weight:
        return
    key = f"{origin}: loss.consistency_weight = {recipe.loss.consistency_weight:g}"
    if recipe.degradation.is_random:
        raise InvalidRecipe(
            f"{key} with a degradation by chance",
            "It compares with inputs that a kernel alone made: allowed with shares of 0 in [degradation].",
        )
    least = 2 * CONSISTENCY_BORDER + 1
    if recipe.data.patch < least:
        raise InvalidRecipe(
            f"{key} with data.patch = {recipe.data.patch}",
            f"It leaves out {CONSISTENCY_BORDER} pixels at each border: data.patch of {least} or more is allowed.",
        )


def _check_lattice(recipe: Recipe, origin: str) -> None:
    loss, patch = recipe.loss, recipe.data.patch
    if loss.lattice_weight and patch < LATTICE_WINDOW:
        raise InvalidRecipe(
            f"{origin}: loss.lattice_weight = {loss.lattice_weight:g} with data.patch = {patch}",
            f"It averages over {LATTICE_WINDOW} pixels: data.patch of {LATTICE_WINDOW} or more is allowed.",
        )
    least = -(-(SMALLEST_SEEN + loss.perceptual_shift) // recipe.network.scale_factor)
    if loss.perceptual_weight and patch < least:
        raise InvalidRecipe(
            f"{origin}: loss.perceptual_shift = {loss.perceptual_shift} with data.patch = {patch}",
            f"VGG-16 sees {SMALLEST_SEEN} pixels a side or more: data.patch of {least} or more is allowed.",
        )
