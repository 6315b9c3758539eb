"""Let simulated observers rate a survey, so that the whole chain can be tried before people do."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from medsr_viewer import __version__
from medsr_viewer.errors import InputError, SurveyError
from medsr_viewer.survey.answer_entries import answer_entry, chosen_payload, rated_payload
from medsr_viewer.survey.chain import Entry
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.enrolment import enrol
from medsr_viewer.survey.plan import Trial
from medsr_viewer.survey.progress import Progress
from medsr_viewer.survey.protocols import PROTOCOLS
from medsr_viewer.survey.scales import SCALES
from medsr_viewer.survey.simulation.population import People, Population
from medsr_viewer.survey.simulation.readers import Scene, SimulatedAnswer, draw_readers, draw_scene, simulate_trial
from medsr_viewer.survey.simulation.truth import population_with, true_mos
from medsr_viewer.survey.statistics.pairs import choose_pair
from medsr_viewer.survey.trial_list import trials_of
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
        JSON file ``{"conditions": [{"name": …, "mos": …}]}`` of the population's true MOS: read where it exists, else
        written.
    report : callable
        Takes a line about the progress.

    Raises
    ------
    SurveyError
        If people have rated it, it is closed, or it was simulated before.
    InputError
        If the truth names unknown conditions, or MOS that cannot be.
    """
    with open_survey(path) as survey:
        _refuse(survey, observers)
        population = _population(survey.design, _read_truth(truth) if truth and truth.exists() else {})
        mos = true_mos(population, together=PROTOCOLS[survey.design.protocol].rated == "all")
        rng = np.random.default_rng(seed)
        scene = _scene(survey, population, rng, report)
        survey.store.append("simulated", {"seed": seed, "observers": observers, "version": __version__})
        names = tuple(f"S{number:03d}" for number in range(1, observers + 1))
        answers = 0
        for name, reader in zip(names, draw_readers(population, observers, rng), strict=True):
            report(f"simulated observer {name} of {observers}")
            answers += _rate(survey, name, reader, scene, rng)
    if truth and not truth.exists():
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
        return {str(one["name"]): float(one["mos"]) for one in held["conditions"]}
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise InputError(
            f"{path}: not a file of true MOS", 'It holds {"conditions": [{"name": "bicubic", "mos": 2.6}, …]}.'
        ) from exc


def _population(design: Design, given: Mapping[str, float]) -> Population:
    """Return people and images with the MOS given; the conditions that are not named get plausible ones."""
    names = [condition.name for condition in design.conditions]
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise InputError(f"the truth names {', '.join(unknown)}", f"The survey's conditions are {', '.join(names)}.")
    best = SCALES[design.questions[0].scale].best if design.questions[0].scale else 5
    tests = [condition.name for condition in design.conditions if condition.role == "test"]
    mos = dict(zip(tests, np.linspace(*_TEST_MOS, len(tests)).tolist(), strict=True))
    mos |= {condition.name: _REFERENCE_MOS for condition in design.conditions if condition.role == "reference"}
    mos |= {condition.name: _ANCHOR_MOS for condition in design.conditions if condition.role == "anchor"}
    return population_with({name: given.get(name, mos[name]) for name in names}, best=best)


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


def _rate(survey: OpenSurvey, name: str, reader: People, scene: Scene, rng: np.random.Generator) -> int:
    """Record all answers of one observer: at once, but for pairs, where the next one depends on those before."""
    progress = enrol(survey.store, survey.plan, survey.design, name)
    session = f"simulated-{progress.slot}"
    trials = trials_of(survey.plan, survey.design, progress, survey.store, choose_pair)
    entries = [Entry("session", {"observer": name, "display": {}, "version": __version__}, session, f"{name}/0")]
    for index in range(len(trials)):
        trial = trials[index]
        answer = simulate_trial(trial, reader, scene, rng, position=(index + 0.5) / len(trials))
        entries.append(_entry(trial, answer, progress, session))
        if answer.chosen:
            _keep(survey, progress, entries)
    entries.append(Entry("finished", {"observer": name}, session, name))
    _keep(survey, progress, entries)
    return len(trials)


def _entry(trial: Trial, answer: SimulatedAnswer, progress: Progress, session: str) -> Entry:
    return answer_entry(
        "pair" if answer.chosen else "rating",
        trial,
        chosen_payload(trial, answer.chosen, {}) if answer.chosen else rated_payload(answer.values, {}),
        observer=progress.observer,
        slot=progress.slot,
        revision=0,
        seconds=answer.seconds,
        answered_at=datetime.now(UTC),
        session=session,
    )


def _keep(survey: OpenSurvey, progress: Progress, entries: list[Entry]) -> None:
    for record in survey.store.append_all(entries):
        progress.take(record)
    entries.clear()
