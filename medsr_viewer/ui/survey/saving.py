"""An answer as a request to the session. No Qt."""

from __future__ import annotations

from medsr_viewer.survey.design import Design
from medsr_viewer.ui.survey.at_hand import Request
from medsr_viewer.ui.survey.posed_trial import Answer


def saving(answer: Answer, design: Design) -> Request:
    """Return the request that saves an answer."""
    trial, seconds, log = answer.posed.trial, answer.seconds, answer.log
    if design.protocol == "pairs":
        chosen = trial.rated[answer.values[0][0] - 1]
        return lambda session: session.choose(trial, chosen, seconds, log)
    answers = {
        (stimulus, question.name): value
        for stimulus, values in zip(trial.rated, answer.values, strict=True)
        for question, value in zip(design.questions, values, strict=True)
    }
    return lambda session: session.answer(trial, answers, seconds, log)
