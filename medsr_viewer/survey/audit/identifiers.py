"""Identifiers that are not random: counted on, derived from names or content, or in the order of conditions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator

import numpy as np
from scipy import stats

from medsr_viewer.survey.audit.finding import SET_UP_AGAIN, Finding, some
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.plan import Allocation, Plan
from medsr_viewer.survey.protocols import LABELLED, complete

_CHANCE = 1e-6
_IDENTIFIER = re.compile(r"[0-9a-f]{32}")
_HASHES = ("md5", "sha1", "sha256", "sha512", "blake2b", "blake2s")
_SEPARATORS = ("", "/", "-", "_", " ", ":", ".", ",", "|")
_PART = 12  # digits that no two of some thousand random numbers share
_VERSION = 12  # digit of a random UUID that is always 4


def check_identifiers(plan: Plan, design: Design) -> Iterator[Finding]:
    """Find identifiers that somebody could work out, or whose order in the plan is that of computation."""
    names = list(plan.stimuli)
    if any(not _IDENTIFIER.fullmatch(name) for name in names):
        yield _finding("they are not 32 hexadecimal digits", names)
    elif not _look_random(names):
        yield _finding("they share digits, or count upwards", names)
    # one by one: to free a million at once would hold up the window
    guessed = {guess for guess in _guesses(design) if guess in plan.stimuli}
    if guessed:
        yield _finding("they are digests of names in the design, which anybody can compute", guessed)
    of_content = [one.identifier for one in plan.stimuli.values() if one.identifier in one.digest]
    if of_content:
        yield _finding(
            "they are digests of the files' content: who computes a method can look its image up", of_content
        )
    unsorted = names != sorted(names) or any(list(group) != sorted(group) for group in plan.groups)
    if unsorted or list(plan.groups) != sorted(plan.groups):
        yield Finding(
            "order in the plan",
            "the stimuli are not listed in the order of their random identifiers: it may be that of the conditions",
            "plan.json",
            SET_UP_AGAIN,
        )


def check_identifier_order(plan: Plan, allocation: Allocation) -> Iterator[Finding]:
    """Find identifiers that go with conditions. For the coordinator, who has the allocation."""
    ranks: dict[str, list[int]] = {}
    for rank, identifier in enumerate(sorted(plan.stimuli)):
        meaning = allocation.meanings.get(identifier)
        if meaning is not None and meaning.condition:
            ranks.setdefault(meaning.condition, []).append(rank)
    if len(ranks) > 1 and min(map(len, ranks.values())) > 1 and stats.kruskal(*ranks.values()).pvalue < _CHANCE:
        yield _finding("their order goes with the conditions", plan.stimuli)


def _look_random(names: list[str]) -> bool:
    parts = [{name[start : start + _PART] for name in names} for start in range(33 - _PART)]
    if any(len(found) < len(names) for found in parts):
        return False
    if len(names) < 8:  # too few to tell more
        return True
    digits = [{name[place] for name in names} for place in range(32)]
    constant = any(len(found) == 1 for place, found in enumerate(digits) if place != _VERSION or found != {"4"})
    steps = np.diff(sorted(int(name[:12], 16) for name in names)).astype(np.float64)
    # gaps between random numbers are exponential: their spread is about their mean, but of eight numbers once in a
    # thousand times below a quarter of it
    return not constant and bool(steps.std() > 0.05 * steps.mean())


def _guesses(design: Design) -> Iterator[str]:
    completed = complete(design)
    conditions = {LABELLED, *(one.name for one in completed.conditions), *(one.method for one in completed.conditions)}
    cases = {text for case in completed.cases for text in (case.name, case.path.stem, case.path.name)}
    for text in _written(cases, conditions - {""}):
        for algorithm in _HASHES:
            yield hashlib.new(algorithm, text.encode("utf-8"), usedforsecurity=False).hexdigest()[:32]


def _written(cases: Collection[str], conditions: Collection[str]) -> Iterable[str]:
    yield from conditions
    for case in cases:
        for condition in conditions:
            for separator in _SEPARATORS:
                yield case + separator + condition
                yield condition + separator + case


def _finding(why: str, names: Collection[str]) -> Finding:
    return Finding(
        "identifiers", f"the stimuli's identifiers are not random: {why}", f"plan.json: {some(names)}", SET_UP_AGAIN
    )
