"""Tell what the stimuli of a survey are, without its passphrase: by computing all of them once more.

Anybody who has the cases and the methods can do that, here or elsewhere: no blinding hinders it. The program does it
for simulated observers alone, in a survey that no person rates.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np

from medsr_viewer.errors import SurveyError
from medsr_viewer.imaging.frame import FloatArray
from medsr_viewer.survey.attention import attention_picture
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.new_folder import stimulus_content
from medsr_viewer.survey.plan import Meaning
from medsr_viewer.survey.protocols import LABELLED, PROTOCOLS
from medsr_viewer.survey.scales import common_values
from medsr_viewer.survey.sources import check_sources
from medsr_viewer.workflows.survey_files import OpenSurvey
from medsr_viewer.workflows.survey_stimuli import render


def recognise(
    survey: OpenSurvey, report: Callable[[str], None] = lambda _line: None
) -> tuple[dict[str, Meaning], dict[str, int]]:
    """Return what each stimulus shows, and what those that are attention checks ask for.

    A stimulus is the computed image that has its very pixels. Where there is none (another processor, or another number
    of threads, rounds differently) it is the nearest image of its shape.

    Raises
    ------
    SurveyError
        If no image of a stimulus's shape was computed: a case's file was changed.
    MedsrError
        If it is not known here where the images come from, or a case cannot be computed.
    """
    check_sources(survey.design, str(survey.folder.path))
    search = _Search(survey)
    asked = {search.find(attention_picture(answer)): answer for answer in _answers(survey.design)}
    asked.pop("", None)
    meanings = {identifier: Meaning("", "") for identifier in asked}
    rest: list[tuple[Meaning, FloatArray]] = []
    for case in survey.design.cases:
        report(f"recognising the stimuli of case {case.name}")
        for condition, pixels in render(survey.design, case).pixels.items():
            meaning = Meaning(case.name, condition)
            if identifier := search.find(pixels, labelled=condition == LABELLED):
                meanings[identifier] = meaning
            else:
                rest.append((meaning, pixels))
    return meanings | search.nearest(rest), asked


class _Search:
    """Stimuli that were not recognised yet."""

    def __init__(self, survey: OpenSurvey) -> None:
        self._survey = survey
        trials = (*survey.plan.training, *(trial for sequence in survey.plan.sequences for trial in sequence))
        self._labelled = {trial.labelled for trial in trials}
        self._left = set(survey.plan.stimuli)

    def find(self, pixels: FloatArray, *, labelled: bool = False) -> str:
        """Take the stimulus with these very pixels; "" where there is none. The labelled original is its own."""
        digest = hashlib.sha256(stimulus_content(pixels)).hexdigest()
        for identifier in self._left:
            if self._survey.plan.stimuli[identifier].digest == digest and (identifier in self._labelled) == labelled:
                self._left.remove(identifier)
                return identifier
        return ""

    def nearest(self, computed: list[tuple[Meaning, FloatArray]]) -> dict[str, Meaning]:
        """Take for every stimulus that is left the nearest of the images that are."""
        found = {}
        for identifier in self._left:
            pixels = self._survey.folder.load_stimulus(identifier)
            labelled = identifier in self._labelled
            alike = [
                (float(np.abs(pixels - other).mean()), place)
                for place, (meaning, other) in enumerate(computed)
                if other.shape == pixels.shape and (meaning.condition == LABELLED) == labelled
            ]
            if not alike:
                raise SurveyError(
                    f"{self._survey.folder.path}: a stimulus is like no case of the design",
                    "The files of the cases were moved or changed: put them back.",
                )
            found[identifier] = computed.pop(min(alike)[1])[0]
        return found


def _answers(design: Design) -> range:
    has_scale = PROTOCOLS[design.protocol].scales
    return common_values(design.questions) if has_scale and design.arrangement.attention_checks else range(0)
