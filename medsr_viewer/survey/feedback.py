"""Feedback in the training phase: whether an observer has understood which end of the scale is the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medsr_viewer.survey.design import Question
from medsr_viewer.survey.plan import Trial
from medsr_viewer.survey.scales import scale_of

ATTEMPTS = 3
"""After which a training trial is left, understood or not."""


@dataclass(frozen=True)
class Feedback:
    """What an observer is told of a training trial.

    Parameters
    ----------
    expected, given : tuple of int
        Of the stimuli about which something is expected, question by question; of a pair 1 for the better (the chosen)
        one and 0 for the other. Where nothing is expected `given` holds all answers, to be read back in words.
    turned : bool
        Whether an answer is on the wrong side of the scale, as of someone who takes 1 for the best.
    again : bool
        Whether the trial is put again.
    may_repeat : bool
        Whether the observer may answer it again, having read in words what the answer means.
    """

    expected: tuple[int, ...]
    given: tuple[int, ...]
    turned: bool
    again: bool
    may_repeat: bool = False


def feedback_on_answers(
    trial: Trial, answers: Mapping[tuple[str, str], int], questions: Sequence[Question], attempt: int
) -> Feedback:
    """Compare answers of the training phase with what is expected; read them back where nothing is.

    What a test condition deserves nobody knows, and even an original need not fulfil a criterion; but whoever takes 1
    for the best notices it in the words of the answer.

    Parameters
    ----------
    trial : Trial
    answers : mapping of (stimulus, question) to int
    questions : sequence of Question
    attempt : int
        From 1.
    """
    if not any(trial.expected):
        read = tuple(answers[stimulus, question.name] for stimulus in trial.rated for question in questions)
        return Feedback((), read, turned=False, again=False, may_repeat=attempt < ATTEMPTS)
    expected: list[int] = []
    given: list[int] = []
    turned = False
    for stimulus, due in zip(trial.rated, trial.expected, strict=False):
        for question in questions if due else ():
            middle = (1 + scale_of(question).best) / 2
            value = answers[stimulus, question.name]
            expected.append(due)
            given.append(value)
            turned |= (due - middle) * (value - middle) < 0
    return _told(expected, given, turned, attempt)


def feedback_on_choice(trial: Trial, chosen: str, attempt: int) -> Feedback | None:
    """Compare the choice of the training phase with what is expected; None where nothing is, or both are equal.

    A choice has no direction that could be mistaken: it is not read back.
    """
    if len(set(trial.expected)) < 2:
        return None
    best = max(trial.expected)
    expected = [int(due == best) for due in trial.expected]
    given = [int(stimulus == chosen) for stimulus in trial.rated]
    return _told(expected, given, expected != given, attempt)


def _told(expected: list[int], given: list[int], turned: bool, attempt: int) -> Feedback:
    return Feedback(tuple(expected), tuple(given), turned, again=turned and attempt < ATTEMPTS)
