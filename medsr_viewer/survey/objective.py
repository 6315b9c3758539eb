"""Objective scores of a survey's stimuli against their reference, to be held against what people said of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, fields

import numpy as np
import numpy.typing as npt

from medsr_viewer.cancel import CancelToken
from medsr_viewer.imaging.colour import luma
from medsr_viewer.metrics.scores import Scores, score
from medsr_viewer.survey.analysis_parts import Missing
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.plan import Allocation, Meaning
from medsr_viewer.survey.protocols import LABELLED

FloatArray = npt.NDArray[np.float64]
Load = Callable[[str], npt.NDArray[np.float32]]

METRICS = {"psnr_db": "PSNR, dB", "ssim": "SSIM", "ms_ssim": "MS-SSIM", "uqi": "UQI"}
"""Each score as a report names it."""


@dataclass(frozen=True, eq=False)
class ObjectiveTable:
    """Objective scores of the stimuli.

    Parameters
    ----------
    cases, conditions : tuple of str
        Names, in the order of the arrays' axes.
    scores : dict of str to (cases, conditions) float64 ndarray
        By key of `METRICS`; NaN where undefined, and for the reference itself.
    """

    cases: tuple[str, ...]
    conditions: tuple[str, ...]
    scores: dict[str, FloatArray]


def objective_scores(
    load: Load, allocation: Allocation, design: Design, token: CancelToken | None = None
) -> ObjectiveTable | Missing:
    """Score every stimulus of the main cases against its reference: colour as luma, over the whole stimulus.

    The data range is 255 for colour, else the reference's max - min: a stimulus does not tell whether it was of 8 bits.

    Parameters
    ----------
    load : callable
        Returns a stimulus's pixels: `SurveyFolder.load_stimulus`.
    allocation : Allocation
        Unsealed.
    design : Design
        Complete.
    token : CancelToken, optional
        Checked between stimuli.

    Returns
    -------
    ObjectiveTable or Missing
        Missing where the survey stores no reference: in mode enhance there is none, and some protocols show none.

    Raises
    ------
    SurveyError
        If a stimulus is missing or was changed.
    Cancelled
        If the token was cancelled.
    """
    token = token or CancelToken()
    tested = tuple(one.name for one in design.conditions if one.role != "reference")
    references = {LABELLED, *(one.name for one in design.conditions if one.role == "reference")}
    stimuli = {meaning: stimulus for stimulus, meaning in allocation.meanings.items()}
    cases = tuple(case.name for case in design.main_cases)
    scores = {metric: np.full((len(cases), len(tested)), np.nan) for metric in METRICS}
    scored = 0
    for row, case in enumerate(cases):
        reference = next((stimuli[key] for name in references if (key := Meaning(case, name)) in stimuli), None)
        if reference is None:
            continue
        original = load(reference)
        for column, condition in enumerate(tested):
            token.check()
            if stimulus := stimuli.get(Meaning(case, condition)):
                scored += 1
                for metric, value in zip(_NAMES, astuple(_score(original, load(stimulus))), strict=True):
                    scores[metric][row, column] = np.nan if value is None else value
    if not scored:
        return Missing("Objective scores need a reference, and this survey shows none: its stimuli hold no original.")
    return ObjectiveTable(cases, tested, scores)


_NAMES = tuple(field.name for field in fields(Scores))


def _score(reference: npt.NDArray[np.float32], shown: npt.NDArray[np.float32]) -> Scores:
    data_range = 255.0 if reference.ndim == 3 else float(reference.max()) - float(reference.min())
    first, second = (luma(image) if image.ndim == 3 else image for image in (reference, shown))
    return score(first, second, data_range)
