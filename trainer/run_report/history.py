"""What a run folder says of its run."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medsr_viewer.errors import ModelError
from trainer.log_columns import folders_of
from trainer.run_log import LOG

SAMPLES = "samples"


@dataclass(frozen=True)
class History:
    """A run so far.

    Attributes
    ----------
    run : Path
        Its folder.
    recipe : dict
        The whole recipe as plain values.
    rows : list of dict
        Columns of the log to their numbers, a row a validation; what is missing or not a number is left out.
    best_step : int
        Of the weights that are kept.
    """

    run: Path
    recipe: dict[str, Any]
    rows: list[dict[str, float]] = field(repr=False)
    best_step: int

    @property
    def folders(self) -> list[str]:
        """The data folders that are validated, by their names."""
        return folders_of(dict.fromkeys(column for row in self.rows for column in row))

    @property
    def best(self) -> dict[str, float]:
        """The row of the weights that are kept."""
        return next((row for row in self.rows if row["step"] == self.best_step), self.rows[-1])

    @property
    def is_finished(self) -> bool:
        """Whether the recipe's last step is done; a run that stopped early, as its recipe lets it, is not."""
        return self.rows[-1]["step"] >= int(self.recipe["optimiser"]["steps"])

    def curve(self, column: str) -> tuple[list[float], list[float]]:
        """Return the epochs at which a column has a number, and the numbers."""
        found = [(row["epoch"], row[column]) for row in self.rows if column in row]
        return [epoch for epoch, _ in found], [value for _, value in found]

    def loss_columns(self) -> list[str]:
        """Return the columns of losses: the sum, its terms where they are several, the discriminator's."""
        columns = list(dict.fromkeys(column for row in self.rows for column in row if "loss" in column))
        terms = [column for column in columns if column.startswith("loss_")]
        return [column for column in columns if len(terms) > 1 or column not in terms]

    def sample(self, step: float) -> Path | None:
        """Return the sheet of sample pictures of a step, where it was drawn."""
        path = self.run / SAMPLES / f"step-{int(step):06}.png"
        return path if path.is_file() else None


def read_history(run: Path) -> History:
    """Read a run folder.

    Raises
    ------
    ModelError
        If it is not one, or the run has not validated yet.
    """
    try:
        recipe = json.loads((run / "recipe.json").read_text(encoding="utf-8"))
        best = json.loads((run / "best.json").read_text(encoding="utf-8"))
        with (run / LOG).open(newline="", encoding="utf-8") as file:
            rows = [_numbers(row) for row in csv.DictReader(file)]
        history = History(run, recipe, [row for row in rows if {"step", "epoch"} <= set(row)], int(best["step"]))
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ModelError(f"{run}: not a run folder ({exc})", "Name the folder of a run.") from exc
    if not history.rows:
        raise ModelError(f"{run}: its log has no row", "Wait for the first validation.")
    return history


def _numbers(row: dict[str, Any]) -> dict[str, float]:
    numbers = {}
    for column, text in row.items():
        try:
            number = float(text)
        except (TypeError, ValueError):
            continue
        if math.isfinite(number):
            numbers[column] = number
    return numbers
