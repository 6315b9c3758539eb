"""The true area and scale of a simulated population against very large draws of it; and files of true figures."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from medsr_viewer.errors import InputError
from medsr_viewer.survey.design import Case, Condition, Design, Protocol, Question
from medsr_viewer.survey.plan import Meaning, Trial
from medsr_viewer.survey.protocols import complete
from medsr_viewer.survey.simulation.marks import marks, perceived
from medsr_viewer.survey.simulation.population import KINDS, Population, draw_people, seen_quality
from medsr_viewer.survey.simulation.readers import Scene, draw_readers, draw_scene, simulate_trial
from medsr_viewer.survey.simulation.true_area import apart, population_with_areas, true_areas, true_confidences
from medsr_viewer.survey.simulation.true_scale import population_with_scale, true_scale
from medsr_viewer.survey.simulation.truth_file import population_of, read_truth, truth_of, truth_text

QUALITY = {"nearest": 1.1, "bicubic": 2.2, "fmen": 3.4}
ODD = {"lapses": 0.05, "rankers": 0.1, "avoiders": 0.15, "drifters": 0.1, "constants": 0.05}
DRAWN = 200_000
KINDS_OF_PEOPLE = [{}, {"lapses": 0.2}, {"rankers": 1.0}, {"avoiders": 1.0}, {"drifters": 1.0, "fatigue": 1.5}, ODD]


@pytest.mark.parametrize("options", KINDS_OF_PEOPLE)
def test_the_true_area_is_that_of_a_very_large_draw(options: dict[str, float]) -> None:
    population, rng = Population(QUALITY, **options), np.random.default_rng(3)  # type: ignore[arg-type]
    people = draw_people(population, (DRAWN, 1), rng)
    answers = {}
    for sign in (1, -1):  # a present and an absent case each
        evidence = population.middle + sign * apart(seen_quality(population, (DRAWN,), rng))
        latent = perceived(population, evidence, people, rng.random(evidence.shape), rng)
        answers[sign] = marks(population, latent, people, rng)
    areas = (answers[1] > answers[-1]).mean(0) + (answers[1] == answers[-1]).mean(0) / 2
    assert list(true_areas(population).values()) == pytest.approx(areas.tolist(), abs=0.004)
    confidences = 0.3 * answers[1].mean(0) + 0.7 * answers[-1].mean(0)
    assert list(true_confidences(population, 0.3).values()) == pytest.approx(confidences.tolist(), abs=0.015)


@pytest.mark.parametrize("options", [{}, {"lapses": 0.2}, {"drifters": 1.0}, ODD])
def test_the_true_scale_fits_the_choices_of_a_very_large_draw(options: dict[str, float]) -> None:
    population, rng = Population(QUALITY, **options), np.random.default_rng(4)  # type: ignore[arg-type]
    people = draw_people(population, (DRAWN, 1), rng)
    seen = seen_quality(population, (DRAWN,), rng)
    wins = np.zeros((3, 3))
    for first, second in ((0, 1), (0, 2), (1, 2)):
        latent = perceived(population, seen[:, [first, second]], people, rng.random((DRAWN, 1)), rng)
        blind = (rng.random(DRAWN) < population.lapses) | (people.kind[:, 0] == KINDS.index("constant"))
        is_first = np.where(blind, rng.random(DRAWN) < 0.5, latent[:, 0] > latent[:, 1])
        wins[first, second], wins[second, first] = is_first.mean(), 1 - is_first.mean()
    values = np.array(list(true_scale(population).values()))
    assert values.mean() == pytest.approx(0, abs=1e-9)
    fitted = expit(values[:, None] - values)
    np.fill_diagonal(fitted, 0)
    # At the greatest likelihood every condition is expected to win as often as it does.
    assert fitted.sum(1) == pytest.approx(wins.sum(1), abs=0.006)


@pytest.mark.parametrize("options", [{}, ODD])
def test_populations_with_given_figures_have_them(options: dict[str, float]) -> None:
    areas = {"a": 0.62, "b": 0.7, "c": 0.78}
    assert true_areas(population_with_areas(areas, **options)) == pytest.approx(areas, abs=1e-5)
    values = {"a": -0.9, "b": 0.1, "c": 0.8}
    assert true_scale(population_with_scale(values, **options)) == pytest.approx(values, abs=1e-3)


def test_figures_out_of_reach_are_named() -> None:
    with pytest.raises(InputError, match="area of 1 under the ROC curve for b"):
        population_with_areas({"a": 0.7, "b": 1.0})
    with pytest.raises(InputError, match="scale values"):
        population_with_scale({"a": 0.0, "b": 30.0}, lapses=0.2)


@pytest.mark.parametrize(("protocol", "figure"), [("acr", "mos"), ("roc", "auc"), ("pairs", "scale_value")])
def test_what_was_written_is_read_again(tmp_path: Path, protocol: Protocol, figure: str) -> None:
    design = _design(protocol)
    written = truth_of(population_of(design, None), design)
    assert written["figure"] == figure
    assert figure in written["meaning"]
    path = tmp_path / "truth.json"
    path.write_text(truth_text(written))
    again = truth_of(population_of(design, read_truth(path, protocol)), design)
    for one, other in zip(written["conditions"], again["conditions"], strict=True):
        assert one[figure] == pytest.approx(other[figure], abs=1e-3)
        assert (one["mos"] is None) == (protocol == "pairs")


def test_mos_of_a_protocol_that_has_none_are_those_of_the_images(tmp_path: Path) -> None:
    path, mos = tmp_path / "truth.json", {"bicubic": 2.0, "lanczos": 3.0}
    path.write_text(json.dumps({"conditions": [{"name": name, "mos": value} for name, value in mos.items()]}))
    design = _design("roc")
    found = truth_of(population_of(design, read_truth(path, "roc")), design)
    worse, better = (one["auc"] for one in found["conditions"])
    assert 0.6 < worse < better < 1
    assert [one["mos"] for one in found["conditions"]] == pytest.approx([3, 3], abs=0.01), (
        "half of the cases is present"
    )


def test_each_question_has_the_truth_of_its_own_scale() -> None:
    words = tuple(f"word {number}" for number in range(7))
    asked = tuple(Question(name, "How?", labels=labels) for name, labels in (("few", words[:2]), ("many", words)))
    design = complete(replace(_design("vgc"), questions=asked))
    population = population_of(design, None)
    truth = truth_of(population, design)
    few, many = truth["questions"]
    assert few["conditions"] == truth["conditions"]
    rng = np.random.default_rng(6)
    seen = draw_scene(population, [str(number) for number in range(4000)], rng)
    meanings = {f"{case}|{name}": Meaning(case, name) for case, name in seen}
    scene = Scene("vgc", population, seen, meanings, ("few", "many"), best={"few": 2, "many": 7})
    answers: dict[tuple[str, str], list[int]] = {}
    for stimulus, reader in zip(meanings, draw_readers(population, len(meanings), rng), strict=True):
        answer = simulate_trial(Trial("t", (stimulus,)), reader, scene, rng, position=0.5)
        for (_, question), value in answer.values.items():
            answers.setdefault((question, meanings[stimulus].condition), []).append(value)
    for one in (few, many):
        for condition in one["conditions"]:
            given = answers[one["question"], condition["name"]]
            error = np.std(given) / np.sqrt(len(given))
            assert condition["mos"] == pytest.approx(np.mean(given), abs=4 * error)


def _design(protocol: Protocol) -> Design:
    cases = tuple(
        Case(f"case{number}", Path(f"{number}.png"), finding="present" if number % 2 else "absent")
        for number in range(4)
    )
    conditions = (Condition("bicubic", "bicubic"), Condition("lanczos", "lanczos"))
    return complete(Design("Survey", protocol, 2, cases, conditions, ()))
