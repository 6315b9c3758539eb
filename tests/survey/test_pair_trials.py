from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medsr_viewer.survey.feedback import Feedback
from medsr_viewer.survey.plan import Trial
from medsr_viewer.survey.session import Session

from .survey_example import Example, example


def _least_compared(wins: NDArray[np.float64], rng: np.random.Generator) -> tuple[int, int]:
    compared = wins + wins.T + np.tril(np.full(wins.shape, np.inf))
    places = np.argwhere(compared == compared.min())
    first, second = places[rng.integers(len(places))]
    return int(first), int(second)


def _survey(folder: Path, **options: Any) -> Example:
    survey = example(folder, protocol="pairs", cases=3, **options)
    survey.choose_pair = _least_compared
    return survey


def _choose(survey: Example, session: Session, place: int = 0) -> Trial:
    trial = session.step.trial
    assert trial is not None
    survey.clock.go_on(4)
    session.choose(trial, trial.rated[place], 4.0, {})
    return trial


def test_as_many_pairs_are_shown_as_there_are_stimuli_and_no_case_follows_itself(tmp_path: Path) -> None:
    survey = _survey(tmp_path)
    session = survey.sitting()
    shown = []
    while session.step.kind == "main":
        shown.append(_choose(survey, session))
    assert [trial.identifier for trial in shown] == [f"pair{number:04d}" for number in range(1, 7)]
    groups = [{group for group in survey.plan.groups if set(trial.rated) <= set(group)}.pop() for trial in shown]
    assert all(one != following for one, following in pairwise(groups))
    assert set(groups[:3]) == set(survey.plan.groups)
    record = survey.store.records(kinds=("pair",))[0]
    assert record.payload is not None
    assert record.payload["shown"] == list(shown[0].rated)
    assert record.payload["chosen"] == shown[0].rated[0]
    assert session.step.kind == "finished"


def test_the_very_pair_is_shown_again_after_a_kill_whatever_others_chose_meanwhile(tmp_path: Path) -> None:
    survey = _survey(tmp_path)
    killed = survey.sitting("R1")
    _choose(survey, killed)
    _choose(survey, killed)
    expected = killed.upcoming
    assert killed.step.trial == expected[0]
    other = survey.sitting("R2")
    while other.step.kind == "main":
        _choose(survey, other, 1)
    assert survey.sitting("R1").upcoming == expected


def test_the_pair_that_was_decoded_ahead_is_the_one_that_comes(tmp_path: Path) -> None:
    survey = _survey(tmp_path)
    session = survey.sitting()
    while len(session.upcoming) > 1:
        ahead = session.upcoming[1]
        _choose(survey, session)
        assert session.step.trial == ahead


def test_what_others_chose_decides_too(tmp_path: Path) -> None:
    seen: list[NDArray[np.float64]] = []

    def watch(wins: NDArray[np.float64], rng: np.random.Generator) -> tuple[int, int]:
        seen.append(wins.copy())
        return _least_compared(wins, rng)

    survey = _survey(tmp_path)
    survey.choose_pair = watch
    for name in ("R1", "R2"):
        session = survey.sitting(name)
        while session.step.kind == "main":
            _choose(survey, session)
    # The second observer is enrolled after the first has made two choices in each of the three groups.
    assert seen[6].sum() == 2
    assert seen[-1].sum() == 3


def test_one_case_alone_takes_the_pair_on_screen_for_half_a_win_each(tmp_path: Path) -> None:
    seen: list[NDArray[np.float64]] = []

    def watch(wins: NDArray[np.float64], rng: np.random.Generator) -> tuple[int, int]:
        seen.append(wins.copy())
        return _least_compared(wins, rng)

    survey = example(tmp_path, protocol="pairs", cases=1)
    survey.choose_pair = watch
    session = survey.sitting()
    assert len(session.upcoming) == 2
    assert [wins.tolist() for wins in seen] == [[[0, 0], [0, 0]], [[0, 0.5], [0.5, 0]]]


def test_sides_are_balanced(tmp_path: Path) -> None:
    from medsr_viewer.survey.pair_trials import PairTrials
    from medsr_viewer.survey.progress import Progress

    survey = _survey(tmp_path)
    left = []
    for slot in range(300):
        progress = Progress("R1", slot, "", 0, survey.design.sitting)
        trial = PairTrials(survey.plan.groups, 6, progress, _least_compared, list)[0]
        left.append(trial.rated[0].endswith("b"))
    assert 0.4 < np.mean(left) < 0.6


def test_the_training_of_pairs_tells_which_one_is_better(tmp_path: Path) -> None:
    training = (Trial("p0", ("worst", "best"), phase="training", expected=(1, 5)),)
    survey = _survey(tmp_path, training=training)
    session = survey.sitting()
    assert session.choose(training[0], "worst", 4.0, {}) == Feedback((0, 1), (1, 0), turned=True, again=True)
    assert session.choose(training[0], "best", 4.0, {}) == Feedback((0, 1), (0, 1), turned=False, again=False)
    assert session.step.kind == "main"
