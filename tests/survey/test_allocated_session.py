"""Allocation, session and analysis together: every protocol, rated to its end by simulated observers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medsr_viewer.survey.allocation import allocate
from medsr_viewer.survey.analysis_input import attention_results, comparison_table, rating_tables
from medsr_viewer.survey.design import Arrangement, Case, Condition, Design, Protocol
from medsr_viewer.survey.plan import Stimulus
from medsr_viewer.survey.protocols import complete, required_stimuli
from medsr_viewer.survey.session import Session
from medsr_viewer.survey.simulation.population import Population
from medsr_viewer.survey.simulation.readers import Scene, draw_readers, draw_scene, simulate_trial
from medsr_viewer.survey.status import status

from .survey_example import Example

PROTOCOLS: tuple[Protocol, ...] = ("acr", "dsis", "queens", "pairs", "vgc", "roc")
OBSERVERS = 2


def _survey(folder: Path, protocol: Protocol) -> Example:
    cases = [Case(f"case{place}", Path("x"), finding="present" if place % 2 else "absent") for place in range(4)]
    design = complete(
        Design(
            "Survey",
            protocol,
            4,
            (*cases, Case("practice", Path("y"), training=True, finding="present")),
            (Condition("bicubic", "bicubic", role="anchor"), Condition("fmen", "fmen"), Condition("srgan", "srgan")),
            (),
            arrangement=Arrangement(
                seed=3,
                observers=OBSERVERS,
                repeat_share=0 if protocol == "pairs" else 0.25,
                attention_checks=0 if protocol == "pairs" else 1,
            ),
        )
    )
    stimuli = {
        key: Stimulus(f"{place:032x}", "", (8, 8), (0.0, 1.0)) for place, key in enumerate(required_stimuli(design))
    }
    plan, allocation = allocate(design, stimuli, [(Stimulus("c" * 32, "", (8, 8), (0.5, 1.0)), 2)])
    return Example(folder, design, plan, allocation, choose_pair=lambda wins, rng: (0, 1))


def _rate_all(survey: Example, session: Session, scene: Scene, rng: np.random.Generator) -> None:
    reader = draw_readers(scene.population, 1, rng)[0]
    while session.step.trial:
        trial = session.step.trial
        answer = simulate_trial(trial, reader, scene, rng, position=0.5)
        if answer.chosen:
            session.choose(trial, answer.chosen, answer.seconds, {})
        else:
            session.answer(trial, answer.values, answer.seconds, {})


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_survey_is_rated_to_its_end_and_unblinded(tmp_path: Path, protocol: Protocol) -> None:
    rng = np.random.default_rng(7)
    survey = _survey(tmp_path, protocol)
    names = [condition.name for condition in survey.design.conditions]
    quality = {"bicubic": 1.5, "fmen": 3.0, "srgan": 4.0, "reference": 4.8, "(original)": 4.8}
    population = Population(quality)
    seen = draw_scene(population, [case.name for case in survey.design.cases], rng)
    findings = {case.name: case.finding for case in survey.design.cases}
    questions = tuple(question.name for question in survey.design.questions)
    scene = Scene(
        protocol, population, seen, survey.allocation.meanings, questions, findings, survey.allocation.expected
    )
    for observer in range(OBSERVERS):
        session = survey.sitting(f"R{observer}")
        assert session.step.kind == "training"
        _rate_all(survey, session, scene, rng)
        assert session.step.kind == "finished"
    records = survey.store.records()
    assert all(one.finished and one.trained for one in status(records, survey.plan, survey.design))
    if protocol == "pairs":
        table = comparison_table(records, survey.allocation, survey.design)
        assert len(table.case) == OBSERVERS * 4 * len(names)
        return
    for ratings in rating_tables(records, survey.allocation, survey.design).values():
        assert ratings.conditions == tuple(names)
        assert ratings.cases == ("case0", "case1", "case2", "case3")
        assert not np.isnan(ratings.cube()).any()
        assert ratings.repeat.max() == 1
        if protocol != "roc":
            bicubic, srgan = (ratings.cube()[..., names.index(name)].mean() for name in ("bicubic", "srgan"))
            assert srgan - bicubic > 1
    checks = attention_results(records, survey.allocation)
    assert [(one.right, one.of) for one in checks.values()] == [(len(questions), len(questions))] * OBSERVERS
