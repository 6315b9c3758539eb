"""Simulated observers at the trials of a real plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from medsr_viewer.survey.design import Finding, Protocol
from medsr_viewer.survey.pair_trials import ChoosePair, group_of_turn, pair_name
from medsr_viewer.survey.plan import Meaning, Trial
from medsr_viewer.survey.simulation.marks import marks, perceived
from medsr_viewer.survey.simulation.population import KINDS, FloatArray, People, Population, draw_people, seen_quality
from medsr_viewer.survey.simulation.true_area import apart


@dataclass(frozen=True)
class Scene:
    """What simulated observers have before their eyes.

    Parameters
    ----------
    protocol : str
        See `Protocol`.
    population : Population
    seen : mapping of (case, condition) to float
        Latent quality of each image, the same for all observers: of `draw_scene`.
    meanings : mapping of str to Meaning
        By stimulus.
    questions : tuple of str
        Names; each is answered apart, from the same quality.
    findings : mapping of str to {"present", "absent"}
        By case (protocol roc).
    asked : mapping of str to int
        The value that an attention check asks for, by stimulus.
    best : mapping of str to int
        Greatest value of a question's scale, where it is not the population's.
    """

    protocol: Protocol
    population: Population
    seen: Mapping[tuple[str, str], float]
    meanings: Mapping[str, Meaning]
    questions: tuple[str, ...]
    findings: Mapping[str, Finding] = field(default_factory=dict)
    asked: Mapping[str, int] = field(default_factory=dict)
    best: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SimulatedAnswer:
    """What an observer did at one trial.

    Parameters
    ----------
    trial : str
        Its identifier.
    values : dict of (stimulus, question) to int
        Empty where one is chosen.
    chosen : str
        Stimulus, of a pair; else "".
    seconds : float
        Looked at.
    """

    trial: str
    values: dict[tuple[str, str], int]
    chosen: str
    seconds: float


def draw_scene(population: Population, cases: Sequence[str], rng: np.random.Generator) -> dict[tuple[str, str], float]:
    """Return the latent quality of each image, by (case, condition): what `Scene.seen` is."""
    seen = seen_quality(population, (len(cases),), rng)
    return {
        (case, condition): float(value)
        for case, row in zip(cases, seen, strict=True)
        for condition, value in zip(population.quality, row, strict=True)
    }


def draw_readers(population: Population, count: int, rng: np.random.Generator) -> list[People]:
    """Return so many observers, each as `People` of one."""
    people = draw_people(population, count, rng)
    return [People(people.kind[[n]], people.bias[[n]], people.noise[[n]]) for n in range(count)]


def simulate(
    trials: Sequence[Trial], reader: People, scene: Scene, rng: np.random.Generator
) -> Iterable[SimulatedAnswer]:
    """Answer the trials of one slot, one after the other."""
    for index, trial in enumerate(trials):
        yield simulate_trial(trial, reader, scene, rng, position=(index + 0.5) / len(trials))


def simulate_pairs(
    groups: Sequence[tuple[str, ...]],
    slots: Mapping[int, People],
    total: int,
    choose: ChoosePair,
    scene: Scene,
    rng: np.random.Generator,
) -> dict[int, list[tuple[Trial, SimulatedAnswer]]]:
    """Let observers choose, each pair by what all chose before; they take turns.

    Parameters
    ----------
    groups : sequence of tuple of str
        Of the plan.
    slots : mapping of int to People
        The observers.
    total : int
        Pairs of each.
    choose : ChoosePair
    scene : Scene
    rng : numpy.random.Generator

    Returns
    -------
    dict of int to list
        By slot, what was shown and answered.
    """
    wins = {group: np.zeros((len(group), len(group))) for group in groups}
    done: dict[int, list[tuple[Trial, SimulatedAnswer]]] = {slot: [] for slot in slots}
    for index in range(total):
        for slot, reader in slots.items():
            group = group_of_turn(groups, slot, index)
            pair = rng.permutation(choose(wins[group], rng))
            trial = Trial(pair_name(index), (group[pair[0]], group[pair[1]]))
            answer = simulate_trial(trial, reader, scene, rng, position=(index + 0.5) / total)
            winner = pair[trial.rated.index(answer.chosen)]
            wins[group][winner, pair.sum() - winner] += 1
            done[slot].append((trial, answer))
    return done


def simulate_trial(
    trial: Trial, reader: People, scene: Scene, rng: np.random.Generator, *, position: float
) -> SimulatedAnswer:
    """Answer one trial.

    Parameters
    ----------
    trial : Trial
    reader : People
        Of `draw_readers`.
    scene : Scene
    rng : numpy.random.Generator
    position : float
        In the observer's sequence, 0 to 1: some people tire.

    Returns
    -------
    SimulatedAnswer
        Pairs by Thurstone's model, the greater of two perceived qualities; present/absent by a confidence that grows
        with the quality.
    """
    seconds = float(np.exp(rng.normal(1.5, 0.4))) + 1.0
    place = np.array([position])
    latent = np.array([_evidence(stimulus, scene) for stimulus in trial.rated])
    if scene.protocol == "pairs":
        perceptions = perceived(scene.population, latent, reader, place, rng)
        return SimulatedAnswer(trial.identifier, {}, trial.rated[_choice(perceptions, reader, scene, rng)], seconds)
    values: dict[tuple[str, str], int] = {}
    for question in scene.questions:
        perceptions = perceived(scene.population, latent, reader, place, rng)
        best = scene.best.get(question, scene.population.best)
        perceptions = 1 + (perceptions - 1) * (best - 1) / (scene.population.best - 1)
        population = replace(scene.population, best=best)
        row = marks(population, perceptions, reader, rng, together=scene.protocol == "queens")
        values |= {
            (stimulus, question): _obeyed(stimulus, int(value), reader, scene)
            for stimulus, value in zip(trial.rated, row, strict=True)
        }
    return SimulatedAnswer(trial.identifier, values, "", seconds)


def _evidence(stimulus: str, scene: Scene) -> float:
    """Return what an image shows, in steps of the scale: its quality, or (roc) how surely the finding is seen."""
    meaning = scene.meanings[stimulus]
    population = scene.population
    quality = scene.seen.get((meaning.case, meaning.condition), float(population.middle))
    if scene.protocol != "roc":
        return quality
    reach = float(apart(np.array(quality)))
    return population.middle + (reach if scene.findings.get(meaning.case) == "present" else -reach)


def _choice(perceptions: FloatArray, reader: People, scene: Scene, rng: np.random.Generator) -> int:
    if KINDS[int(reader.kind[0])] == "constant":
        return 0
    if rng.random() < scene.population.lapses:
        return int(rng.integers(len(perceptions)))
    return int(np.argmax(perceptions))


def _obeyed(stimulus: str, value: int, reader: People, scene: Scene) -> int:
    """Return what an attention check asks for; who always answers the same does not read it."""
    if KINDS[int(reader.kind[0])] == "constant":
        return value
    return scene.asked.get(stimulus, value)
