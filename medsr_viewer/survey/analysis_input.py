"""Records unblinded: ratings and choices as the statistics take them, and what became of attention checks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.design import Design
from medsr_viewer.survey.plan import Allocation, Meaning
from medsr_viewer.survey.ratings import ComparisonTable, RatingTable
from medsr_viewer.survey.records import Kind, Payload, Record
from medsr_viewer.survey.scales import scale_of


@dataclass(frozen=True)
class AttentionResult:
    """What became of an observer's attention checks.

    Parameters
    ----------
    right, of : int
        Checks that were answered as asked for, in every question, and checks that were made.
    """

    right: int
    of: int


def rating_tables(
    records: Iterable[Record], allocation: Allocation, design: Design, *, keep: Collection[tuple[str, str]] = ()
) -> dict[str, RatingTable]:
    """Return the ratings by question.

    The latest revision of each trial counts. Observers who withdrew, training, and attention checks are left out.

    Parameters
    ----------
    records : iterable of Record
        In order of site and sequence.
    allocation : Allocation
        Unsealed.
    design : Design
        Complete: of `medsr_viewer.survey.protocols.complete`.
    keep : collection of (site, pseudonym)
        Observers who are not left out though they withdrew.

    Raises
    ------
    SurveyError
        If a rating is of a stimulus that the allocation does not know.
    """
    observers, latest = _latest(records, "rating", keep)
    rows: dict[str, list[tuple[int, str, str, float, float]]] = {question.name: [] for question in design.questions}
    for observer, payload in latest:
        for answer in payload["answers"]:
            meaning = _meaning(allocation, answer["stimulus"])
            if meaning.case and answer["question"] in rows:
                rows[answer["question"]].append(
                    (observer, meaning.case, meaning.condition, float(answer["value"]), float(payload["seconds"]))
                )
    best = {
        question.name: scale_of(question).best for question in design.questions if question.scale or question.labels
    }
    return {name: _rating_table(observers, rows[name], design, best[name]) for name in best}


def comparison_table(
    records: Iterable[Record], allocation: Allocation, design: Design, *, keep: Collection[tuple[str, str]] = ()
) -> ComparisonTable:
    """Return the choices of protocol pairs; otherwise as `rating_tables`."""
    observers, latest = _latest(records, "pair", keep)
    cases, conditions = _names(design)
    rows = []
    for observer, payload in latest:
        left, right = payload["shown"]
        chosen = payload["chosen"]
        winner, loser = (_meaning(allocation, one) for one in (chosen, right if chosen == left else left))
        rows.append(
            (
                observer,
                cases.index(winner.case),
                conditions.index(winner.condition),
                conditions.index(loser.condition),
                chosen == left,
                float(payload["seconds"]),
            )
        )
    columns = np.array(rows, np.float64).reshape(-1, 6).T
    observer_column, case, winners, losers = columns[:4].astype(np.intp)
    return ComparisonTable(
        observers, cases, conditions, observer_column, case, winners, losers, columns[4].astype(np.bool_), columns[5]
    )


def attention_results(records: Iterable[Record], allocation: Allocation) -> dict[str, AttentionResult]:
    """Return each observer's attention checks; empty where there are none.

    A check is a trial: of several questions, all must be answered as it asks for.
    """
    observers, latest = _latest(records, "rating")
    right: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for observer, payload in latest:
        asked = [one for one in payload["answers"] if not _meaning(allocation, one["stimulus"]).case]
        if asked:
            given[observers[observer]] += 1
            right[observers[observer]] += all(one["value"] == allocation.expected[one["stimulus"]] for one in asked)
    return {name: AttentionResult(right[name], given[name]) for name in observers if given[name]}


def observer_labels(observers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return what a report calls each (site, pseudonym): the pseudonym, with the site where another site has it too."""
    known = set(observers)
    number = Counter(name for _, name in known)
    return {(site, name): f"{name}@{site}" if number[name] > 1 else name for site, name in known}


def _latest(
    records: Iterable[Record], kind: Kind, keep: Collection[tuple[str, str]] = ()
) -> tuple[tuple[str, ...], list[tuple[int, Payload]]]:
    """Return the observers, and by observer's place the latest revision of each answer, in order of the first ones.

    Observers are those who answered, withdrawn ones left out; two of one name at different sites are told apart.
    """
    answers: dict[tuple[str, str, str], Payload] = {}
    seen: set[tuple[str, str]] = set()
    withdrawn: set[tuple[str, str]] = set()
    for record in records:
        payload = record.payload
        if payload is None or record.kind not in {kind, "withdrawn", "observer"}:
            continue
        observer = (record.site, str(payload["observer"]))
        seen.add(observer)
        if record.kind == "withdrawn" and observer not in keep:
            withdrawn.add(observer)
        if record.kind != kind:
            continue
        key = (*observer, str(payload["trial"]))
        if key not in answers or payload["revision"] >= answers[key]["revision"]:
            answers[key] = payload
    kept = {key: payload for key, payload in answers.items() if key[:2] not in withdrawn}
    places = {observer: place for place, observer in enumerate(dict.fromkeys(key[:2] for key in kept))}
    labels = observer_labels(seen)
    return tuple(labels[one] for one in places), [(places[key[:2]], payload) for key, payload in kept.items()]


def _meaning(allocation: Allocation, stimulus: str) -> Meaning:
    try:
        return allocation.meanings[stimulus]
    except KeyError:
        raise SurveyError(
            f"The allocation does not know the stimulus {stimulus} that was rated",
            "The records are of another survey, or the allocation is: restore the survey's folder from a backup.",
        ) from None


def _names(design: Design) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(case.name for case in design.main_cases), tuple(condition.name for condition in design.conditions)


def _rating_table(
    observers: tuple[str, ...], rows: Sequence[tuple[int, str, str, float, float]], design: Design, best: int
) -> RatingTable:
    cases, conditions = _names(design)
    case_places = {name: place for place, name in enumerate(cases)}
    condition_places = {name: place for place, name in enumerate(conditions)}
    seen: defaultdict[tuple[int, str, str], int] = defaultdict(int)
    repeats = []
    for observer, case, condition, _, _ in rows:
        repeats.append(seen[observer, case, condition])
        seen[observer, case, condition] += 1
    return RatingTable(
        observers,
        cases,
        conditions,
        np.array([row[0] for row in rows], np.intp),
        np.array([case_places[row[1]] for row in rows], np.intp),
        np.array([condition_places[row[2]] for row in rows], np.intp),
        np.array([row[3] for row in rows], np.float64),
        np.array(repeats, np.intp),
        np.array([row[4] for row in rows], np.float64),
        best,
    )
