"""A workstation without a window: rates a survey as one observer, as fast as it is allowed to.

``python rating_workstation.py STUDY OBSERVER`` prints each trial once its answer is acknowledged.
"""

from __future__ import annotations

import sys
from pathlib import Path

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.plan import Trial
from medsr_viewer.survey.session import begin_session
from medsr_viewer.workflows.survey_files import OpenSurvey, open_survey

SECONDS = 2.0


def rate(survey: OpenSurvey, observer: str) -> None:
    session = begin_session(survey.store, survey.plan, survey.design, observer, display={}, version="test")
    while session.step.kind != "finished":
        step = session.step
        if step.kind == "consent":
            session.consent(agreed=True, text_digest="ab" * 32)
        elif step.kind == "screen":
            session.screen(passed=True, facts={})
        elif step.kind == "instructions":
            session.instructions_read()
        else:
            assert step.trial is not None
            try:
                session.answer(step.trial, answers(survey, step.trial, observer), SECONDS, {})
            except SurveyError:
                if session.step.trial == step.trial:
                    raise  # this observer goes on in a newer sitting
                continue  # an older sitting's last answer came between: it stands, and this one goes on after it
            if step.kind == "main":
                print(step.trial.identifier, flush=True)


def answers(survey: OpenSurvey, trial: Trial, observer: str) -> dict[tuple[str, str], int]:
    """Return answers that tell who gave them: odd observers give 1, even ones 2; in the training what is expected."""
    own = 1 if int(observer[-1]) % 2 else 2
    due = trial.expected or (0,) * len(trial.rated)
    return {
        (stimulus, question.name): value or own
        for stimulus, value in zip(trial.rated, due, strict=True)
        for question in survey.design.questions
    }


if __name__ == "__main__":
    with open_survey(Path(sys.argv[1])) as opened:
        rate(opened, sys.argv[2])
