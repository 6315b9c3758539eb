"""Whether an answer counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from medsr_viewer.errors import AnswerRefused
from medsr_viewer.survey.design import Question
from medsr_viewer.survey.plan import Trial
from medsr_viewer.survey.scales import scale_of


def check_answers(trial: Trial, answers: Mapping[tuple[str, str], int], questions: Sequence[Question]) -> None:
    """Check that each question is answered of each rated stimulus, on its scale, and nothing else.

    Raises
    ------
    AnswerRefused
        If it is not so.
    """
    due = {(stimulus, question.name): question for stimulus in trial.rated for question in questions}
    missing = due.keys() - answers.keys()
    if missing:
        raise AnswerRefused(f"{len(missing)} of {len(due)} answers are missing", "Answer every question of each image.")
    if answers.keys() - due.keys():
        raise AnswerRefused("An answer is to something that was not asked", "Answer the images that are on screen.")
    for key, question in due.items():
        scale = scale_of(question)
        if isinstance(answers[key], bool) or answers[key] not in scale.values:
            raise AnswerRefused(f"{answers[key]} is not on the scale", f"Answer from 1 to {scale.best}.")


def check_choice(trial: Trial, chosen: str) -> None:
    """Check that one of the two stimuli of a pair was chosen.

    Raises
    ------
    AnswerRefused
        If it is not so.
    """
    if chosen not in trial.rated:
        raise AnswerRefused("The chosen image is not on screen", "Choose one of the two images.")


def check_time(seconds: float, least_view_ms: int) -> None:
    """Check that a trial was looked at for long enough.

    Raises
    ------
    AnswerRefused
        If it was not, or the time is not one.
    """
    if not (math.isfinite(seconds) and seconds * 1000 >= least_view_ms):
        raise AnswerRefused(
            "The answer came faster than the image can be judged",
            f"Look at it for at least {least_view_ms / 1000:g} s before you answer.",
        )
