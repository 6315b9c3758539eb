"""Which images are worth training on."""

from __future__ import annotations

import re

import cv2
import numpy as np
from numpy.typing import NDArray

from trainer.prepare.facts import Facts
from trainer.prepare.options import PrepareOptions

DETAIL_SIGMA = 5.0
_REACH = 4  # standard deviations, as SciPy's filter has it
_BLANK_LEVEL, _BLANK_SHARE = 0.05, 0.01
_NOT_PICTURES = frozenset({"SEG", "RTDOSE", "REG", "PR", "KO", "SR", "DOC", "RTIMAGE"})
_LOCALISER = re.compile(r"\b(scout|locali[sz]er|topogram|surview|scanogram)\b", re.IGNORECASE)
_CAPTURED = frozenset({"WSD", "SD", "SI", "DRW"})
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


def detail_score(pixels: NDArray[np.float32]) -> float:
    """Return how much detail an image has, as Beallor et al. score it in their equation 1.

    The image is smoothed by a Gaussian of sigma 5; the score is the sum of the absolute differences of horizontal and
    of vertical neighbours. (The authors' code takes the horizontal ones twice.) A larger image scores more.

    Parameters
    ----------
    pixels : ndarray
        (H, W) float32, on [0, 1].
    """
    side = 2 * int(_REACH * DETAIL_SIGMA + 0.5) + 1
    smooth = cv2.GaussianBlur(pixels, (side, side), DETAIL_SIGMA, borderType=cv2.BORDER_REFLECT)
    return float(np.abs(np.diff(smooth, axis=1)).sum() + np.abs(np.diff(smooth, axis=0)).sum())


def is_blank(pixels: NDArray[np.float32]) -> bool:
    """Whether an image on [0, 1] shows nothing: less than 1 % of its pixels differ from the median by more than 5 %."""
    differs = np.abs(pixels - np.median(pixels)) > _BLANK_LEVEL
    return bool(differs.mean() < _BLANK_SHARE)


def unwanted(facts: Facts, options: PrepareOptions) -> str:
    """Return why an image is not wanted, from its header alone; "" where it is."""
    if options.modalities and facts.modality not in options.modalities:
        return f"its modality is {facts.modality or 'not said'}"
    if facts.modality in _NOT_PICTURES:
        return f"it is no picture of a patient (modality {facts.modality})"
    if not options.keep_localisers and _is_localiser(facts):
        return "a localiser"
    return "" if options.keep_captures else _capture(facts)


def _capture(facts: Facts) -> str:
    if facts.sop_class.startswith(_SECONDARY_CAPTURE) or facts.conversion in _CAPTURED:
        return "a secondary capture"
    if any(value.replace(" ", "") in {"SCREENSAVE", "SCREENCAPTURE"} for value in facts.image_type):
        return "a screen capture"
    return "it has burned-in annotations, which may name the patient" if facts.burned_in else ""


def _is_localiser(facts: Facts) -> bool:
    return "LOCALIZER" in facts.image_type or bool(_LOCALISER.search(facts.series_description))
