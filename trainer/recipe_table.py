"""Every recipe in one Markdown table: whose it is, what was published, what differs, and what our runs reached."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medsr_viewer.errors import InputError
from medsr_viewer.models.cards import BARELY_TRAINED_STEPS
from trainer.conditions import unusual_conditions
from trainer.log_columns import column_of, folders_of
from trainer.recipe import Recipe
from trainer.recipe_file import RECIPE_FOLDER, changes, load_recipe, recipe_as_dict, shipped_recipes

_HEADINGS = ("recipe", "paper", "published", "ours", "measured", "steps", "hours", "what differs")
AS_VIEWED, ALONE = "as the viewer runs it", "network alone"
"""Figures of a card: of rounded weights, back-projected; and of a run's validation. Their gains do not compare."""
_WORDS = {
    "psnr_db": "{:.2f} dB",
    "gain_db": "{:+.2f}",
    "ssim": "SSIM {:.3f}",
    "perceptual_distance": "VGG {:.3f}",
}
_DIFFERS_LENGTH = 260
_NO_DIFFERENCE = re.compile(
    r"(name|summary|paper|published|differs|seed|validation\..*|optimiser\.(steps|epochs)|network\.warm_start) ="
)
"""Keys that name, describe or end a run: the other columns say it, or the result hardly depends on it."""


@dataclass(frozen=True)
class Reached:
    """What one run of a recipe reached.

    Attributes
    ----------
    steps : int
        Of the weights that are kept.
    hours : float
        To those weights.
    figures : dict
        Data folder to ``psnr_db``, ``gain_db``, ``ssim`` and ``perceptual_distance``; some may be
        missing or NaN.
    measured : str
        How: `AS_VIEWED` or `ALONE`, and what was done to the images besides the standard degradation.
    settings : tuple of str
        What the run, of a card the last one, set otherwise than the recipe: ``data.batch = 8, was 16``.
    orientations : int
        That the result is the mean of.
    """

    steps: int
    hours: float
    figures: dict[str, dict[str, float]] = field(hash=False)
    measured: str
    settings: tuple[str, ...] = ()
    orientations: int = 1

    @property
    def rank(self) -> tuple[int, int]:
        """By which the result of a recipe is chosen: the most steps, then the fewest orientations."""
        return self.steps, -self.orientations


def recipes_table(places: Iterable[Path]) -> str:
    """Return the table.

    Parameters
    ----------
    places : iterable of Path
        Run folders, folders of them, folders of published models, and cards: searched for recipes' names. A run whose
        card lies in its folder (``medsr-train publish RUN --out RUN``) counts by the card. Of several results of one
        recipe the one of most steps counts, then the one of fewest orientations.

    Raises
    ------
    InputError
        If one of them does not exist.
    """
    reached: dict[str, Reached] = {}
    for recipe, result in _found(places):
        if recipe not in reached or result.rank > reached[recipe].rank:
            reached[recipe] = result
    rows = [_row(load_recipe(name), reached.get(name)) for name in shipped_recipes()]
    lines = [_HEADINGS, ("---",) * len(_HEADINGS), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def _row(recipe: Recipe, reached: Reached | None) -> Sequence[str]:
    where = f"{RECIPE_FOLDER.parent.name}/{RECIPE_FOLDER.name}/{recipe.name}.toml"
    texts = (recipe.paper or "ours", recipe.published or "-")
    return (
        f"[`{recipe.name}`]({where})",
        *(text.replace("|", "/") for text in texts),
        "; ".join(_words(folder, values) for folder, values in reached.figures.items()) if reached else "not trained",
        reached.measured if reached else "-",
        _steps(reached.steps) if reached else "-",
        f"{reached.hours:.2f}" if reached else "-",
        " ".join(filter(None, (_settings(reached), _shortened(recipe.differs)))) or "-",
    )


def _settings(reached: Reached | None) -> str:
    return f"**Here {'; '.join(reached.settings)}.**".replace("|", "/") if reached and reached.settings else ""


def _words(folder: str, values: dict[str, float]) -> str:
    written = [form.format(values[name]) for name, form in _WORDS.items() if math.isfinite(values.get(name, math.nan))]
    return f"{folder} {', '.join(written)}"


def _steps(steps: int) -> str:
    return f"{steps:,}" + (" (**barely trained**)" if steps < BARELY_TRAINED_STEPS else "")


def _shortened(differs: str) -> str:
    """Return whole sentences, as many as make a line; the recipe says the rest."""
    sentences = re.split(r"(?<=[.\)]) (?=[A-Z])", " ".join(differs.split()).replace("|", "/"))
    text = sentences[0]
    for index, sentence in enumerate(sentences[1:], 1):
        if len(text) + len(sentence) > _DIFFERS_LENGTH:
            return f"{text} (+ {len(sentences) - index} in the recipe)"
        text = f"{text} {sentence}"
    return text


def _found(places: Iterable[Path]) -> Iterable[tuple[str, Reached]]:
    for place in places:
        if not place.exists():
            raise InputError(f"{place}: no such file or folder", "Name run folders, or folders that hold them.")
        files = [place] if place.is_file() else sorted({*place.rglob("best.json"), *place.glob("*.json")})
        for path in files:
            found = _of_run(path.parent) if path.name == "best.json" else _of_card(_values(path))
            if found:
                yield found


def _of_run(run: Path) -> tuple[str, Reached] | None:
    best, recipe = _values(run / "best.json"), _values(run / "recipe.json")
    if "name" not in recipe or "step" not in best:
        return None
    published = filter(None, (_of_card(_values(path)) for path in sorted(run.glob("*.json"))))
    for name, reached in published:
        if name == recipe["name"]:
            return name, reached
    figures = {
        folder: {
            name: float(best[column])
            for name in _WORDS
            if isinstance(best.get(column := column_of(folder, name)), int | float)
        }
        for folder in folders_of(best)
    }
    hours = float(best.get("seconds", 0)) / 3600
    settings = _set_otherwise(recipe["name"], recipe)
    return recipe["name"], Reached(int(best["step"]), hours, figures, _measured(ALONE, recipe), settings)


def _measured(how: str, recipe: dict[str, Any], orientations: int = 1) -> str:
    mean = f"mean over {orientations} orientations" if orientations > 1 else ""
    return ", ".join(filter(None, (how, mean, unusual_conditions(recipe))))


def _set_otherwise(name: str, recipe: dict[str, Any]) -> tuple[str, ...]:
    if name not in shipped_recipes():
        return ()
    shipped = recipe_as_dict(load_recipe(name))
    known = {key: _of_known_keys(recipe[key], value) for key, value in shipped.items() if key in recipe}
    return tuple(change for change in changes(shipped, shipped | known) if not _NO_DIFFERENCE.match(change))


def _of_known_keys(value: Any, shipped: Any) -> Any:
    """Leave out keys of earlier versions of the recipe, and fill in those that it lacked."""
    return {key: value.get(key, usual) for key, usual in shipped.items()} if isinstance(shipped, dict) else value


def _of_card(card: dict[str, Any]) -> tuple[str, Reached] | None:
    training = card.get("training")
    if not isinstance(training, dict) or "recipe" not in training:
        return None
    name, hours = training["recipe"], float(training.get("seconds", 0)) / 3600
    recipe, orientations, steps = training.get("settings", {}), card.get("orientations", 1), training.get("steps", 0)
    settings, measured = _set_otherwise(name, recipe), _measured(AS_VIEWED, recipe, orientations)
    return name, Reached(int(steps), hours, card.get("figures", {}), measured, settings, orientations)


def _values(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # not what is looked for
        return {}
    return values if isinstance(values, dict) else {}
