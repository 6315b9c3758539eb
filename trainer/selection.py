"""Which weights of a run are the best."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from trainer.recipe import ValidationRecipe
from trainer.validation import FolderScore


class Selection:
    """Keeps the best figure so far.

    Attributes
    ----------
    best : (bool, float)
        Whether the best weights gain `min_gain_db` in every folder, and their figure; their gain in dB while none does.
    waited : int
        Validations since then.
    """

    def __init__(self, recipe: ValidationRecipe) -> None:
        self.recipe = recipe
        self.best = (False, -math.inf)
        self.waited = 0

    def is_best(self, scores: Mapping[str, FolderScore]) -> bool:
        """Take in a validation; return whether its weights are the best so far; of ``last`` they always are."""
        if self.recipe.selection == "last":
            return True
        least = self.recipe.min_gain_db
        gains = [score.gain_db for score in scores.values()]
        enough = least is None or min(gains) >= least
        rank = (enough, figure_of(self.recipe, scores) if enough else sum(gains) / len(gains))
        if rank > self.best:
            self.best, self.waited = rank, 0
            return True
        self.waited += 1
        return False

    @property
    def is_exhausted(self) -> bool:
        """Whether training should end, because nothing better came for long."""
        return 0 < self.recipe.early_stop <= self.waited

    @property
    def shortfall(self) -> str:
        """What to tell where no weights gained enough; empty where some did."""
        enough, gain = self.best
        if enough or self.recipe.min_gain_db is None or self.recipe.selection == "last":
            return ""
        return (
            f"no weights gained {self.recipe.min_gain_db:g} dB over bicubic in every folder (validation.min_gain_db): "
            f"kept those of the highest gain, {gain:.2f} dB"
        )

    def state(self) -> dict[str, Any]:
        """Return all that a resume needs."""
        return {"best": list(self.best), "waited": self.waited}

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        enough, figure = state["best"]
        self.best, self.waited = (enough, figure), state["waited"]


def figure_of(recipe: ValidationRecipe, scores: Mapping[str, FolderScore]) -> float:
    """Return the mean over the folders of what the recipe selects by, of ``last`` the gain; more is better."""
    match recipe.selection:
        case "psnr_db" | "last":
            figures = [score.gain_db for score in scores.values()]
        case "ssim":
            figures = [score.ssim for score in scores.values()]
        case "perceptual_distance":
            figures = [-score.perceptual_distance for score in scores.values()]
    return sum(figures) / len(figures)
