"""What is written above the images and on the button of a trial. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

from medsr_viewer.survey.design import Design
from medsr_viewer.survey.plan import Trial
from medsr_viewer.survey.scales import scale_of
from medsr_viewer.ui.survey.answer_sheet import AnswerSheet

ORIGINAL = "Original"
_STATES = {"blank": "", "saving": "Saving \N{HORIZONTAL ELLIPSIS}", "feedback": "Go on"}


def captions(trial: Trial, design: Design, sheet: AnswerSheet, *, with_expected: bool = False) -> list[str]:
    """Return what stands above each image, the labelled one first: never a name, and nothing where one is alone.

    Parameters
    ----------
    trial : Trial
    design : Design
    sheet : AnswerSheet
    with_expected : bool
        Of several images: also what each deserves, in the training phase's feedback.
    """
    if design.protocol == "pairs":
        return ["Left", "Right"]
    labelled = [ORIGINAL] if trial.labelled else []
    if len(trial.rated) == 1:
        return [*labelled, "To be rated"] if labelled else [""]
    given = [_given(sheet.values(image), design) for image in range(len(trial.rated))]
    if with_expected:
        scale = scale_of(design.questions[0])
        for image, due in enumerate(trial.expected):
            given[image] += f", expected near {scale.numbered(due)}" if due else ""
    return [*labelled, *given]


def next_text(state: str, sheet: AnswerSheet) -> str:
    """Return what the button says."""
    if state in _STATES:
        return _STATES[state]
    open_here = [
        index for index, value in enumerate(sheet.values(sheet.image)) if not value and index != sheet.question
    ]
    if open_here:
        return "Next question"
    others = (row for image, row in enumerate(sheet.all_values()) if image != sheet.image)
    return "Save and next" if all(map(all, others)) else "Next image"


def _given(values: Sequence[int], design: Design) -> str:
    if not any(values):
        return "Not rated yet"
    if len(values) == 1:
        return f"Rated {scale_of(design.questions[0]).numbered(values[0])}"
    return "Rated " + " / ".join(str(value) if value else "\N{EN DASH}" for value in values)
