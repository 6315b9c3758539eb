"""A real survey folder with small synthetic images, whose conditions bear names that nobody may read while rating."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from medsr_viewer.survey.allocation import allocate
from medsr_viewer.survey.attention import ATTENTION_WINDOW, attention_picture
from medsr_viewer.survey.design import Arrangement, Case, Condition, Design, Question, Screen, Sitting
from medsr_viewer.survey.design_file import survey_texts
from medsr_viewer.survey.folder import SurveyFolder
from medsr_viewer.survey.new_folder import NewFolder, new_folder
from medsr_viewer.survey.plan import Stimulus
from medsr_viewer.survey.plan_file import plan_text
from medsr_viewer.survey.protocols import complete, required_stimuli
from medsr_viewer.survey.sealing import seal

SECRETS = ("zebramethod", "okapimethod", "gnuanchor", "lemurcase", "lorittrain")
QUICK = Sitting(minutes=30, break_minutes=1, delay_ms=40, least_view_ms=30)


def study_design(**changes: Any) -> Design:
    """Return a design whose names are `SECRETS`."""
    cases = [Case(f"lemurcase{number}", Path(f"/lemurcase{number}.png")) for number in range(2)]
    plain = Design(
        title="Small survey",
        protocol="acr",
        scale_factor=2,
        cases=(*cases, Case("lorittrain", Path("/lorittrain.png"), training=True)),
        conditions=(
            Condition("zebramethod", "bicubic"),
            Condition("okapimethod", "lanczos"),
            Condition("gnuanchor", "nearest", role="anchor"),
        ),
        questions=(),
        arrangement=Arrangement(seed=5, observers=4),
        sitting=QUICK,
        screen=Screen(640, 480),  # the offscreen platform has 800 x 800
    )
    return complete(replace(plain, **changes))


def make_study(path: Path, **changes: Any) -> SurveyFolder:
    """Make a survey's folder without computing an upscaling."""
    design = study_design(**changes)
    rng = np.random.default_rng(3)
    with new_folder(path) as new:
        stimuli = {
            key: _stimulus(new, rng.normal(100, 30, (48, 64)), (100.0, 200.0)) for key in required_stimuli(design)
        }
        answers = range(1, 6) if design.arrangement.attention_checks else ()
        checks = [(_stimulus(new, attention_picture(answer, 64), ATTENTION_WINDOW), answer) for answer in answers]
        plan, allocation = allocate(design, stimuli, checks)
        return new.finish(
            design=survey_texts(design, path)[0],
            plan=plan_text(plan),
            sealed=seal(allocation, "secret"),
        )


def three_questions() -> tuple[Question, ...]:
    return (Question("sharp", "Sharp enough?"), Question("noise", "Little noise?"), Question("all", "Overall?", "acr"))


def _stimulus(new: NewFolder, pixels: Any, window: tuple[float, float]) -> Stimulus:
    values = np.asarray(pixels, np.float32)
    return Stimulus(*new.add_stimulus(values), values.shape, window)
