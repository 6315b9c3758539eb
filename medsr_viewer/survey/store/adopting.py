"""Taking in records of other sites, each with its whole chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from sqlalchemy import Connection

from medsr_viewer.errors import SurveyError
from medsr_viewer.survey.chain import Head, chain_problems
from medsr_viewer.survey.records import Payload, Record
from medsr_viewer.survey.store.rows import erase_values, insert_records, select_records, set_head

_ADVICE = "Nothing was taken in. Ask the site for a new bundle, and check both surveys with `medsr survey verify`."


def adopt(
    connection: Connection, own: str, records: Sequence[Record], heads: Mapping[str, Head] | None = None
) -> dict[str, int]:
    """Add the records of other sites that are not here yet, and erase here what was erased there.

    Parameters
    ----------
    connection : Connection
        In a transaction that alone writes.
    own : str
        The database's own site.
    records : sequence of Record
        Whole chains from their first record on, of any sites.
    heads : mapping of str to Head, optional
        Where each of them ended when it was handed over; left out: at its last record.

    Returns
    -------
    dict of str to int
        How many records were added or erased, by site; sites that brought nothing new are left out.

    Raises
    ------
    SurveyError
        If a chain is not whole, is of another survey, or differs from what is here already. Nothing is added then.
    """
    created = _created(select_records(connection, site=own, kinds=["created"]))
    changes = {}
    ordered = sorted(records, key=lambda record: (record.site, record.sequence))
    chains = {site: list(group) for site, group in groupby(ordered, key=lambda record: record.site)}
    for site in heads or ():
        chains.setdefault(site, [])
    for site, theirs in chains.items():
        end = Head(theirs[-1].sequence, theirs[-1].digest) if heads is None else heads.get(site)
        _check(site, theirs, end, created)
        ours = {record.sequence: record for record in select_records(connection, site=site)}
        _check_agreement(site, own, theirs, ours)
        if site != own and (changed := _take(connection, site, theirs, ours)):
            changes[site] = changed
    return changes


def _take(connection: Connection, site: str, theirs: Sequence[Record], ours: Mapping[int, Record]) -> int:
    new = [record for record in theirs if record.sequence not in ours]
    erased = [
        record.sequence
        for record in theirs
        if record.payload is None and record.sequence in ours and ours[record.sequence].payload is not None
    ]
    if new:
        insert_records(connection, new)
        set_head(connection, site, Head(new[-1].sequence, new[-1].digest))
    erase_values(connection, site, erased)
    return len(new) + len(erased)


def _check(site: str, theirs: Sequence[Record], end: Head | None, created: Payload | None) -> None:
    problems = chain_problems(theirs, end)
    if problems:
        raise SurveyError(f"the records of site {site} are not whole: {'; '.join(problems[:3])}", _ADVICE)
    if _created(theirs) != created:
        raise SurveyError(f"the records of site {site} are of another survey", "Choose a bundle of this survey.")


def _check_agreement(site: str, own: str, theirs: Sequence[Record], ours: Mapping[int, Record]) -> None:
    for record in theirs:
        if record.sequence in ours and ours[record.sequence].digest != record.digest:
            raise SurveyError(
                f"record {record.sequence} of site {site} is another one here: two copies of a database went on apart",
                "A copied folder is no site of its own. Keep one of the two.",
            )
    if site == own and len(theirs) > len(ours):
        raise SurveyError(
            f"the bundle holds {len(theirs)} records of this very database, which has {len(ours)}:"
            " it was put back from an older copy",
            "Restore the survey's folder from its newest backup.",
        )


def _created(records: Sequence[Record]) -> Payload | None:
    return records[0].payload if records and records[0].kind == "created" else None
