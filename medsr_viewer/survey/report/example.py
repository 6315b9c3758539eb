"""The published survey's case as a simulated example: what its report would have looked like."""

from __future__ import annotations

import numpy as np

from medsr_viewer.survey.analysis import Analysis
from medsr_viewer.survey.design import Question
from medsr_viewer.survey.question_analysis import analyse
from medsr_viewer.survey.ratings import RatingTable
from medsr_viewer.survey.report.facts import ConditionFact, SurveyFacts
from medsr_viewer.survey.simulation.marks import rating_cubes
from medsr_viewer.survey.simulation.truth import population_with

PUBLISHED_MOS = {"bicubic": 2.26, "srresnet": 4.09, "srgan": 3.40}
"""Of 68 observers (Beallor et al.); no intervals were published."""
PUBLISHED_OBSERVERS = 68
_RANKERS = 0.08
_QUESTION = Question("quality", "How good is the quality of each image?", "quality")


def published_example(*, cases: int = 20, seed: int = 68) -> tuple[Analysis, SurveyFacts]:
    """Return a simulated survey with the published one's protocol, number of observers and true MOS.

    Some of the simulated people rank instead of rating, as the published survey reports. Its number of cases is not
    told; it is an assumption here.

    Parameters
    ----------
    cases, seed : int
        How many cases; of all chance.
    """
    rng = np.random.default_rng(seed)
    population = population_with(PUBLISHED_MOS, together=True, rankers=_RANKERS)
    cube = rating_cubes(population, 1, PUBLISHED_OBSERVERS, cases, rng, together=True)[0]
    observer, case, condition = np.indices(cube.shape).reshape(3, -1)
    table = RatingTable(
        tuple(f"S{number:03d}" for number in range(1, PUBLISHED_OBSERVERS + 1)),
        tuple(f"case{number:02d}" for number in range(1, cases + 1)),
        tuple(PUBLISHED_MOS),
        observer,
        case,
        condition,
        cube.ravel().astype(np.float64),
        np.zeros(cube.size, np.intp),
        np.exp(rng.normal(1.5, 0.4, cube.size)) + 1,
        population.best,
    )
    analysis = analyse(table, _QUESTION, dict.fromkeys(PUBLISHED_MOS, "test"), protocol="queens", seed=seed)
    facts = SurveyFacts(
        survey_id="",
        title="The survey of Queen's University, simulated",
        protocol="queens",
        mode="test",
        scale_factor=4,
        conditions=tuple(ConditionFact(name, "test", "simulated") for name in PUBLISHED_MOS),
        questions=(_QUESTION.text,),
        cases=cases,
        enrolled=table.observers,
        answered=table.observers,
        is_simulated=True,
    )
    return analysis, facts
