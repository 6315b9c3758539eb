"""Let simulated observers rate a survey, so that the whole chain can be tried before people do."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from medsr_viewer import __version__
from medsr_viewer.cancel import CancelToken
from medsr_viewer.errors import InputError, SurveyError
from medsr_viewer.survey.chain import Entry
from medsr_viewer.survey.plan import Trial
from medsr_viewer.survey.protocols import PROTOCOLS
from medsr_viewer.survey.scales import scale_of
from medsr_viewer.survey.simulation.population import People, Population
from medsr_viewer.survey.simulation.readers import (
    Scene,
    SimulatedAnswer,
    draw_readers,
    draw_scene,
    simulate,
    simulate_pairs,
)
from medsr_viewer.survey.simulation.recording import simulated_entries
from medsr_viewer.survey.simulation.truth_file import Given, population_of, read_truth, truth_of, truth_text
from medsr_viewer.survey.site_blocks import block_of
from medsr_viewer.survey.statistics.pair_choice import next_pair
from medsr_viewer.survey.trial_list import sequence_of, trial_count
from medsr_viewer.whole_files import write_whole
from medsr_viewer.workflows.survey_files import OpenSurvey, open_survey
from medsr_viewer.workflows.survey_recognise import recognise

Report = Callable[[str], None]


@dataclass(frozen=True)
class SimulatedSurvey:
    """What was simulated.

    Parameters
    ----------
    truth : dict
        The population's true figures as JSON has them: what an analysis should find. See `truth_of`.
    observers : tuple of str
        Their pseudonyms.
    answers : int
        Trials that they answered.
    """

    truth: dict[str, Any]
    observers: tuple[str, ...]
    answers: int


def simulate_survey(
    path: Path,
    observers: int,
    seed: int,
    *,
    truth: Path | None = None,
    mos: Mapping[str, float] | None = None,
    rankers: float = 0.0,
    published: bool = False,
    report: Report = lambda _line: None,
    token: CancelToken | None = None,
) -> SimulatedSurvey:
    """Rate a survey with simulated observers, all of its trials.

    The simulator is given no passphrase: it computes the stimuli once more and knows each by its pixels.

    Parameters
    ----------
    path : Path
        The survey's folder. Nobody may have rated it yet; afterwards no person can.
    observers, seed : int
        How many there are, and the seed of all chance.
    truth : Path, optional
        JSON file of the population's true figures, see `read_truth`: read where it exists and is not empty, else
        written. It must name every condition.
    mos : mapping of str to float, optional
        True MOS of every condition, in place of a file that is read.
    rankers : float
        Share of the people, 0 to 1, who take 1 for the best: they turn the scale round, and rank where several images
        are rated side by side.
    published : bool
        Whether the survey is the published one's example, so that its report sets it beside what was published.
    report : callable
        Takes a line about the progress.
    token : CancelToken, optional
        Checked between cases, and last before anything is recorded.

    Raises
    ------
    SurveyError
        If people have rated it, it is closed, or it was simulated before.
    InputError
        If the truth names unknown conditions, leaves some out, names one twice, or has figures that cannot be; or the
        share of rankers is none.
    Cancelled
        If the token was cancelled; nothing was recorded.
    """
    if not 0 <= rankers <= 1:
        raise InputError(f"{rankers:g} is no share of people who rank", "Give one from 0 to 1.")
    token = token or CancelToken()
    is_given = truth and truth.is_file() and truth.stat().st_size > 0  # empty: made by mktemp
    with open_survey(path) as survey:
        _refuse(survey, observers)
        wanted: Given | None = ("mos", dict(mos)) if mos is not None else None
        if truth and is_given:
            wanted = read_truth(truth, survey.design.protocol)
        population = population_of(survey.design, wanted, rankers=rankers)
        told = truth_of(population, survey.design)
        rng = np.random.default_rng(seed)

        def tell(line: str) -> None:
            token.check()
            report(line)

        scene = _scene(survey, population, rng, tell)
        readers = draw_readers(population, observers, rng)
        names = tuple(f"S{number:03d}" for number in range(1, observers + 1))
        begun = {"seed": seed, "observers": observers, "rankers": rankers, "version": __version__}
        entries = [Entry("simulated", begun | ({"published": True} if published else {}))]
        answers = 0
        block = block_of(survey.store.records(kinds=("site",)), survey.store.site, len(survey.plan.sequences))
        slots = [block.slot(number) for number in range(observers)]
        for number, (trials, given) in enumerate(_answers(survey, dict(zip(slots, readers, strict=True)), scene, rng)):
            entries += simulated_entries(
                names[number], slots[number], trials, given,
                session=secrets.token_hex(8), begun=datetime.now(UTC), version=__version__,
            )  # fmt: skip
            answers += len(given)
        token.check()
        survey.store.append_all(entries)
    if truth and not is_given:
        write_whole(truth, truth_text(told))
    return SimulatedSurvey(told, names, answers)


def _refuse(survey: OpenSurvey, observers: int) -> None:
    if observers < 1:
        raise InputError("there must be one simulated observer at least")
    for record in survey.store.records(kinds=("closed", "simulated", "observer")):
        reason = {"closed": "it is closed", "simulated": "it was simulated before"}.get(record.kind, "people rate it")
        raise SurveyError(f"{survey.folder.path}: {reason}", "Make another survey for simulated observers.")


def _scene(survey: OpenSurvey, population: Population, rng: np.random.Generator, report: Report) -> Scene:
    design = survey.design
    meanings, asked = recognise(survey, report)
    return Scene(
        protocol=design.protocol,
        population=population,
        seen=draw_scene(population, [case.name for case in design.cases], rng),
        meanings=meanings,
        questions=tuple(question.name for question in design.questions),
        findings={case.name: case.finding for case in design.cases},
        asked=asked,
        best={one.name: scale_of(one).best for one in design.questions if PROTOCOLS[design.protocol].scales},
    )


def _answers(
    survey: OpenSurvey, readers: Mapping[int, People], scene: Scene, rng: np.random.Generator
) -> Iterator[tuple[Sequence[Trial], Sequence[SimulatedAnswer]]]:
    """Yield what each observer, by slot, was shown, and answered."""
    plan = survey.plan
    if plan.groups:
        total = trial_count(plan, survey.design, 0)
        done = simulate_pairs(plan.groups, readers, total, next_pair, scene, rng)
        for pairs in done.values():
            yield [trial for trial, _ in pairs], [answer for _, answer in pairs]
        return
    for slot, reader in readers.items():
        trials = sequence_of(plan, slot)
        yield trials, tuple(simulate(trials, reader, scene, rng))
