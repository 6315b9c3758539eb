"""Let simulated observers rate a survey, so that the whole chain can be tried before people do."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from medsr_viewer import __version__
from medsr_viewer.errors import InputError, SurveyError
from medsr_viewer.survey.chain import Entry
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.plan import Trial
from medsr_viewer.survey.protocols import PROTOCOLS
from medsr_viewer.survey.scales import SCALES
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
from medsr_viewer.survey.simulation.truth import population_with, true_mos
from medsr_viewer.survey.site_blocks import block_of
from medsr_viewer.survey.statistics.pair_choice import next_pair
from medsr_viewer.survey.trial_list import sequence_of, trial_count
from medsr_viewer.whole_files import write_whole
from medsr_viewer.workflows.survey_files import OpenSurvey, open_survey
from medsr_viewer.workflows.survey_recognise import recognise

Report = Callable[[str], None]

_REFERENCE_MOS, _ANCHOR_MOS = 4.7, 1.6
_TEST_MOS = (2.6, 3.8)
"""Range that conditions of unknown MOS are spread over, in the order of the design."""


@dataclass(frozen=True)
class SimulatedSurvey:
    """What was simulated.

    Parameters
    ----------
    mos : dict of str to float
        The population's true MOS by condition: what an analysis should find.
    observers : tuple of str
        Their pseudonyms.
    answers : int
        Trials that they answered.
    """

    mos: dict[str, float]
    observers: tuple[str, ...]
    answers: int


def simulate_survey(
    path: Path, observers: int, seed: int, *, truth: Path | None = None, report: Report = lambda _line: None
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
        JSON file ``{"conditions": [{"name": …, "mos": …}]}`` of the population's true MOS: read where it exists and
        is not empty, else written. It must name every condition.
    report : callable
        Takes a line about the progress.

    Raises
    ------
    SurveyError
        If people have rated it, it is closed, or it was simulated before.
    InputError
        If the truth names unknown conditions, leaves some out, names one twice, or has MOS that cannot be.
    """
    is_given = truth and truth.is_file() and truth.stat().st_size > 0  # empty: made by mktemp
    with open_survey(path) as survey:
        _refuse(survey, observers)
        population = _population(survey.design, _read_truth(truth) if truth and is_given else None)
        mos = true_mos(population, together=PROTOCOLS[survey.design.protocol].rated == "all")
        rng = np.random.default_rng(seed)
        scene = _scene(survey, population, rng, report)
        readers = draw_readers(population, observers, rng)
        names = tuple(f"S{number:03d}" for number in range(1, observers + 1))
        entries = [Entry("simulated", {"seed": seed, "observers": observers, "version": __version__})]
        answers = 0
        block = block_of(survey.store.records(kinds=("site",)), survey.store.site, len(survey.plan.sequences))
        slots = [block.slot(number) for number in range(observers)]
        for number, (trials, given) in enumerate(_answers(survey, dict(zip(slots, readers, strict=True)), scene, rng)):
            entries += simulated_entries(
                names[number], slots[number], trials, given,
                session=secrets.token_hex(8), begun=datetime.now(UTC), version=__version__,
            )  # fmt: skip
            answers += len(given)
        survey.store.append_all(entries)
    if truth and not is_given:
        write_whole(truth, truth_text(mos))
    return SimulatedSurvey(mos, names, answers)


def truth_text(mos: Mapping[str, float]) -> str:
    """Return true MOS as JSON."""
    return json.dumps({"conditions": [{"name": name, "mos": value} for name, value in mos.items()]}, indent=2) + "\n"


def _refuse(survey: OpenSurvey, observers: int) -> None:
    if observers < 1:
        raise InputError("there must be one simulated observer at least")
    for record in survey.store.records(kinds=("closed", "simulated", "observer")):
        reason = {"closed": "it is closed", "simulated": "it was simulated before"}.get(record.kind, "people rate it")
        raise SurveyError(f"{survey.folder.path}: {reason}", "Make another survey for simulated observers.")


def _read_truth(path: Path) -> dict[str, float]:
    try:
        held = json.loads(path.read_text("utf-8"))
        named = [(str(one["name"]), float(one["mos"])) for one in held["conditions"]]
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise InputError(
            f"{path}: not a file of true MOS", 'It holds {"conditions": [{"name": "bicubic", "mos": 2.6}, …]}.'
        ) from exc
    twice = sorted(name for name, times in Counter(name for name, _ in named).items() if times > 1)
    if twice:
        raise InputError(f"{path}: it names {', '.join(twice)} more than once", "Give each condition one MOS.")
    return dict(named)


def _population(design: Design, given: Mapping[str, float] | None) -> Population:
    """Return people and images with the MOS given, or with plausible ones where none is."""
    names = [condition.name for condition in design.conditions]
    if given is not None:
        _check_named(given, names)
    best = SCALES[design.questions[0].scale].best if design.questions[0].scale else 5
    tests = [condition.name for condition in design.conditions if condition.role == "test"]
    mos = dict(zip(tests, np.linspace(*_TEST_MOS, len(tests)).tolist(), strict=True))
    mos |= {condition.name: _REFERENCE_MOS for condition in design.conditions if condition.role == "reference"}
    mos |= {condition.name: _ANCHOR_MOS for condition in design.conditions if condition.role == "anchor"}
    return population_with({name: (mos if given is None else given)[name] for name in names}, best=best)


def _check_named(given: Mapping[str, float], names: Sequence[str]) -> None:
    unknown = sorted(set(given) - set(names))
    missing = [name for name in names if name not in given]
    advice = f"The survey's conditions are {', '.join(names)}: give each a MOS."
    if unknown:
        raise InputError(f"the truth names {', '.join(unknown)}, which the survey has not", advice)
    if missing:
        raise InputError(f"the truth does not name {', '.join(missing)}", advice)


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
