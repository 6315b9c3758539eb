"""Simulated observers through the real store, and back out as tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from medsr_viewer.survey.analysis_input import comparison_table, rating_tables
from medsr_viewer.survey.simulation.population import Population
from medsr_viewer.survey.simulation.readers import Scene, draw_readers, draw_scene, simulate, simulate_pairs
from medsr_viewer.survey.simulation.recording import simulated_entries
from medsr_viewer.survey.status import status

from .survey_example import CONDITIONS, Clock, Example, example


def _scene(survey: Example, rng: np.random.Generator) -> Scene:
    population = Population(dict(zip(CONDITIONS, (1.5, 4.5), strict=True)))
    seen = draw_scene(population, [case.name for case in survey.design.cases], rng)
    questions = tuple(question.name for question in survey.design.questions)
    return Scene(survey.design.protocol, population, seen, survey.allocation.meanings, questions, {}, {"check0": 2})


def test_ratings_of_simulated_observers_are_those_of_a_finished_survey(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    survey = example(tmp_path, cases=5, attention=1)
    scene = _scene(survey, rng)
    given = []
    for slot, reader in enumerate(draw_readers(scene.population, 3, rng)):
        trials = survey.plan.sequences[slot]
        answers = list(simulate(trials, reader, scene, rng))
        given.append([next(iter(answer.values.values())) for answer in answers[:-1]])
        entries = simulated_entries(
            f"sim{slot}", slot, trials, answers, session=f"{slot:016x}", begun=Clock().now, version="1"
        )
        survey.store.append_all(entries)
    records = survey.store.records()
    (table,) = rating_tables(records, survey.allocation, survey.design).values()
    np.testing.assert_array_equal(table.cube().reshape(3, 10), given)
    assert table.cube()[..., 1].mean() - table.cube()[..., 0].mean() > 2
    assert all(one.finished and one.minutes > 0 for one in status(records, survey.plan, survey.design))
    assert survey.store.verify() == []


def test_choices_of_simulated_observers_come_back_as_comparisons(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    survey = example(tmp_path, protocol="pairs", cases=5)
    scene = _scene(survey, rng)
    readers = dict(enumerate(draw_readers(scene.population, 3, rng)))
    done = simulate_pairs(survey.plan.groups, readers, 10, lambda wins, _: (0, 1), scene, rng)
    for slot, pairs in done.items():
        trials, answers = zip(*pairs, strict=True)
        entries = simulated_entries(
            f"sim{slot}", slot, trials, answers, session=f"{slot:016x}", begun=Clock().now, version="1"
        )
        survey.store.append_all(entries)
    table = comparison_table(survey.store.records(), survey.allocation, survey.design)
    wins = table.wins()
    assert wins.sum() == 30
    assert wins[1, 0] > 27
    assert 5 < table.winner_left.sum() < 25


def test_the_wins_that_decide_on_the_next_pair_are_those_before_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    survey = example(tmp_path, protocol="pairs", cases=1)
    scene = _scene(survey, rng)
    seen: list[float] = []

    def watch(wins: np.ndarray, _: np.random.Generator) -> tuple[int, int]:
        seen.append(float(wins.sum()))
        assert np.trace(wins) == 0
        return 1, 0

    simulate_pairs(survey.plan.groups, dict(enumerate(draw_readers(scene.population, 2, rng))), 3, watch, scene, rng)
    assert seen == [0, 1, 2, 3, 4, 5]
