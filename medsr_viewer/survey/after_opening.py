"""What happened after the allocation was opened: withdrawals, and answers of other sites that were merged later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medsr_viewer.survey.records import Record


@dataclass(frozen=True)
class LateWithdrawal:
    """An observer who withdrew when the allocation was open already.

    Parameters
    ----------
    site, observer : str
        Who: a pseudonym at a site.
    time : str
        UTC, ISO-8601, by the site's clock.
    has_answers : bool
        Whether answers are kept; else they were erased, or there were none.
    """

    site: str
    observer: str
    time: str
    has_answers: bool


@dataclass(frozen=True)
class AfterOpening:
    """What happened after the survey was closed and unblinded.

    Parameters
    ----------
    opened : str
        UTC, ISO-8601; "" where it was not.
    withdrawals : tuple of LateWithdrawal
        In order of the records.
    merged : int
        Answers of other sites that were taken in after it, training left out.
    given : int
        Of these, how many were given after it, by their site's clock.
    """

    opened: str = ""
    withdrawals: tuple[LateWithdrawal, ...] = ()
    merged: int = 0
    given: int = 0


def after_opening(records: Sequence[Record]) -> AfterOpening:
    """Return what happened after the first closing: it recorded where every site's chain ended.

    Parameters
    ----------
    records : sequence of Record
        All of them, in order of site and sequence.
    """
    closings = [record for record in records if record.kind == "closed" and record.payload]
    if not closings:
        return AfterOpening()
    first = min(closings, key=lambda record: record.time)
    heads: dict[str, int] = {site: head["count"] for site, head in (first.payload or {})["heads"].items()}
    late = [record for record in records if record.sequence > heads.get(record.site, 0)]
    answers = [record for record in late if record.kind in _ANSWERS and record.site != first.site]
    kept = {_observer(record) for record in records if record.kind in _ANSWERS and record.payload}
    withdrawals = tuple(
        LateWithdrawal(*_observer(record), record.time, _observer(record) in kept)
        for record in late
        if record.kind == "withdrawn" and record.payload
    )
    return AfterOpening(first.time, withdrawals, len(answers), sum(record.time > first.time for record in answers))


_ANSWERS = ("rating", "pair")


def _observer(record: Record) -> tuple[str, str]:
    return record.site, str((record.payload or {})["observer"])
