from __future__ import annotations

import numpy as np
import pytest

from medsr_viewer.errors import InputError
from medsr_viewer.survey.design import Protocol
from medsr_viewer.survey.plan import Meaning, Trial
from medsr_viewer.survey.simulation.marks import rating_cubes
from medsr_viewer.survey.simulation.population import KINDS, People, Population
from medsr_viewer.survey.simulation.readers import Scene, draw_readers, draw_scene, simulate
from medsr_viewer.survey.simulation.truth import population_with, true_mos

QUALITY = {"bicubic": 2.2, "fmen": 3.4, "srgan": 4.9, "anchor": 0.6}
ODD = {"lapses": 0.05, "rankers": 0.1, "avoiders": 0.15, "drifters": 0.1, "constants": 0.05}


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"best": 2},
        {"lapses": 0.2},
        {"rankers": 1.0},
        {"rankers": 1.0, "best": 3},
        {"avoiders": 1.0},
        {"drifters": 1.0, "fatigue": 1.5},
        {"constants": 0.5, "lapses": 0.5},
        {"case_sd": 0.0, "inconsistency": 0.0},
        ODD,
    ],
)
def test_the_true_mos_is_the_mean_of_a_very_large_draw(options: dict[str, float], together: bool) -> None:
    population = Population(QUALITY, **options)  # type: ignore[arg-type]
    cubes = rating_cubes(population, 60_000, 1, 5, np.random.default_rng(8), together=together)
    studies = cubes.mean((1, 2))
    error = studies.std(0) / np.sqrt(len(studies))
    truth = np.array(list(true_mos(population, together=together).values()))
    assert cubes.min() >= 1
    assert cubes.max() <= population.best
    assert np.all(np.abs(studies.mean(0) - truth) < 4.5 * error + 1e-9)
    assert error.max() < 0.01


def test_without_any_spread_the_true_mos_is_the_nearest_value() -> None:
    population = Population({"a": 2.4, "b": 2.6, "c": 9.0}, 5, 0, 0, 0, 0, 0)
    assert true_mos(population) == {"a": 2.0, "b": 3.0, "c": 5.0}


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("options", [{}, ODD, {"rankers": 0.3}])
def test_a_population_with_given_mos_has_them(options: dict[str, float], together: bool) -> None:
    wanted = {"bicubic": 2.31, "fmen": 3.02, "srgan": 3.55}
    found = true_mos(population_with(wanted, together=together, **options), together=together)
    assert found == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("together", [False, True])
def test_a_mos_out_of_reach_is_named(together: bool) -> None:
    with pytest.raises(InputError, match="srgan") as caught:
        population_with({"bicubic": 3.0, "srgan": 4.9}, together=together, lapses=0.1)
    assert "1.2000 to 4.8000" in caught.value.advice


def test_people_who_rank_side_by_side_cannot_all_give_the_worst_places() -> None:
    with pytest.raises(InputError):
        population_with({"a": 4.5, "b": 4.5, "c": 4.5}, together=True, rankers=0.9)


@pytest.mark.parametrize(
    "options", [{"bias_sd": -0.1}, {"lapses": 1.2}, {"rankers": 0.6, "avoiders": 0.6}, {"rankers": -0.1}, {"best": 1}]
)
def test_impossible_populations_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"share|scale"):
        Population(QUALITY, **options)  # type: ignore[arg-type]


def test_shares_that_add_up_to_one_leave_no_regular_people() -> None:
    population = Population(QUALITY, rankers=0.1, avoiders=0.2, drifters=0.3, constants=0.4)
    kinds = {KINDS[int(reader.kind[0])] for reader in draw_readers(population, 200, np.random.default_rng(0))}
    assert kinds == {"ranker", "avoider", "drifter", "constant"}


def _trials(cases: int, *, pairs: bool = False) -> tuple[list[Trial], dict[str, Meaning]]:
    meanings = {f"{case}-{name}": Meaning(f"case{case}", name) for case in range(cases) for name in QUALITY}
    names = list(meanings)
    rated = (
        [(f"{case}-srgan", f"{case}-bicubic") for case in range(cases)]
        if pairs
        else [tuple(names[start : start + 4]) for start in range(0, len(names), 4)]
    )
    return [Trial(f"t{index}", stimuli) for index, stimuli in enumerate(rated)], meanings


def _scene(protocol: Protocol, cases: int, **options: object) -> tuple[list[Trial], Scene]:
    population = Population(QUALITY, **options)  # type: ignore[arg-type]
    trials, meanings = _trials(cases, pairs=protocol == "pairs")
    seen = draw_scene(population, [f"case{case}" for case in range(cases)], np.random.default_rng(1))
    findings = {f"case{case}": "present" if case % 2 else "absent" for case in range(cases)}
    return trials, Scene(protocol, population, seen, meanings, ("q1", "q2"), findings)  # type: ignore[arg-type]


def _reader(population: Population) -> People:
    return draw_readers(population, 1, np.random.default_rng(2))[0]


def test_every_stimulus_and_question_of_a_trial_is_answered_and_the_seed_decides() -> None:
    trials, scene = _scene("queens", 6, **ODD)
    reader = _reader(scene.population)
    first, again = (list(simulate(trials, reader, scene, np.random.default_rng(5))) for _ in range(2))
    assert first == again
    for trial, answer in zip(trials, first, strict=True):
        assert set(answer.values) == {(stimulus, question) for stimulus in trial.rated for question in ("q1", "q2")}
        assert set(answer.values.values()) <= {1, 2, 3, 4, 5}
        assert answer.seconds > 1


def test_people_who_rank_give_places_side_by_side_and_turn_the_scale_elsewhere() -> None:
    trials, scene = _scene("queens", 40, rankers=1.0)
    for answer in simulate(trials, _reader(scene.population), scene, np.random.default_rng(5)):
        given = [value for (_, question), value in answer.values.items() if question == "q1"]
        assert sorted(given) == [1, 2, 3, 4]
    trials, scene = _scene("acr", 40, rankers=1.0)
    answers = list(simulate(trials, _reader(scene.population), scene, np.random.default_rng(5)))
    worst, best = (
        np.mean([a.values[f"{case}-{name}", "q1"] for case, a in enumerate(answers)]) for name in ("anchor", "srgan")
    )
    assert worst - best > 2


def test_the_better_of_a_pair_is_chosen_mostly() -> None:
    trials, scene = _scene("pairs", 200)
    answers = list(simulate(trials, _reader(scene.population), scene, np.random.default_rng(5)))
    better = np.mean([answer.chosen.endswith("srgan") for answer in answers])
    # Thurstone: the difference of 2.7 over its spread, sqrt(2 (0.25^2 + 0.6^2)) for a reader of median consistency.
    assert better > 0.97
    assert all(not answer.values for answer in answers)


def test_pairs_follow_thurstone_in_number() -> None:
    trials, scene = _scene("pairs", 4000, case_condition_sd=0.0, inconsistency=2.7, inconsistency_spread=0.0)
    answers = simulate(trials, _reader(scene.population), scene, np.random.default_rng(5))
    better = np.mean([answer.chosen.endswith("srgan") for answer in answers])
    assert better == pytest.approx(0.7602, abs=0.03)  # the normal distribution at 1 / sqrt(2)


def test_confidence_follows_the_finding_more_surely_in_better_images() -> None:
    trials, scene = _scene("roc", 200)
    answers = list(simulate(trials, _reader(scene.population), scene, np.random.default_rng(5)))

    def apart(name: str) -> float:
        given = [answer.values[f"{case}-{name}", "q1"] for case, answer in enumerate(answers)]
        return float(np.mean(given[1::2]) - np.mean(given[::2]))

    assert apart("srgan") > apart("bicubic") > apart("anchor") + 0.5
    assert abs(apart("anchor")) < 0.4


def test_attention_checks_are_obeyed_by_those_who_read_them() -> None:
    trial = Trial("check", ("x",))
    for options, expected in (({}, 2), ({"constants": 1.0}, 3)):
        population = Population(QUALITY, **options)  # type: ignore[arg-type]
        scene = Scene("acr", population, {}, {"x": Meaning("", "")}, ("q",), {}, {"x": 2})
        (answer,) = simulate([trial], _reader(population), scene, np.random.default_rng(0))
        assert answer.values == {("x", "q"): expected}
