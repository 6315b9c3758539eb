"""How large a survey becomes: stimuli, trials, minutes, disk space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from medsr_viewer.survey.design import Case, Design
from medsr_viewer.survey.protocols import PROTOCOLS, complete, required_stimuli
from medsr_viewer.survey.scales import common_values

SECONDS_AN_ANSWER = 7
"""Of one image, or one pair: what absolute category rating takes people on the average."""
_BYTES_A_VALUE = 4
_ATTENTION_BYTES = 5 * 512 * 512 * _BYTES_A_VALUE

Size = tuple[int, int]
"""(rows, columns) of an image file."""


@dataclass(frozen=True)
class Extent:
    """What a survey asks for.

    Parameters
    ----------
    stimuli : int
        Images that are computed and stored.
    training, trials : int
        Screens that an observer sees in the training phase, and after it.
    answers : int
        Images, or pairs, that an observer judges on all of these.
    breaks : int
        That this makes necessary.
    minutes : float
        With breaks, at `SECONDS_AN_ANSWER`.
    """

    stimuli: int
    training: int
    trials: int
    answers: int
    breaks: int
    minutes: float


def extent_of(design: Design) -> Extent:
    """Return how large a survey becomes.

    Parameters
    ----------
    design : Design
        Valid; completed by its protocol here.
    """
    design = complete(design)
    arrangement, rules = design.arrangement, PROTOCOLS[design.protocol]
    conditions = len(design.conditions)
    cases = arrangement.cases_per_observer or len(design.main_cases)
    together = conditions if rules.rated == "all" else 1
    checks = arrangement.attention_checks
    if rules.rated == "two":
        trials = arrangement.pairs_per_observer or len(design.main_cases) * conditions
    else:
        plain = cases * conditions // together
        repeats = max(round(arrangement.repeat_share * plain), 1) if arrangement.repeat_share else 0
        trials = plain + repeats + checks
    training = _training_screens(design)
    answers = (trials - checks + training) * together * max(len(design.questions), 1) + checks
    rated = answers * SECONDS_AN_ANSWER / 60
    breaks = int(rated // design.sitting.minutes)
    stimuli = len(required_stimuli(design)) + (len(_attention_values(design)) if checks else 0)
    return Extent(stimuli, training, trials, answers, breaks, rated + breaks * design.sitting.break_minutes)


def disk_bytes(design: Design, sizes: Mapping[Path, Size]) -> int | None:
    """Return the bytes that the stimuli take, gray images taken for granted; None where a size is not known."""
    design = complete(design)
    each = len(required_stimuli(design)) // max(len(design.cases), 1)
    total = _ATTENTION_BYTES if design.arrangement.attention_checks else 0
    for case in design.cases:
        size = _shown_size(case, sizes)
        if size is None:
            return None
        growth = design.scale_factor**2 if design.mode == "enhance" else 1
        total += size[0] * size[1] * growth * each * _BYTES_A_VALUE
    return total


def in_units(count: int) -> str:
    """Return bytes as people read them."""
    megabytes = count / 1e6
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{max(megabytes, 0.1):.3g} MB"


def _shown_size(case: Case, sizes: Mapping[Path, Size]) -> Size | None:
    return (case.region[2], case.region[3]) if len(case.region) == 4 else sizes.get(case.path)


def _training_screens(design: Design) -> int:
    cases, conditions = len(design.training_cases), len(design.conditions)
    if not cases:
        return 0
    rules = PROTOCOLS[design.protocol]
    pairs = conditions if conditions > 2 else conditions - 1
    screens = {"all": 2, "two": pairs, "one": conditions + rules.labelled}[rules.rated]
    return max(cases, screens)


def _attention_values(design: Design) -> range:
    return common_values(design.questions) if PROTOCOLS[design.protocol].scales else range(0)
